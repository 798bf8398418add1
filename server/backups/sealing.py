"""An archive's outside: a stream sealed to a public key, so that the server that makes backups cannot read old ones.

MAGIC, the recipient's public key's SHA-256 (its first 8 bytes), the public half of a key made for this archive alone, then
pieces as sealed files have them (server/sealed_files.py), under HKDF-SHA256 (RFC 5869) of what X25519 (RFC 7748) makes of
the two. That says who can read an archive, not who made it: whoever has the public half can make one too.
"""

import hashlib
from io import RawIOBase
from typing import BinaryIO, cast

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from server.backups import BackupBroken, BackupRefused
from server.sealed_files import MAGIC as ABOUT
from server.sealed_files import PIECE, TAG_BYTES, SealingWriter, nonce_of

MAGIC = b"Fangshi backup 1\r\n\x1a"
NAME_BYTES = 8
PUBLIC_BYTES = 32
START = len(MAGIC) + NAME_BYTES + PUBLIC_BYTES


class ArchiveWriter(SealingWriter):
    """Seals to a recipient what comes in any portions; whole only after `finish`. Its key is gone with it."""

    def __init__(self, target: BinaryIO, recipient: X25519PublicKey) -> None:
        passing = X25519PrivateKey.generate()
        made_for, made_by = recipient.public_bytes_raw(), passing.public_key().public_bytes_raw()
        try:
            shared = passing.exchange(recipient)
        except ValueError:
            raise BackupRefused("备份钥匙用不了 / the backup key cannot be used") from None
        self.target, self.cipher = target, cipher_of(shared, made_by, made_for)
        self.held, self.number = bytearray(), 0
        target.write(MAGIC + name_of(made_for) + made_by)


class ArchiveReader(RawIOBase):
    """What was sealed, from its beginning to its end. Raises BackupBroken where it was changed or cut off."""

    def __init__(self, source: BinaryIO, cipher: AESGCM) -> None:
        """`source` stands behind the start."""
        self.source, self.cipher = source, cipher
        self.ahead = source.read(PIECE + TAG_BYTES)
        self.number, self.piece, self.place, self.ended = 0, b"", 0, False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        if self.place == len(self.piece) and not self.ended:
            self.open_next()
        view = memoryview(cast(bytearray, buffer))
        taken = self.piece[self.place : self.place + len(view)]
        view[: len(taken)] = taken
        self.place += len(taken)
        return len(taken)

    def open_next(self) -> None:
        """A piece says whether it is the last one, and only the last one has none behind it."""
        sealed, self.ahead = self.ahead, self.source.read(PIECE + TAG_BYTES)
        try:
            self.piece = self.cipher.decrypt(nonce_of(self.number, not self.ahead), sealed, ABOUT)
        except (InvalidTag, ValueError):
            raise BackupBroken("备份文件坏了或不完整 / the backup is damaged or cut off") from None
        self.place, self.number, self.ended = 0, self.number + 1, not self.ahead


def open_archive(source: BinaryIO, private: X25519PrivateKey) -> ArchiveReader:
    """Raises BackupRefused for a file that is no backup or was sealed to another key."""
    start = source.read(START)
    if start[: len(MAGIC)] != MAGIC or len(start) < START:
        raise BackupRefused("这不是访视的备份 / this is no backup of Fangshi")
    made_for, made_by = private.public_key().public_bytes_raw(), start[-PUBLIC_BYTES:]
    if start[len(MAGIC) : len(MAGIC) + NAME_BYTES] != name_of(made_for):
        raise BackupRefused("这份备份要另一把钥匙 / this backup was sealed to another key")
    try:
        shared = private.exchange(X25519PublicKey.from_public_bytes(made_by))
    except ValueError:
        raise BackupBroken("备份文件坏了 / the backup is damaged") from None
    return ArchiveReader(source, cipher_of(shared, made_by, made_for))


def read_back(source: BinaryIO, writer: ArchiveWriter) -> ArchiveReader:
    """An archive that was written just now, by whoever wrote it and still has its key."""
    source.seek(START)
    return ArchiveReader(source, writer.cipher)


def cipher_of(shared: bytes, made_by: bytes, made_for: bytes) -> AESGCM:
    return AESGCM(HKDF(SHA256(), 32, salt=made_by + made_for, info=MAGIC).derive(shared))


def name_of(public: bytes) -> bytes:
    return hashlib.sha256(public).digest()[:NAME_BYTES]
