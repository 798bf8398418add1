"""Which phones probably send GCJ-02: their points lie outside the villages expected of them, and inside once shifted back.

Requirement of domain.md 6.6. It proposes; nobody's points are changed by it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import shapely
from shapely.geometry.base import BaseGeometry

from geo.crs import gcj02_to_wgs84, metres_per_degree

LEAST_POINTS = 5


@dataclass(frozen=True, slots=True)
class Observed:
    """A point of a phone: degrees as sent, accuracy in metres, and the codes of the villages it is expected in."""

    phone: int
    record: int
    lon: float
    lat: float
    accuracy: float | None
    expected: frozenset[str]


@dataclass(frozen=True, slots=True)
class Suspect:
    """A phone with the points that would move into a village expected of them: (as sent, (longitude, latitude) after)."""

    phone: int
    points: tuple[tuple[Observed, tuple[float, float]], ...]


def find_shifted(observed: Iterable[Observed], outlines: Mapping[str, BaseGeometry]) -> list[Suspect]:
    """Phones with LEAST_POINTS such points or more, by number of the phone. A point is outside beyond its own accuracy."""
    found: dict[int, list[tuple[Observed, tuple[float, float]]]] = {}
    for one in observed:
        areas = [outlines[code] for code in sorted(one.expected) if code in outlines]
        if not areas or not _is_outside(one, areas):
            continue
        back = gcj02_to_wgs84(one.lon, one.lat)
        if back != (one.lon, one.lat) and any(shapely.intersects_xy(area, *back) for area in areas):
            found.setdefault(one.phone, []).append((one, back))
    return [Suspect(phone, tuple(points)) for phone, points in sorted(found.items()) if len(points) >= LEAST_POINTS]


def _is_outside(one: Observed, areas: list[BaseGeometry]) -> bool:
    """A degree is taken as long as one of longitude: what is left out so is a point too many, never one too few."""
    reach = (one.accuracy or 0.0) / metres_per_degree(one.lat)[1]
    point = shapely.Point(one.lon, one.lat)
    return all(shapely.distance(area, point) > reach for area in areas)
