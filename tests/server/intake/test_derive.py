"""The phone is never refused because our reading failed: the failure stands beside the record and is tried again."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta

import pytest
from sqlalchemy import select

from server.db import Database
from server.intake import derive
from server.models import DeriveProblem
from tests.client import Client
from tests.conftest import MORNING
from tests.making import a_record


def breaking(*_: object) -> None:
    raise ZeroDivisionError("an answer that no log may hold")


def test_a_deriver_that_fails_leaves_a_problem_and_the_phone_gets_its_201(
    phone: Client,
    project_id: int,
    database: Database,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(derive, "DERIVERS", (("place", breaking),))
    assert phone.send(project_id, a_record(gps="30.1 104.5 0 5")).status_code == 201
    with database.reading() as db:
        problem = db.scalars(select(DeriveProblem)).one()
    assert (problem.deriver, problem.error, problem.tries) == ("place", "ZeroDivisionError", 1)
    assert problem.look_at == MORNING + timedelta(minutes=1)
    assert "no log may hold" not in caplog.text


def test_a_failed_deriver_is_tried_again_five_times_with_growing_gaps(
    phone: Client, project_id: int, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(derive, "DERIVERS", (("place", breaking),))
    phone.send(project_id, a_record())
    instants, now = [], MORNING
    for _ in range(10):
        with database.reading() as db:
            look_at = db.scalars(select(DeriveProblem.look_at)).one()
        if look_at is None:
            break
        instants.append(look_at - now)
        now = look_at
        with database.transaction() as db:
            assert derive.retry_one(db, now - timedelta(seconds=1)) is False
            assert derive.retry_one(db, now) is True
    assert instants == list(derive.GAPS)


def test_a_retry_that_goes_well_takes_the_problem_away(
    phone: Client, project_id: int, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(derive, "DERIVERS", (("place", breaking),))
    phone.send(project_id, a_record())
    done: list[int] = []
    monkeypatch.setattr(derive, "DERIVERS", (("place", lambda _db, reading: done.append(reading.submission_id)),))
    with database.transaction() as db:
        assert derive.retry_one(db, MORNING + timedelta(hours=1)) is True
    with database.reading() as db:
        assert db.scalars(select(DeriveProblem)).all() == []
    assert len(done) == 1


def test_a_record_that_cannot_be_read_again_does_not_hold_up_the_others(
    phone: Client, project_id: int, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(derive, "DERIVERS", (("place", breaking),))
    phone.send(project_id, a_record())
    monkeypatch.setattr(derive, "read_again", breaking)
    with database.transaction() as db:
        assert derive.retry_one(db, MORNING + timedelta(hours=1)) is True
        assert derive.retry_one(db, MORNING + timedelta(hours=1)) is False


def test_a_plain_project_asks_the_database_nothing_about_care(
    phone: Client, project_id: int, count_queries: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    phone.send(project_id, a_record())
    with count_queries() as statements:
        assert phone.send(project_id, a_record(gps="30.1 104.5 0 5")).status_code == 201
    tables = ("seal ", "tombstone", "care_event", "woman", "household", "pregnancy", "follow_up")
    assert [one for one in statements if any(table in one for table in tables)] == []
    assert [one for one in statements if one.startswith("SAVEPOINT")] == []  # each costs as much as an insert
