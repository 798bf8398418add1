"""Boundary files as towns have them, and as nobody should believe them."""

import io
import json
import sqlite3
import zipfile
from pathlib import Path

import numpy as np
import pyogrio
import pytest
import shapely

from geo import boundary_rows
from geo.boundaries import label_point, read_boundaries
from geo.crs import to_wgs84, wgs84_to_gcj02
from geo.errors import InvalidBoundary, UnknownCrs

A, B = "510000000001", "510000000002"
WEST = shapely.box(105.00, 30.00, 105.02, 30.02)
EAST = shapely.box(105.02, 30.00, 105.04, 30.02)
# The same two squares in the 3-degree zone 35 (central meridian 105 E), eastings with the zone in front.
ZONE_35 = [
    shapely.Polygon([(35_500_000, 3_320_000), (35_502_000, 3_320_000), (35_502_000, 3_322_000), (35_500_000, 3_322_000)]),
    shapely.Polygon([(35_502_000, 3_320_000), (35_504_000, 3_320_000), (35_504_000, 3_322_000), (35_502_000, 3_322_000)]),
]  # fmt: skip


def a_geojson(
    shapes=(WEST, EAST), codes=(A, B), names=("上河村", "下河村"), columns=("code", "name"), **members
) -> bytes:
    features = [
        {
            "type": "Feature",
            "properties": {columns[0]: code, columns[1]: name},
            "geometry": shape if shape is None or isinstance(shape, dict) else shapely.geometry.mapping(shape),
        }
        for shape, code, name in zip(shapes, codes, names, strict=True)
    ]
    return json.dumps({"type": "FeatureCollection", "features": features, **members}).encode()


def a_gdal_file(driver: str, suffix: str, folder: Path, crs: str | None, shapes=(WEST, EAST), **options) -> Path:
    path = folder / f"村界{suffix}"
    pyogrio.raw.write(
        path,
        geometry=shapely.to_wkb(np.array(shapes, dtype=object)),
        field_data=[np.array([A, B], dtype=object), np.array(["上河村", "下河村"], dtype=object)],
        fields=["村代码", "村名"] if driver == "GPKG" else ["XZQDM", "XZQMC"],
        geometry_type="Polygon",
        crs=crs,
        driver=driver,
        **options,
    )
    return path


def a_zip(folder: Path, crs: str | None, prefix: str = "", **options) -> bytes:
    inner = folder / "parts"
    inner.mkdir()
    a_gdal_file("ESRI Shapefile", ".shp", inner, crs, **options)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for part in sorted(inner.iterdir()):
            archive.write(part, prefix + part.name)
    return packed.getvalue()


A_KML = f"""<?xml version="1.0" encoding="UTF-8"?>
<kml xmlns="http://www.opengis.net/kml/2.2"><Document><Folder>
<Placemark><name>上河村</name><ExtendedData><Data name="code"><value>{A}</value></Data></ExtendedData>
<Polygon><outerBoundaryIs><LinearRing><coordinates>105,30,0 105.02,30,0 105.02,30.02,0 105,30.02,0 105,30,0</coordinates>
</LinearRing></outerBoundaryIs></Polygon></Placemark>
<Placemark><name>下河村</name><ExtendedData><SchemaData><SimpleData name="code">{B}</SimpleData></SchemaData></ExtendedData>
<MultiGeometry><Polygon><outerBoundaryIs><LinearRing>
<coordinates>105.02,30 105.04,30 105.04,30.02 105.02,30.02 105.02,30</coordinates>
</LinearRing></outerBoundaryIs></Polygon></MultiGeometry></Placemark>
<Placemark><name>a mark, not an area</name><Point><coordinates>105,30</coordinates></Point></Placemark>
</Folder></Document></kml>""".encode()


def check_both(found) -> None:
    assert [(one.code, one.name) for one in found.villages] == [(A, "上河村"), (B, "下河村")]
    for village, shape in zip(found.villages, (WEST, EAST), strict=True):
        assert village.geometry.geom_type == "MultiPolygon"
        assert shapely.hausdorff_distance(village.geometry, shape) < 1e-8
    assert (found.overlaps, found.gaps, found.repaired) == ([], [], [])


