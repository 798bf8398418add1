"""A place in its village as a drawing: everything that is to be seen is on it, and distances are true."""

import math
import re

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo.crs import metres_between
from geo.spot import draw_spot

VILLAGE = shapely.box(105.00, 30.00, 105.02, 30.01)


def corners(path):
    return [(float(x), float(y)) for x, y in re.findall(r"(-?[\d.]+) (-?[\d.]+)", path)]


def test_the_village_and_the_place_are_on_the_drawing_and_north_is_up():
    drawn = draw_spot((105.005, 30.009), 20, VILLAGE, [])
    assert all(0 < x < drawn.width and 0 < y < drawn.height for x, y in corners(drawn.village))
    xs, ys = zip(*corners(drawn.village), strict=True)
    assert min(xs) < drawn.x < sum(xs) / 4 and min(ys) < drawn.y < sum(ys) / 4, "west of the middle, and north of it"


@given(
    st.floats(73, 135),
    st.floats(18, 53),
    st.floats(-0.05, 0.05),
    st.floats(-0.05, 0.05),
    st.floats(1, 2000),
)
def test_distances_are_true_everywhere_and_whoever_is_outside_is_still_on_the_drawing(lon, lat, east, north, accuracy):
    village = shapely.box(lon, lat, lon + 0.02, lat + 0.01)
    place = (lon + east, lat + north)
    drawn = draw_spot(place, accuracy, village, [])
    assert 0 <= drawn.x <= drawn.width and 0 <= drawn.y <= drawn.height
    unit = drawn.bar / drawn.bar_m
    metres = metres_between(*place, lon, lat)
    west, south = min(x for x, _ in corners(drawn.village)), max(y for _, y in corners(drawn.village))
    assert math.hypot(drawn.x - west, drawn.y - south) == pytest.approx(metres * unit, rel=0.02, abs=0.5)
    assert drawn.halo == pytest.approx(accuracy * unit, rel=0.01, abs=0.1)
    assert drawn.bar <= drawn.width / 2


def test_without_a_village_the_surroundings_are_drawn():
    near, far = shapely.box(105.001, 30.0, 105.02, 30.01), shapely.box(106, 30, 106.1, 30.1)
    drawn = draw_spot((105.0, 30.0), None, None, [near, far])
    assert drawn.village == "" and drawn.halo == 0 and drawn.around.count("M") == 1
    assert (drawn.x, drawn.y) == (drawn.width / 2, drawn.height / 2)


def test_no_more_corners_than_can_be_seen_and_every_part_and_hole():
    circle = shapely.Point(105, 30).buffer(0.01, quad_segs=2000)
    ring = shapely.difference(circle, shapely.Point(105, 30).buffer(0.004))
    both = shapely.MultiPolygon([ring, shapely.box(105.02, 30, 105.03, 30.01)])
    drawn = draw_spot((105.0, 30.0), 5, both, [])
    assert drawn.village.count("M") == 3 and len(drawn.village) < 2500
