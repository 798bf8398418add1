"""Points, traces and shapes as ODK writes them, to shapely and back.

The wire writes `latitude longitude altitude accuracy` separated by spaces, WGS-84, metres; altitude and accuracy
may be missing or 0. Traces and shapes are such points joined by `;` (perhaps with a space, perhaps a trailing one);
a shape ends where it began. (ODK XForms specification, "Data types".) shapely and GeoJSON want longitude first.
"""

import math
import re
from dataclasses import dataclass
from typing import Literal, NamedTuple

import shapely
from shapely import LineString, Polygon
from shapely.geometry.base import BaseGeometry

from geo.errors import UnreadableGeometry

Kind = Literal["point", "trace", "shape"]

MAX_POINTS = 20_000
_LONGEST_PLACE = 200  # characters of one point: four numbers as any phone writes them, many times over

_NUMBER = r"([+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,3})?)"
_PLACE = re.compile(rf"\s*{_NUMBER}\s+{_NUMBER}(?:\s+(\S+))?(?:\s+(\S+))?\s*", re.ASCII)
_ONE_NUMBER = re.compile(_NUMBER, re.ASCII)
_PLAIN = "0123456789+-. "  # what is of these alone is a number to Python exactly where it is one here


@dataclass(frozen=True, slots=True)
class OdkGeometry:
    """One geo answer. `geometry` has (longitude, latitude) in degrees; the rest is metres.

    `accuracies` and `altitudes` run along the points that were kept; `accuracy` and `altitude` are the point's own, or
    for a trace or shape the worst accuracy and no altitude. None means that the phone did not say.
    `skipped` counts the points that could not be read.
    """

    geometry: BaseGeometry
    kind: Kind
    accuracy: float | None
    altitude: float | None
    accuracies: list[float | None]
    altitudes: list[float | None]
    skipped: int = 0


class Place(NamedTuple):
    """Degrees and metres; None where the phone did not say."""

    lon: float
    lat: float
    altitude: float | None
    accuracy: float | None


def read_geometry(text: str, kind: Kind | None = None) -> OdkGeometry:
    """Read one geo answer; with `kind` None the text itself shows which it is.

    Raises UnreadableGeometry when there is no such place: no numbers, NaN or infinity, beyond the poles or the date
    line, or too few good points for the kind.
    """
    if kind == "point" or (kind is None and ";" not in text):
        return _read_point(text)
    places, skipped = _read_places(text)
    if kind is None:
        kind = _guess_kind(places)
    if kind == "point":
        return _point(places[0], skipped)
    return _line_or_area(places, kind, skipped)


def write_point(lon: float, lat: float, altitude: float | None = None, accuracy: float | None = None) -> str:
    """`latitude longitude altitude accuracy`; what is not known is written as 0, as ODK Collect does."""
    if not (math.isfinite(lon) and math.isfinite(lat) and -180 <= lon <= 180 and -90 <= lat <= 90):
        raise UnreadableGeometry(f"{lat} {lon} is not a place on earth.")
    return " ".join(_write_number(n) for n in (lat, lon, altitude or 0.0, accuracy or 0.0))


def _write_number(number: float) -> str:
    text = repr(float(number))
    return text if "e" not in text else f"{number:.12f}"


def _read_point(text: str) -> OdkGeometry:
    return _point(read_position(text), 0)


def read_position(text: str) -> Place:
    """A point's numbers, without a geometry. Raises UnreadableGeometry as read_geometry does."""
    place = _read_place(text) if ";" not in text else _read_only_place(text)
    if place is None:
        raise UnreadableGeometry(f"{_shorten(text)} is not a point: latitude and longitude were expected.")
    return place


def _read_only_place(text: str) -> Place | None:
    pieces = [piece for piece in text.split(";") if piece.strip()]
    return _read_place(pieces[0]) if len(pieces) == 1 else None


def _read_places(text: str) -> tuple[list[Place], int]:
    if text.count(";") > MAX_POINTS:
        raise UnreadableGeometry(f"A line or area of more than {MAX_POINTS} points is not read.")
    pieces = [piece for piece in text.split(";") if piece.strip()]
    places = [place for place in map(_read_place, pieces) if place is not None]
    if not places:
        raise UnreadableGeometry(f"{_shorten(text)} holds no point that can be read.")
    return places, len(pieces) - len(places)


def _read_place(text: str) -> Place | None:
    if len(text) > _LONGEST_PLACE:
        return None
    if text.strip(_PLAIN):
        return _match_place(text)
    try:
        lat, lon, altitude, accuracy = map(float, text.split(" "))
    except ValueError:  # not the four numbers that phones write
        return _match_place(text)
    return _place_on_earth(lat, lon, altitude, accuracy if accuracy > 0 else None)


def _match_place(text: str) -> Place | None:
    match = _PLACE.fullmatch(text)
    if match is None:
        return None
    lat, lon, altitude, accuracy = match.groups()
    return _place_on_earth(float(lat), float(lon), _read_metres(altitude), _read_accuracy(accuracy))


def _place_on_earth(lat: float, lon: float, altitude: float | None, accuracy: float | None) -> Place | None:
    return Place(lon, lat, altitude, accuracy) if -90.0 <= lat <= 90.0 and -180.0 <= lon <= 180.0 else None


def _read_metres(text: str | None) -> float | None:
    """An altitude that is nonsense costs the altitude, not the place."""
    if text is None or _ONE_NUMBER.fullmatch(text) is None:
        return None
    metres = float(text)
    return metres if math.isfinite(metres) else None


def _read_accuracy(text: str | None) -> float | None:
    """0 is what a phone writes for a point placed by hand: the accuracy is not known, it is not perfect."""
    metres = _read_metres(text)
    return metres if metres is not None and metres > 0 else None


def _guess_kind(places: list[Place]) -> Kind:
    if len(places) == 1:
        return "point"
    closed = (places[0].lon, places[0].lat) == (places[-1].lon, places[-1].lat)
    return "shape" if closed and len({(p.lon, p.lat) for p in places}) >= 3 else "trace"


def _point(place: Place, skipped: int) -> OdkGeometry:
    geometry = shapely.points((place.lon, place.lat))
    return OdkGeometry(geometry, "point", place.accuracy, place.altitude, [place.accuracy], [place.altitude], skipped)


def _line_or_area(places: list[Place], kind: Kind, skipped: int) -> OdkGeometry:
    corners = [(p.lon, p.lat) for p in places]
    least = 3 if kind == "shape" else 2
    if len(corners) < least or (kind == "shape" and len(set(corners)) < least):
        raise UnreadableGeometry(f"A {kind} needs {least} good points; {len(set(corners))} could be read.")
    geometry = Polygon(corners) if kind == "shape" else LineString(corners)
    accuracies, altitudes = [p.accuracy for p in places], [p.altitude for p in places]
    worst = max((metres for metres in accuracies if metres is not None), default=None)
    return OdkGeometry(geometry, kind, worst, None, accuracies, altitudes, skipped)


def _shorten(text: str) -> str:
    """Enough of the answer to find it, never a whole megabyte of it in an error."""
    return repr(text if len(text) <= 60 else text[:60] + "…")
