"""One answer's text as a typed value. What is not of its type is None: one bad answer never spoils a whole feed.

The types are the bind types of the ODK XForms specification; their OData counterparts are in odk-contract.md 7.2 and 7.3.
"""

import math
import re
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any, NamedTuple

import shapely

from forms.schema import GEO_TYPES
from geo.errors import UnreadableGeometry
from geo.odk_text import Kind, Place, read_geometry, read_position

Value = str | int | float | bool | date | datetime | None
Reader = Callable[[str], Any]

INT64 = 2**63
LARGEST_DECIMAL = 7.9e28  # System.Decimal of .NET
BOOLEANS = {"true": True, "1": True, "false": False, "0": False}
_PLAIN_DIGITS = 18  # so many are always an Int64
_INT = re.compile(r"[+-]?\d{1,19}", re.ASCII)
_DECIMAL = re.compile(r"[+-]?(?:\d{1,400}(?:\.\d{0,400})?|\.\d{1,400})(?:[eE][+-]?\d{1,4})?", re.ASCII)
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_USUAL_INSTANT = re.compile(r"[12]\d{3}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}(?:Z|[+-]\d\d:\d\d)", re.ASCII)
_INSTANT = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?)(?:(Z)|([+-]\d\d):?(\d\d)?)", re.ASCII)


def read_value(text: Any, type_name: str) -> Value:
    """The answer as int, float, bool, date, datetime (aware), or for every other type the text; None when it is not one.

    `text` is what `forms.instance.read_values` keeps for a leaf; anything but text is no answer.
    """
    if not isinstance(text, str):
        return None
    reader = READERS.get(type_name)
    return reader(text.strip()) if reader else text


def read_int(text: str) -> int | None:
    if len(text) <= _PLAIN_DIGITS and text.isdecimal() and text.isascii():  # most are
        return int(text)
    number = int(text) if _INT.fullmatch(text) else None
    return number if number is not None and -INT64 <= number < INT64 else None


def read_decimal(text: str) -> float | None:
    """A number that Excel's and Power BI's decimals hold; one beyond them would end the load of the whole table there."""
    digits = text.replace(".", "", 1)
    if len(digits) <= _PLAIN_DIGITS and digits.isdecimal() and digits.isascii():  # most are
        return float(text)
    number = float(text) if _DECIMAL.fullmatch(text) else math.inf
    return number if abs(number) < LARGEST_DECIMAL else None


def read_date(text: str) -> date | None:
    """`2026-08-21`; Python alone would take weeks and dates without hyphens too."""
    try:
        return date.fromisoformat(text) if len(text) == 10 and text[4] == text[7] == "-" else None
    except ValueError:
        return None


def read_instant(text: str) -> datetime | None:
    """An instant with its offset; None without one, since nobody knows what it means then."""
    clean = write_instant(text)
    return datetime.fromisoformat(clean) if clean else None


def write_date(text: str) -> str | None:
    return text if read_date(text) else None


def write_instant(text: str) -> str | None:
    """An instant's text as it was sent, the offset spelt `+08:00` (old clients write `+08`); None if there is no such."""
    is_usual = _USUAL_INSTANT.fullmatch(text) is not None
    clean = text if is_usual else spell_offset(text)
    try:
        instant = datetime.fromisoformat(clean)
        if not is_usual:  # at the ends of the calendar an offset leads out of it
            instant.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return clean


def spell_offset(text: str) -> str:
    """Empty for what is no instant with an offset."""
    match = _INSTANT.fullmatch(text)
    if match is None:
        return ""
    local, zulu, hours, minutes = match.groups()
    return str(local) + (zulu or f"{hours}:{minutes or '00'}")


READERS: dict[str, Reader] = {
    "int": read_int,
    "decimal": read_decimal,
    "boolean": BOOLEANS.get,
    "date": read_date,
    "dateTime": read_instant,
}
ODATA_READERS = READERS | {"date": write_date, "dateTime": write_instant}


