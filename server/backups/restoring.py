"""Restores a backup into an empty data folder: all of it, counted and added up, or nothing.

Everything is unpacked and checked in a folder inside the new one and moved up at the end. On PostgreSQL the rows go into
the empty database that the settings name, in one transaction.
"""

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from server.backups import BackupRefused
from server.backups.archive import POSTGRESQL, SQLITE, Manifest
from server.backups.carried_key import read_private
from server.backups.sealing import open_archive
from server.backups.snapshot import check_empty, check_snapshot, restore_dump
from server.backups.unpacking import Unpacked, unpack
from server.config import Config
from server.db import Database
from server.keys import KEY_NAME, read_keys, replace_keys, sync_folder_of
from server.upgrading import open_direct

UNPACKING = "restoring"  # in the new data folder
MEGABYTE = 1 << 20
Say = Callable[[int, int], None]


def restore_backup(file: Path, key_file: Path, config: Config, say: Say = lambda _n, _of: None) -> Manifest:
    """Puts a backup's content where the settings say. Raises BackupRefused, BackupBroken, OSError; then nothing is left."""
    private = read_private(key_file)
    if config.database_url:
        with open_direct(config) as database:
            check_empty(database)
    with file.open("rb") as source, new_folder(config.data_dir) as into:
        manifest, keys = unpack_into(into, source, file.stat().st_size, private, config, say)
        check_snapshot(into, manifest.tables)
        check_target(config.data_dir)
        with placed_keys(keys, into, config):
            if config.database_url:
                with Database(config.direct_url, config.key_file) as database:
                    restore_dump(database, into / POSTGRESQL)
                (into / POSTGRESQL).unlink()
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
) -> Unpacked:
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

    unpacked = unpack(open_archive(source, private), into, keep, look_at_first)
    say(size // MEGABYTE + 1, size // MEGABYTE + 1)
    return unpacked


@contextmanager
def placed_keys(keys: tuple[bytes, ...], into: Path, config: Config) -> Iterator[None]:
    """The backup's keys where the settings name the key file, before a row is anywhere; gone again when it goes wrong.

    Raises BackupRefused for a key file outside the data folder that is there and lacks them; one that has them stays.
    """
    there = config.key_file
    if there == config.data_dir / KEY_NAME:
        there = into / KEY_NAME  # it moves up with all the rest
    was_there = there.exists()
    if was_there and not set(keys) <= set(read_keys(there)):
        raise BackupRefused(f"{there} 里是别的密钥 / holds other keys than the backup")
    if not was_there:
        replace_keys(there, keys)
    try:
        yield
    except BaseException:
        if not was_there:
            there.unlink(missing_ok=True)
        raise


@contextmanager
def new_folder(data_dir: Path) -> Iterator[Path]:
    """A folder inside the data folder to unpack in; if anything goes wrong all is as before.

    Raises BackupRefused for a data folder that holds something, or that another restore fills.
    """
    was_there = data_dir.exists()
    data_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    with alone_in(data_dir):
        check_target(data_dir)
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


@contextmanager
def alone_in(data_dir: Path) -> Iterator[None]:
    handle = os.open(data_dir, os.O_RDONLY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BackupRefused("另一个恢复正在做 / another restore is under way") from None
        yield
    finally:
        os.close(handle)
