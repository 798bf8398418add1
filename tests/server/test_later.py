"""Rows that wait for the end of their transaction: none of them is lost, none is written twice, few statements write them."""

from contextlib import suppress

import pytest
from sqlalchemy import bindparam, func, select, update
from sqlalchemy.orm import Session

from server.access.audit import record
from server.access.changes import note_changes
from server.db import Database
from server.later import begin_waiting, write_later, write_waiting
from server.models import Audit, Change, Project, table_of
from tests.conftest import MORNING, Counting

RENAME = update(table_of(Project)).where(table_of(Project).c.id == bindparam("of_project"))


def counts(db: Session) -> tuple[int, int]:
    """Rows of the audit that these tests wrote, and changes."""
    acts = select(func.count()).where(Audit.action.like("test.%"))
    return db.scalar(acts), db.scalar(select(func.count()).select_from(Change))


def test_where_nothing_waits_a_row_is_written_at_once(database: Database, project_id: int) -> None:
    with database.transaction() as db:
        record(db, "test.one", actor_id=None, project_id=project_id, now=MORNING)
        assert counts(db) == (1, 0)
        note_changes(db.connection(), project_id, "gone", [1, 2], MORNING)
        note_changes(db, project_id, "gone", [], MORNING)
        write_waiting(db)
        assert counts(db) == (1, 2)


def test_what_waits_is_written_once_and_those_of_one_table_in_their_order(database: Database, project_id: int) -> None:
    """Whatever columns they give: an act without a project goes with those of its kind."""
    with database.transaction() as db:
        begin_waiting(db)
        for number in range(3):
            record(db, f"test.{number}", actor_id=None, project_id=project_id, details={"n": number}, now=MORNING)
            record(db, f"test.bare{number}", actor_id=None, now=MORNING)
            note_changes(db, project_id, "gone", [number], MORNING)
        assert counts(db) == (0, 0)
        write_waiting(db)
        write_waiting(db)
        assert counts(db) == (6, 3)
        told = db.execute(select(Audit.action, Audit.details).where(Audit.project_id == project_id).order_by(Audit.id))
        assert [tuple(row) for row in told if row.action.startswith("test.")] == [
            (f"test.{number}", {"n": number}) for number in range(3)
        ]
        assert db.scalars(select(Change.about_id).order_by(Change.id)).all() == [0, 1, 2]


def test_a_transaction_that_is_given_up_leaves_nothing_waiting(database: Database, project_id: int) -> None:
    with pytest.raises(ZeroDivisionError), database.transaction() as db:
        begin_waiting(db)
        record(db, "test.one", actor_id=None, project_id=project_id, now=MORNING)
        raise ZeroDivisionError
    with database.transaction() as db:
        write_waiting(db)
        assert counts(db) == (0, 0)


def test_what_a_savepoint_takes_back_is_not_written_later(database: Database, project_id: int) -> None:
    with database.transaction() as db:
        begin_waiting(db)
        with suppress(ZeroDivisionError), db.begin_nested():
            record(db, "test.undone", actor_id=None, project_id=project_id, now=MORNING)
            raise ZeroDivisionError
        with db.begin_nested():
            record(db, "test.kept", actor_id=None, project_id=project_id, now=MORNING)
        write_waiting(db)
        assert db.scalars(select(Audit.action).where(Audit.action.like("test.%"))).all() == ["test.kept"]


def test_one_row_of_each_kind_is_one_statement_on_postgresql_and_many_are_one_a_kind(
    database: Database, project_id: int, count_queries: Counting
) -> None:
    with database.transaction() as db:
        for most, rows in ((1 if not database.is_sqlite else 3, 1), (3, 2)):
            begin_waiting(db)
            for number in range(rows):
                record(db, f"test.{number}", actor_id=None, project_id=project_id, now=MORNING)
                note_changes(db, project_id, "gone", [number], MORNING)
                write_later(db, RENAME, [{"of_project": project_id, "name": f"name {number}"}])
            with count_queries() as statements:
                write_waiting(db)
            assert len([one for one in statements if not one.startswith("BEGIN")]) == most
            assert db.scalar(select(Project.name).where(Project.id == project_id)) == f"name {rows - 1}"
        assert counts(db) == (3, 3)