def odata_value(text: Any, type_name: str, wkt: bool = False) -> Any:
    """The answer as OData carries it: number, boolean, text, GeoJSON geometry (or WKT text), None for what is none."""
    if not isinstance(text, str):
        return None
    return odata_reader(type_name, wkt)(text)


def odata_reader(type_name: str, wkt: bool) -> Reader:
    """What makes OData's value of an answer of this type; `str` where that is the text, whatever it is."""
    if type_name == "geopoint" and not wkt:
        return write_point
    if type_name in GEO_TYPES:
        write = wkt_of if wkt else geojson_of
        return lambda text: write(places) if (places := read_places(text, type_name)) else None
    read = ODATA_READERS.get(type_name)
    return str if read is None else lambda text: read(text.strip())


class Places(NamedTuple):
    """A geo answer's positions `[lon, lat]` or `[lon, lat, metres]`, all alike, and each one's accuracy in metres."""

    kind: Kind
    positions: list[list[float]]
    accuracies: list[float | None]


def read_places(text: Any, type_name: str) -> Places | None:
    """None for what is no place on earth. The altitude is left out unless every position has one."""
    kind: Kind = GEO_TYPES[type_name]  # type: ignore[assignment]
    if kind == "point":
        return read_one_place(text)
    try:
        read = read_geometry(text, kind) if isinstance(text, str) else None
    except UnreadableGeometry:
        return None
    if read is None:
        return None
    positions = shapely.get_coordinates(read.geometry).tolist()
    altitudes = read.altitudes
    if len(positions) > len(altitudes):  # a shape that was not closed has been closed
        altitudes = [*altitudes, altitudes[0]]
    if None not in altitudes:
        positions = [[*place, metres] for place, metres in zip(positions, altitudes, strict=True)]
    return Places(kind, positions, read.accuracies)


def read_one_place(text: Any) -> Places | None:
    """Most places are points; no geometry is made of them only to be taken apart again."""
    place = find_place(text)
    return None if place is None else Places("point", [position_of(place)], [place.accuracy])


def write_point(text: str) -> dict[str, Any] | None:
    """What `geojson_of` makes of a point."""
    place = find_place(text)
    if place is None:
        return None
    return {"type": "Point", "coordinates": position_of(place), "properties": {"accuracy": place.accuracy}}


def find_place(text: Any) -> Place | None:
    """The numbers of a point; None for what is no place on earth."""
    try:
        return read_position(text) if isinstance(text, str) else None
    except UnreadableGeometry:
        return None


def position_of(place: Place) -> list[float]:
    lon, lat, altitude, _ = place
    return [lon, lat] if altitude is None else [lon, lat, altitude]


def geojson_of(places: Places) -> dict[str, Any]:
    """GeoJSON's geometry with ODK Central's extra member `properties`: the accuracy, or one for each position."""
    found = plain_geojson(places)
    one = places.kind == "point"
    found["properties"] = {"accuracy": places.accuracies[0]} if one else {"accuracies": places.accuracies}
    return found


def plain_geojson(places: Places) -> dict[str, Any]:
    """GeoJSON's geometry (RFC 7946)."""
    if places.kind == "point":
        return {"type": "Point", "coordinates": places.positions[0]}
    if places.kind == "trace":
        return {"type": "LineString", "coordinates": places.positions}
    return {"type": "Polygon", "coordinates": [places.positions]}


def plain_geometry(text: Any, type_name: str) -> dict[str, Any] | None:
    """The same of an answer; None for what is no place on earth."""
    if GEO_TYPES[type_name] == "point":  # most are, so nothing is made for them that is not told
        place = find_place(text)
        return None if place is None else {"type": "Point", "coordinates": position_of(place)}
    places = read_places(text, type_name)
    return None if places is None else plain_geojson(places)


def wkt_of(places: Places) -> str:
    """Well-known text as ODK Central writes it: a third number without `Z`."""
    listed = ",".join(" ".join(f"{number:.15g}" for number in place) for place in places.positions)
    return {"point": f"POINT ({listed})", "trace": f"LINESTRING ({listed})", "shape": f"POLYGON (({listed}))"}[
        places.kind
    ]
