"""Which months may be told on a day, and that each is told once, in order."""

import itertools
from datetime import date

import pytest
from sqlalchemy import func, select

from geo.month_ends import Part
from server.access.month_ends import month_ends, tell_months
from server.access.small_numbers import Telling
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


def tell(town, today, parts, name="lea"):
    asked = []

    def count(db, end):
        asked.append(end)
        return parts

    with town.database.reading() as db:
        actor = town.actor_id(db, name)
    telling = Telling(town.database, actor, MORNING)
    found = tell_months(telling, town.project_id, "rate of the test", today, count, dict.fromkeys(parts, ""))
    return found, asked


def test_months_are_counted_once_and_later_ones_after_them(town):
    first, asked = tell(town, date(2026, 3, 2), {"a": MANY})
    assert asked == list(first) == month_ends(date(2026, 3, 2))
    again, asked = tell(town, date(2026, 3, 2), {"a": Part(50, 50, 50, 50, 100)}, "rita")
    assert asked == [] and again == first
    later, asked = tell(town, date(2026, 4, 20), {"a": Part(50, 50, 50, 50, 100)})
    assert asked == [date(2026, 2, 28), date(2026, 3, 31)]
    assert [later[end].villages["a"].of for end in list(later)[-3:]] == [30, 100, 100]


def test_it_is_kept_who_was_told_which_month(town):
    for name in ("lea", "rita", "lea"):
        tell(town, date(2026, 3, 2), {"a": MANY}, name)
    with town.database.reading() as db:
        assert db.scalar(select(func.count(Release.id))) == 12
        assert db.scalar(select(func.count(ReleaseLook.id))) == 24
