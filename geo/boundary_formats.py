"""Which format a boundary file is in, told by its content, and its rows."""

import shapely

from geo import boundary_rows
from geo.boundary_gdal import read_archive, read_geopackage
from geo.boundary_rows import MAX_BYTES, MAX_ROWS, Rows, refused
from geo.boundary_text import read_geojson, read_kml


def read_rows(data: bytes, filename: str) -> Rows:
    """Tell the format by content, not by name, and read it. Raises InvalidBoundary with a sentence for people."""
    if len(data) > MAX_BYTES:
        raise refused(f"The file is larger than {MAX_BYTES // 2**20} MB.", "too_large")
    start = data[:512].lstrip(b"\xef\xbb\xbf \t\r\n")
    if data.startswith(b"PK\x03\x04"):
        found = read_archive(data)
    elif data.startswith(b"SQLite format 3\0"):
        found = read_geopackage(data)
    elif start.startswith((b"{", b"[")):
        found = read_geojson(data)
    elif start.startswith(b"<"):
        found = read_kml(data)
    else:
        raise refused(
            f'"{filename[:80]}" is not GeoJSON, KML, GeoPackage or a zipped Shapefile (a .shp alone lacks its names).',
            "unknown_format",
        )
    return _limited(found)


def _limited(found: Rows) -> Rows:
    if not found.rows:
        raise refused("The file holds no areas.", "empty")
    if len(found.rows) > MAX_ROWS:
        raise refused(f"The file holds more than {MAX_ROWS} areas; a town has fewer villages.", "too_large")
    areas = [row.geometry for row in found.rows if row.geometry is not None]
    if int(shapely.get_num_coordinates(areas).sum()) > boundary_rows.MAX_CORNERS:
        raise refused(
            f"The outlines have more than {boundary_rows.MAX_CORNERS:,} corners; simplify them first.", "too_large"
        )
    return found
