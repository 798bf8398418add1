"""The demo town is as large as it must be, the same every time, and fit to be imported."""

import json
import re

import shapely

from geo.boundaries import read_boundaries
from geo.topology import area_m2
from server.demo.town import TOWN_CODE, make_town


def test_the_town_has_enough_villages_and_homes() -> None:
    town = make_town()
    assert len(town.villages) == 14
    assert sum(len(village.homes) for village in town.villages) >= 600
    assert len({village.name for village in town.villages}) == 14
    assert all(re.fullmatch(TOWN_CODE + r"\d{3}", village.code) for village in town.villages)


def test_its_boundary_file_is_read_without_any_remark() -> None:
    file = read_boundaries(json.dumps(make_town().boundaries()).encode(), "town.geojson", "EPSG:4490")
    assert (file.overlaps, file.gaps, file.repaired) == ([], [], [])
    assert shapely.coverage_is_valid([village.geometry for village in file.villages])
    assert all(4e6 < area_m2(village.geometry) < 25e6 for village in file.villages)


def test_every_home_stands_in_its_village_under_a_door_code_of_its_own() -> None:
    town = make_town()
    homes = [home for village in town.villages for home in village.homes]
    assert len({home.door_code for home in homes}) == len({home.entity for home in homes}) == len(homes)
    assert all(re.fullmatch(r"[0-9A-Z-]{1,12}", home.door_code) for home in homes)
    for village in town.villages:
        assert all(shapely.intersects_xy(village.outline, home.lon, home.lat) for home in village.homes)


def test_the_town_is_the_same_every_time() -> None:
    make_town.cache_clear()
    first = make_town()
    make_town.cache_clear()
    assert first.villages == make_town().villages
    assert make_town(7).villages != first.villages
