"""Land that two villages claim or none does, told apart from strips along a border that was drawn twice."""

import pytest
import shapely

from geo.topology import find_gaps, find_overlaps, repair, width_m

WEST = shapely.box(105.00, 30.00, 105.02, 30.02)
METRE_EAST, METRE_NORTH = 1 / 96_476, 1 / 110_852  # degrees, at 30.01 N


@pytest.mark.parametrize(("metres", "is_sliver"), [(1, True), (4, True), (6, False), (200, False)])
def test_a_thin_strip_that_two_claim_is_a_sliver(metres: float, is_sliver: bool) -> None:
    east = shapely.box(105.02 - metres * METRE_EAST, 30.00, 105.04, 30.02)
    (found,) = find_overlaps({"a": WEST, "b": east})
    assert (found.is_sliver, found.width) == (is_sliver, pytest.approx(metres, rel=0.1))
    assert found.m2 == pytest.approx(metres * 0.02 / METRE_NORTH, rel=0.01)


@pytest.mark.parametrize(("metres", "is_sliver"), [(2, True), (30, False)])
def test_a_thin_strip_that_nobody_claims_is_a_sliver(metres: float, is_sliver: bool) -> None:
    hole = shapely.box(105.02, 30.005, 105.02 + metres * METRE_EAST, 30.015)
    east = shapely.box(105.02, 30.00, 105.04, 30.02) - hole
    (found,) = find_gaps({"a": WEST, "b": east})
    assert (found.is_sliver, found.beside) == (is_sliver, ("a", "b"))


def test_what_is_open_to_the_outside_is_no_gap() -> None:
    assert find_gaps({"a": WEST, "b": shapely.box(105.03, 30.00, 105.04, 30.02)}) == []


def test_borders_that_touch_are_no_overlap() -> None:
    assert find_overlaps({"a": WEST, "b": shapely.box(105.02, 30.00, 105.04, 30.02)}) == []


def test_the_width_of_a_long_strip_is_what_one_would_measure() -> None:
    assert width_m(shapely.box(105, 30, 105 + 3 * METRE_EAST, 30.02)) == pytest.approx(3, rel=0.01)


def test_a_sound_outline_is_left_alone() -> None:
    mended, what = repair("a", WEST)
    assert (what, mended.equals(WEST)) == (None, True)
