"""Takes an archive apart: whoever knows the public half of a key can make one, so names, sums and counts are believed in nothing.

The keys are taken out into memory alone: who has the key file on another disk finds them on no other.
"""

import hashlib
import json
import os
import re
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import IO, NamedTuple, cast

from server.backups import BackupBroken
from server.backups.archive import MANIFEST, NAMES, NOT_WHOLE, SUMS, Hashing, Manifest, forget_members, sum_line
from server.keys import KEY_BYTES, KEY_NAME, split_keys
from server.sealed_files import PIECE

TABLE = re.compile(r"[a-z][a-z0-9_]{0,62}")
MOST_MANIFEST = MOST_KEYS = 1 << 20  # bytes


class Unpacked(NamedTuple):
    """What came out of an archive beside files."""

    manifest: Manifest
    keys: tuple[bytes, ...]


class Unpacking:
    """Takes an archive apart: every file is read and added up, those that `keep` names are written below a folder."""

    def __init__(self, into: Path, keep: Callable[[str], bool]) -> None:
        self.into, self.keep = into, keep
        self.sums, self.files, self.manifest, self.keys = hashlib.sha256(), 0, b"", b""
        self.sums_are_right = False

    def take(self, name: str, source: IO[bytes]) -> None:
        hashing = Hashing(source)
        if name == MANIFEST:
            self.manifest = hashing.read(MOST_MANIFEST)
        elif name == KEY_NAME:
            self.keys = hashing.read(MOST_KEYS)
        elif self.keep(name) and name != SUMS:
            write_private(self.into / name, hashing)
        else:
            while hashing.read(PIECE):
                pass
        if name == SUMS:
            self.sums_are_right = hashing.sha256.hexdigest() == self.sums.hexdigest()
        elif name != MANIFEST:
            self.sums.update(sum_line(hashing.sha256.hexdigest(), name))
            self.files += 1

    def finish(self) -> Unpacked:
        """Raises BackupBroken unless sums, manifest and keys came and are right."""
        manifest = read_manifest(self.manifest)
        if not self.sums_are_right or manifest.files != self.files:
            raise BackupBroken(NOT_WHOLE)
        return Unpacked(manifest, read_keys_in(self.keys))


def unpack(stream: object, into: Path, keep: Callable[[str], bool], first: Callable[[str], None]) -> Unpacked:
    """Reads an archive to its very end. `first` is told the name of the first file and may refuse it.

    Raises BackupBroken, OSError.
    """
    unpacking, last = Unpacking(into, keep), ""
    try:
        with tarfile.open(mode="r|", fileobj=cast(IO[bytes], stream), bufsize=PIECE) as tar:
            while (entry := tar.next()) is not None:
                forget_members(tar)
                source = tar.extractfile(entry) if entry.isreg() and NAMES.fullmatch(entry.name) else None
                if source is None or last == MANIFEST:
                    raise BackupBroken(NOT_WHOLE)
                if not last:
                    first(entry.name)
                last = entry.name
                unpacking.take(last, source)
        while cast(IO[bytes], stream).read(PIECE):  # the end is sealed too: one that was cut off is noticed here
            pass
    except (tarfile.TarError, FileExistsError, ValueError):
        raise BackupBroken(NOT_WHOLE) from None
    return unpacking.finish()


def write_private(path: Path, source: Hashing) -> None:
    """Into a new file for its owner alone."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as target:
        while data := source.read(PIECE):
            target.write(data)


def read_keys_in(data: bytes) -> tuple[bytes, ...]:
    """Raises BackupBroken when there is none."""
    try:
        keys = split_keys(data.decode("ascii"))
    except ValueError:
        keys = ()
    if not keys or any(len(key) != KEY_BYTES for key in keys):
        raise BackupBroken(NOT_WHOLE)
    return keys


def read_manifest(data: bytes) -> Manifest:
    """Raises BackupBroken: an archive may be of anybody who knows the public half of the key."""
    try:
        manifest = Manifest(**json.loads(data))
        numbers = [manifest.files, *manifest.tables.values()]
        right = all(isinstance(one, int) for one in numbers) and all(TABLE.fullmatch(one) for one in manifest.tables)
        right = right and isinstance(manifest.made_at, str) and isinstance(manifest.schema, str)
    except (ValueError, TypeError, AttributeError, RecursionError):
        right = False
    if not right:
        raise BackupBroken(NOT_WHOLE)
    return manifest
