"""The two halves of a backup key: the public one stays in the data folder, the private one is carried away from the server.

Each is one line, `fangshi-backup-public-` or `-private-`, 64 hexadecimal digits and 8 more that are the start of their
SHA-256: who copies a key from paper and errs is told so before a backup is made that nobody can open.
"""

import hashlib
import os
import re
from contextlib import suppress
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from server.backups import BackupRefused
from server.keys import sync_folder_of

PUBLIC_NAME = "backup.pub"  # in the data folder
LINE = re.compile(r"fangshi-backup-(public|private)-([0-9a-f]{64})-([0-9a-f]{8})")


def make_key_pair(private_file: Path, data_dir: Path) -> str:
    """Writes the private half into a new file, the public one into the data folder; returns the public one's line.

    Raises BackupRefused for a file inside the data folder, FileExistsError for one that is there.
    """
    if private_file.resolve().is_relative_to(data_dir.resolve()):
        raise BackupRefused("私钥不能放在数据目录里 / the private half must not lie in the data folder")
    private = X25519PrivateKey.generate()
    public = line_of("public", private.public_key().public_bytes_raw())
    write_line(private_file, line_of("private", private.private_bytes_raw()))
    beside = data_dir / (PUBLIC_NAME + ".new")
    with suppress(FileNotFoundError):
        beside.unlink()  # of one that was cut off
    write_line(beside, public)
    beside.replace(data_dir / PUBLIC_NAME)
    sync_folder_of(beside)
    return public


def line_of(half: str, key: bytes) -> str:
    return f"fangshi-backup-{half}-{key.hex()}-{hashlib.sha256(key).hexdigest()[:8]}"


def write_line(path: Path, line: str) -> None:
    """Into a new file for its owner alone, on the disk when this returns."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
        file.write(line + "\n")
        file.flush()
        os.fsync(file.fileno())
    sync_folder_of(path)


def has_public(data_dir: Path) -> bool:
    """Whether backups of this data folder have a key to be sealed to."""
    return (data_dir / PUBLIC_NAME).exists()


def read_public(data_dir: Path) -> X25519PublicKey:
    """Raises BackupRefused when there is none, or none that can be used."""
    if not has_public(data_dir):
        raise BackupRefused("还没有备份钥匙 / there is no backup key yet: ./fangshi backup new-key FILE")
    return X25519PublicKey.from_public_bytes(read_half(data_dir / PUBLIC_NAME, "public"))


def read_private(path: Path) -> X25519PrivateKey:
    """Raises BackupRefused for a file that holds no private half."""
    return X25519PrivateKey.from_private_bytes(read_half(path, "private"))


def read_half(path: Path, half: str) -> bytes:
    try:
        found = LINE.fullmatch(path.read_text(encoding="ascii").strip())
    except OSError as error:
        raise BackupRefused(f"{path} 读不了 / cannot be read ({error.strerror})") from error
    except UnicodeDecodeError:
        found = None
    if found is None or found[1] != half:
        raise BackupRefused(f"{path} 里没有备份钥匙的那一半 / does not hold the {half} half of a backup key")
    key = bytes.fromhex(found[2])
    if found[0] != line_of(half, key):
        raise BackupRefused(f"{path} 里的钥匙抄错了一位 / the key in it was copied wrongly")
    return key
