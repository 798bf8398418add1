"""GeoJSON and KML, read here and not by GDAL: what a document names is never opened."""

import json
import math
import re
from typing import Any

import shapely
from lxml import etree
from pyproj import CRS
from pyproj.exceptions import CRSError
from shapely.geometry.base import BaseGeometry

from geo import boundary_rows
from geo.boundary_rows import Row, Rows, refused

MAX_TAGS = 2_000_000  # of a KML file, attributes too: each costs two hundred bytes of memory, and four in the file
MAX_LISTS = 500_000  # of a GeoJSON file, beside one for each corner


def read_geojson(data: bytes) -> Rows:
    """A FeatureCollection of areas. Raises InvalidBoundary."""
    _refuse_bulk(data.count(b"[") + data.count(b"{"), boundary_rows.MAX_CORNERS + MAX_LISTS)
    try:
        document = json.loads(data.decode("utf-8-sig"), parse_constant=_finite, parse_float=_finite)
        features = document["features"]
        rows = [
            Row(number, _properties_of_json(one), _area_of_json(one.get("geometry"), number))
            for number, one in enumerate(features, start=1)
        ]
        return Rows("GeoJSON", _crs_of_json(document), rows)
    except UnicodeDecodeError as error:
        raise refused("This GeoJSON is not in UTF-8. Save it again as UTF-8.", "not_utf8") from error
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, CRSError) as error:
        raise refused("This is not a GeoJSON FeatureCollection in UTF-8.", "unreadable") from error


def _refuse_bulk(parts: int, most: int) -> None:
    if parts > most:
        raise refused(
            f"The file is put together of more than {most:,} parts; simplify the outlines first.", "too_large"
        )


def _properties_of_json(feature: dict[str, Any]) -> dict[str, Any]:
    """Raises TypeError for what is no object, such as a list of pairs."""
    properties = feature.get("properties") or {}
    if not isinstance(properties, dict):
        raise TypeError
    return dict(properties)


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(text)
    return number


def _area_of_json(geometry: dict[str, Any] | None, number: int) -> BaseGeometry | None:
    if geometry is None:
        return None
    if geometry.get("type") not in {"Polygon", "MultiPolygon"}:
        raise refused(f"Row {number} is not an area but {str(geometry.get('type'))[:40]}.", "not_areas", rows=[number])
    try:
        return shapely.force_2d(shapely.geometry.shape(geometry))
    except (shapely.errors.ShapelyError, ValueError, TypeError, IndexError) as error:
        raise refused(f"Row {number} has an outline that cannot be read.", rows=[number]) from error


def _crs_of_json(document: dict[str, Any]) -> CRS | None:
    """The old `crs` member, where there is one. Without it RFC 7946 says WGS-84, but many writers do not know that."""
    name = str(((document.get("crs") or {}).get("properties") or {}).get("name", ""))
    if name.endswith("CRS84"):
        return CRS.from_epsg(4326)
    match = re.fullmatch(r"(?:urn:ogc:def:crs:)?EPSG:[\d.]*:?(\d{4,6})", name)
    return CRS.from_epsg(int(match.group(1))) if match else None


def read_kml(data: bytes) -> Rows:
    """The Placemarks that have areas; names and ExtendedData are their columns. Raises InvalidBoundary."""
    if re.search(rb"<!DOCTYPE|<!ENTITY", data, re.IGNORECASE):
        raise refused("A KML file with a DOCTYPE is not read.", "unreadable")
    _refuse_bulk(data.count(b"<") + data.count(b"="), MAX_TAGS)
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as error:
        raise refused("This XML is broken, so it cannot be read as KML.", "unreadable") from error
    docinfo: Any = root.getroottree().docinfo
    if docinfo.doctype:  # in UTF-16 the bytes above do not show it
        raise refused("A KML file with a DOCTYPE is not read.", "unreadable")
    if _name(root) != "kml":
        raise refused("This XML is not KML.", "unknown_format")
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
        raise refused(f"Placemark {number} has an outline that cannot be read.", rows=[number]) from error
    return shapely.MultiPolygon(areas) if len(areas) > 1 else areas[0]


def _kml_ring(polygon: etree._Element, side: str) -> list[list[tuple[float, float]]]:
    return [
        [(_finite(place.split(",")[0]), _finite(place.split(",")[1])) for place in (ring.text or "").split()]
        for ring in polygon.iterfind(f"{{*}}{side}/{{*}}LinearRing/{{*}}coordinates")
    ]
