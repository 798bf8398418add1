"""Files sealed piece by piece, so that a photo is written and read as a stream, and any part of it without the rest.

A sealed file is MAGIC, the id of its key, a salt, then pieces of 64 KiB, each under AES-256-GCM with its tag. The key of a
file is derived from the ring's key and the salt; a piece's nonce is its number and whether it is the last one: pieces cannot
be exchanged, left out, or the end cut off, without being noticed. (The construction is known as STREAM.)
"""

import hashlib
import os
from io import SEEK_CUR, SEEK_END, SEEK_SET, BufferedReader, RawIOBase
from pathlib import Path
from typing import BinaryIO, cast

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from server.keys import HEAD_BYTES, Key, KeyRing, SealBroken, derive

MAGIC = b"Fangshi sealed\r\n\x1a"
SALT_BYTES = 16
TAG_BYTES = 16
PIECE = 1 << 16
READ_WHOLE = 8 << 20  # bytes of a sealed file that are looked through before it is sent
START = len(MAGIC) + HEAD_BYTES + SALT_BYTES


class SealingWriter:
    """Writes to an open file what comes in any portions; whole only after `finish`."""

    def __init__(self, target: BinaryIO, keys: KeyRing) -> None:
        key, salt = keys.current(), os.urandom(SALT_BYTES)
        self.target, self.cipher = target, cipher_of(key, salt)
        self.held, self.number = bytearray(), 0
        target.write(MAGIC + key.head + salt)

    def write(self, data: bytes) -> None:
        """The last piece stays here until it is known whether another follows."""
        self.held += data
        while len(self.held) > PIECE:
            self.put(bytes(self.held[:PIECE]), last=False)
            del self.held[:PIECE]

    def finish(self) -> None:
        self.put(bytes(self.held), last=True)

    def put(self, piece: bytes, last: bool) -> None:
        self.target.write(self.cipher.encrypt(nonce_of(self.number, last), piece, MAGIC))
        self.number += 1


class SealedReader(RawIOBase):
    """The bytes that were sealed, from any place on. Raises SealBroken where they were changed."""

    def __init__(self, source: BinaryIO, keys: KeyRing) -> None:
        self.source = source
        start = source.read(START)
        key = keys.find(start[len(MAGIC) : len(MAGIC) + HEAD_BYTES])
        self.cipher = cipher_of(key, start[-SALT_BYTES:])
        sealed = source.seek(0, SEEK_END) - START
        self.pieces = max(1, -(-sealed // (PIECE + TAG_BYTES)))
        self.size = sealed - self.pieces * TAG_BYTES
        self.place, self.number, self.piece = 0, -1, b""

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self.place

    def seek(self, offset: int, whence: int = SEEK_SET) -> int:
        self.place = max(0, offset + {SEEK_SET: 0, SEEK_CUR: self.place, SEEK_END: self.size}[whence])
        return self.place

    def readinto(self, buffer: object) -> int:
        number, skip = divmod(self.place, PIECE)
        view = memoryview(cast(bytearray, buffer))
        taken = self.open_piece(number)[skip : skip + len(view)] if number < self.pieces else b""
        view[: len(taken)] = taken
        self.place += len(taken)
        return len(taken)

    def open_piece(self, number: int) -> bytes:
        if number != self.number:
            self.source.seek(START + number * (PIECE + TAG_BYTES))
            sealed = self.source.read(PIECE + TAG_BYTES)
            try:
                self.piece = self.cipher.decrypt(nonce_of(number, number == self.pieces - 1), sealed, MAGIC)
            except (InvalidTag, ValueError):
                raise SealBroken("a file does not open") from None
            self.number = number
        return self.piece

    def close(self) -> None:
        self.source.close()
        super().close()


def cipher_of(key: Key, salt: bytes) -> AESGCM:
    return AESGCM(derive(key.for_files, salt))


def nonce_of(number: int, last: bool) -> bytes:
    return last.to_bytes(4, "big") + number.to_bytes(8, "big")


def open_file(path: Path, keys: KeyRing) -> BinaryIO:
    """A stored file's own bytes; one from before files were sealed as it is. Raises FileNotFoundError, SealBroken."""
    source = path.open("rb")
    if source.read(len(MAGIC)) != MAGIC:
        source.seek(0)
        return source
    source.seek(0)
    try:
        return cast(BinaryIO, BufferedReader(SealedReader(source, keys), PIECE))
    except BaseException:
        source.close()
        raise


def look_through(source: BinaryIO, sha256: str, to_the_end: bool = False) -> None:
    """Leaves it at its start. Raises SealBroken. Of a long one that is sealed the ends alone, unless it is to be read
    `to_the_end`: its pieces tell when they are read. One from before files were sealed is looked through whole, and so is
    what only looks like one.
    """
    size = source.seek(0, os.SEEK_END)
    if size > READ_WHOLE and is_sealed(source) and not to_the_end:
        for place in (0, size - 1):
            source.seek(place)
            source.read(1)
    else:
        source.seek(0)
        if hashlib.file_digest(cast(BufferedReader, source), "sha256").hexdigest() != sha256:
            raise SealBroken("a file is not what was sent")
    source.seek(0)


def is_sealed(source: BinaryIO) -> bool:
    """Whether a file that `open_file` opened is sealed."""
    return isinstance(getattr(source, "raw", None), SealedReader)


def is_under(path: Path, key: Key) -> bool:
    """Whether a file is sealed under this key."""
    with path.open("rb") as source:
        return source.read(len(MAGIC) + HEAD_BYTES) == MAGIC + key.head
