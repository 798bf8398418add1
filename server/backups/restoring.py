"""Restores a backup into an empty data folder: all of it, counted and added up, or nothing.

Everything is unpacked and checked in a folder inside the new one and moved up at the end. On PostgreSQL the rows go into
the empty database that the settings name, in one transaction.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from server.backups import BackupRefused
from server.backups.archive import POSTGRESQL, SQLITE, Manifest, unpack
from server.backups.carried_key import read_private
from server.backups.sealing import open_archive
from server.backups.snapshot import check_empty, check_snapshot, restore_dump
from server.config import Config
from server.db import Database
from server.keys import KEY_NAME, read_keys, replace_keys, sync_folder_of

UNPACKING = "restoring"  # in the new data folder
MEGABYTE = 1 << 20
Say = Callable[[int, int], None]


def restore_backup(file: Path, key_file: Path, config: Config, say: Say = lambda _n, _of: None) -> Manifest:
    """Puts a backup's content where the settings say. Raises BackupRefused, BackupBroken, OSError; then nothing is left."""
    private = read_private(key_file)
    check_target(config.data_dir)
    if config.database_url:
        with Database(config.sqlalchemy_url, config.key_file) as database:
            check_empty(database)
    with file.open("rb") as source, new_folder(config.data_dir) as into:
        manifest = unpack_into(into, source, file.stat().st_size, private, config, say)
        check_snapshot(into, manifest.tables)
        check_key_file(into / KEY_NAME, config)
        if config.database_url:
            with Database(config.sqlalchemy_url, config.key_file) as database:
                restore_dump(database, into / POSTGRESQL)
            (into / POSTGRESQL).unlink()
        place_keys(into / KEY_NAME, config)
        os.sync()  # everything is on the disk before it counts
        for path in sorted(into.iterdir(), key=lambda one: one.name == SQLITE):  # the database last
            path.rename(config.data_dir / path.name)
        sync_folder_of(config.data_dir / KEY_NAME)
    return manifest


def check_target(data_dir: Path) -> None:
    """Raises BackupRefused for a folder that holds something, but for what a restore that was killed left."""
    if data_dir.exists() and any(path.name != UNPACKING for path in data_dir.iterdir()):
        raise BackupRefused(f"{data_dir} 不是空的 / is not empty")


def unpack_into(
    into: Path, source: BinaryIO, size: int, private: X25519PrivateKey, config: Config, say: Say
) -> Manifest:
    wanted, told = POSTGRESQL if config.database_url else SQLITE, 0
    (into / "blobs").mkdir(mode=0o700)

    def look_at_first(name: str) -> None:
        if name == POSTGRESQL != wanted:
            raise BackupRefused("这份备份是 PostgreSQL 的 / this backup is of PostgreSQL: set FANGSHI_DATABASE_URL")
        if name != wanted:
            raise BackupRefused(
                "这份备份不是 PostgreSQL 的 / this backup is of the embedded database: unset FANGSHI_DATABASE_URL"
            )

    def keep(_name: str) -> bool:
        nonlocal told
        if (done := source.tell() // MEGABYTE) > told:
            told = done
            say(done, size // MEGABYTE + 1)
        return True

    manifest = unpack(open_archive(source, private), into, keep, look_at_first)
    say(size // MEGABYTE + 1, size // MEGABYTE + 1)
    return manifest


def check_key_file(restored: Path, config: Config) -> None:
    """Raises BackupRefused for a key file outside the data folder that is there and lacks the backup's keys."""
    keys, there = read_keys(restored), config.key_file
    if there.exists() and not set(keys) <= set(read_keys(there)):
        raise BackupRefused(f"{there} 里是别的密钥 / holds other keys than the backup")


def place_keys(restored: Path, config: Config) -> None:
    """Where the settings name a key file outside the data folder, the keys go there."""
    if config.key_file == config.data_dir / KEY_NAME:
        return
    if not config.key_file.exists():
        replace_keys(config.key_file, read_keys(restored))
    restored.unlink()


@contextmanager
def new_folder(data_dir: Path) -> Iterator[Path]:
    """A folder inside the data folder to unpack in; if anything goes wrong all is as before."""
    was_there = data_dir.exists()
    data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    into = data_dir / UNPACKING
    shutil.rmtree(into, ignore_errors=True)
    try:
        into.mkdir(mode=0o700)
        yield into
        into.rmdir()
    except BaseException:
        shutil.rmtree(into, ignore_errors=True)
        if not was_there:
            with suppress(OSError):
                data_dir.rmdir()
        raise
