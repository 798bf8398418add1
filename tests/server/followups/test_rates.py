"""The classes of a rate, its window, and where a village is counted that is not told alone."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select

from geo.month_ends import Month, Rate
from server.followups.rates import Rates, begin_of_window, class_of, count_months_due, counted_in
from server.models import Project, Release
from tests.conftest import MORNING
from tests.server.web.pages.women import CareTown

SHOWN, HIDDEN = Rate(40, 60), Rate(why="few_people")


@pytest.mark.parametrize(
    ("done", "level"), [(699, 0), (700, 1), (799, 1), (800, 2), (899, 2), (900, 3), (949, 3), (950, 4), (1000, 4)]
)
def test_classes_are_fixed_and_a_rate_is_rounded_down(done, level):
    assert class_of(Rate(done, 1000)) == level
    assert class_of(HIDDEN) is None


@pytest.mark.parametrize(
    ("end", "begin"), [("2026-01-31", "2025-02-01"), ("2025-12-31", "2025-01-01"), ("2024-02-29", "2023-03-01")]
)
def test_a_window_is_twelve_whole_months(end, begin):
    assert begin_of_window(date.fromisoformat(end)) == date.fromisoformat(begin)


@pytest.mark.parametrize(
    ("cluster", "shown", "town", "totals", "where"),
    [
        ("S", SHOWN, SHOWN, True, "南片"),
        ("S", HIDDEN, SHOWN, True, ""),
        ("S", HIDDEN, HIDDEN, True, None),
        ("", SHOWN, SHOWN, True, ""),
        ("", SHOWN, HIDDEN, True, None),
        ("S", SHOWN, SHOWN, False, None),
    ],
)
def test_a_hidden_village_is_counted_in_the_nearest_whole_that_is_told(cluster, shown, town, totals, where):
    assert counted_in(Month({}, {cluster: shown}, town), cluster, {"S": "南片"}, totals) == where


@pytest.fixture
def town(app, database):
    return CareTown(app, database)


def test_the_timetable_counts_each_town_s_months_once_and_the_next_when_it_is_due(town):
    assert count_months_due(town.database, MORNING) == 24, "twelve of each rate"
    assert count_months_due(town.database, MORNING) == 0
    assert count_months_due(town.database, datetime(2026, 3, 13, 15, 59, tzinfo=UTC)) == 0
    assert count_months_due(town.database, datetime(2026, 3, 13, 16, 0, tzinfo=UTC)) == 2, "the 14th in Shanghai"


def test_a_plain_project_and_a_town_without_villages_have_no_months(town):
    with town.database.transaction() as db:
        db.add(Project(name="没有村界", kind="care", created_at=MORNING))
        db.add(Project(name="普通项目", kind="plain", created_at=MORNING))
    count_months_due(town.database, MORNING)
    with town.database.reading() as db:
        assert set(db.scalars(select(Release.project_id))) == {town.project_id}


def test_a_month_of_which_one_rate_is_counted_is_still_being_counted():
    first, second = date(2025, 12, 31), date(2026, 1, 31)
    month = Month({}, {}, SHOWN)
    told = Rates((first, second), {first: month, second: month}, {first: month}, {}, {})
    assert told.is_counted(first) and not told.is_counted(second) and told.newest() == first
    assert told.of("coverage", second) is month and told.of("on_time", second) is None
    assert Rates((first, second), {}, {}, {}, {}).newest() == second
