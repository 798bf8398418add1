"""Files as offices really send them, through the import page: each works, or the page says in words what is the matter."""

import io
import json
import sqlite3
import zipfile

import numpy as np
import pyogrio
import pytest
import shapely
from geoalchemy2.shape import to_shape
from sqlalchemy import func, select

from geo import boundary_rows
from server.models import BoundarySet, Village, VillageBoundary
from server.web.pages import boundaries as page
from tests.server.web.pages.conftest import CODES, a_file, boundaries, text_of

NAMES = ("上河村", "下河村")
SQUARES = (shapely.box(105.0, 30.0, 105.01, 30.01), shapely.box(105.01, 30.0, 105.02, 30.01))
HOLE = shapely.box(105.004, 30.004, 105.006, 30.006)
ISLAND = shapely.box(105.03, 30.0, 105.04, 30.01)


def by_gdal(folder, suffix, driver, shapes=SQUARES, names=NAMES, layer="v", crs="EPSG:4490", **options):
    path = folder / f"v{suffix}"
    pyogrio.raw.write(
        path,
        geometry=shapely.to_wkb(np.array(shapes, dtype=object), output_dimension=3),
        field_data=[np.array(CODES, dtype=object), np.array(names, dtype=object)],
        fields=["code", "name"],
        geometry_type=options.pop("geometry_type", "Polygon"),
        crs=crs,
        driver=driver,
        layer=layer,
        **options,
    )
    return path


def zipped(*folders_and_stems, leave=()):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for folder, stem in folders_and_stems:
            for part in sorted(folder.glob("v.*")):
                if part.suffix not in leave:
                    archive.write(part, stem + part.suffix)
    return packed.getvalue()


def a_shapefile(folder, leave=(), **options):
    by_gdal(folder, ".shp", "ESRI Shapefile", **options)
    return zipped((folder, "村界"), leave=leave)


def a_geojson(shapes=SQUARES, names=NAMES, codes=CODES):
    features = [
        {"type": "Feature", "properties": {"code": c, "name": n}, "geometry": shapely.geometry.mapping(one)}
        for one, n, c in zip(shapes, names, codes, strict=True)
    ]
    return json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False).encode()


def ring(box):
    return " ".join(f"{x},{y},312.5" for x, y in box.exterior.coords)


def a_kml(*hole):
    """Each village in a folder of a folder of its own; the first perhaps with a hole."""
    inner = "".join(
        f"<innerBoundaryIs><LinearRing><coordinates>{ring(one)}</coordinates></LinearRing></innerBoundaryIs>"
        for one in hole
    )
    marks = "".join(
        f"<Folder><name>{name}片</name><Folder><Placemark><name>{name}</name><ExtendedData><Data name='code'>"
        f"<value>{code}</value></Data></ExtendedData><Polygon><outerBoundaryIs><LinearRing><coordinates>{ring(one)}"
        f"</coordinates></LinearRing></outerBoundaryIs>{inner if one is SQUARES[0] else ''}</Polygon></Placemark>"
        "</Folder></Folder>"
        for one, name, code in zip(SQUARES, NAMES, CODES, strict=True)
    )
    return f"<kml xmlns='http://www.opengis.net/kml/2.2'><Document>{marks}</Document></kml>".encode()


WORKS = {
    "a Shapefile without .prj": lambda folder: (a_shapefile(folder, leave=(".prj",)), SQUARES),
    "a .dbf in GBK without .cpg": lambda folder: (a_shapefile(folder, (".cpg",), encoding="GBK"), SQUARES),
    "a .dbf in GBK that says so": lambda folder: (a_shapefile(folder, encoding="GBK"), SQUARES),
    "KML with folders, a hole and heights": lambda folder: (a_kml(HOLE), (SQUARES[0] - HOLE, SQUARES[1])),
    "GeoJSON with a BOM": lambda folder: (b"\xef\xbb\xbf" + a_geojson(), SQUARES),
    "GeoJSON with heights": lambda folder: (a_geojson([shapely.force_3d(one, 312.5) for one in SQUARES]), SQUARES),
    "a GeoPackage with heights": lambda folder: (
        by_gdal(
            folder,
            ".gpkg",
            "GPKG",
            [shapely.force_3d(one, 312.5) for one in SQUARES],
            geometry_type="Polygon Z",
        ).read_bytes(),
        SQUARES,
    ),
    "a village in two parts": lambda folder: (
        a_geojson([shapely.MultiPolygon([SQUARES[0], ISLAND]), SQUARES[1]]),
        (shapely.union(SQUARES[0], ISLAND), SQUARES[1]),
    ),
    "names and codes with blanks around them": lambda folder: (
        a_geojson(names=[" 上河村\u3000 ", "下河村\t\n"], codes=[f"{CODES[0]}  ", f"\u3000{CODES[1]}"]),
        SQUARES,
    ),
}


