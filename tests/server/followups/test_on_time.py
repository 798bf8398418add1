"""Which follow-ups count as due in the twelve months before a day, and which of them as made in time."""

from datetime import date

import pytest

from geo.month_ends import Part
from server.followups.on_time import on_time_at
from tests.server.web.pages.conftest import CODES
from tests.server.web.pages.women import DAY, TODAY, CareTown, a_follow_up, a_woman

END = date(2026, 1, 31)


@pytest.fixture
def town(app, database):
    return CareTown(app, database)


def visit(town, closes=END - 20 * DAY, her=(), **more):
    with town.database.transaction() as db:
        woman = a_woman(db, town.project_id, **dict(her))
        a_follow_up(db, woman, TODAY, closes_on=closes, **{"ended": True, "state": "expired", **more})


def counted(town):
    with town.database.reading() as db:
        return on_time_at(db, town.project_id, END).get(CODES[0], Part())


@pytest.mark.parametrize(
    ("closes", "counts"), [("2025-01-31", 0), ("2025-02-01", 1), ("2026-01-31", 1), ("2026-02-01", 0)]
)
def test_the_window_is_the_twelve_months_up_to_the_end(town, closes, counts):
    visit(town, date.fromisoformat(closes))
    assert counted(town).missed == counts


@pytest.mark.parametrize(
    ("state", "after_close", "done"),
    [
        ("done_on_time", -1, 1),
        ("done_late", 3, 0),
        ("done_elsewhere", 0, 1),
        ("done_elsewhere", 1, 0),
        ("expired", None, 0),
        ("missed_merged", None, 0),
    ],
)
def test_what_was_made_by_the_last_day_is_on_time(town, state, after_close, done):
    closes = END - 20 * DAY
    visit(town, closes, state=state, answered_on=None if after_close is None else closes + after_close * DAY)
    assert counted(town) == Part(done, 1 - done, done, 1 - done, 1)


def test_one_that_still_waits_after_its_close_is_not_on_time(town):
    visit(town, state="overdue", ended=False)
    assert counted(town).missed == 1


@pytest.mark.parametrize(
    "more", [{"state": "declined"}, {"state": "superseded"}, {"inside": "x"}, {"her": {"consent_stats": False}}]
)
def test_who_declined_or_does_not_agree_to_be_counted_is_in_neither_number(town, more):
    visit(town, **more)
    assert counted(town) == Part()


def test_two_visits_of_one_woman_are_of_one_person(town):
    with town.database.transaction() as db:
        woman = a_woman(db, town.project_id)
        for state in ("done_on_time", "expired", "expired"):
            a_follow_up(db, woman, TODAY, closes_on=END, ended=True, state=state)
    assert counted(town) == Part(1, 2, 1, 1, 1)