def test_geojson_is_read() -> None:
    check_both(read_boundaries(a_geojson(), "villages.json", "EPSG:4326"))


def test_a_geopackage_is_read(tmp_path: Path) -> None:
    check_both(read_boundaries(a_gdal_file("GPKG", ".gpkg", tmp_path, "EPSG:4490"), "v.gpkg", "EPSG:4490"))


@pytest.mark.parametrize("prefix", ["", "镇/村界/"])
@pytest.mark.parametrize("encoding", ["UTF-8", "GB18030"])
def test_a_zipped_shapefile_is_read_with_its_chinese_names(tmp_path: Path, prefix: str, encoding: str) -> None:
    data = a_zip(tmp_path, "EPSG:4490", prefix, encoding=encoding)
    if encoding == "GB18030":
        data = without(data, ".cpg")
    check_both(read_boundaries(data, "v.zip", "EPSG:4490"))


def without(data: bytes, suffix: str) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(packed, "w") as target:
        for name in source.namelist():
            if not name.endswith(suffix):
                target.writestr(name, source.read(name))
    return packed.getvalue()


def test_kml_is_read() -> None:
    check_both(read_boundaries(A_KML, "villages.kml", "EPSG:4326"))


def test_a_survey_grid_ends_up_in_degrees(tmp_path: Path) -> None:
    path = a_gdal_file("GPKG", ".gpkg", tmp_path, "EPSG:4523", shapes=ZONE_35)
    found = read_boundaries(path, "v.gpkg", "EPSG:4523")

    assert found.villages[0].geometry.bounds[:2] == pytest.approx((105.0, 29.9984), abs=0.01)
    assert shapely.hausdorff_distance(found.villages[0].geometry, to_wgs84(ZONE_35[0], "EPSG:4523")) < 1e-9
    assert found.source_crs == "EPSG:4523"


def test_a_file_in_gcj_is_shifted_back_when_its_owner_says_so() -> None:
    def shifted(shape: shapely.Polygon) -> shapely.Polygon:
        return shapely.Polygon([wgs84_to_gcj02(*place) for place in shape.exterior.coords])

    check_both(read_boundaries(a_geojson((shifted(WEST), shifted(EAST))), "v.json", "GCJ-02"))


@pytest.mark.parametrize(
    "columns", [("村代码", "村名"), ("CODE", "NAME"), ("XZQDM", "XZQMC"), ("行政区划代码", "名称")]
)
def test_columns_are_found_by_the_names_that_offices_give_them(columns) -> None:
    check_both(read_boundaries(a_geojson(columns=columns), "v.json", "EPSG:4490"))


def test_other_columns_come_along() -> None:
    data = json.loads(a_geojson())
    data["features"][0]["properties"]["片区"] = "南片"
    assert read_boundaries(json.dumps(data).encode(), "v.json", "EPSG:4326").villages[0].properties == {"片区": "南片"}


def test_a_code_that_a_table_made_a_number_is_still_a_code() -> None:
    check_both(read_boundaries(a_geojson(codes=(int(A), int(B))), "v.json", "EPSG:4326"))


@pytest.mark.parametrize(
    ("changes", "row", "words"),
    [
        ({"codes": (A, A)}, 2, "row 1 already"),
        ({"codes": (A, "51")}, 2, "12 digits"),
        ({"codes": (None, B)}, 1, "no code"),
        ({"names": ("", "下河村")}, 1, "no name"),
        ({"names": ("上河村", None)}, 2, "no name"),
        ({"shapes": (WEST, None)}, 2, "no outline"),
        ({"shapes": (WEST, shapely.Polygon())}, 2, "no outline"),
        ({"shapes": (WEST, shapely.Polygon([(105, 30), (105.01, 30), (105.02, 30), (105, 30)]))}, 2, "nothing"),
    ],
)
def test_a_row_that_cannot_be_a_village_is_named(changes, row: int, words: str) -> None:
    with pytest.raises(InvalidBoundary, match=words) as raised:
        read_boundaries(a_geojson(**changes), "v.json", "EPSG:4326")
    assert [one["row"] for one in raised.value.details["rows"]] == [row]


