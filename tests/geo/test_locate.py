"""Four square villages of about 2 km; degrees are written out, metres worked out from 96,486 and 110,852 a degree."""

import numpy as np
import pytest
import shapely

from geo.locate import Located, Locator, choose_village

WEST, EAST = "510000000001", "510000000002"
NORTH_WEST, NORTH_EAST = "510000000003", "510000000004"
VILLAGES = [
    (EAST, shapely.box(105.02, 30.00, 105.04, 30.02)),
    (WEST, shapely.box(105.00, 30.00, 105.02, 30.02)),
    (NORTH_EAST, shapely.box(105.02, 30.02, 105.04, 30.04)),
    (NORTH_WEST, shapely.box(105.00, 30.02, 105.02, 30.04)),
]


def test_a_point_in_a_village_is_in_it():
    assert choose_village((105.01, 30.01), None, VILLAGES) == Located(WEST, "inside", 0.0, [])


def test_a_point_on_a_border_goes_to_the_lowest_code():
    assert choose_village((105.02, 30.01), None, VILLAGES) == Located(WEST, "inside", 0.0, [EAST])


def test_a_point_where_four_villages_meet_goes_to_the_lowest_code():
    found = choose_village((105.02, 30.02), None, VILLAGES)
    assert found == Located(WEST, "inside", 0.0, [EAST, NORTH_WEST, NORTH_EAST])


def test_a_point_on_the_outer_border_is_inside():
    assert choose_village((105.00, 30.01), None, VILLAGES).how == "inside"


@pytest.mark.parametrize(("accuracy", "others"), [(None, []), (10.0, []), (18.5, []), (20.0, [EAST]), (30.0, [EAST])])
def test_a_point_near_a_border_names_the_villages_within_the_phones_accuracy(accuracy, others):
    """0.0002 degrees west of the border are 19.3 m."""
    assert choose_village((105.0198, 30.01), accuracy, VILLAGES) == Located(WEST, "inside", 0.0, others)


@pytest.mark.parametrize(
    ("lon", "metres"), [(105.0405, 48.2), (105.0410, 96.5), (105.0420, 193.0)], ids=["48 m", "96 m", "193 m"]
)
def test_a_point_just_outside_goes_to_the_nearest_village_with_the_metres(lon, metres):
    found = choose_village((lon, 30.01), 10.0, VILLAGES)

    assert (found.code, found.how) == (EAST, "nearest")
    assert found.metres == pytest.approx(metres, abs=0.2)


def test_a_point_too_far_outside_is_in_no_village_but_the_metres_are_told():
    found = choose_village((105.0466, 30.01), 10.0, VILLAGES)

    assert (found.code, found.how) == (None, "unknown")
    assert found.metres == pytest.approx(636.8, abs=0.5)


def test_the_stated_distance_decides_what_is_near():
    assert choose_village((105.0410, 30.01), 10.0, VILLAGES, max_metres=90).how == "unknown"
    assert choose_village((105.0410, 30.01), 10.0, VILLAGES, max_metres=100).how == "nearest"


def test_a_poor_fix_may_reach_farther_but_not_for_ever():
    """289 m outside: a fix good to 300 m may be inside; 772 m outside: one good to 2 km proves nothing."""
    assert choose_village((105.0430, 30.01), 300.0, VILLAGES).how == "nearest"
    assert choose_village((105.0480, 30.01), 2000.0, VILLAGES).how == "unknown"


def test_a_nearest_village_names_those_that_are_as_near():
    found = choose_village((105.0405, 30.02), 60.0, VILLAGES)
    assert (found.code, found.ambiguous) == (EAST, [NORTH_EAST])


def test_north_and_east_count_alike():
    """At 30 degrees a degree of longitude is 13 % shorter: nearness in degrees would choose the wrong village."""
    villages = [("a", shapely.box(105.00, 30.00, 105.01, 30.01)), ("b", shapely.box(105.0119, 30.0116, 105.03, 30.03))]
    # From here the first is 0.00100 degrees south (110.9 m), the second 0.00110 degrees east (106.1 m).
    villages[1] = ("b", shapely.box(105.0061, 30.0105, 105.03, 30.03))
    found = choose_village((105.005, 30.011), None, villages)
    assert found.code == "b"
    assert found.metres == pytest.approx(106.1, abs=0.3)


def test_a_slanting_border_is_measured_at_a_right_angle_on_the_ground() -> None:
    """Legs of 0.02 degrees are 1,929.5 m and 2,217.1 m, so the height over the slant is 1,455.5 m (not 1,469 m)."""
    triangle = shapely.Polygon([(105.00, 30.00), (105.02, 30.00), (105.00, 30.02)])
    found = choose_village((105.02, 30.02), None, [("a", triangle)], max_metres=2_000)
    assert found.metres == pytest.approx(1455.5, abs=1)


@pytest.mark.parametrize("villages", [[], VILLAGES], ids=["no villages", "another country"])
def test_a_point_far_from_everything_is_unknown_without_metres(villages):
    assert choose_village((2.35, 48.85), 5.0, villages) == Located(None, "unknown", None, [])


def test_many_points_at_once_are_placed_as_one_by_one():
    random = np.random.default_rng(7)
    lons = np.concatenate((105.0 + random.random(2000) * 0.045, [105.02, 105.02, 105.0]))
    lats = np.concatenate((30.0 + random.random(2000) * 0.045, [30.01, 30.02, 30.0]))
    locator = Locator(VILLAGES)

    assert locator.locate_many(lons, lats) == [
        locator.locate(float(lon), float(lat)) for lon, lat in zip(lons, lats, strict=True)
    ]


def test_many_villages_are_searched_by_index_with_the_same_answer():
    grid = [
        (f"{column:03d}{row:03d}000000", shapely.box(x := 105 + column / 100, y := 30 + row / 100, x + 0.01, y + 0.01))
        for column in range(12)
        for row in range(12)
    ]
    locator = Locator(grid)

    assert locator.locate(105.055, 30.075) == Located("005007000000", "inside", 0.0, [])
    assert locator.locate(105.05, 30.07).ambiguous == ["004007000000", "005006000000", "005007000000"]
