"""What is remembered of the timetable's jobs, with every instant written out. Times are Shanghai's."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from server.access.people import create_user
from server.db import Database
from server.errors import UnexpectedValue
from server.jobs import TIMETABLE
from server.models import Audit, TimetableRun, TimetableWish
from server.runs import (
    KEPT,
    NEVER_PAUSED,
    ask_for_run,
    begin_run,
    due_of,
    end_run,
    is_late,
    is_paused,
    last_runs,
    past_runs,
    pause_job,
    paused_jobs,
    resume_job,
)
from tests.making import a_run
from tests.server.shanghai import shanghai

JOBS = {job.name: job for job in TIMETABLE}


def a_last(
    started: str, finished: str | None, next_at: str | None = None, due: str | None = None, name: str = "outbox"
) -> TimetableRun:
    times = {"started_at": started, "finished_at": finished, "next_at": next_at, "due_at": due}
    return TimetableRun(name=name, **{key: shanghai(text) if text else None for key, text in times.items()})


@pytest.mark.parametrize(
    ("last", "asked", "began", "due"),
    [
        (None, None, "02T09:00", "02T09:00"),
        (a_last("01T00:05", "01T00:06", "02T00:05"), None, "02T00:05", "02T00:05"),
        (a_last("01T00:05", "01T00:06", "02T00:05"), None, "02T00:07", "02T00:05"),
        (a_last("01T00:05", "01T00:06", "02T00:05"), None, "04T09:00", "02T00:05"),
        (a_last("01T00:05", None, "02T00:05", due="01T00:05"), None, "01T00:15", "01T00:05"),
        (a_last("01T00:05", None, "02T00:05"), None, "01T00:15", "01T00:05"),
        (a_last("09T00:05", "09T00:06", "10T00:05"), None, "02T00:05", "02T00:05"),
        (a_last("01T00:05", "01T00:06", "02T00:05"), "01T10:00", "01T10:00", "01T10:00"),
        (a_last("01T00:05", "01T00:06", "02T00:05"), "01T12:00", "01T10:00", "01T10:00"),
        (a_last("01T09:00", "01T09:00", "01T09:01"), None, "01T09:00", "01T09:00"),
    ],
)
def test_when_a_run_was_due(last: TimetableRun | None, asked: str | None, began: str, due: str) -> None:
    """The clock was set back in two of them: nothing is due in time to come."""
    assert due_of(last, shanghai(asked) if asked else None, shanghai(began)) == shanghai(due)


@pytest.mark.parametrize(
    ("last", "now", "late"),
    [
        (None, "02T09:00", False),
        (a_last("01T00:05", "01T00:06", "02T00:05"), "02T00:05", False),
        (a_last("01T00:05", "01T00:06", "02T00:05"), "02T00:10", False),
        (a_last("01T00:05", "01T00:06", "02T00:05"), "02T00:11", True),
        (a_last("02T00:05", None, "03T00:05"), "02T01:05", False),
        (a_last("02T00:05", None, "03T00:05"), "02T01:06", True),
        (a_last("09T00:05", "09T00:06", "10T00:05"), "02T00:05", False),
    ],
)
def test_a_job_is_late_some_minutes_after_its_time_or_when_it_does_not_end(
    last: TimetableRun | None, now: str, late: bool
) -> None:
    assert is_late(last, None, shanghai(now)) == late


@pytest.mark.parametrize(
    ("name", "now", "paused"),
    [
        ("outbox", "02T08:59", False),
        ("outbox", "02T09:00", True),
        ("outbox", "02T12:59", True),
        ("outbox", "02T13:00", False),
        ("audit", "02T10:00", False),
    ],
)
def test_a_pause_ends_by_itself_and_some_jobs_have_none(name: str, now: str, paused: bool) -> None:
    wish = TimetableWish(name=name, paused_at=shanghai("02T09:00"), paused_until=shanghai("02T13:00"))
    assert is_paused(wish, shanghai(now)) == paused
    overdue = a_last("01T00:05", "01T00:06", "01T00:07")
    assert is_late(overdue, wish, shanghai(now)) != paused


def test_the_last_runs_of_each_job_are_kept_and_how_late_they_began(database: Database) -> None:
    nine = shanghai("02T09:00")
    for minute in range(KEPT + 5):
        a_run(database, JOBS["outbox"], nine + timedelta(minutes=minute), str(minute))
    a_run(database, JOBS["follow_ups"], shanghai("02T00:05"), "12")
    a_run(database, JOBS["follow_ups"], shanghai("05T09:00"), "OperationalError", shanghai("05T09:02"))
    with database.reading() as db:
        past, last = past_runs(db), last_runs(db)
    assert [run.result for run in past["outbox"]] == [str(minute) for minute in reversed(range(5, KEPT + 5))]
    found = past["follow_ups"][0]
    assert (found.due_at, found.started_at, found.finished_at) == (
        shanghai("03T00:05"),
        shanghai("05T09:00"),
        shanghai("05T09:02"),
    )
    assert (found.result, found.asked, last["follow_ups"].due_at) == ("OperationalError", False, shanghai("03T00:05"))
    assert len(past["follow_ups"]) == 2


@pytest.fixture
def ada(database: Database) -> int:
    with database.transaction() as db:
        return create_user(db, "ada@town.test", "three green hills", None, by=None, now=shanghai("01T09:00")).actor_id


def acts(database: Database) -> list[tuple[str, object]]:
    with database.reading() as db:
        rows = db.scalars(select(Audit).where(Audit.action.startswith("timetable.")).order_by(Audit.id))
        return [(row.action, row.details) for row in rows]


def test_a_wish_is_taken_on_by_one_run_and_who_asks_twice_asks_once(database: Database, ada: int) -> None:
    with database.transaction() as db:
        ask_for_run(db, "backup", ada, shanghai("02T09:00"))
        ask_for_run(db, "backup", ada, shanghai("02T09:01"))
    for started in ("02T09:02", "02T09:03"):
        a_run(database, JOBS["backup"], shanghai(started), "7")
    with database.reading() as db:
        second, first = past_runs(db)["backup"]
    assert (first.asked, first.due_at, second.asked) == (True, shanghai("02T09:00"), False)
    assert acts(database) == [("timetable.run", {"job": "backup"})]


def test_who_pauses_says_why_and_some_jobs_must_not_stand_still(database: Database, ada: int) -> None:
    with database.transaction() as db:
        assert pause_job(db, "outbox", "trouble", ada, shanghai("02T09:00")) == shanghai("02T13:00")
        for name, reason in [*((one, "repair") for one in sorted(NEVER_PAUSED)), ("backup", "王芳 asked")]:
            with pytest.raises(UnexpectedValue):
                pause_job(db, name, reason, ada, shanghai("02T09:00"))
        with pytest.raises(UnexpectedValue):
            ask_for_run(db, "outbox", ada, shanghai("02T09:30"))
        assert paused_jobs(db, shanghai("02T10:00")) == ["outbox"]
        assert paused_jobs(db, shanghai("02T13:00")) == []
        resume_job(db, "outbox", ada, shanghai("02T10:00"))
        resume_job(db, "backup", ada, shanghai("02T10:00"))
        assert paused_jobs(db, shanghai("02T10:00")) == []
    details = {"job": "outbox", "reason": "trouble"}
    assert acts(database) == [("timetable.pause", details), ("timetable.resume", {"job": "outbox"})]


def test_a_run_that_another_process_began_since_is_not_ended_by_the_first(database: Database) -> None:
    first, second, again = shanghai("02T00:05"), shanghai("02T00:15"), shanghai("03T00:05")
    with database.transaction() as db:
        begin_run(db, "follow_ups", first, again)
        begin_run(db, "follow_ups", second, again)
        end_run(db, "follow_ups", first, shanghai("02T00:20"), "3", again)
    with database.reading() as db:
        last, past = last_runs(db)["follow_ups"], past_runs(db)["follow_ups"]
    assert (last.started_at, last.finished_at) == (second, None)
    assert [(run.started_at, run.result) for run in past] == [(second, None), (first, "3")]
