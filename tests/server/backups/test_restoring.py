"""All of a backup comes back into an empty place, or one sentence says why not and nothing is left."""

import errno
import os
import random
from pathlib import Path

import pytest

from server.backups import BackupBroken, BackupRefused, restoring, unpacking
from server.backups.carried_key import make_key_pair
from server.backups.restoring import new_folder, restore_backup
from server.backups.sealing import START
from server.backups.snapshot import check_snapshot
from server.config import Config
from server.db import Database
from server.keys import read_keys, replace_keys
from server.sealed_files import PIECE, TAG_BYTES
from tests.server.backups.backing import Town, a_town_to_keep, an_empty_place, cut, files_of, rows_at, rows_of, spoil


@pytest.fixture
def town(database: Database, tmp_path: Path) -> Town:
    return a_town_to_keep(database, tmp_path)


def test_rows_files_keys_and_heads_are_there_again(town: Town, tmp_path: Path) -> None:
    made, place = town.back_up(), an_empty_place(tmp_path)
    manifest = restore_backup(made.path, town.key, place)
    assert (sum(manifest.tables.values()), manifest.files) == (made.rows, made.files)
    assert rows_at(place) == rows_of(town.database) == manifest.tables
    assert files_of(place.blob_dir) == files_of(town.store.root)
    assert read_keys(place.key_file) == (town.database.keys.current_secret(),)
    names = {path.name for path in place.data_dir.iterdir()} - {"fangshi.db", "fangshi.db-wal", "fangshi.db-shm"}
    assert names == {"blobs", "secret.key", "backup.pub", "audit-heads.txt"}
    files = [path for path in place.data_dir.rglob("*") if path.is_file() and "db-" not in path.name]
    assert all(path.stat().st_mode & 0o077 == 0 for path in files)


def test_a_folder_that_holds_something_is_left_alone(town: Town, tmp_path: Path) -> None:
    made, place = town.back_up(), an_empty_place(tmp_path)
    place.data_dir.mkdir()
    (place.data_dir / "fangshi.db").write_text("mine")
    with pytest.raises(BackupRefused, match="not empty"):
        restore_backup(made.path, town.key, place)
    assert [(path.name, path.read_text()) for path in place.data_dir.iterdir()] == [("fangshi.db", "mine")]


def test_a_folder_that_is_there_and_empty_is_filled_and_so_is_one_where_a_restore_was_killed(
    town: Town, tmp_path: Path
) -> None:
    made, place = town.back_up(), an_empty_place(tmp_path)
    (place.data_dir / "restoring" / "blobs").mkdir(parents=True)
    restore_backup(made.path, town.key, place)
    assert rows_at(place) == rows_of(town.database)


