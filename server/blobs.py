"""Files by their content: a folder tree keyed by SHA-256, behind four calls, so that an object store can take its place.

A file is on disk (synced, then renamed, the folder synced) before any row speaks of it: 201 means on disk. It is sealed
(server/sealed_files.py) under its own bytes' SHA-256 as name; those of before are read as they are.
"""

import errno
import hashlib
import logging
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Final, NamedTuple

from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from server.db import ask
from server.keys import KEY_NAME, KeyRing, SealBroken
from server.models import Blob, table_of
from server.sealed_files import SealingWriter, is_under, look_through, open_file

CHUNK = 1 << 20
SHA256_LENGTH = 64
DAMAGE = (errno.ENOENT, errno.EIO, errno.EACCES)  # of a file itself, not of all files

log = logging.getLogger("fangshi.files")


class FileDamaged(Exception):
    """A stored file that is gone, or not what was sent: a backup may bring it back. The log names it by its hash."""


class Stored(NamedTuple):
    """What a stored file is known by."""

    sha256: str
    md5: str
    size: int


class BlobStore:
    """Bytes under DIR/ab/abcdef…; nothing is ever stored under a name that a client chose."""

    def __init__(self, root: Path, keys: KeyRing | None = None) -> None:
        """`keys` unset: those of the file `secret.key` beside the folder."""
        self.root, self.keys = root, keys or KeyRing(root.with_name(KEY_NAME))
        root.mkdir(parents=True, exist_ok=True, mode=0o700)

    def path(self, sha256: str) -> Path:
        return self.root / sha256[:2] / sha256

    def put(self, source: BinaryIO | bytes) -> Stored:
        """Stores the bytes and returns only when they are on disk. The same bytes twice are one file."""
        handle, name = tempfile.mkstemp(dir=self.root, prefix="incoming-")
        try:
            with os.fdopen(handle, "wb") as target:
                stored = copy(source, target, self.keys)
                if self.is_here(stored.sha256):
                    return stored
                target.flush()
                os.fsync(target.fileno())
            self.keep(Path(name), stored.sha256)
            return stored
        finally:
            with suppress(FileNotFoundError):
                Path(name).unlink()

    def is_here(self, sha256: str) -> bool:
        """Whether the file is there; it is then marked as used now, so that no sweep takes it for an old orphan."""
        try:
            os.utime(self.path(sha256))
        except FileNotFoundError:
            return False
        return True

    def keep(self, temporary: Path, sha256: str) -> None:
        target = self.path(sha256)
        if not target.parent.exists():
            target.parent.mkdir(exist_ok=True, mode=0o700)
            sync_folder(self.root)
        temporary.rename(target)
        sync_folder(target.parent)

    def open(self, sha256: str) -> BinaryIO:
        """The file's own bytes, from any place on. Raises FileNotFoundError, SealBroken."""
        return open_file(self.path(sha256), self.keys)

    def open_whole(self, sha256: str, to_the_end: bool = False) -> BinaryIO:
        """As `open`, after a look whether it is what was sent, of a long one `to_the_end` if asked. Raises FileDamaged."""
        with noticing_damage(sha256):
            source = self.open(sha256)
            try:
                look_through(source, sha256, to_the_end)
            except BaseException:
                source.close()
                raise
        return source

    def read(self, sha256: str) -> bytes:
        with self.open(sha256) as source:
            return source.read()

    def has(self, sha256: str) -> bool:
        return self.path(sha256).is_file()

    def size_of(self, sha256: str) -> int:
        """In bytes, as it was sent. Raises FileNotFoundError."""
        with self.open(sha256) as source:
            return source.seek(0, os.SEEK_END)

    def seal_anew(self, sha256: str) -> bool:
        """Seals a file under the current key, also one of before; whether there was anything to do.

        Raises FileDamaged for one that is not what was sent any more: it stays as it lies.
        """
        path = self.path(sha256)
        if not path.exists():  # it was deleted meanwhile
            return False
        with noticing_damage(sha256):
            if is_under(path, self.keys.current()):
                return False
        handle, name = tempfile.mkstemp(dir=self.root, prefix="incoming-")
        try:
            with os.fdopen(handle, "wb") as target, self.open_whole(sha256, to_the_end=True) as source:
                copy(source, target, self.keys)
                target.flush()
                os.fsync(target.fileno())
            os.utime(name, ns=(path.stat().st_atime_ns, path.stat().st_mtime_ns))  # no younger for the sweep
            self.keep(Path(name), sha256)
        finally:
            with suppress(FileNotFoundError):
                Path(name).unlink()
        return True

    def delete(self, sha256: str, before: datetime) -> bool:
        """Deletes a file that nobody used since; whether it did. It steps aside first: an upload of the same bytes in
        this very moment either finds it gone and writes it anew, or has marked it, and it comes back.
        """
        path, aside = self.path(sha256), self.root / f"leaving-{sha256}"
        with suppress(FileNotFoundError):
            path.rename(aside)
            if aside.stat().st_mtime < before.timestamp():
                aside.unlink()
                return True
            aside.rename(path)
        return False

    def names(self, before: datetime) -> Iterator[str]:
        """All files last used before an instant, also what broke off (`incoming-…`, `leaving-…`)."""
        for file in self.root.rglob("*"):
            with suppress(FileNotFoundError):
                if file.is_file() and file.stat().st_mtime < before.timestamp():
                    yield file.name


