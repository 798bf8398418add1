"""Which months may be told on a day, and that each is told once, in order."""

import itertools
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, time
from threading import Barrier

import pytest
from sqlalchemy import func, select

from geo.month_ends import Part
from server.access.month_ends import add_months_due, month_ends, tell_months
from server.access.small_numbers import Telling
from server.clock import SHANGHAI
from server.models import Release, ReleaseLook
from tests.conftest import MORNING
from tests.server.web.pages.women import CareTown

MANY = Part(20, 10, 20, 10, 30)


@pytest.mark.parametrize(
    ("today", "newest"),
    [
        ("2026-03-02", "2026-01-31"),
        ("2026-03-13", "2026-01-31"),
        ("2026-03-14", "2026-02-28"),
        ("2026-01-14", "2025-12-31"),
    ],
)
def test_a_month_is_told_two_weeks_after_its_end(today, newest):
    found = month_ends(date.fromisoformat(today))
    assert found[-1] == date.fromisoformat(newest) and len(found) == 12
    assert all((after - before).days in (28, 29, 30, 31) for before, after in itertools.pairwise(found))


@pytest.fixture
def town(app, database):
    return CareTown(app, database)


def count(town, today, parts, measure="rate of the test"):
    asked = []

    def found(_db, end):
        asked.append(end)
        return parts

    now = datetime.combine(today, time(9), SHANGHAI)
    add_months_due(town.database, town.project_id, measure, now, found, dict.fromkeys(parts, ""))
    return asked


def tell(town, today, name="lea"):
    with town.database.reading() as db:
        actor = town.actor_id(db, name)
    return tell_months(Telling(town.database, actor, MORNING), town.project_id, "rate of the test", today)


def test_months_are_counted_once_and_later_ones_after_them(town):
    asked = count(town, date(2026, 3, 2), {"a": MANY})
    first = tell(town, date(2026, 3, 2))
    assert asked == list(first) == month_ends(date(2026, 3, 2))
    assert count(town, date(2026, 3, 2), {"a": Part(50, 50, 50, 50, 100)}) == []
    assert tell(town, date(2026, 3, 2), "rita") == first
    assert count(town, date(2026, 4, 20), {"a": Part(50, 50, 50, 50, 100)}) == [date(2026, 2, 28), date(2026, 3, 31)]
    later = tell(town, date(2026, 4, 20))
    assert [later[end].villages["a"].of for end in list(later)[-3:]] == [30, 100, 100]


def test_what_is_not_counted_yet_is_not_told_and_nobody_s_look_counts_it(town):
    assert tell(town, date(2026, 3, 2)) == {}
    count(town, date(2026, 3, 2), {"a": MANY})
    assert list(tell(town, date(2026, 4, 20))) == month_ends(date(2026, 4, 20))[:-2]
    with town.database.reading() as db:
        assert db.scalar(select(func.count(Release.id))) == 12


def test_it_is_kept_who_was_told_which_month(town):
    count(town, date(2026, 3, 2), {"a": MANY})
    for name in ("lea", "rita", "lea"):
        tell(town, date(2026, 3, 2), name)
    with town.database.reading() as db:
        assert db.scalar(select(func.count(Release.id))) == 12
        assert db.scalar(select(func.count(ReleaseLook.id))) == 24


def test_two_timetables_at_once_count_each_month_once(town):
    """While one counts a month the other keeps it first: the first one's count goes nowhere, and it goes on from there."""
    inside = []

    def found(_db, end):
        inside.append(end)
        return {"a": MANY}

    def overtaken(db, end):
        if not inside:
            inside.append(end)
            db.rollback()  # lets go of the database, as of another process that was faster
            add_months_due(town.database, town.project_id, "rate of the test", now, found, {"a": ""})
        return {"a": Part(50, 50, 50, 50, 100)}

    now = datetime(2026, 3, 2, 9, tzinfo=SHANGHAI)
    assert add_months_due(town.database, town.project_id, "rate of the test", now, overtaken, {"a": ""}) == 0
    told = tell(town, date(2026, 3, 2))
    assert len(told) == 12 and {month.villages["a"].of for month in told.values()} == {30}


def test_timetables_in_two_threads_leave_every_month_once(town):
    barrier = Barrier(2)

    def run(_):
        barrier.wait()
        return count(town, date(2026, 3, 2), {"a": MANY})

    with ThreadPoolExecutor(2) as both:
        list(both.map(run, range(2)))
    with town.database.reading() as db:
        numbers = list(db.scalars(select(Release.number).order_by(Release.number)))
    assert len(numbers) == 12 and numbers == list(range(numbers[0], numbers[0] + 12))
