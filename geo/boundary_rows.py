"""Boundary files as rows of (properties, area): GeoJSON, KML, GeoPackage, zipped Shapefile, from bytes alone.

What a document names is never opened: JSON and KML are read here without GDAL, a GeoPackage is looked through for
views and foreign virtual tables before GDAL sees it, and of an archive only the parts of one Shapefile are taken, into
a new archive in memory under names of our own.
"""

import io
import json
import math
import re
import sqlite3
import warnings
import zipfile
from dataclasses import dataclass
from typing import Any

import shapely
from lxml import etree
from pyogrio import raw
from pyproj import CRS
from pyproj.exceptions import CRSError
from shapely.geometry.base import BaseGeometry

from geo.errors import InvalidBoundary

MAX_BYTES = 64 * 1024 * 1024
MAX_UNPACKED = 200 * 1024 * 1024
MAX_PARTS = 200
MAX_ROWS = 5_000
MAX_CORNERS = 2_000_000
_SHAPEFILE_PARTS = (".shp", ".shx", ".dbf", ".prj", ".cpg")


@dataclass(frozen=True, slots=True)
class Row:
    """One record of a boundary file; `number` counts from 1 as a person would."""

    number: int
    properties: dict[str, Any]
    geometry: BaseGeometry | None


@dataclass(frozen=True, slots=True)
class Rows:
    """A file's records. `crs` is what the file itself says it is in (None: it does not say); `format` for messages."""

    format: str
    crs: CRS | None
    rows: list[Row]


def read_rows(data: bytes, filename: str) -> Rows:
    """Tell the format by content, not by name, and read it. Raises InvalidBoundary with a sentence for people."""
    if len(data) > MAX_BYTES:
        raise _bad(f"The file is larger than {MAX_BYTES // 2**20} MB.", "too_large")
    start = data[:512].lstrip(b"\xef\xbb\xbf \t\r\n")
    if data.startswith(b"PK\x03\x04"):
        found = _read_archive(data)
    elif data.startswith(b"SQLite format 3\0"):
        found = _read_geopackage(data)
    elif start.startswith((b"{", b"[")):
        found = _read_geojson(data)
    elif start.startswith(b"<"):
        found = _read_kml(data)
    else:
        raise _bad(
            f'"{filename[:80]}" is not GeoJSON, KML, GeoPackage or a zipped Shapefile (a .shp alone lacks its names).',
            "unknown_format",
        )
    return _limited(found)


def _bad(message: str, kind: str = "invalid_boundary", **details: Any) -> InvalidBoundary:
    return InvalidBoundary(message, kind, details)


def _limited(found: Rows) -> Rows:
    if not found.rows:
        raise _bad("The file holds no areas.", "empty")
    if len(found.rows) > MAX_ROWS:
        raise _bad(f"The file holds more than {MAX_ROWS} areas; a town has fewer villages.", "too_large")
    areas = [row.geometry for row in found.rows if row.geometry is not None]
    if int(shapely.get_num_coordinates(areas).sum()) > MAX_CORNERS:
        raise _bad(f"The outlines have more than {MAX_CORNERS:,} corners; simplify them first.", "too_large")
    return found


# --- GeoJSON ---------------------------------------------------------------------------------------------------------


def _read_geojson(data: bytes) -> Rows:
    try:
        document = json.loads(data.decode("utf-8-sig"), parse_constant=_finite, parse_float=_finite)
        features = document["features"]
        rows = [
            Row(number, dict(one.get("properties") or {}), _area_of_json(one.get("geometry"), number))
            for number, one in enumerate(features, start=1)
        ]
        return Rows("GeoJSON", _crs_of_json(document), rows)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, CRSError) as error:
        raise _bad("This is not a GeoJSON FeatureCollection in UTF-8.", "unreadable") from error


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(text)
    return number


def _area_of_json(geometry: dict[str, Any] | None, number: int) -> BaseGeometry | None:
    if geometry is None:
        return None
    if geometry.get("type") not in {"Polygon", "MultiPolygon"}:
        raise _bad(f"Row {number} is not an area but {str(geometry.get('type'))[:40]}.", rows=[number])
    try:
        return shapely.force_2d(shapely.geometry.shape(geometry))
    except (shapely.errors.ShapelyError, ValueError, TypeError, IndexError) as error:
        raise _bad(f"Row {number} has an outline that cannot be read.", rows=[number]) from error


