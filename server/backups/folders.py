"""Where a backup is made, and where backups lie: a work folder inside the data folder, and a folder of archives by their day.

An archive has its name only once it is whole; what a kill left in the work folder is cleared at the next start.
"""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import BinaryIO

from server.backups import BackupRefused
from server.clock import today
from server.keys import sync_folder_of

WORK, LOCK = "backup-work", "backup.lock"  # in the data folder
STAMP = "fangshi-%Y%m%dT%H%M%SZ.backup"
UNFINISHED = ".partial"
GIVEN_UP_AFTER = timedelta(days=1)  # an unfinished archive is nobody's any more


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


def check_room(folder: Path, needed: int) -> None:
    """Raises BackupRefused where a disk has fewer bytes left: phones' records may go to the same one, and it is not filled."""
    free = free_on(folder)
    if free < needed:
        raise BackupRefused(
            f"地方不够：要 {needed >> 20} MB，只剩 {free >> 20} MB / there is not enough room: it takes {needed >> 20} MB, "
            f"{free >> 20} MB are left for {folder}"
        )


def free_on(folder: Path) -> int:
    return shutil.disk_usage(folder).free


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
