"""A phone whose points lie in the next village, all by the shift of web maps, is asked about; one with wild points is not."""

import pytest
import shapely

from geo.crs import wgs84_to_gcj02
from geo.shift_detector import Observed, find_shifted

# Two villages in Enping, where web maps shift by 613 m to the south-east: further than these are wide.
WEST = shapely.box(112.310, 22.180, 112.314, 22.184)
EAST = shapely.box(112.314, 22.180, 112.318, 22.184)
OUTLINES = {"w": WEST, "e": EAST}


def points(
    count: int, place=lambda lon, lat: (lon, lat), phone: int = 1, expected=("w",), accuracy=5.0
) -> list[Observed]:
    return [
        Observed(phone, number, *place(112.311 + number * 0.0003, 22.182), accuracy, frozenset(expected))
        for number in range(count)
    ]


def test_five_points_that_move_into_their_village_are_proposed() -> None:
    (found,) = find_shifted(points(5, wgs84_to_gcj02), OUTLINES)
    assert found.phone == 1
    assert [one.record for one, _ in found.points] == [0, 1, 2, 3, 4]
    for number, (_, back) in enumerate(found.points):
        assert back == pytest.approx((112.311 + number * 0.0003, 22.182), abs=1e-7)


def test_four_are_too_few_and_phones_are_not_added_up() -> None:
    assert find_shifted(points(4, wgs84_to_gcj02) + points(4, wgs84_to_gcj02, phone=2), OUTLINES) == []


def test_points_that_lie_where_they_should_are_left_alone() -> None:
    assert find_shifted(points(8), OUTLINES) == []


def test_points_that_are_wrong_some_other_way_are_not_proposed() -> None:
    """Two kilometres to the north: shifted back they lie in no village of theirs either."""
    assert find_shifted(points(8, lambda lon, lat: (lon, lat + 0.02)), OUTLINES) == []


def test_a_point_within_its_own_accuracy_of_the_village_says_nothing() -> None:
    assert find_shifted(points(8, wgs84_to_gcj02, accuracy=900.0), OUTLINES) == []


def test_without_an_expected_village_nothing_is_said() -> None:
    assert find_shifted(points(8, wgs84_to_gcj02, expected=()), OUTLINES) == []
    assert find_shifted(points(8, wgs84_to_gcj02, expected=("elsewhere",)), OUTLINES) == []


def test_only_the_points_that_move_in_are_named() -> None:
    (found,) = find_shifted([*points(3), *points(6, wgs84_to_gcj02)], OUTLINES)
    assert len(found.points) == 6


def test_abroad_nothing_is_shifted() -> None:
    paris = {"w": shapely.box(2.30, 48.80, 2.31, 48.81)}
    there = [Observed(1, number, 2.315, 48.805, 5.0, frozenset("w")) for number in range(9)]
    assert find_shifted(there, paris) == []
