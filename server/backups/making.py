"""Makes a backup and tries it: what was written is read back from the disk, opened, counted and added up before it counts.

Only while it is being made does anybody here have its key. Meanwhile copies of the database lie in a work folder inside the
data folder, for the owner alone; they are cleared at the end, and after a kill at the next start.
"""

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import BinaryIO

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey
from pysqlite3 import dbapi2 as pysqlite
from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError

from server.backups import BackupBroken, BackupRefused
from server.backups.archive import HEADS, NOT_WHOLE, Hashing, Manifest, Packer, unpack
from server.backups.carried_key import PUBLIC_NAME, read_public
from server.backups.sealing import ArchiveWriter, read_back
from server.backups.snapshot import Snapshot, check_snapshot, take_snapshot
from server.blobs import CHUNK, BlobStore
from server.clock import today
from server.db import Database
from server.keys import KEY_NAME, KeyRing, SealBroken, SecretKeyUnusable, read_keys, sync_folder_of
from server.models import Blob
from server.upgrading import ABOUT_PROOF, PROOF

WORK, LOCK = "backup-work", "backup.lock"  # in the data folder
STAMP = "fangshi-%Y%m%dT%H%M%SZ.backup"
UNFINISHED = ".partial"
FILES_BETWEEN = 100  # two words on how far it got
GIVEN_UP_AFTER = timedelta(days=1)  # an unfinished archive is nobody's any more
Say = Callable[[int, int], None]


@dataclass(frozen=True)
class Made:
    """A backup that was tried. `gone` files were erased while it was made; `lost` ones are missing or damaged here."""

    path: Path
    rows: int
    files: int
    gone: int
    lost: int
    size: int


@dataclass(frozen=True)
class Planned:
    """What a backup would hold: stored files and their bytes as they were sent."""

    files: int
    size: int


def plan_backup(database: Database, data_dir: Path) -> Planned:
    """What a backup would be; changes nothing. Raises BackupRefused without a key to seal it to."""
    read_public(data_dir)
    with database.reading() as db:
        files, size = db.execute(select(func.count(), func.coalesce(func.sum(Blob.size), 0)).select_from(Blob)).one()
    return Planned(int(files), int(size))


def make_backup(
    database: Database, store: BlobStore, data_dir: Path, folder: Path, now: datetime, say: Say = lambda _n, _of: None
) -> Made:
    """A backup in `folder`, whole and tried, or none. Raises BackupRefused, BackupBroken."""
    recipient = read_public(data_dir)
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = folder / now.astimezone(UTC).strftime(STAMP)
        with own_work(data_dir) as work, new_archive(path) as target:
            made = fill_archive(Making(database, store, data_dir, work, now, say), target, recipient)
        return replace(made, path=path)
    except (OSError, pysqlite.Error, DBAPIError) as error:
        cause = error.orig if isinstance(error, DBAPIError) else error
        said = (cause.strerror if isinstance(cause, OSError) else None) or str(cause) or type(cause).__name__
        raise BackupRefused(f"备份没有做成 / no backup was made: {said.splitlines()[0]}") from error


@dataclass(frozen=True)
class Making:
    """What one backup works with."""

    database: Database
    store: BlobStore
    data_dir: Path
    work: Path
    now: datetime
    say: Say


def fill_archive(making: Making, target: BinaryIO, recipient: X25519PublicKey) -> Made:
    """The heads of the audit are read before the snapshot and the keys after all: never one too new or one too few."""
    heads = read_if_there(making.data_dir / HEADS)
    keys_before = read_keys_of(making.database)
    snapshot = take_snapshot(making.database, making.work)
    writer = ArchiveWriter(target, recipient)
    with (making.work / "sums").open("xb+") as sums, Packer(writer, sums) as packer:
        with snapshot.path.open("rb") as source:
            packer.add_file(snapshot.path.name, source)
        snapshot.path.unlink()
        gone, lost = pack_files(making, packer, snapshot)
        keys = read_keys_of(making.database)
        keys += tuple(one for one in keys_before if one not in keys)
        packer.add_bytes(KEY_NAME, b"".join(key.hex().encode() + b"\n" for key in keys))
        packer.add_bytes(PUBLIC_NAME, read_if_there(making.data_dir / PUBLIC_NAME) or b"")
        if heads is not None:
            packer.add_bytes(HEADS, heads)
        manifest = packer.finish(making.now.isoformat(), snapshot.schema, snapshot.tables)
    writer.finish()
    sync(target)
    try_archive(making.work / "tried", target, writer, manifest, snapshot.proofs)
    path = Path(target.name)
    return Made(path, sum(snapshot.tables.values()), manifest.files, gone, lost, path.stat().st_size)


