"""The classes of a rate, its window, and where a village is counted that is not told alone."""

from datetime import date

import pytest

from geo.month_ends import Month, Rate
from server.followups.rates import begin_of_window, class_of, counted_in

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
