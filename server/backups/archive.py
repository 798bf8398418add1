"""An archive's inside: a tar of the data folder's files as they are named there, their SHA-256 sums, and a manifest last.

The database comes first (`fangshi.db`, or pg_dump's `fangshi.dump`), so that who restores into the wrong kind is told at
once. One file is in memory at a time, never their list.
"""

import hashlib
import json
import os
import re
import tarfile
from collections.abc import Callable
from dataclasses import asdict, dataclass
from io import BytesIO
from pathlib import Path
from typing import IO, BinaryIO, Protocol, Self, cast

from server.backups import BackupBroken
from server.sealed_files import PIECE

SQLITE, POSTGRESQL = "fangshi.db", "fangshi.dump"
SUMS, MANIFEST = "SHA256SUMS", "manifest.json"
HEADS = "audit-heads.txt"  # as access/audit_heads.py calls it
NAMES = re.compile(
    r"fangshi\.(db|dump)|secret\.key|backup\.pub|audit-heads\.txt|blobs/([0-9a-f]{2})/\2[0-9a-f]{62}"
    r"|SHA256SUMS|manifest\.json"
)
TABLE = re.compile(r"[a-z][a-z0-9_]{0,62}")
MOST_MANIFEST = 1 << 20  # bytes
NOT_WHOLE = "备份里的内容和清单对不上 / the backup does not hold what it says"


@dataclass(frozen=True)
class Manifest:
    """What an archive holds: rows by table, how many files, when it was made, at which schema."""

    made_at: str
    schema: str
    tables: dict[str, int]
    files: int


class Target(Protocol):
    """What an archive is written to."""

    def write(self, data: bytes, /) -> object: ...


class Hashing:
    """Reads a file and keeps its SHA-256."""

    def __init__(self, source: IO[bytes]) -> None:
        self.source, self.sha256 = source, hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        data = self.source.read(size)
        self.sha256.update(data)
        return data


class Packer:
    """Puts files into an archive one by one. `sums` is a file of its own until the end."""

    def __init__(self, target: Target, sums: BinaryIO) -> None:
        self.target: Target | None = target
        self.tar = tarfile.open(mode="w|", fileobj=cast(IO[bytes], self), bufsize=PIECE)  # noqa: SIM115
        self.sums, self.files = sums, 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """After an error nothing more is written: tarfile would do so whenever it is thrown away."""
        if kind is not None:
            self.target = None

    def write(self, data: bytes) -> None:
        if self.target is not None:
            self.target.write(data)

    def add(self, name: str, source: IO[bytes], size: int) -> None:
        entry = tarfile.TarInfo(name)
        entry.size, entry.mode = size, 0o600
        hashing = Hashing(source)
        self.tar.addfile(entry, cast(IO[bytes], hashing))
        forget_members(self.tar)
        if name not in (SUMS, MANIFEST):
            self.sums.write(sum_line(hashing.sha256.hexdigest(), name))
            self.files += 1

    def add_file(self, name: str, source: BinaryIO) -> None:
        self.add(name, source, os.fstat(source.fileno()).st_size)

    def add_bytes(self, name: str, data: bytes) -> None:
        self.add(name, BytesIO(data), len(data))

    def finish(self, made_at: str, schema: str, tables: dict[str, int]) -> Manifest:
        manifest = Manifest(made_at, schema, tables, self.files)
        self.sums.seek(0)
        self.add_file(SUMS, self.sums)
        self.add_bytes(MANIFEST, json.dumps(asdict(manifest)).encode())
        self.tar.close()
        return manifest


def forget_members(tar: tarfile.TarFile) -> None:
    """It keeps every one for a list that nobody asks for: a kilobyte a photo."""
    tar.members.clear()  # type: ignore[attr-defined]


def sum_line(digest: str, name: str) -> bytes:
    """As sha256sum writes it."""
    return f"{digest}  {name}\n".encode()


class Unpacking:
    """Takes an archive apart: every file is read and added up, those that `keep` names are written below a folder."""

    def __init__(self, into: Path, keep: Callable[[str], bool]) -> None:
        self.into, self.keep = into, keep
        self.sums, self.files, self.manifest = hashlib.sha256(), 0, b""
        self.sums_are_right = False

    def take(self, name: str, source: IO[bytes]) -> None:
        hashing = Hashing(source)
        if name == MANIFEST:
            self.manifest = hashing.read(MOST_MANIFEST)
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

    def finish(self) -> Manifest:
        """Raises BackupBroken unless sums and manifest came and are right."""
        manifest = read_manifest(self.manifest)
        if not self.sums_are_right or manifest.files != self.files:
            raise BackupBroken(NOT_WHOLE)
        return manifest


def unpack(stream: object, into: Path, keep: Callable[[str], bool], first: Callable[[str], None]) -> Manifest:
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