@pytest.mark.parametrize("kind", WORKS)
def test_a_file_as_offices_have_it_is_imported(town, browse, database, tmp_path, kind):
    content, expected = WORKS[kind](tmp_path)
    sent = {"file": a_file(content, "村界"), "crs": "EPSG:4490", "step": "import"}
    answer = browse("lea").send("/places/import", sent)
    assert answer.status_code == 200 and "已导入" in text_of(answer), text_of(answer)
    with database.reading() as db:
        newest = db.scalar(select(func.max(BoundarySet.id)))
        rows = db.execute(
            select(Village.code, Village.name, VillageBoundary.geometry)
            .join(VillageBoundary, VillageBoundary.village_id == Village.id)
            .where(VillageBoundary.boundary_set_id == newest)
            .order_by(Village.code)
        ).all()
    assert [(code, name) for code, name, _ in rows] == list(zip(CODES, NAMES, strict=True))
    for (_, _, area), known in zip(rows, expected, strict=True):
        assert not to_shape(area).has_z
        assert shapely.symmetric_difference(to_shape(area), known).area < 1e-12


def two_shapefiles(folder):
    by_gdal(folder, ".shp", "ESRI Shapefile")
    return zipped((folder, "2023/村界"), (folder, "2024/村界"))


def two_layers(folder):
    by_gdal(folder, ".gpkg", "GPKG")
    return by_gdal(folder, ".gpkg", "GPKG", layer="other", append=True).read_bytes()


def a_layer_of_lines(folder):
    lines = [one.exterior for one in SQUARES]
    return by_gdal(folder, ".gpkg", "GPKG", lines, geometry_type="LineString").read_bytes()


def a_bomb(folder):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for suffix in (".shp", ".shx", ".dbf"):
            archive.writestr(f"v{suffix}", b"0" * 1_500_000)
    return packed.getvalue()


def an_empty_layer(folder):
    path = by_gdal(folder, ".gpkg", "GPKG")
    with sqlite3.connect(path) as book:
        for (name,) in book.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            book.execute(f'DROP TRIGGER "{name}"')
        book.execute("DELETE FROM v")
    book.close()
    return path.read_bytes()


REFUSED = {
    "two Shapefiles": (two_shapefiles, "文件里有几个图层"),
    "two layers": (two_layers, "文件里有几个图层"),
    "lines": (a_layer_of_lines, "这些行是点或线"),
    "points": (lambda folder: a_geojson([one.centroid for one in SQUARES]), "这些行是点或线"),
    "no layer's rows": (an_empty_layer, "文件里没有面"),
    "a zip bomb": (a_bomb, "文件太大"),
    "an empty file": (lambda folder: b"", "这不是 GeoJSON"),
    "spaces alone": (lambda folder: b" \n" * 100, "这不是 GeoJSON"),
    "a .shp alone": (lambda folder: by_gdal(folder, ".shp", "ESRI Shapefile").read_bytes(), "这不是 GeoJSON"),
    "no villages at all": (lambda folder: b'{"type": "FeatureCollection", "features": []}', "文件里没有面"),
    "one code twice": (lambda folder: a_geojson(codes=[CODES[0], f"{CODES[0]} "]), "和第 1 行重复"),
    "a name of blanks": (lambda folder: a_geojson(names=["上河村", "\u3000 "]), "第 2 行：没有村名"),
    "GeoJSON in GBK": (lambda folder: a_geojson().decode().encode("gbk"), "不是 UTF-8"),
    "a RAR archive": (lambda folder: b"Rar!\x1a\x07\x00" + b"\0" * 100, "这不是 GeoJSON"),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_a_file_that_cannot_be_used_is_refused_in_words(town, browse, database, tmp_path, monkeypatch, kind):
    monkeypatch.setattr(boundary_rows, "MAX_UNPACKED", 4_000_000)
    make, words = REFUSED[kind]
    sent = {"file": a_file(make(tmp_path), "村界"), "crs": "EPSG:4490", "step": "import"}
    answer = browse("lea").send("/places/import", sent)
    assert answer.status_code == 400
    said = text_of(answer)
    assert words in said and "现在用的村界照旧" in said, said
    with database.reading() as db:
        assert db.scalar(select(func.count()).select_from(BoundarySet)) == 1


def test_a_file_of_more_than_50_megabytes_is_refused_before_it_is_read(town, browse, monkeypatch):
    assert page.LARGEST_FILE == 50_000_000
    monkeypatch.setattr(page, "LARGEST_FILE", 50_000)
    monkeypatch.setattr(page, "read_boundaries", lambda *_: pytest.fail("it was read"))
    sent = {"file": a_file(b" " * 80_000, "v.geojson"), "crs": "EPSG:4490", "step": "check"}
    answer = browse("lea").send("/places/import", sent)
    assert answer.status_code == 400 and "超过 50 兆" in text_of(answer)


def test_columns_that_the_first_row_lacks_are_found(town, browse):
    """A drawing program writes only what was filled in."""
    document = json.loads(boundaries(*CODES))
    del document["features"][0]["properties"]["code"]
    sent = {"file": a_file(json.dumps(document).encode(), "v.geojson"), "crs": "EPSG:4326", "step": "check"}
    said = text_of(browse("lea").send("/places/import", sent))
    assert "第 1 行“村1”：村1 · 按村名" in said and "第 2 行" not in said
