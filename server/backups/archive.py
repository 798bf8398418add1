"""An archive's inside: a tar of the data folder's files as they are named there, their SHA-256 sums, and a manifest last.

The database comes first (`fangshi.db`, or pg_dump's `fangshi.dump`), so that who restores into the wrong kind is told at
once. One file is in memory at a time, never their list (unpacking.py takes it apart).
"""

import hashlib
import json
import os
import re
import tarfile
from dataclasses import asdict, dataclass
from io import BytesIO
from typing import IO, BinaryIO, Protocol, Self, cast

from server.sealed_files import PIECE

SQLITE, POSTGRESQL = "fangshi.db", "fangshi.dump"
SUMS, MANIFEST = "SHA256SUMS", "manifest.json"
HEADS = "audit-heads.txt"  # as access/audit_heads.py calls it
NAMES = re.compile(
    r"fangshi\.(db|dump)|secret\.key|backup\.pub|audit-heads\.txt|blobs/([0-9a-f]{2})/\2[0-9a-f]{62}"
    r"|SHA256SUMS|manifest\.json"
)
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
