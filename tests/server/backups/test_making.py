"""A backup is whole and tried, or there is none; what it needed meanwhile is gone afterwards."""

import errno
import os
import signal
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from server.backups import BackupBroken, BackupRefused, folders, making
from server.backups.folders import WORK, clear_leftovers, delete_old, own_work
from server.backups.making import plan_backup
from server.blobs import CHUNK
from server.db import Database
from server.registry.erasing import BACKUPS_FOR
from tests.conftest import MORNING
from tests.server.backups.backing import Town, a_town_to_keep, rows_of
from tests.serving import ROOT, serve_environment


@pytest.fixture
def town(database: Database, tmp_path: Path) -> Town:
    return a_town_to_keep(database, tmp_path)


def left_over(town: Town) -> list[str]:
    """What a backup that failed may not leave: files where backups go, and copies in the data folder."""
    there = town.folder.iterdir() if town.folder.exists() else ()
    return [path.name for path in there] + [path.name for path in town.data.glob(WORK)]


def test_a_backup_has_counts_and_says_nothing_in_the_open(town: Town) -> None:
    made = town.back_up()
    assert (made.rows, made.files, made.gone, made.lost) == (sum(rows_of(town.database).values()), 7, 0, 0)
    assert [path.name for path in town.folder.iterdir()] == ["fangshi-20260302T010000Z.backup"]
    assert made.path.stat().st_mode & 0o777 == 0o600 and made.path.stat().st_size == made.size
    lying = made.path.read_bytes()
    secret = town.database.keys.current_secret()
    hidden = (b"SENTINEL", b"secret.key", b"manifest", b"blobs/", secret, secret.hex().encode(), b"SQLite", b"PGDMP")
    assert [word for word in hidden if word in lying] == []
    assert not (town.data / WORK).exists()


def test_without_a_key_there_is_none_and_a_plan_says_what_would_be(town: Town) -> None:
    planned = plan_backup(town.database, town.data)
    assert (planned.files, planned.size > 3 * 50_000) == (3, True)
    (town.data / "backup.pub").unlink()
    with pytest.raises(BackupRefused, match="new-key"):
        town.back_up()
    with pytest.raises(BackupRefused, match="new-key"):
        plan_backup(town.database, town.data)
    assert left_over(town) == []


def test_files_that_are_missing_or_damaged_are_counted_and_those_erased_meanwhile_are_not(town: Town) -> None:
    missing, damaged, erased = sorted(path.name for path in town.store.root.glob("??/*"))
    town.store.path(missing).unlink()
    bytes_of = bytearray(town.store.path(damaged).read_bytes())
    bytes_of[CHUNK // 2] ^= 1
    town.store.path(damaged).write_bytes(bytes_of)
    town.store.path(erased).unlink()
    before = making.take_snapshot

    def take_and_erase(database: Database, work: Path) -> making.Snapshot:
        taken = before(database, work)
        with database.transaction() as db:
            db.delete(db.get_one(making.Blob, erased))
        return taken

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(making, "take_snapshot", take_and_erase)
        made = town.back_up()
    assert (made.lost, made.gone, made.files) == (2, 1, 5)


def test_a_photo_that_the_disk_does_not_give_is_counted_and_all_the_rest_is_kept(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad = min(path.name for path in town.store.root.glob("??/*"))
    read = town.store.open

    def refuse(sha256: str) -> making.BinaryIO:
        if sha256 == bad:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        return read(sha256)

    monkeypatch.setattr(town.store, "open", refuse)
    made = town.back_up()
    assert (made.lost, made.gone, made.files) == (1, 0, 6)


def test_what_cannot_be_read_back_is_not_kept(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    sync = making.sync

    def rot(target: making.BinaryIO) -> None:
        sync(target)
        with Path(target.name).open("r+b") as disk:
            disk.seek(-5000, os.SEEK_END)
            disk.write(b"rotten")

    monkeypatch.setattr(making, "sync", rot)
    with pytest.raises(BackupBroken):
        town.back_up()
    assert left_over(town) == []


def test_a_backup_whose_keys_do_not_open_the_rows_is_not_kept(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(making, "read_keys_of", lambda _database: (b"x" * 32,))
    with pytest.raises(BackupBroken):
        town.back_up()
    assert left_over(town) == []


@pytest.mark.parametrize("what", ["take_snapshot", "pack_files", "try_archive", "sync"])
def test_a_full_disk_is_one_sentence_and_leaves_nothing(town: Town, monkeypatch: pytest.MonkeyPatch, what: str) -> None:
    def fill(*_given: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as full:
        full.setattr(making, what, fill)
        with pytest.raises(BackupRefused, match="no backup was made: No space left on device"):
            town.back_up()
    assert left_over(town) == []
    assert town.back_up().lost == 0, "and the next one goes well"


def test_where_there_is_no_room_the_disk_is_not_filled_to_find_out(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(making, "take_snapshot", lambda *_given: pytest.fail("it began"))
    for short in ("archives", "town") if town.database.is_sqlite else ("archives",):
        monkeypatch.setattr(
            folders, "free_on", lambda folder, short=short: 150_000 if folder.name == short else 1 << 40
        )
        with pytest.raises(BackupRefused, match=f"room.*{short}"):
            town.back_up()
        assert left_over(town) == []


def test_two_at_once_are_not_made_and_a_start_leaves_one_under_way_alone(town: Town) -> None:
    with own_work(town.data) as work:
        (work / "fangshi.db").touch()
        with pytest.raises(BackupRefused, match="another backup"):
            town.back_up()
        clear_leftovers(town.data)
        assert (work / "fangshi.db").exists()


KILLED = """
import os, signal, sys
from pathlib import Path
from server.backups import making
from server.blobs import BlobStore
from server.db import Database
from tests.conftest import MORNING
url, key, data, folder = sys.argv[1:]
making.pack_files = lambda *_given: os.kill(os.getpid(), signal.SIGKILL)
snapshot = making.take_snapshot
database = Database(url, Path(key))
making.make_backup(database, BlobStore(Path(data) / "blobs", database.keys), Path(data), Path(folder), MORNING)
"""


def test_a_kill_leaves_no_copy_after_the_next_start(town: Town) -> None:
    words = [town.database.engine.url.render_as_string(hide_password=False), str(town.database.keys.path)]
    command = [sys.executable, "-P", "-c", KILLED, *words, str(town.data), str(town.folder)]
    killed = subprocess.run(command, env=serve_environment(), cwd=ROOT, capture_output=True, text=True)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert (town.data / WORK / "blobs.txt").exists(), "it was killed in the middle"
    clear_leftovers(town.data)
    assert left_over(town) == ["fangshi-20260302T010000Z.backup.partial"]
    with pytest.raises(BackupRefused, match="no backup was made"):
        town.back_up()  # within that same second
    (partial,) = town.folder.iterdir()
    os.utime(partial, (MORNING.timestamp(), MORNING.timestamp()))
    assert delete_old(town.folder, MORNING + timedelta(days=1, seconds=1), BACKUPS_FOR) == 1
