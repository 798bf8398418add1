"""The outside of a package by which a transfer of care goes to another server: sealed under a key that is on her card alone.

A package is MAGIC, its name (16 bytes), a random salt (16), a random nonce (12), AES-256-GCM's text with its tag over all
before it, and the first 8 bytes of the SHA-256 of all of that, by which a damaged file is told from a wrong key. AES's key
comes of the card's digits by scrypt (RFC 7914) and HKDF-SHA256 (RFC 5869). What it holds is padded: its length says little.

The key is KEY_DIGITS digits: 30 drawn by chance and two to find a slip by (ISO 7064, MOD 97-10). Nobody keeps it: who made the
package keeps only `proof`, another output of HKDF, by which an acknowledgement is known. The name is one more: who has the
file and no key makes no other package of that name, for which this one would be refused as taken over. Pure, but for chance.
"""

import hashlib
import hmac
import os
import secrets
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from server.errors import PackageRefused

MAGIC: Final = b"Fangshi package 1\r\n"
NAME_BYTES, SALT_BYTES, NONCE_BYTES, SUM_BYTES = 16, 16, 12, 8
HEAD_BYTES: Final = len(MAGIC) + NAME_BYTES + SALT_BYTES + NONCE_BYTES
PAD_TO: Final = 256
MOST_BYTES: Final = 64_000
LIVES: Final = timedelta(days=30)
"""From the day on which it was made; the last day counts (domain.md 3, F8)."""
KEY_DIGITS: Final = 32
COST: Final = {"length": 32, "n": 1 << 15, "r": 8, "p": 1}
ITEMS: Final = ("next_dates", "anc_summary", "method_card", "contact")
"""What she may have passed on, in the words of F8."""


@dataclass(frozen=True)
class Sealed:
    """`name` tells packages apart and says nothing; `key` is for her card, `proof` for whoever made it."""

    name: bytes
    file: bytes
    key: str
    proof: bytes


@dataclass(frozen=True)
class Opened:
    """`told` is what was sealed: the envelope (code, from, place, made_on, last_day) and `items`, each as it was packed."""

    name: bytes
    proof: bytes
    told: dict[str, Any]

    @property
    def made_on(self) -> date:
        return date.fromisoformat(self.told["made_on"])

    @property
    def last_day(self) -> date:
        return self.made_on + LIVES


def seal_package(told: dict[str, Any]) -> Sealed:
    salt, nonce, key = os.urandom(SALT_BYTES), os.urandom(NONCE_BYTES), make_key()
    cipher, proof, name = keys_of(key, salt)
    head = MAGIC + name + salt + nonce
    body = head + cipher.encrypt(nonce, padded(orjson.dumps(told)), head)
    return Sealed(name, body + sum_of(body), key, proof)


def open_package(file: bytes, key: str) -> Opened:
    """Raises PackageRefused: no package, damaged, or not this key. Says nothing of its days; who opens it asks them."""
    body = check_file(file)
    head = body[:HEAD_BYTES]
    name = head[len(MAGIC) : len(MAGIC) + NAME_BYTES]
    salt = head[len(MAGIC) + NAME_BYTES : -NONCE_BYTES]
    nonce = head[-NONCE_BYTES:]
    cipher, proof, its_name = keys_of(check_key(key), salt)
    try:
        told = orjson.loads(cipher.decrypt(nonce, body[HEAD_BYTES:], head).rstrip(b" "))
    except InvalidTag:
        raise PackageRefused(reason="this key does not open it; please look at the card again") from None
    except orjson.JSONDecodeError:  # whoever has a key may seal anything
        raise PackageRefused(reason="what is in it cannot be read here") from None
    if not hmac.compare_digest(name, its_name):
        raise PackageRefused(reason="what is in it cannot be read here")
    return Opened(name, proof, told)


def check_file(file: bytes) -> bytes:
    """Without the sum at its end. Raises PackageRefused."""
    if file[: len(MAGIC)] != MAGIC:
        raise PackageRefused(reason="this is no package of Fangshi")
    body = file[:-SUM_BYTES]
    if len(file) > MOST_BYTES or len(body) <= HEAD_BYTES or not hmac.compare_digest(sum_of(body), file[-SUM_BYTES:]):
        raise PackageRefused(reason="it is damaged or cut off; please ask for the file again")
    return body


def sum_of(body: bytes) -> bytes:
    return hashlib.sha256(body).digest()[:SUM_BYTES]


def padded(text: bytes) -> bytes:
    return text.ljust(-(-len(text) // PAD_TO) * PAD_TO, b" ")


def keys_of(key: str, salt: bytes) -> tuple[AESGCM, bytes, bytes]:
    """What seals the file, the proof, and the name."""
    secret = Scrypt(salt, **COST).derive(key.encode())
    made = HKDF(SHA256(), 64 + NAME_BYTES, salt=salt, info=MAGIC).derive(secret)
    return AESGCM(made[:32]), made[32:64], made[64:]


def make_key() -> str:
    drawn = "".join(secrets.choice("0123456789") for _ in range(KEY_DIGITS - 2))
    return f"{drawn}{98 - int(drawn) * 100 % 97:02}"


def check_key(text: str) -> str:
    """The digits of a key as somebody typed it. Raises PackageRefused for a slip, without trying the file."""
    key = "".join(text.split()).replace("-", "")
    if len(key) != KEY_DIGITS or not (key.isascii() and key.isdigit()):
        raise PackageRefused(reason="the key has 32 digits")
    if int(key) % 97 != 1:
        raise PackageRefused(reason="a digit of the key is wrong; please look at the card again")
    return key


def in_groups(text: str, size: int = 4) -> str:
    """As a key or a receipt is written on paper."""
    return " ".join(text[start : start + size] for start in range(0, len(text), size))


def digest_of(name: bytes) -> str:
    """By which a package that was opened is remembered."""
    return hashlib.sha256(name).hexdigest()
