"""GeoPackage and zipped Shapefile, through GDAL, which sees only what was looked through before.

A GeoPackage with views or foreign virtual tables is refused. Of an archive the parts of one Shapefile are taken into a
new archive in memory, under names of our own.
"""

import io
import re
import sqlite3
import struct
import zipfile
import zlib

import numpy as np
import shapely
from pyproj import CRS
from shapely.geometry.base import BaseGeometry

from geo import boundary_rows, gdal
from geo.boundary_rows import MAX_ROWS, Row, Rows, refused
from geo.errors import InvalidBoundary

# What zipfile raises for archives that are none: more than it says.
DAMAGED = (
    *(zipfile.BadZipFile, zlib.error, struct.error, EOFError, OSError),
    *(ValueError, LookupError, OverflowError, RuntimeError, NotImplementedError),
)
_VIRTUAL_INDEX = re.compile(r'\s*CREATE\s+VIRTUAL\s+TABLE\s+("(?:[^"]|"")*"|\w+)\s+USING\s+rtree\b', re.IGNORECASE)
_WORKED_OUT = """SELECT m.name FROM sqlite_master AS m JOIN pragma_table_xinfo(m.name) AS x
WHERE m.type = 'table' AND m.sql NOT LIKE '%virtual%' AND x.hidden = 2"""  # columns that are worked out when they are read
_PART_LISTED = b"PK\x01\x02"
_SHAPEFILE_PARTS = (".shp", ".shx", ".dbf", ".prj", ".cpg")


def read_geopackage(data: bytes) -> Rows:
    """The one layer of areas in a GeoPackage. Raises InvalidBoundary."""
    _look_through(data)
    return _read_by_gdal(data, "GeoPackage", None)


def _look_through(data: bytes) -> None:
    """Refuse a GeoPackage whose schema could make GDAL run or open something: views, modules but the R-tree, columns that
    are worked out.
    """
    book = sqlite3.connect(":memory:")
    book.text_factory = lambda text: text.decode("utf-8", "replace")
    try:
        book.deserialize(data)
        for kind, name, sql in book.execute("SELECT type, name, sql FROM sqlite_master").fetchall():
            _refuse_program(str(kind), str(name), str(sql or ""))
        for (name,) in book.execute(_WORKED_OUT).fetchall():
            raise _unsafe(str(name))
        # only now: of a view of that name the question itself could run for ever
        layers = book.execute("SELECT count(*) FROM gpkg_contents WHERE data_type = 'features'").fetchone()[0]
    except (sqlite3.Error, ValueError, OverflowError) as error:
        raise refused("This SQLite file is not a GeoPackage that can be read.", "unreadable") from error
    finally:
        book.close()
    if layers != 1:
        raise refused(f"The GeoPackage holds {layers} layers of features; keep the one with the villages.", "layers")


def _refuse_program(kind: str, name: str, sql: str) -> None:
    """The word itself is looked for: a comment, or a table's name, may stand where SQLite reads over it."""
    if kind == "view" or ("virtual" in sql.lower() and not _VIRTUAL_INDEX.match(sql)):
        raise _unsafe(name)


def _unsafe(name: str) -> InvalidBoundary:
    return refused(f'The GeoPackage holds "{name[:60]}", which is not a plain table.', "unsafe")


def read_archive(data: bytes) -> Rows:
    """The one Shapefile in a zip archive. Raises InvalidBoundary."""
    parts = _shapefile_parts(data)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
        for suffix, content in parts.items():
            archive.writestr(f"villages{suffix}", content)
    return _read_by_gdal(packed.getvalue(), "Shapefile", _encoding_of(parts))


def _shapefile_parts(data: bytes) -> dict[str, bytes]:
    if (
        data.count(_PART_LISTED) > 10 * boundary_rows.MAX_PARTS
    ):  # a million of them fill the memory before they are counted
        raise refused("The archive unpacks to more than a boundary file can be.", "too_large")
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
        entries = [entry for entry in archive.infolist() if not entry.filename.endswith("/")]
        _check_sizes(entries)
        found = [entry for entry in entries if entry.filename.lower().endswith(".shp") and not _is_junk(entry)]
        if len(found) != 1:
            raise refused(f"The archive holds {len(found)} Shapefiles (.shp); exactly one was expected.", "layers")
        stem = found[0].filename[:-4].lower()
        wanted = {stem + suffix: suffix for suffix in _SHAPEFILE_PARTS}
        parts = {
            wanted[entry.filename.lower()]: _unpack(archive, entry)
            for entry in entries
            if entry.filename.lower() in wanted
        }
    except DAMAGED as error:
        raise refused("The archive is damaged or encrypted.", "unreadable") from error
    lacking = [suffix for suffix in (".shx", ".dbf") if suffix not in parts]
    if lacking:
        raise refused(f"The Shapefile lacks its {' and '.join(lacking)} part.", "unreadable", missing=lacking)
    return parts


def _check_sizes(entries: list[zipfile.ZipInfo]) -> None:
    if len(entries) > boundary_rows.MAX_PARTS or sum(entry.file_size for entry in entries) > boundary_rows.MAX_UNPACKED:
        raise refused("The archive unpacks to more than a boundary file can be.", "too_large")


def _is_junk(entry: zipfile.ZipInfo) -> bool:
    return entry.filename.startswith("__MACOSX/") or entry.filename.rpartition("/")[2].startswith("._")


def _unpack(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    """The declared size may lie; never unpack more than the declared sizes were checked for."""
    with archive.open(entry) as stream:
        content = stream.read(entry.file_size + 1)
    if len(content) != entry.file_size:
        raise refused("The archive is damaged: a part is not as long as it says.", "unreadable")
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
        table = gdal.read(data, encoding, MAX_ROWS + 1)
        areas = shapely.from_wkb(np.array(table["shapes"], dtype=object))
    except Exception as error:  # foreign bytes in foreign code: whatever it stumbles over, the file is at fault
        raise refused(f"The {format} cannot be read.", "unreadable") from error
    rows = []
    for index, area in enumerate(areas):
        properties = {name: column[index] for name, column in zip(table["names"], table["columns"], strict=True)}
        rows.append(Row(index + 1, properties, _only_area(area, index + 1)))
    return Rows(format, CRS.from_user_input(table["crs"]) if table["crs"] else None, rows)


def _only_area(area: BaseGeometry | None, number: int) -> BaseGeometry | None:
    if area is None or area.geom_type in {"Polygon", "MultiPolygon"}:
        return area
    raise refused(f"Row {number} is not an area but {area.geom_type}.", "not_areas", rows=[number])
