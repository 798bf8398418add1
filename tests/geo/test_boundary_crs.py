"""The same villages in every system that a town's file may be in, made by pyproj from corners that are known.

Which village a place is in is worked out here by comparing numbers, with nothing of ours.
"""

import io
import json
import math
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyogrio
import pytest
import shapely
from pyproj import Geod, Transformer

from geo.boundaries import BoundaryFile, read_boundaries
from geo.crs import gcj02_to_wgs84
from geo.errors import InvalidBoundary
from geo.locate import Locator

Corner = tuple[float, float]

# (longitude, latitude) of each town's south-western corner; how far web maps draw it from where it is; its grids
TOWNS = {
    "Dingxi": ((104.626, 35.580), 248, "EPSG:4523", "EPSG:4544", "EPSG:4496", "EPSG:4507"),
    "Lezhi": ((105.020, 30.270), 416, "EPSG:4523", "EPSG:4544", "EPSG:4496", "EPSG:4507"),
    "Enping": ((112.310, 22.180), 613, "EPSG:4525", "EPSG:4546", "EPSG:4497", "EPSG:4508"),
}
STEP = 0.004  # a village is about 400 m wide and high: less than what GCJ-02 shifts in the south
CODES = ("510000000001", "510000000002", "510000000003", "510000000004")


