"""A small drawing of where a place lies in its village: the outlines around it as the paths of an SVG, without any map behind."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

import shapely
from shapely.geometry.base import BaseGeometry

from geo.crs import metres_per_degree

MARGIN = 0.08  # of the drawing, on each side
LEAST_M = 400.0  # across: what is smaller is drawn with its surroundings
BAR = 0.3  # of the width that the scale bar takes at most
ROUND_M = (10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000)


@dataclass(frozen=True)
class Spot:
    """Units of a box of `width` x `height`, from its upper left corner. `village` and `around` are path data.

    `halo` is the radius of how exact the place is, 0 where that is not known; `bar` is as long as `bar_m` metres.
    """

    width: int
    height: int
    village: str
    around: str
    x: float
    y: float
    halo: float
    bar: float
    bar_m: int


@dataclass(frozen=True)
class _Frame:
    """Degrees to units: `per_lon` and `per_lat` units a degree, around the middle of the drawing."""

    lon: float
    lat: float
    per_lon: float
    per_lat: float
    width: int
    height: int

    def place(self, lon: float, lat: float) -> tuple[float, float]:
        across, up = (lon - self.lon) * self.per_lon, (lat - self.lat) * self.per_lat
        return round(self.width / 2 + across, 1), round(self.height / 2 - up, 1)

    @property
    def box(self) -> BaseGeometry:
        half_lon, half_lat = self.width / 2 / self.per_lon, self.height / 2 / self.per_lat
        return shapely.box(self.lon - half_lon, self.lat - half_lat, self.lon + half_lon, self.lat + half_lat)


def draw_spot(
    place: tuple[float, float],
    accuracy: float | None,
    village: BaseGeometry | None,
    others: Iterable[BaseGeometry],
    width: int = 320,
    height: int = 180,
) -> Spot:
    """`place` is lon, lat; `accuracy` metres; `village` the outline that it is to be seen with, `others` those near it.

    All of the village and the place are on the drawing; where there is no village, the place and what is around it.
    """
    per_lat_m, per_lon_m = metres_per_degree(place[1])
    frame, unit = _frame(place, village, (per_lon_m, per_lat_m), (width, height))
    x, y = frame.place(*place)
    longest = BAR * width / unit
    bar_m = max((one for one in ROUND_M if one <= longest), default=ROUND_M[0])
    seen = frame.box
    near = [one for one in others if one.intersects(seen)]
    return Spot(
        width,
        height,
        _path(frame, [village] if village is not None else []),
        _path(frame, near),
        x,
        y,
        round((accuracy or 0) * unit, 1),
        round(bar_m * unit, 1),
        bar_m,
    )


def _frame(
    place: tuple[float, float],
    village: BaseGeometry | None,
    metres: tuple[float, float],
    size: tuple[int, int],
) -> tuple[_Frame, float]:
    """The frame, and how many units a metre is."""
    west, south, east, north = village.bounds if village is not None else (*place, *place)
    west, east = min(west, place[0]), max(east, place[0])
    south, north = min(south, place[1]), max(north, place[1])
    across = max((east - west) * metres[0], LEAST_M)
    up = max((north - south) * metres[1], LEAST_M)
    room = 1 - 2 * MARGIN
    unit = min(size[0] * room / across, size[1] * room / up)
    return _Frame((west + east) / 2, (south + north) / 2, unit * metres[0], unit * metres[1], *size), unit


def _path(frame: _Frame, shapes: Iterable[BaseGeometry]) -> str:
    """Path data of outlines, with no more corners than the drawing shows. They are lines: what is cut off has no edge."""
    rough = 0.4 / math.hypot(frame.per_lon, frame.per_lat) * math.sqrt(2)
    parts = []
    for shape in shapes:
        for part in shapely.get_parts(shape):
            drawn = shapely.simplify(part, rough)
            rings = [drawn.exterior, *drawn.interiors] if isinstance(drawn, shapely.Polygon) else []
            for ring in rings:
                corners = [frame.place(lon, lat) for lon, lat in ring.coords[:-1]]
                parts.append("M" + "L".join(f"{x:g} {y:g}" for x, y in corners) + "Z")
    return "".join(parts)
