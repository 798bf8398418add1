"""A file in degrees is GPS or GCJ-02: both readings are compared with the boundaries in use, and a person says which."""

import pytest
import shapely

from geo.crs import to_wgs84, wgs84_to_gcj02
from geo.other_reading import read_otherwise

LEZHI = {"a": shapely.box(105.02, 30.27, 105.04, 30.29), "b": shapely.box(105.04, 30.27, 105.06, 30.29)}


def as_web_maps_draw(villages):
    return {
        code: shapely.Polygon([wgs84_to_gcj02(*one) for one in area.exterior.coords]) for code, area in villages.items()
    }


def test_a_file_of_a_web_map_declared_as_gps_is_told_by_the_boundaries_in_use() -> None:
    found = read_otherwise(as_web_maps_draw(LEZHI), "EPSG:4326", LEZHI)
    assert (found.crs, found.is_likelier) == ("GCJ-02", True)
    assert found.declared_off == pytest.approx(416, abs=10)  # the shift in Lezhi
    assert found.other_off < 0.1
    assert shapely.hausdorff_distance(found.outlines["a"], LEZHI["a"]) < 1e-7


def test_a_gps_file_declared_as_of_a_web_map_is_told_too() -> None:
    wrongly = {code: to_wgs84(area, "GCJ-02") for code, area in LEZHI.items()}
    found = read_otherwise(wrongly, "GCJ-02", LEZHI)
    assert (found.crs, found.is_likelier) == ("EPSG:4490", True)
    assert found.other_off < 0.1


@pytest.mark.parametrize("declared", ["EPSG:4326", "EPSG:4490", "GCJ-02"])
def test_a_file_that_lies_on_the_boundaries_in_use_is_not_doubted(declared: str) -> None:
    assert not read_otherwise(LEZHI, declared, LEZHI).is_likelier


def test_a_first_import_has_nothing_to_compare_with_but_both_readings() -> None:
    found = read_otherwise(LEZHI, "EPSG:4490", {})
    assert (found.declared_off, found.other_off, found.is_likelier) == (None, None, False)
    assert found.apart == pytest.approx(416, abs=10)


def test_a_grid_in_metres_is_no_gcj_and_neither_is_what_lies_abroad() -> None:
    assert read_otherwise(LEZHI, "EPSG:4523", LEZHI) is None
    assert read_otherwise({"a": shapely.box(2.3, 48.8, 2.4, 48.9)}, "EPSG:4326", {}) is None