def pack_files(making: Making, packer: Packer, snapshot: Snapshot) -> tuple[int, int]:
    """The stored files as they lie, sealed; how many were erased meanwhile and how many are lost."""
    gone = lost = 0
    with snapshot.blobs.open(encoding="ascii") as names:
        for number, name in enumerate(map(str.strip, names), 1):
            path = making.store.path(name)
            try:
                with path.open("rb") as source:
                    packer.add_file(f"blobs/{path.parent.name}/{name}", source)
                lost += not is_whole(making.store, name)
            except FileNotFoundError:
                wanted = is_wanted(making.database, name)
                gone, lost = gone + (not wanted), lost + wanted
            if number % FILES_BETWEEN == 0 or number == snapshot.number_of_blobs:
                making.say(number, snapshot.number_of_blobs)
    return gone, lost


def is_whole(store: BlobStore, sha256: str) -> bool:
    """Whether a stored file still opens to the bytes that it is named for; one that was erased just now does no harm."""
    try:
        with store.open(sha256) as source:
            hashing = Hashing(source)
            while hashing.read(CHUNK):
                pass
        return hashing.sha256.hexdigest() == sha256
    except FileNotFoundError:
        return True
    except SealBroken:
        return False


def is_wanted(database: Database, sha256: str) -> bool:
    """Whether the database still speaks of a file."""
    with database.reading() as db:
        return db.get(Blob, sha256) is not None


def try_archive(
    folder: Path, target: BinaryIO, writer: ArchiveWriter, manifest: Manifest, proofs: tuple[bytes, ...]
) -> None:
    """Opens what was just written as a restore would, all but keeping the photos. Raises BackupBroken."""
    with Path(target.name).open("rb") as source:
        found = unpack(
            read_back(source, writer), folder, lambda name: not name.startswith("blobs/"), lambda _name: None
        )
    if found != manifest:
        raise BackupBroken(NOT_WHOLE)
    check_snapshot(folder, manifest.tables)
    ring = KeyRing(folder / KEY_NAME)
    try:
        opened = [ring.open(proof, ABOUT_PROOF) for proof in proofs]
    except (SealBroken, SecretKeyUnusable):
        opened = [b""]
    if any(word != PROOF for word in opened):
        raise BackupBroken(NOT_WHOLE)


@contextmanager
def own_work(data_dir: Path) -> Iterator[Path]:
    """An empty folder for the copies of one backup, gone afterwards. Raises BackupRefused while another is made."""
    with (data_dir / LOCK).open("a", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise BackupRefused("另一个备份正在做 / another backup is being made") from None
        work = data_dir / WORK
        try:
            shutil.rmtree(work, ignore_errors=True)
            work.mkdir(mode=0o700)
            yield work
        finally:
            shutil.rmtree(work, ignore_errors=True)


def clear_leftovers(data_dir: Path) -> None:
    """Takes away what a backup that was killed left in the data folder; one that is being made stays."""
    if (data_dir / WORK).exists():
        with suppress(BackupRefused), own_work(data_dir):
            pass


@contextmanager
def new_archive(path: Path) -> Iterator[BinaryIO]:
    """A new file that takes its name only when all went well; otherwise it is gone."""
    if path.exists():
        raise FileExistsError(17, "already there", str(path))
    unfinished = path.with_name(path.name + UNFINISHED)
    target = open(unfinished, "xb", opener=lambda name, flags: os.open(name, flags, 0o600))  # noqa: SIM115
    try:
        with target:
            yield target
        unfinished.replace(path)
        sync_folder_of(path)
    finally:
        unfinished.unlink(missing_ok=True)


def sync(target: BinaryIO) -> None:
    """On the disk, and out of memory: what is read back afterwards comes from the disk."""
    target.flush()
    os.fsync(target.fileno())
    os.posix_fadvise(target.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def read_if_there(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


def read_keys_of(database: Database) -> tuple[bytes, ...]:
    """Every key of the key file as it is now."""
    assert database.keys.path is not None, "a database that is served has a key file"
    return read_keys(database.keys.path)


def delete_old(folder: Path, now: datetime, keep_for: timedelta) -> int:
    """Backups go in the night of the day that is so long after theirs; so does what a killed backup left. How many.

    By the days in their names: none is there any more on the day after the last one that an erasure's report names.
    """
    dated = [(path, made_at(path)) for path in folder.glob("fangshi-*.backup")]
    old = [path for path, at in dated if at and today(now) - today(at) >= keep_for]
    for path in folder.glob(f"fangshi-*.backup{UNFINISHED}"):
        if now - datetime.fromtimestamp(path.stat().st_mtime, UTC) > GIVEN_UP_AFTER:
            old.append(path)
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)


def made_at(path: Path) -> datetime | None:
    """When a backup was made, by its name; None for a file that is none."""
    try:
        return datetime.strptime(path.name, STAMP).replace(tzinfo=UTC)
    except ValueError:
        return None
