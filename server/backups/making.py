"""Makes a backup and tries it (trying.py). Only while it is being made does anybody here have its key.

Meanwhile copies of the database lie in a work folder inside the data folder, for the owner alone (folders.py).
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey
from pysqlite3 import dbapi2 as pysqlite
from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError

from server.backups import BackupRefused
from server.backups.archive import HEADS, Hashing, Packer
from server.backups.carried_key import PUBLIC_NAME, read_public
from server.backups.folders import STAMP, check_room, new_archive, own_work, sync
from server.backups.sealing import ArchiveWriter
from server.backups.snapshot import Snapshot, take_snapshot
from server.backups.trying import try_archive
from server.blobs import CHUNK, BlobStore
from server.db import Database
from server.keys import KEY_NAME, SealBroken, read_keys
from server.models import Blob

FILES_BETWEEN = 100  # two words on how far it got
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
        check_rooms(database, data_dir, folder)
        path = folder / now.astimezone(UTC).strftime(STAMP)
        with own_work(data_dir) as work, new_archive(path) as target:
            made = fill_archive(Making(database, store, data_dir, work, now, say), target, recipient)
        return replace(made, path=path)
    except (OSError, pysqlite.Error, DBAPIError) as error:
        cause = error.orig if isinstance(error, DBAPIError) else error
        said = (cause.strerror if isinstance(cause, OSError) else None) or str(cause) or type(cause).__name__
        raise BackupRefused(f"备份没有做成 / no backup was made: {said.splitlines()[0]}") from error


def check_rooms(database: Database, data_dir: Path, folder: Path) -> None:
    """An archive takes all files and the rows, the work folder the rows once more; how many rows pg_dump writes is unknown."""
    rows = Path(str(database.engine.url.database)).stat().st_size if database.is_sqlite else 0
    one_disk = folder.stat().st_dev == data_dir.stat().st_dev
    check_room(data_dir, rows)
    check_room(folder, int((plan_backup(database, data_dir).size + rows * (1 + one_disk)) * 1.05))  # seals and names


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
            whole = pack_file(making.store, packer, name)
            erased = whole is None and not is_wanted(making.database, name)
            gone, lost = gone + erased, lost + (not whole and not erased)
            if number % FILES_BETWEEN == 0 or number == snapshot.number_of_blobs:
                making.say(number, snapshot.number_of_blobs)
    return gone, lost


def pack_file(store: BlobStore, packer: Packer, sha256: str) -> bool | None:
    """Whether a stored file is whole; a damaged one is packed as it lies. None for one that is missing or cannot be read."""
    path = store.path(sha256)
    try:
        source = path.open("rb")
    except OSError:
        return None
    with source:
        whole = is_whole(store, sha256)
        if whole is not None:
            packer.add_file(f"blobs/{path.parent.name}/{sha256}", source)
    return whole


def is_whole(store: BlobStore, sha256: str) -> bool | None:
    """Whether a stored file still opens to the bytes that it is named for; None when the disk does not give them.

    One that was erased just now does no harm.
    """
    try:
        with store.open(sha256) as source:
            hashing = Hashing(source)
            while hashing.read(CHUNK):
                pass
        return hashing.sha256.hexdigest() == sha256
    except FileNotFoundError:
        return True
    except OSError:
        return None
    except SealBroken:
        return False


def is_wanted(database: Database, sha256: str) -> bool:
    """Whether the database still speaks of a file."""
    with database.reading() as db:
        return db.get(Blob, sha256) is not None


def read_if_there(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


def read_keys_of(database: Database) -> tuple[bytes, ...]:
    """Every key of the key file as it is now."""
    assert database.keys.path is not None, "a database that is served has a key file"
    return read_keys(database.keys.path)