def test_all_bad_rows_are_named_at_once() -> None:
    with pytest.raises(InvalidBoundary) as raised:
        read_boundaries(a_geojson(codes=("1", "2"), names=("", "x")), "v.json", "EPSG:4326")
    assert [one["row"] for one in raised.value.details["rows"]] == [1, 1, 2]


@pytest.mark.parametrize(("columns", "missing"), [(("id", "name"), "code"), (("code", "title"), "name")])
def test_a_missing_column_is_told_with_those_that_are_there(columns, missing: str) -> None:
    with pytest.raises(InvalidBoundary, match=columns[0]) as raised:
        read_boundaries(a_geojson(columns=columns), "v.json", "EPSG:4326")
    assert raised.value.details["missing"] == missing


@pytest.mark.parametrize(
    ("data", "crs", "words"),
    [
        (a_geojson(), "EPSG:4523", "look like degrees"),
        (a_geojson(ZONE_35), "EPSG:4490", "look like metres"),
        (a_geojson(ZONE_35), "GCJ-02", "look like metres"),
        (a_geojson(ZONE_35), "EPSG:4544", "grid"),
        (a_geojson(ZONE_35), "EPSG:4524", "grid|not used"),
        (a_geojson([shapely.box(30, 105, 30.02, 105.02), shapely.box(30, 105.02, 30.02, 105.04)]), "EPSG:4326", "poles"),
        (a_geojson([shapely.box(2, 48, 3, 49), shapely.box(3, 48, 4, 49)]), "EPSG:4490", "not used"),
        (a_geojson(ZONE_35, crs={"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::4524"}}), "EPSG:4523", "itself"),
        (A_KML, "EPSG:4523", "look like degrees"),
    ],
    ids=[
        *("degrees as metres", "metres as degrees", "metres as GCJ", "zone missing", "another zone", "latitude first"),
        *("another country", "own word", "KML is in degrees"),
    ],
)  # fmt: skip
def test_a_file_that_contradicts_what_was_declared_is_refused(data: bytes, crs: str, words: str) -> None:
    with pytest.raises(InvalidBoundary, match=words) as raised:
        read_boundaries(data, "v", crs)
    assert raised.value.kind == "crs_contradicts"


def test_a_shapefile_whose_prj_says_otherwise_is_refused(tmp_path: Path) -> None:
    data = a_zip(tmp_path, "EPSG:4524", shapes=ZONE_35)
    with pytest.raises(InvalidBoundary, match="says itself"):
        read_boundaries(data, "v.zip", "EPSG:4523")


