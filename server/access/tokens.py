"""Tokens, their hashes, and the sealing of those that must be shown again.

A token is 48 random bytes in 64 characters of Central's alphabet. The database keeps SHA-256 for look-up; app-user and
draft tokens also AES-GCM under a key that lies outside the database (DIR/secret.key or FANGSHI_SECRET_KEY_FILE).
"""

import base64
import hashlib
import hmac
import re
import secrets
from pathlib import Path

from server.keys import make_key_file, open_with, read_keys, seal_with

TOKEN = re.compile(r"[A-Za-z0-9!$]{64}")


def make_token() -> str:
    return base64.b64encode(secrets.token_bytes(48)).decode().replace("/", "!").replace("+", "$")


def is_token(text: str) -> bool:
    return TOKEN.fullmatch(text) is not None


def hash_token(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


def load_key(path: Path) -> bytes:
    """The key in use; made with owner-only rights when the file is missing. Raises SecretKeyUnusable."""
    make_key_file(path)
    return read_keys(path)[0]


def seal(key: bytes, text: str) -> bytes:
    return seal_with(key, text)


def unseal(key: bytes, sealed: bytes | None) -> str | None:
    """The text that was sealed; None when there is none, or when it was sealed under another key."""
    return open_with(key, sealed) if sealed else None


def csrf_of(key: bytes, session_hash: bytes) -> str:
    """The token that a page's forms carry: tied to the session, so nothing needs to be stored."""
    return hmac.new(key, b"csrf" + session_hash, hashlib.sha256).hexdigest()