def places(size: int) -> list[int]:
    """Bytes of the start, of each piece's ends, of the very end, and a few between."""
    ends = [START + number * (PIECE + TAG_BYTES) for number in range(1, size // (PIECE + TAG_BYTES))]
    some = random.Random(20260302).sample(range(size), 12)
    return [
        0,
        len(b"Fangshi backup 1"),
        20,
        START - 1,
        START,
        *ends[:2],
        *[end - 1 for end in ends[-2:]],
        size - 1,
        *some,
    ]


def test_a_flipped_byte_anywhere_leaves_nothing(town: Town, tmp_path: Path) -> None:
    made, place = town.back_up(), an_empty_place(tmp_path)
    for where in places(made.size):
        with pytest.raises((BackupBroken, BackupRefused)):
            restore_backup(spoil(made.path, where), town.key, place)
        assert not place.data_dir.exists(), where


def test_a_file_that_was_cut_off_anywhere_leaves_nothing(town: Town, tmp_path: Path) -> None:
    made, place = town.back_up(), an_empty_place(tmp_path)
    whole_pieces = START + (made.size - START - 1) // (PIECE + TAG_BYTES) * (PIECE + TAG_BYTES)
    for size in (0, 10, START, START + 5, START + PIECE + TAG_BYTES, whole_pieces, made.size - 1):
        with pytest.raises((BackupBroken, BackupRefused)):
            restore_backup(cut(made.path, size), town.key, place)
        assert not place.data_dir.exists(), size
    longer = made.path.with_name("longer")
    longer.write_bytes(made.path.read_bytes() + b"x")
    with pytest.raises(BackupBroken):
        restore_backup(longer, town.key, place)


def test_another_key_the_public_half_or_no_key_opens_nothing(town: Town, tmp_path: Path) -> None:
    made, place, other = town.back_up(), an_empty_place(tmp_path), tmp_path / "other.txt"
    (tmp_path / "x").mkdir()
    make_key_pair(other, tmp_path / "x")
    for key, why in (
        (other, "another key"),
        (town.data / "backup.pub", "private half"),
        (town.data / "audit-heads.txt", "private half"),
        (tmp_path / "none.txt", "cannot be read"),
    ):
        with pytest.raises(BackupRefused, match=why):
            restore_backup(made.path, key, place)
    with pytest.raises(BackupRefused, match="no backup of Fangshi"):
        restore_backup(town.key, town.key, place)
    assert not place.data_dir.exists()


def test_a_full_disk_leaves_nothing(town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made, place = town.back_up(), an_empty_place(tmp_path)
    write, written = unpacking.write_private, []

    def fill(path: Path, source: unpacking.Hashing) -> None:
        written.append(path)
        if len(written) == 4:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        write(path, source)

    monkeypatch.setattr(unpacking, "write_private", fill)
    with pytest.raises(OSError, match="No space left"):
        restore_backup(made.path, town.key, place)
    assert not place.data_dir.exists()
    monkeypatch.undo()
    restore_backup(made.path, town.key, place)
    assert rows_at(place) == rows_of(town.database), "and the next one goes well"


def test_the_other_kind_of_database_is_told_at_once(town: Town, tmp_path: Path) -> None:
    made = town.back_up()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(restoring, "POSTGRESQL", "fangshi.db")
        patch.setattr(restoring, "SQLITE", "fangshi.dump")
        with pytest.raises(BackupRefused, match="FANGSHI_DATABASE_URL"):
            restore_backup(made.path, town.key, an_empty_place(tmp_path))
    assert not (tmp_path / "elsewhere").exists()


def test_a_key_file_outside_gets_the_keys_or_must_hold_them(town: Town, tmp_path: Path) -> None:
    made, outside = town.back_up(), tmp_path / "outside.key"
    replace_keys(outside, [b"o" * 32])
    for number, keys in enumerate(([b"o" * 32], [b"o" * 32, town.database.keys.current_secret()], [])):
        place = an_empty_place(tmp_path, f"place{number}")
        place = Config(place.data_dir, database_url=place.database_url, secret_key_file=outside)
        if keys:
            replace_keys(outside, keys)
        else:
            outside.unlink()
        if number == 0:
            with pytest.raises(BackupRefused, match="other keys"):
                restore_backup(made.path, town.key, place)
            continue
        restore_backup(made.path, town.key, place)
        assert town.database.keys.current_secret() in read_keys(outside)
        assert not (place.data_dir / "secret.key").exists()


def test_where_the_key_file_is_outside_its_keys_never_lie_in_the_data_folder(town: Town, tmp_path: Path) -> None:
    secret, seen = town.database.keys.current_secret().hex(), []
    place = an_empty_place(tmp_path)
    place = Config(place.data_dir, database_url=place.database_url, secret_key_file=tmp_path / "outside.key")

    def look(folder: Path, tables: dict[str, int]) -> None:
        data = folder.parent if folder.name == restoring.UNPACKING else folder.parent.parent
        lying = [path for path in data.rglob("*") if path.is_file()]
        seen.append([path.name for path in lying if secret in path.read_text(errors="ignore")])
        check_snapshot(folder, tables)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("server.backups.trying.check_snapshot", look)
        patch.setattr(restoring, "check_snapshot", look)
        restore_backup(town.back_up().path, town.key, place)
    assert seen == [[], []], "neither while it is tried nor while it is restored"
    assert read_keys(place.key_file) == (town.database.keys.current_secret(),)


def test_a_key_file_that_cannot_be_written_leaves_nothing_in_the_database_either(town: Town, tmp_path: Path) -> None:
    made, place = town.back_up(), an_empty_place(tmp_path)
    nowhere = Config(place.data_dir, database_url=place.database_url, secret_key_file=tmp_path / "none" / "x.key")
    with pytest.raises(OSError, match="No such file"):
        restore_backup(made.path, town.key, nowhere)
    assert not place.data_dir.exists()
    restore_backup(made.path, town.key, place)
    assert rows_at(place) == rows_of(town.database)


def test_a_database_that_takes_no_rows_leaves_no_key_file(
    town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, place = town.back_up(), an_empty_place(tmp_path)
    place = Config(place.data_dir, database_url=place.database_url, secret_key_file=tmp_path / "outside.key")

    def refuse(*_given: object) -> None:
        raise BackupRefused("not now")

    monkeypatch.setattr(*((restoring, "restore_dump") if place.database_url else (restoring.os, "sync")), refuse)
    with pytest.raises(BackupRefused, match="not now"):
        restore_backup(made.path, town.key, place)
    assert not place.key_file.exists() and not place.data_dir.exists()


def test_two_restores_into_one_folder_do_not_meet(town: Town, tmp_path: Path) -> None:
    made, place = town.back_up(), an_empty_place(tmp_path)
    with new_folder(place.data_dir) as into:
        (into / "fangshi.db").touch()
        with pytest.raises(BackupRefused, match="another restore"):
            restore_backup(made.path, town.key, place)
        assert (into / "fangshi.db").exists()
        (into / "fangshi.db").unlink()


def test_what_began_to_live_in_the_folder_meanwhile_is_not_written_over(
    town: Town, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, place = town.back_up(), an_empty_place(tmp_path)

    def begin(folder: Path, tables: dict[str, int]) -> None:
        check_snapshot(folder, tables)
        (place.data_dir / "secret.key").write_text("of a server that was started")

    monkeypatch.setattr(restoring, "check_snapshot", begin)
    with pytest.raises(BackupRefused, match="not empty"):
        restore_backup(made.path, town.key, place)
    assert [path.name for path in place.data_dir.iterdir()] == ["secret.key"]
    assert (place.data_dir / "secret.key").read_text() == "of a server that was started"


def test_a_database_that_is_not_empty_is_left_alone(town: Town, tmp_path: Path) -> None:
    made, place = town.back_up(), an_empty_place(tmp_path)
    restore_backup(made.path, town.key, place)
    again = Config(tmp_path / "again", database_url=place.database_url)
    if place.database_url:
        with pytest.raises(BackupRefused, match="database that is not empty"):
            restore_backup(made.path, town.key, again)
        assert not again.data_dir.exists()
    else:
        restore_backup(made.path, town.key, again)
        assert rows_at(again) == rows_at(place)
