"""Grids and shifts, against numbers that were worked out elsewhere."""

import math

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geo.crs import (
    area_of_use,
    cgcs2000_zone,
    gcj02_to_wgs84,
    metres_between,
    metres_per_degree,
    read_crs,
    to_wgs84,
    wgs84_to_gcj02,
)
from geo.errors import UnknownCrs


@pytest.mark.parametrize(
    ("lon", "lat", "shift"),
    [(104.626, 35.580, 248), (105.020, 30.270, 416), (112.310, 22.180, 613)],
    ids=["Dingxi", "Lezhi", "Enping"],
)
def test_the_gcj_shift_is_what_road_maps_show(lon, lat, shift):
    assert metres_between(lon, lat, *wgs84_to_gcj02(lon, lat)) == pytest.approx(shift, abs=2)


@settings(max_examples=300)
@given(st.floats(74, 134), st.floats(19, 53))
def test_a_place_shifted_and_shifted_back_is_the_same_place(lon, lat):
    back = gcj02_to_wgs84(*wgs84_to_gcj02(lon, lat))

    # At the outline of the unshifted areas the two directions may disagree by the shift itself.
    near_outline = (113.4 < lon < 114.6 and 22.0 < lat < 22.7) or (119.8 < lon < 122.2 and 21.7 < lat < 25.5)
    assert metres_between(lon, lat, *back) < (700 if near_outline else 0.01)


@pytest.mark.parametrize(
    ("lon", "lat"),
    [(2.35, 48.85), (139.69, 35.68), (-120.0, 37.0), (105.0, -30.0), (114.17, 22.30), (113.55, 22.16), (121.5, 25.03)],
    ids=["Paris", "Tokyo", "California", "south", "Hong Kong", "Macao", "Taipei"],
)
def test_places_where_maps_are_not_shifted_stay_where_they_are(lon, lat):
    assert wgs84_to_gcj02(lon, lat) == (lon, lat)
    assert gcj02_to_wgs84(lon, lat) == (lon, lat)


def test_shenzhen_is_shifted_although_hong_kong_is_not():
    assert metres_between(114.06, 22.55, *wgs84_to_gcj02(114.06, 22.55)) > 400


def test_a_gauss_krueger_grid_is_undone_to_the_metre():
    """Central meridian 105 E: easting 500 km; the northing is the length of the meridian arc from the equator."""
    arc = _meridian_arc(30.0)
    with_zone = to_wgs84(shapely.Point(35_500_000, arc), "EPSG:4523")
    without_zone = to_wgs84(shapely.Point(500_000, arc), "EPSG:4544")

    assert metres_between(with_zone.x, with_zone.y, 105, 30) < 0.01
    assert metres_between(without_zone.x, without_zone.y, 105, 30) < 0.01


def _meridian_arc(lat: float, steps: int = 20_000) -> float:
    """Integrated here by the midpoint rule, so that it shares nothing with the code under test."""
    a, e2 = 6_378_137.0, 2 / 298.257222101 - 1 / 298.257222101**2
    step = math.radians(lat) / steps
    return sum(a * (1 - e2) / (1 - e2 * math.sin((i + 0.5) * step) ** 2) ** 1.5 * step for i in range(steps))


def test_cgcs2000_degrees_are_taken_as_they_are():
    place = to_wgs84(shapely.Point(105.123456789, 30.987654321), "EPSG:4490")
    assert (place.x, place.y) == (105.123456789, 30.987654321)


def test_a_declared_gcj_file_is_shifted_back():
    drawn = shapely.Point(*wgs84_to_gcj02(105.02, 30.27))
    place = to_wgs84(drawn, "GCJ-02")
    assert metres_between(place.x, place.y, 105.02, 30.27) < 0.01


@pytest.mark.parametrize(
    ("lon", "width", "prefixed", "code", "label"),
    [
        (105.02, 3, True, "EPSG:4523", "CGCS2000 / 3-degree Gauss-Kruger zone 35"),
        (105.02, 3, False, "EPSG:4544", "CGCS2000 / 3-degree Gauss-Kruger CM 105E"),
        (106.51, 3, True, "EPSG:4524", "CGCS2000 / 3-degree Gauss-Kruger zone 36"),
        (105.02, 6, True, "EPSG:4496", "CGCS2000 / Gauss-Kruger zone 18"),
        (105.02, 6, False, "EPSG:4507", "CGCS2000 / Gauss-Kruger CM 105E"),
        (75.0, 3, True, "EPSG:4513", "CGCS2000 / 3-degree Gauss-Kruger zone 25"),
        (134.9, 3, False, "EPSG:4554", "CGCS2000 / 3-degree Gauss-Kruger CM 135E"),
    ],
)
def test_the_survey_grid_of_a_longitude_is_named(lon, width, prefixed, code, label):
    assert cgcs2000_zone(lon, width, prefixed) == code
    assert read_crs(code).label == label


@pytest.mark.parametrize("lon", [60.0, 140.0])
def test_there_is_no_survey_grid_outside_china(lon):
    with pytest.raises(UnknownCrs):
        cgcs2000_zone(lon)


@pytest.mark.parametrize("text", ["", "4490", "EPSG:", "EPSG:999999", "WGS84", "EPSG:4979;DROP", "EPSG:5773", "BD-09"])
def test_a_system_nobody_knows_is_refused(text):
    with pytest.raises(UnknownCrs):
        read_crs(text)


@pytest.mark.parametrize("crs", ["EPSG:4610", "EPSG:2343"])
def test_an_old_datum_that_converts_only_roughly_is_refused(crs):
    with pytest.raises(UnknownCrs, match="roughly") as raised:
        to_wgs84(shapely.Point(105, 30), crs)
    assert raised.value.kind == "rough_crs"


def test_names_are_read_as_people_type_them():
    assert read_crs(" epsg:4490 ").name == "EPSG:4490"
    assert read_crs("gcj02").name == "GCJ-02"


def test_the_area_of_a_survey_grid_is_known():
    west, _, east, _ = area_of_use("EPSG:4523")
    assert (west, east) == pytest.approx((103.5, 106.5), abs=0.02)


@pytest.mark.parametrize(
    ("lat", "per_lat", "per_lon"),
    [(0, 110_574.3, 111_319.5), (30, 110_852.4, 96_486.3), (45, 111_131.8, 78_846.8), (60, 111_412.2, 55_800.2)],
)
def test_a_degree_is_as_long_as_the_tables_say(lat, per_lat, per_lon):
    found = metres_per_degree(lat)
    assert found == pytest.approx((per_lat, per_lon), abs=0.5)


def test_metres_between_two_places_follow_the_ellipsoid():
    """One minute of latitude at 45 degrees is 1,852.2 m on WGS-84."""
    assert metres_between(105, 45 - 1 / 120, 105, 45 + 1 / 120) == pytest.approx(1852.2, abs=0.1)