def test_two_names_of_one_system_are_no_contradiction(tmp_path: Path) -> None:
    check_both(read_boundaries(a_gdal_file("GPKG", ".gpkg", tmp_path, "EPSG:4326"), "v.gpkg", "EPSG:4490"))
    crs84 = {"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}
    check_both(read_boundaries(a_geojson(crs=crs84), "v.json", "EPSG:4490"))


def test_an_unknown_system_is_refused_before_the_file_is_read() -> None:
    with pytest.raises(UnknownCrs):
        read_boundaries(b"", "v.json", "WGS84")


def test_an_outline_that_crosses_itself_is_repaired_and_reported() -> None:
    bow = shapely.Polygon([(105.02, 30.00), (105.04, 30.02), (105.04, 30.00), (105.02, 30.02)])
    found = read_boundaries(a_geojson((WEST, bow)), "v.json", "EPSG:4326")

    (mended,) = found.repaired
    assert (mended.code, mended.reason, mended.parts) == (B, "Self-intersection", 2)
    assert mended.place == pytest.approx((105.03, 30.01))
    assert mended.m2 == pytest.approx(0.0002 * 96_476 * 110_852, rel=0.001)
    assert found.as_drawn == {B: bow}
    assert found.villages[1].geometry.is_valid
    assert found.villages[1].geometry.area == pytest.approx(0.0002, rel=1e-6)


def test_overlaps_are_measured() -> None:
    """0.001 x 0.02 degrees at 30.01 N are 96.48 m x 2,217.0 m."""
    over = shapely.box(105.019, 30.00, 105.04, 30.02)
    found = read_boundaries(a_geojson((WEST, over)), "v.json", "EPSG:4326")
    (over,) = found.overlaps
    assert (over.code, over.other, over.is_sliver) == (A, B, False)
    assert over.m2 == pytest.approx(96.48 * 2217.0, rel=0.001)
    assert over.width == pytest.approx(96.48 * 2217.0 / (96.48 + 2217.0), rel=0.01)


def test_gaps_are_measured_and_placed() -> None:
    around = shapely.box(105.00, 30.00, 105.04, 30.04) - shapely.box(105.01, 30.01, 105.02, 30.02) - EAST
    found = read_boundaries(a_geojson((around, EAST)), "v.json", "EPSG:4326")
    (gap,) = found.gaps
    assert gap.m2 == pytest.approx(964.8 * 1108.5, rel=0.001)
    assert (gap.beside, gap.is_sliver) == ((A, B), False)
    assert shapely.box(105.01, 30.01, 105.02, 30.02).contains(shapely.Point(gap.place))


@pytest.mark.parametrize(
    "data",
    [
        *(b"", b"\0\1\2", b"hello", b"PK\x03\x04 cut", b"SQLite format 3\0 cut", b"{", b"[]", b'{"features": 3}'),
        *(b'{"features": [3]}', b"<kml>", b"<html/>", b'{"features": []}', b"\xff\xfe{", b"[" * 100_000),
        b"<OGRVRTDataSource><OGRVRTLayer name='x'><SrcDataSource>/etc/passwd</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>",
        b"<!DOCTYPE kml [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><kml>&x;</kml>",
        a_geojson((WEST, {"type": "Point", "coordinates": [105, 30]})),
        a_geojson((WEST, {"type": "Polygon", "coordinates": [[[1e400, 0], [1, 1], [2, 0]]]})),
        a_geojson((WEST, {"type": "Polygon", "coordinates": "x"})),
        a_geojson((WEST, {"type": "Polygon", "coordinates": [[["a", "b"]]]})),
        a_geojson(crs={"properties": {"name": "EPSG:999999"}}),
        a_geojson(crs="WGS84"),
        a_geojson().replace(json.dumps({"code": A, "name": "上河村"}).encode(), b"[[1, 2], [3, 4]]"),
        A_KML.decode()
        .replace("<kml ", "<!DOCTYPE kml [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><kml ")
        .replace(' encoding="UTF-8"', "")
        .encode("utf-16-le"),
        a_geojson().replace(b"105.0", b"NaN"),
        A_KML.replace(b"105.02,30,0", b"nan,30"),
        A_KML.replace(b"105.02,30,0", b"x"),
    ],
)
def test_a_hostile_or_broken_file_is_refused_with_a_sentence(data: bytes) -> None:
    with pytest.raises(InvalidBoundary) as raised:
        read_boundaries(data, "v", "EPSG:4326")
    assert len(raised.value.message) < 400


def archive_of(**parts: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return packed.getvalue()


def test_an_archive_may_not_unpack_to_more_than_it_should(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(boundary_rows, "MAX_UNPACKED", 1_000_000)
    bomb = archive_of(**{"v.shp": b"0" * 2_000_000, "v.shx": b"", "v.dbf": b""})
    with pytest.raises(InvalidBoundary, match="unpacks"):
        read_boundaries(bomb, "v.zip", "EPSG:4326")


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        ({"readme.txt": b""}, "0 Shapefiles"),
        ({"a.shp": b"", "b.shp": b""}, "2 Shapefiles"),
        ({"a.shp": b""}, "lacks"),
        ({"../../a.shp": b"x", "../../a.shx": b"", "../../a.dbf": b""}, "cannot be read"),
        ({f"{number}.txt": b"" for number in range(300)}, "unpacks"),
    ],
)
def test_an_archive_without_one_whole_shapefile_is_refused(parts, words: str) -> None:
    with pytest.raises(InvalidBoundary, match=words):
        read_boundaries(archive_of(**parts), "v.zip", "EPSG:4326")


@pytest.mark.parametrize(
    "statement",
    [
        "CREATE VIEW more AS SELECT 1",
        "CREATE VIRTUAL TABLE more USING fts5(x)",
        'CREATE VIRTUAL TABLE "more USING rtree" USING fts5(x)',
        "CREATE TABLE more (x INT, y TEXT AS (hex(zeroblob(x))))",
        "ALTER TABLE gpkg_contents ADD COLUMN y TEXT GENERATED ALWAYS AS (hex(zeroblob(9))) VIRTUAL",
    ],
)
def test_a_geopackage_that_would_make_gdal_run_something_is_refused(tmp_path: Path, statement: str) -> None:
    path = a_gdal_file("GPKG", ".gpkg", tmp_path, "EPSG:4490")
    with sqlite3.connect(path) as book:
        book.execute(statement)
    book.close()
    with pytest.raises(InvalidBoundary, match="plain table"):
        read_boundaries(path, "v.gpkg", "EPSG:4490")


def test_a_view_that_would_run_for_ever_is_refused_before_anything_asks_it(tmp_path: Path) -> None:
    path = a_gdal_file("GPKG", ".gpkg", tmp_path, "EPSG:4490")
    endless = "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT 'features' AS data_type FROM c"
    with sqlite3.connect(path) as book:
        book.execute("PRAGMA foreign_keys = OFF")
        book.execute("DROP TABLE gpkg_contents")
        book.execute(f"CREATE VIEW gpkg_contents AS {endless}")
    book.close()
    with pytest.raises(InvalidBoundary, match="plain table"):
        read_boundaries(path, "v.gpkg", "EPSG:4490")


def test_what_fuzzing_found_is_refused_with_a_sentence(tmp_path: Path) -> None:
    """A part without a name, a part whose packing is damaged, a schema that is no UTF-8."""
    whole = a_zip(tmp_path, "EPSG:4490")
    at = whole.index(b".shp") + 12
    damaged = whole[:at] + b"\xff" * 20 + whole[at + 20 :]
    package = a_gdal_file("GPKG", ".gpkg", tmp_path, "EPSG:4490").read_bytes()
    nameless = archive_of(**{"Q.Q": b"", "v.shp": b""}).replace(b"Q.Q", b"\x00.Q")
    for data in (nameless, damaged, package.replace(b"CREATE TABLE", b"CREATE\xa9TABLE")):
        with pytest.raises(InvalidBoundary):
            read_boundaries(data, "v", "EPSG:4490")


def test_too_many_corners_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(boundary_rows, "MAX_CORNERS", 9)
    with pytest.raises(InvalidBoundary, match="corners"):
        read_boundaries(a_geojson(), "v.json", "EPSG:4326")


@pytest.mark.parametrize(
    "data",
    [
        b"<kml>" + b"<a/>" * 2_100_000 + b"</kml>",
        b'{"type": "FeatureCollection", "features": [' + b"[]," * 2_600_000 + b"1]}",
        b"PK\x03\x04" + b"PK\x01\x02" * 3_000,
    ],
    ids=["KML", "GeoJSON", "zip"],
)
def test_what_would_fill_the_memory_is_refused_before_it_is_read(data: bytes) -> None:
    with pytest.raises(InvalidBoundary) as raised:
        read_boundaries(data, "v", "EPSG:4326")
    assert raised.value.kind == "too_large"


def test_a_name_is_put_well_inside_the_largest_part() -> None:
    horseshoe = shapely.box(105, 30, 105.06, 30.06) - shapely.box(105.02, 30.02, 105.06, 30.06)
    both = shapely.MultiPolygon([horseshoe, shapely.box(106, 30, 106.01, 30.01)])
    lon, lat = label_point(both)
    assert horseshoe.contains(shapely.Point(lon, lat))
    assert horseshoe.exterior.distance(shapely.Point(lon, lat)) > 0.009