def _crs_of_json(document: dict[str, Any]) -> CRS | None:
    """The old `crs` member, where there is one. Without it RFC 7946 says WGS-84, but many writers do not know that."""
    name = str(((document.get("crs") or {}).get("properties") or {}).get("name", ""))
    if name.endswith("CRS84"):
        return CRS.from_epsg(4326)
    match = re.fullmatch(r"(?:urn:ogc:def:crs:)?EPSG:[\d.]*:?(\d{4,6})", name)
    return CRS.from_epsg(int(match.group(1))) if match else None


# --- KML -------------------------------------------------------------------------------------------------------------


def _read_kml(data: bytes) -> Rows:
    if re.search(rb"<!DOCTYPE|<!ENTITY", data, re.IGNORECASE):
        raise _bad("A KML file with a DOCTYPE is not read.", "unreadable")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise _bad("This XML is broken, so it cannot be read as KML.", "unreadable") from error
    if _name(root) != "kml":
        raise _bad("This XML is not KML.", "unknown_format")
    marks = [mark for mark in root.iter("{*}Placemark") if next(mark.iter("{*}Polygon"), None) is not None]
    rows = [Row(number, _kml_properties(mark), _kml_area(mark, number)) for number, mark in enumerate(marks, start=1)]
    return Rows("KML", CRS.from_epsg(4326), rows)


def _name(element: etree._Element) -> str:
    return etree.QName(element).localname


def _kml_properties(mark: etree._Element) -> dict[str, Any]:
    found: dict[str, Any] = {"name": (mark.findtext("{*}name") or "").strip()}
    for data in mark.iter("{*}Data"):
        found[data.get("name", "")] = (data.findtext("{*}value") or "").strip()
    for data in mark.iter("{*}SimpleData"):
        found[data.get("name", "")] = (data.text or "").strip()
    return found


def _kml_area(mark: etree._Element, number: int) -> BaseGeometry:
    try:
        areas = [
            shapely.Polygon(_kml_ring(polygon, "outerBoundaryIs")[0], _kml_ring(polygon, "innerBoundaryIs"))
            for polygon in mark.iter("{*}Polygon")
        ]
    except (ValueError, IndexError, shapely.errors.ShapelyError) as error:
        raise _bad(f"Placemark {number} has an outline that cannot be read.", rows=[number]) from error
    return shapely.MultiPolygon(areas) if len(areas) > 1 else areas[0]


def _kml_ring(polygon: etree._Element, side: str) -> list[list[tuple[float, float]]]:
    return [
        [(_finite(place.split(",")[0]), _finite(place.split(",")[1])) for place in (ring.text or "").split()]
        for ring in polygon.iterfind(f"{{*}}{side}/{{*}}LinearRing/{{*}}coordinates")
    ]


# --- GeoPackage and Shapefile, through GDAL --------------------------------------------------------------------------


def _read_geopackage(data: bytes) -> Rows:
    _look_through(data)
    return _read_by_gdal(data, "GeoPackage", None)


def _look_through(data: bytes) -> None:
    """Refuse a GeoPackage whose schema would make GDAL run or open something: views, triggers' odd cousins, modules."""
    try:
        book = sqlite3.connect(":memory:")
        book.deserialize(data)
        parts = book.execute("SELECT type, name, sql FROM sqlite_master").fetchall()
        layers = book.execute("SELECT count(*) FROM gpkg_contents WHERE data_type = 'features'").fetchone()[0]
    except sqlite3.Error as error:
        raise _bad("This SQLite file is not a GeoPackage that can be read.", "unreadable") from error
    finally:
        book.close()
    for kind, name, sql in parts:
        virtual = re.match(r"\s*CREATE\s+VIRTUAL\s+TABLE", sql or "", re.IGNORECASE)
        if kind == "view" or (virtual and not re.search(r"USING\s+rtree\b", sql, re.IGNORECASE)):
            raise _bad(f'The GeoPackage holds "{str(name)[:60]}", which is not a plain table.', "unsafe")
    if layers != 1:
        raise _bad(f"The GeoPackage holds {layers} layers of features; keep the one with the villages.", "layers")


