"""A snapshot is of one instant, and one that lost a row or a page is noticed."""

from pathlib import Path

import pytest
from sqlalchemy.engine import make_url

from server.access.projects import create_project
from server.backups import BackupBroken, BackupRefused, snapshot
from server.backups.snapshot import check_snapshot, take_snapshot
from server.db import Database
from tests.conftest import MORNING
from tests.server.backups.backing import rows_of


def test_what_is_written_after_a_snapshot_is_not_in_it(database: Database, tmp_path: Path) -> None:
    taken = take_snapshot(database, tmp_path)
    with database.transaction() as db:
        create_project(db, "late", None, by=None, now=MORNING)
    check_snapshot(tmp_path, taken.tables)
    assert rows_of(database)["project"] == taken.tables["project"] + 1


def test_a_row_more_or_less_than_counted_is_noticed(database: Database, tmp_path: Path) -> None:
    taken = take_snapshot(database, tmp_path)
    for wrong in ({"project": taken.tables["project"] + 1}, {"no_such_table": 1}):
        with pytest.raises(BackupBroken):
            check_snapshot(tmp_path, taken.tables | wrong)


def test_a_database_with_a_damaged_page_is_noticed(database: Database, tmp_path: Path) -> None:
    taken = take_snapshot(database, tmp_path)
    with taken.path.open("r+b") as file:
        file.seek(taken.path.stat().st_size // 2)
        file.write(b"\xff" * 40_000)
    with pytest.raises(BackupBroken):
        check_snapshot(tmp_path, taken.tables)


def test_without_the_programs_of_postgresql_one_sentence_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(snapshot.shutil, "which", lambda _name: None)
    with pytest.raises(BackupRefused, match="apt install postgresql-client"):
        snapshot.find_program("pg_dump")


def test_of_what_a_program_says_the_cause_is_told_not_where_it_stood(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "pg_restore"
    program.write_text(
        "#!/bin/sh\necho 'pg_restore: while PROCESSING TOC:\npg_restore: from TOC entry 2; EXTENSION postgis\n"
        "pg_restore: error: could not execute query: ERROR:  permission denied\nHINT:  ask' >&2\nexit 1\n"
    )
    program.chmod(0o700)
    monkeypatch.setattr(snapshot, "find_program", lambda _name: str(program))
    with pytest.raises(BackupRefused, match=r"could not execute query: ERROR:  permission denied$"):
        snapshot.run_program(make_url("postgresql://127.0.0.1/x"), "pg_restore")
