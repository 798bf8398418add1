"""A chart as lines: from zero, a gap where nothing is told, the newest rate beside its dot."""

from server.reports.pack.drawing import BOTTOM, TOP, draw
from server.reports.pack.paper import Chart, Point

HEADS = ("Window", "Rate", "low", "mean", "high")


def chart(*rates, **limits):
    return Chart("I2", HEADS, [Point(f"2026-{at:02}", rate, **limits) for at, rate in enumerate(rates, start=1)])


def test_nought_lies_at_the_foot_and_a_hundred_at_the_top():
    picture = draw(chart(0.0, 100.0))
    assert [y for _x, y in picture.dots] == [BOTTOM, TOP]
    assert picture.last.text == "100%" and picture.last.y < TOP


def test_a_window_that_is_not_told_is_a_gap():
    picture = draw(chart(50.0, 50.0, None, 60.0, 60.0, None, 70.0))
    rates = [one for one in picture.strokes if one.kind == "rate"]
    assert len(rates) == 2 and len(picture.dots) == 5, "one alone is a dot and no line"


def test_limits_are_lines_of_their_own():
    picture = draw(chart(50.0, 55.0, low=30.0, mean=50.0, high=70.0))
    assert sorted(one.kind for one in picture.strokes) == ["limit", "limit", "mean", "rate"]


def test_of_many_windows_some_are_named_and_the_newest_always():
    picture = draw(chart(*[50.0] * 12))
    assert len(picture.below) <= 6 and picture.below[-1].text == "2026-12"


def test_nothing_told_is_nothing_drawn():
    picture = draw(chart(None, None))
    assert (picture.dots, picture.last, list(picture.strokes)) == ([], None, [])
    assert draw(chart()).below == []