def _read_archive(data: bytes) -> Rows:
    parts = _shapefile_parts(data)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
        for suffix, content in parts.items():
            archive.writestr(f"villages{suffix}", content)
    return _read_by_gdal(packed.getvalue(), "Shapefile", _encoding_of(parts))


def _shapefile_parts(data: bytes) -> dict[str, bytes]:
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        entries = [entry for entry in archive.infolist() if not entry.is_dir()]
        _check_sizes(entries)
        found = [entry for entry in entries if entry.filename.lower().endswith(".shp") and not _is_junk(entry)]
        if len(found) != 1:
            raise _bad(f"The archive holds {len(found)} Shapefiles (.shp); exactly one was expected.", "layers")
        stem = found[0].filename[:-4].lower()
        wanted = {stem + suffix: suffix for suffix in _SHAPEFILE_PARTS}
        parts = {
            wanted[entry.filename.lower()]: _unpack(archive, entry)
            for entry in entries
            if entry.filename.lower() in wanted
        }
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError, ValueError) as error:
        raise _bad("The archive is damaged or encrypted.", "unreadable") from error
    lacking = [suffix for suffix in (".shx", ".dbf") if suffix not in parts]
    if lacking:
        raise _bad(f"The Shapefile lacks its {' and '.join(lacking)} part.", "unreadable", missing=lacking)
    return parts


def _check_sizes(entries: list[zipfile.ZipInfo]) -> None:
    if len(entries) > MAX_PARTS or sum(entry.file_size for entry in entries) > MAX_UNPACKED:
        raise _bad("The archive unpacks to more than a boundary file can be.", "too_large")


def _is_junk(entry: zipfile.ZipInfo) -> bool:
    return entry.filename.startswith("__MACOSX/") or entry.filename.rpartition("/")[2].startswith("._")


def _unpack(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    """The declared size may lie; never unpack more than the declared sizes were checked for."""
    with archive.open(entry) as stream:
        content = stream.read(entry.file_size + 1)
    if len(content) != entry.file_size:
        raise _bad("The archive is damaged: a part is not as long as it says.", "unreadable")
    return content


def _encoding_of(parts: dict[str, bytes]) -> str | None:
    """Without a .cpg part, names are UTF-8 if they can be, else GB 18030: what Chinese desktop GIS writes unasked."""
    if parts.pop(".cpg", b"").strip().upper().replace(b"-", b"") in {b"UTF8", b"65001"}:
        return "UTF-8"
    try:
        parts[".dbf"].decode("utf-8")
    except UnicodeDecodeError:
        return "GB18030"
    return "UTF-8"


def _read_by_gdal(data: bytes, format: str, encoding: str | None) -> Rows:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # GDAL's remarks about the name it was not given
            meta, _, wkb, columns = raw.read(data, encoding=encoding, force_2d=True, max_features=MAX_ROWS + 1)
        areas = shapely.from_wkb(wkb)
    except Exception as error:  # foreign bytes in foreign code: whatever it stumbles over, the file is at fault
        raise _bad(f"The {format} cannot be read.", "unreadable") from error
    names = [str(name) for name in meta["fields"]]
    rows = []
    for index, area in enumerate(areas):
        properties = {name: _plain(column[index]) for name, column in zip(names, columns, strict=True)}
        rows.append(Row(index + 1, properties, _only_area(area, index + 1)))
    return Rows(format, CRS.from_user_input(meta["crs"]) if meta["crs"] else None, rows)


def _plain(value: Any) -> Any:
    """numpy scalars as Python's own, so that properties are JSON; 12-digit codes often come as 5.1e11."""
    value = value.item() if hasattr(value, "item") else value
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value if isinstance(value, str | int | float | bool) or value is None else str(value)


def _only_area(area: BaseGeometry | None, number: int) -> BaseGeometry | None:
    if area is None or area.geom_type in {"Polygon", "MultiPolygon"}:
        return area
    raise _bad(f"Row {number} is not an area but {area.geom_type}.", rows=[number])