def corners_of(town: Corner) -> dict[str, list[Corner]]:
    """Four villages, two by two, each by its ring of corners."""
    found = {}
    for number, code in enumerate(CODES):
        west, south = town[0] + STEP * (number % 2), town[1] + STEP * (number // 2)
        east, north = west + STEP, south + STEP
        found[code] = [(west, south), (east, south), (east, north), (west, north), (west, south)]
    return found


def expected_village(town: Corner, place: Corner) -> str | None:
    """By comparing numbers alone."""
    column, row = (place[0] - town[0]) / STEP, (place[1] - town[1]) / STEP
    return CODES[int(column) + 2 * int(row)] if 0 < column < 2 and 0 < row < 2 else None


def places_in(town: Corner) -> list[Corner]:
    """A net of places over the town and around it, none within 40 m of a border."""
    parts = [part / 10 for part in (-8, -1, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 28)]
    return [(town[0] + x * STEP, town[1] + y * STEP) for x in parts for y in parts]


def shifted(lon: float, lat: float) -> Corner:
    """GCJ-02 by the published approximation, written out once more with plain numbers."""
    x, y, pi = lon - 105, lat - 35, math.pi
    short = (20 * math.sin(6 * x * pi) + 20 * math.sin(2 * x * pi)) * 2 / 3
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * math.sqrt(abs(x)) + short
    north += (20 * math.sin(y * pi) + 40 * math.sin(y / 3 * pi)) * 2 / 3
    north += (160 * math.sin(y / 12 * pi) + 320 * math.sin(y * pi / 30)) * 2 / 3
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * math.sqrt(abs(x)) + short
    east += (20 * math.sin(x * pi) + 40 * math.sin(x / 3 * pi)) * 2 / 3
    east += (150 * math.sin(x / 12 * pi) + 300 * math.sin(x / 30 * pi)) * 2 / 3
    bend = 1 - 0.00669342162296594323 * math.sin(math.radians(lat)) ** 2
    per_lat = 6378245.0 * (1 - 0.00669342162296594323) / bend**1.5 * pi / 180
    per_lon = 6378245.0 / math.sqrt(bend) * math.cos(math.radians(lat)) * pi / 180
    return lon + east / per_lon, lat + north / per_lat


def in_system(crs: str) -> Callable[[float, float], Corner]:
    if crs == "GCJ-02":
        return shifted
    if crs in ("EPSG:4326", "EPSG:4490"):
        return lambda lon, lat: (lon, lat)
    transform = Transformer.from_crs("EPSG:4490", crs, always_xy=True).transform
    return lambda lon, lat: transform(lon, lat)


def drawn(town: Corner, crs: str) -> dict[str, shapely.Polygon]:
    convert = in_system(crs)
    return {code: shapely.Polygon([convert(*one) for one in ring]) for code, ring in corners_of(town).items()}


def as_geojson(shapes: dict[str, shapely.Polygon], crs: str, folder: Path) -> tuple[bytes, str]:
    features = [
        {"type": "Feature", "properties": {"code": code, "name": "村"}, "geometry": shapely.geometry.mapping(shape)}
        for code, shape in shapes.items()
    ]
    return json.dumps({"type": "FeatureCollection", "features": features}).encode(), "v.geojson"


def as_kml(shapes: dict[str, shapely.Polygon], crs: str, folder: Path) -> tuple[bytes, str]:
    marks = "".join(
        f'<Placemark><name>村</name><ExtendedData><Data name="code"><value>{code}</value></Data></ExtendedData><Polygon>'
        "<outerBoundaryIs><LinearRing><coordinates>"
        f"{' '.join(f'{x!r},{y!r},0' for x, y in shape.exterior.coords)}"
        "</coordinates></LinearRing></outerBoundaryIs></Polygon></Placemark>"
        for code, shape in shapes.items()
    )
    return f'<kml xmlns="http://www.opengis.net/kml/2.2"><Document>{marks}</Document></kml>'.encode(), "v.kml"


def by_gdal(shapes: dict[str, shapely.Polygon], crs: str, path: Path, driver: str) -> None:
    pyogrio.raw.write(
        path,
        geometry=shapely.to_wkb(np.array(list(shapes.values()), dtype=object)),
        field_data=[np.array(list(shapes), dtype=object), np.array(["村"] * len(shapes), dtype=object)],
        fields=["code", "name"],
        geometry_type="Polygon",
        crs="EPSG:4326" if crs == "GCJ-02" else crs,  # no format has a name for it; programs write WGS-84
        driver=driver,
    )


def as_geopackage(shapes: dict[str, shapely.Polygon], crs: str, folder: Path) -> tuple[bytes, str]:
    by_gdal(shapes, crs, folder / "v.gpkg", "GPKG")
    return (folder / "v.gpkg").read_bytes(), "v.gpkg"


def as_shapefile(shapes: dict[str, shapely.Polygon], crs: str, folder: Path) -> tuple[bytes, str]:
    by_gdal(shapes, crs, folder / "v.shp", "ESRI Shapefile")
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for part in folder.glob("v.*"):
            archive.write(part, part.name)
    return packed.getvalue(), "v.zip"


FORMATS = {"GeoJSON": as_geojson, "GeoPackage": as_geopackage, "Shapefile": as_shapefile, "KML": as_kml}
GRIDS = ("grid with its zone", "grid without its zone", "grid of 6 degrees with its zone", "grid of 6 degrees without")
SYSTEMS = ("WGS-84", "CGCS2000", *GRIDS, "GCJ-02")


def system_of(town: str, system: str) -> str:
    named = {"WGS-84": "EPSG:4326", "CGCS2000": "EPSG:4490", "GCJ-02": "GCJ-02"}
    return named.get(system) or str(TOWNS[town][2 + GRIDS.index(system)])


def villages_at(found: BoundaryFile, places: list[Corner]) -> list[str | None]:
    locator = Locator((one.code, one.geometry) for one in found.villages)
    return [one.code if (one := locator.locate(lon, lat)).how == "inside" else None for lon, lat in places]


CASES = [
    (town, system, format)
    for town in TOWNS
    for system in SYSTEMS
    for format in FORMATS
    if format != "KML" or not system.startswith("grid")  # KML is in degrees always
]


@pytest.mark.parametrize(("town", "system", "format"), CASES)
def test_every_place_is_in_the_village_that_its_numbers_say(
    town: str, system: str, format: str, tmp_path: Path
) -> None:
    corner, crs = TOWNS[town][0], system_of(town, system)
    data, filename = FORMATS[format](drawn(corner, crs), crs, tmp_path)
    found = read_boundaries(data, filename, crs)

    places = places_in(corner)
    assert (found.format, found.source_crs) == (format, crs)
    assert villages_at(found, places) == [expected_village(corner, place) for place in places]
    for village in found.villages:
        known = shapely.Polygon(corners_of(corner)[village.code])
        assert shapely.hausdorff_distance(village.geometry, known) < 2e-7  # 2 cm


@pytest.mark.parametrize("town", TOWNS)
def test_web_maps_draw_the_town_as_far_off_as_was_measured(town: str) -> None:
    corner, metres, *_ = TOWNS[town]
    there = shifted(*corner)
    assert Geod(ellps="WGS84").inv(*corner, *there)[2] == pytest.approx(metres, abs=2)
    assert gcj02_to_wgs84(*there) == pytest.approx(corner, abs=1e-7)


@pytest.mark.parametrize("town", TOWNS)
def test_a_file_of_a_web_map_taken_for_gps_moves_homes_into_another_village(town: str, tmp_path: Path) -> None:
    """Why the system is asked for: nothing in the file tells, and where villages are small many places move."""
    corner = TOWNS[town][0]
    data, filename = as_geojson(drawn(corner, "GCJ-02"), "GCJ-02", tmp_path)
    wrong = villages_at(read_boundaries(data, filename, "EPSG:4326"), places_in(corner))
    right = [expected_village(corner, place) for place in places_in(corner)]
    moved = sum(one != other for one, other in zip(wrong, right, strict=True) if other)
    assert moved > len([one for one in right if one]) / 2


@pytest.mark.parametrize("system", GRIDS)
def test_the_next_zone_is_refused(system: str, tmp_path: Path) -> None:
    """Enping lies in zone 37 (of 6 degrees 19); the zone before is another place on earth."""
    crs = system_of("Enping", system)
    data, filename = as_shapefile(drawn(TOWNS["Enping"][0], crs), crs, tmp_path)
    with pytest.raises(InvalidBoundary) as raised:
        read_boundaries(data, filename, f"EPSG:{int(crs[5:]) - 1}")
    assert raised.value.kind == "crs_contradicts"
