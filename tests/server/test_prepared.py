"""What is written past SQLAlchemy is what it would have written, and what it adds by itself is left to it."""

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from sqlalchemy import bindparam, insert, text, update
from sqlalchemy.exc import IntegrityError

from server.access.audit import INSERT as INSERT_ACT
from server.db import Database
from server.intake.attachments import INSERT as INSERT_FILE
from server.models import Audit, Blob, Project, SubmissionAttachment, table_of
from server.prepared import prepare, write_prepared
from tests.conftest import MORNING

EAST = timezone(timedelta(hours=8, minutes=30))
ACTS: list[dict[str, Any]] = [
    {"action": "test.a", "actor_id": None, "logged_at": MORNING, "details": {"号": 1, "list": [None, True]}},
    {"action": "test.b", "actor_id": None, "logged_at": datetime(2026, 3, 1, 7, 5, 9, 12, EAST), "details": None},
]


def acts_in_file(database: Database) -> list[tuple[Any, ...]]:
    with database.reading() as db:
        columns = ", ".join(one.name for one in table_of(Audit).c if one.name != "id")
        return [
            tuple(row)
            for row in db.execute(text(f"SELECT {columns} FROM audit WHERE action LIKE 'test.%' ORDER BY id"))
        ]


def test_rows_lie_in_the_file_as_sqlalchemy_would_have_written_them(database: Database) -> None:
    if not database.is_sqlite:
        return
    with database.transaction() as db:
        db.connection().execute(INSERT_ACT, ACTS)
    ours = acts_in_file(database)
    with database.transaction() as db:
        assert write_prepared(db.connection(), INSERT_ACT, ACTS)
        assert write_prepared(db.connection(), INSERT_ACT, ACTS[:1])
    assert ours == [*acts_in_file(database)][:2]
    assert acts_in_file(database) == [*ours, *ours, ours[0]]


def test_a_row_is_changed_by_what_the_statement_asks_for(database: Database, project_id: int) -> None:
    if not database.is_sqlite:
        return
    projects = table_of(Project)
    rename = update(projects).where(projects.c.id == bindparam("of_project"))
    with database.transaction() as db:
        assert write_prepared(db.connection(), rename, [{"of_project": project_id, "name": "新"}])
        assert db.get_one(Project, project_id).name == "新"


def test_what_a_column_gives_by_itself_is_left_to_sqlalchemy(database: Database) -> None:
    if not database.is_sqlite:
        return
    row = {"submission_version_id": 1, "name": "a.jpg", "expected": True, "blob_sha256": None, "updated_at": None}
    with database.reading() as db:
        assert prepare(INSERT_FILE, frozenset({*row, "copy"}), db.connection().dialect) is not None
        assert prepare(INSERT_FILE, frozenset(row), db.connection().dialect) is None
        assert not write_prepared(db.connection(), INSERT_FILE, [row])


def test_so_is_a_value_that_the_statement_says_itself(database: Database) -> None:
    if not database.is_sqlite:
        return
    said = insert(table_of(SubmissionAttachment)).values(name="a.jpg").inline()
    with database.reading() as db:
        dialect = db.connection().dialect
        assert prepare(said, frozenset({"submission_version_id", "copy", "expected"}), dialect) is None


def test_what_the_database_refuses_is_sqlalchemys_error(database: Database) -> None:
    row = {"sha256": None, "size": 1, "content_type": "", "created_at": MORNING}
    blobs = insert(table_of(Blob)).inline()
    if not database.is_sqlite:
        with database.reading() as db:
            assert not write_prepared(db.connection(), blobs, [row])
        return
    names = {one.name for one in table_of(Blob).c}
    with pytest.raises(IntegrityError), database.transaction() as db:
        assert write_prepared(db.connection(), blobs, [{name: row.get(name) for name in names}])