@contextmanager
def noticing_damage(sha256: str) -> Iterator[None]:
    """Around what reads a stored file. Raises FileDamaged for one that is gone, changed, or not given by the disk, and
    tells the log of it.
    """
    try:
        yield
    except (OSError, SealBroken) as error:
        if isinstance(error, OSError) and error.errno not in DAMAGE:
            raise
        log.error("the stored file %s cannot be read (%s): bring it back from a backup", sha256, type(error).__name__)
        raise FileDamaged(sha256) from None


def copy(source: BinaryIO | bytes, target: BinaryIO, keys: KeyRing) -> Stored:
    sha256, md5, size = hashlib.sha256(), hashlib.md5(usedforsecurity=False), 0
    sealing = SealingWriter(target, keys)
    for chunk in (source,) if isinstance(source, bytes) else iter(lambda: source.read(CHUNK), b""):
        sha256.update(chunk)
        md5.update(chunk)
        size += len(chunk)
        sealing.write(chunk)
    sealing.finish()
    return Stored(sha256.hexdigest(), md5.hexdigest(), size)


def sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


REMEMBER: Final = {
    name: dialect.insert(table_of(Blob)).inline().on_conflict_do_nothing()
    for name, dialect in (("sqlite", sqlite), ("postgresql", postgresql))
}


def remember(db: Session, stored: Stored, content_type: str, now: datetime) -> None:
    """The row that says the file is there; remembering it twice is one."""
    row = {
        "sha256": stored.sha256,
        "md5": stored.md5,
        "size": stored.size,
        "content_type": content_type[:255],
        "created_at": now,
    }
    ask(db, REMEMBER[db.get_bind().dialect.name], row)


def sweep_orphans(db: Session, store: BlobStore, before: datetime) -> int:
    """Deletes files that no row speaks of, left by a crash between file and row; returns how many.

    `before` must lie further back than any upload lasts, since a file comes before its row.
    """
    swept = 0
    for name in store.names(before):
        if not is_sha256(name):
            (store.root / name).unlink(missing_ok=True)
            swept += 1
        elif db.scalar(select(Blob.sha256).where(Blob.sha256 == name)) is None:
            swept += store.delete(name, before)
    return swept


def is_sha256(name: str) -> bool:
    """Whether a file is a stored one; others are uploads or deletions that broke off."""
    return len(name) == SHA256_LENGTH and "-" not in name
