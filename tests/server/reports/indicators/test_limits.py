"""The limits of a p-chart, by hand."""

from geo.month_ends import Rate
from server.reports.indicators.limits import Limits, limits_of

HIDDEN = Rate(why="few")


def test_limits_lie_three_standard_errors_around_the_mean():
    # Mean 150/300 = 0.5; of 100 the error is 0.05, so 35 to 65 per cent.
    found = limits_of([Rate(40, 100), Rate(50, 100), Rate(60, 100)])
    assert found == [Limits(50.0, 35.0, 65.0)] * 3


def test_limits_end_at_nothing_and_at_everybody():
    found = limits_of([Rate(19, 20), Rate(18, 20), Rate(20, 20)])
    assert found[0] == Limits(95.0, 80.4, 100.0)


def test_a_hidden_window_has_none_and_does_not_count():
    found = limits_of([Rate(40, 100), HIDDEN, Rate(50, 100), Rate(60, 100)])
    assert found[1] is None and found[0] == Limits(50.0, 35.0, 65.0)


def test_two_windows_make_no_mean():
    assert limits_of([Rate(40, 100), HIDDEN, Rate(50, 100)]) == [None, None, None]
