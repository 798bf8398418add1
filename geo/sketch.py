"""Outlines as paths of a small picture (SVG), for a preview that needs no script and no map."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geo.crs import metres_per_degree

WIDTH = 600.0
_TALLEST = 600.0
_MARGIN = 12.0
_DETAIL = 0.4  # of a picture's unit: no eye tells it


@dataclass(frozen=True, slots=True)
class Sketch:
    """`layers` by name: the path data of each; `names` are (text, x, y); `points` by name (x, y). Units of the picture, y
    downward; a metre is `unit` of them.
    """

    width: float
    height: float
    layers: dict[str, str]
    names: list[tuple[str, float, float]]
    points: dict[str, list[tuple[float, float]]] = field(default_factory=dict)
    unit: float = 0.0


def sketch(
    layers: Mapping[str, Iterable[BaseGeometry]],
    names: Iterable[tuple[str, BaseGeometry]] = (),
    points: Mapping[str, list[tuple[float, float]]] | None = None,
    room: tuple[float, float] = (WIDTH, _TALLEST),
) -> Sketch:
    """Draws WGS-84 areas, each layer a path, and points, all to one scale with north up. Without any area it is empty.

    `room` is how wide the picture is and how tall it may be.
    """
    across, tallest = room
    drawn = {name: shapely.geometrycollections(list(areas)) for name, areas in layers.items()}
    whole = [one for one in drawn.values() if not one.is_empty]
    if not whole:
        return Sketch(across, 0, {}, [])
    marks = points or {}
    whole += [shapely.MultiPoint(here) for here in marks.values() if here]
    west, south, east, north = shapely.total_bounds(np.array(whole, dtype=object)).tolist()
    per_lat, per_lon = metres_per_degree((south + north) / 2)
    wide, high = max((east - west) * per_lon, 1.0), max((north - south) * per_lat, 1.0)
    unit = min((across - 2 * _MARGIN) / wide, (tallest - 2 * _MARGIN) / high)

    def place(places: np.ndarray) -> np.ndarray:
        x = (places[:, 0] - west) * per_lon * unit + (across - wide * unit) / 2
        return np.column_stack((x, (north - places[:, 1]) * per_lat * unit + _MARGIN))

    paths = {name: _path_of(shapely.transform(one, place)) for name, one in drawn.items()}
    written = []
    for text, area in names:
        ((x, y),) = place(shapely.get_coordinates(area.representative_point())).tolist()
        written.append((text, round(x, 1), round(y, 1)))
    dots = {
        name: [(round(x, 1), round(y, 1)) for x, y in place(np.array(here)).tolist()]
        for name, here in marks.items()
        if here
    }
    return Sketch(across, round(high * unit + 2 * _MARGIN, 1), paths, written, dots, unit)


def _path_of(drawing: BaseGeometry) -> str:
    rings = [
        ring
        for part in shapely.get_parts(shapely.get_parts(drawing))
        if part.geom_type == "Polygon"
        for ring in (part.exterior, *part.interiors)
    ]
    fewer = (shapely.simplify(ring, _DETAIL, preserve_topology=True) for ring in rings)
    return "".join("M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in shapely.get_coordinates(one)) + "Z" for one in fewer)
