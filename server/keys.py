"""The keys under which answers and names are sealed: a file outside the database, a key a line, the first one in use.

A sealed value is MARK, the key's id (4 bytes), a nonce (12), and AES-256-GCM's text with its tag (16). The key that does
the work is derived from the file's, so that the same file may also sign cookies and seal tokens (access/tokens.py).
"""

import hashlib
import hmac
import os
import secrets
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_NAME = "secret.key"  # in the data folder, where no other file is named
KEY_BYTES = 32
NONCE_BYTES = 12
ID_BYTES = 4
MARK = b"\x01"  # no XML and no JSON begins so: what was never sealed is known for it
HEAD_BYTES = len(MARK) + ID_BYTES
TEXT_FROM = HEAD_BYTES + NONCE_BYTES
LOOK_EVERY = 1.0  # seconds between two looks at whether the file changed


class SecretKeyUnusable(Exception):
    """The key file is missing, holds no key, or not the one that the data were sealed under."""


class SealBroken(Exception):
    """A value was not sealed, was changed, belongs elsewhere, or its key is gone. Says nothing of the value."""


class Key(NamedTuple):
    """One key at work. `head` stands at the start of all that it sealed; keys of files are derived from `for_files`."""

    head: bytes
    cipher: AESGCM
    for_files: bytes


def make_key(secret: bytes) -> Key:
    """The key that a line of the file stands for; its id follows from it, so no file needs to name it."""
    return Key(head_of(secret), AESGCM(derive(secret, b"fangshi columns")), derive(secret, b"fangshi files"))


def head_of(secret: bytes) -> bytes:
    return MARK + derive(secret, b"fangshi key id")[:ID_BYTES]


def id_of(head: bytes) -> str:
    """How a key is named to people, eight hexadecimal digits: of a key's head, or of any sealed value."""
    return head[len(MARK) : HEAD_BYTES].hex()


def derive(secret: bytes, purpose: bytes) -> bytes:
    return hmac.new(secret, purpose, hashlib.sha256).digest()


class KeyRing:
    """Seals and opens values. The file is read at first use and again when it changes: keys rotate while a server runs."""

    def __init__(self, path: Path | None) -> None:
        self.path = path
        self.secrets: tuple[bytes, ...] = ()
        self.known: dict[bytes, Key] = {}
        self.first: Key | None = None
        self.stamp: tuple[int, int, int] | None = None
        self.look_at = 0.0

    def seal(self, value: bytes, about: bytes) -> bytes:
        """`about` says where the value belongs; it opens nowhere else. Raises SecretKeyUnusable."""
        key = self.current()
        nonce = os.urandom(NONCE_BYTES)
        return key.head + nonce + key.cipher.encrypt(nonce, value, about)

    def open(self, sealed: bytes, about: bytes) -> bytes:
        """Raises SealBroken, SecretKeyUnusable."""
        head = sealed[:HEAD_BYTES]
        key = self.known.get(head) or self.find(head)
        try:
            return key.cipher.decrypt(sealed[HEAD_BYTES:TEXT_FROM], sealed[TEXT_FROM:], about)
        except (InvalidTag, ValueError):
            raise SealBroken(f"a value of {about.decode()} does not open") from None

    def current(self) -> Key:
        """The key to seal with. Raises SecretKeyUnusable."""
        if self.first is None or time.monotonic() >= self.look_at:
            self.look()
        assert self.first is not None, "look() raises when there is no key"
        return self.first

    def current_secret(self) -> bytes:
        """The first line of the file, for what is signed or sealed by other means."""
        self.current()
        return self.secrets[0]

    def find(self, head: bytes) -> Key:
        """Raises SealBroken for a value that no key at hand has sealed."""
        if head not in self.known:
            self.look(again=True)
        if head not in self.known:
            raise SealBroken(f"key {id_of(head)} is missing" if head[:1] == MARK else "a value is not sealed")
        return self.known[head]

    def look(self, again: bool = False) -> None:
        """Reads the file when it is not the one that was read last. Raises SecretKeyUnusable."""
        if self.path is None:
            raise SecretKeyUnusable("no key file was named")
        stamp = stamp_of(self.path)
        if again or stamp is None or stamp != self.stamp:
            secrets_read = read_keys(self.path)
            keys = [make_key(one) for one in secrets_read]
            self.known = {key.head: key for key in keys}
            self.secrets, self.first, self.stamp = secrets_read, keys[0], stamp
        self.look_at = time.monotonic() + LOOK_EVERY

    def make_if_missing(self) -> None:
        """Raises SecretKeyUnusable for a file that is there and holds no key."""
        if self.path is None:
            raise SecretKeyUnusable("no key file was named")
        make_key_file(self.path)
        self.look(again=True)


def seal_with(secret: bytes, text: str) -> bytes:
    """A token sealed by itself, under a line of the key file: nonce, then AES-GCM's text with its tag."""
    nonce = os.urandom(NONCE_BYTES)
    return nonce + AESGCM(secret).encrypt(nonce, text.encode(), None)


def open_with(secret: bytes, sealed: bytes) -> str | None:
    """What `seal_with` sealed; None when it was under another key."""
    try:
        return AESGCM(secret).decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], None).decode()
    except (InvalidTag, ValueError):
        return None


def stamp_of(path: Path) -> tuple[int, int, int] | None:
    """What changes when a file is replaced; None when it is not there."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size


def make_key_file(path: Path) -> None:
    """A file with a new key, for its owner alone; one that is there stays as it is."""
    with suppress(FileExistsError):
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        write_and_sync(handle, [secrets.token_bytes(KEY_BYTES)])
        sync_folder_of(path)


def read_keys(path: Path) -> tuple[bytes, ...]:
    """The keys of a file, 32 bytes each, the first one in use. Raises SecretKeyUnusable."""
    try:
        keys = split_keys(path.read_text(encoding="ascii"))
    except (ValueError, UnicodeDecodeError) as error:
        raise SecretKeyUnusable(f"{path} does not hold a key in hexadecimal") from error
    except OSError as error:
        raise SecretKeyUnusable(f"{path} cannot be read ({error.strerror})") from error
    if not keys or any(len(key) != KEY_BYTES for key in keys):
        raise SecretKeyUnusable(f"{path} must hold {KEY_BYTES} bytes in hexadecimal, a key a line")
    return keys


def split_keys(text: str) -> tuple[bytes, ...]:
    """The keys in a key file's text. Raises ValueError."""
    return tuple(bytes.fromhex(line) for line in text.split("\n") if line.strip())


def replace_keys(path: Path, keys: Sequence[bytes]) -> None:
    """Puts these keys in the file's place, all at once: whoever reads it finds the old ones or the new ones."""
    beside = path.with_name(path.name + ".new")
    write_and_sync(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), keys)
    beside.replace(path)
    sync_folder_of(path)


def write_and_sync(handle: int, keys: Sequence[bytes]) -> None:
    with os.fdopen(handle, "wb") as file:
        file.write(b"".join(key.hex().encode() + b"\n" for key in keys))
        file.flush()
        os.fsync(file.fileno())


def sync_folder_of(path: Path) -> None:
    handle = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
