"""How villages lie beside one another: ground that two of them claim, ground that none does, outlines that cross themselves.

Two drawings of one border never agree to the metre, so thin strips along it (slivers) are told apart from land that
somebody forgot or took: the first are left as they are, the second are to be looked at.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geo.crs import metres_per_degree

LEAST_M2 = 1.0  # what two survey drawings of one border differ by without anybody meaning it
SLIVER_METRES = 5.0  # what a border drawn by hand over a picture is good for


@dataclass(frozen=True, slots=True)
class Overlap:
    """Ground that two villages claim, by code: square metres, its mean width in metres, a (longitude, latitude) inside."""

    code: str
    other: str
    m2: float
    width: float
    place: tuple[float, float]

    @property
    def is_sliver(self) -> bool:
        return self.width < SLIVER_METRES


@dataclass(frozen=True, slots=True)
class Gap:
    """Ground between villages that none claims; `beside` are the codes of those around it. Units as in Overlap."""

    m2: float
    width: float
    place: tuple[float, float]
    beside: tuple[str, ...]

    @property
    def is_sliver(self) -> bool:
        return self.width < SLIVER_METRES


@dataclass(frozen=True, slots=True)
class Repair:
    """A village whose outline crossed itself: why (in PROJ's and GEOS's English), where (longitude, latitude), and what it
    became: an area in square metres in so many parts.
    """

    code: str
    reason: str
    place: tuple[float, float]
    m2: float
    parts: int


def area_m2(geometry: BaseGeometry) -> float:
    """Area of a WGS-84 geometry in square metres, good to a thousandth for anything of a town's size."""
    if geometry.is_empty:
        return 0.0
    per_lat, per_lon = metres_per_degree((geometry.bounds[1] + geometry.bounds[3]) / 2)
    return float(geometry.area * per_lat * per_lon)


def width_m(geometry: BaseGeometry) -> float:
    """Mean width in metres of a WGS-84 strip: its area by half of the way around it. Of a square half its side."""
    per_lat, per_lon = metres_per_degree((geometry.bounds[1] + geometry.bounds[3]) / 2)
    flat = shapely.transform(geometry, lambda places: places * (per_lon, per_lat))
    return float(2 * flat.area / flat.length) if flat.length else 0.0


def find_overlaps(areas: Mapping[str, BaseGeometry]) -> list[Overlap]:
    """What two villages share, more than a square metre of it, largest first."""
    codes = list(areas)
    shapes = np.array(list(areas.values()), dtype=object)
    left, right = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    found = []
    for a, b in zip(left.tolist(), right.tolist(), strict=True):
        shared = shapely.intersection(shapes[a], shapes[b]) if a < b else shapely.Polygon()
        if area_m2(shared) > LEAST_M2:
            found.append(Overlap(codes[a], codes[b], round(area_m2(shared), 1), *_seen(shared)))
    return sorted(found, key=lambda one: -one.m2)


def find_gaps(areas: Mapping[str, BaseGeometry]) -> list[Gap]:
    """Holes between villages that belong to none, largest first."""
    whole = shapely.union_all(list(areas.values()))
    holes = [shapely.Polygon(ring) for part in shapely.get_parts(whole) for ring in part.interiors]
    tree, codes = shapely.STRtree(list(areas.values())), list(areas)
    found = []
    for hole in holes:
        if area_m2(hole) > LEAST_M2:
            around = tree.query(hole, predicate="dwithin", distance=1e-9)
            beside = tuple(sorted(codes[index] for index in around.tolist()))
            found.append(Gap(round(area_m2(hole), 1), *_seen(hole), beside))
    return sorted(found, key=lambda one: -one.m2)


def _seen(area: BaseGeometry) -> tuple[float, tuple[float, float]]:
    middle = area.representative_point()
    return round(width_m(area), 1), (middle.x, middle.y)


def repair(code: str, area: BaseGeometry) -> tuple[shapely.MultiPolygon, Repair | None]:
    """The area without crossings, as a MultiPolygon, and what had to be done to it (None: nothing)."""
    reason = "" if area.is_valid else shapely.is_valid_reason(area)
    whole = area if not reason else shapely.make_valid(area, method="structure", keep_collapsed=False)
    parts = [part for part in shapely.get_parts(whole) if part.geom_type == "Polygon" and not part.is_empty]
    mended = shapely.MultiPolygon(parts)
    if not reason:
        return mended, None
    why, _, where = reason.partition("[")
    return mended, Repair(code, why, _place_in(where, area), round(area_m2(mended), 1), len(parts))


def _place_in(where: str, area: BaseGeometry) -> tuple[float, float]:
    """GEOS names the crossing as "x y]"; where it does not, a corner of the outline stands for it."""
    try:
        x, y = (float(number) for number in where.rstrip("]").split())
    except ValueError:
        x, y = shapely.get_coordinates(area)[0].tolist()
    return x, y
