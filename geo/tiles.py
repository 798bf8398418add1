"""z/x/y of web maps and the bounds behind them (EPSG:3857 tiling, as every slippy map uses it)."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

MAX_ZOOM = 24
MERCATOR_LAT = 85.0511287798066


@dataclass(frozen=True, slots=True)
class Box:
    """Degrees; west <= east (a box across the date line is not one of ours)."""

    west: float
    south: float
    east: float
    north: float


def box_around(boxes: Iterable[Box]) -> Box | None:
    """The least box that holds them all; None for none."""
    found = list(boxes)
    if not found:
        return None
    west, south = min(one.west for one in found), min(one.south for one in found)
    return Box(west, south, max(one.east for one in found), max(one.north for one in found))


def tile_of(lon: float, lat: float, zoom: int) -> tuple[int, int]:
    """Column and row of the tile that holds a place; rows count from the north."""
    across, down = _to_unit(lon, lat)
    last = 2**zoom - 1
    return min(last, int(across * 2**zoom)), min(last, int(down * 2**zoom))


def tile_box(zoom: int, x: int, y: int) -> Box:
    """The degrees that a tile covers. Raises ValueError for a tile that does not exist."""
    if not (0 <= zoom <= MAX_ZOOM and 0 <= x < 2**zoom and 0 <= y < 2**zoom):
        raise ValueError(f"There is no tile {zoom}/{x}/{y}.")
    west, north = _from_unit(x / 2**zoom, y / 2**zoom)
    east, south = _from_unit((x + 1) / 2**zoom, (y + 1) / 2**zoom)
    return Box(west, south, east, north)


def _to_unit(lon: float, lat: float) -> tuple[float, float]:
    sine = math.sin(math.radians(max(-MERCATOR_LAT, min(MERCATOR_LAT, lat))))
    down = 0.5 - math.log((1 + sine) / (1 - sine)) / (4 * math.pi)
    return min(1.0, max(0.0, lon / 360 + 0.5)), min(1.0, max(0.0, down))


def _from_unit(across: float, down: float) -> tuple[float, float]:
    lat = math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * down))))
    return across * 360 - 180, lat


def places_of_units(units: np.ndarray) -> np.ndarray:
    """Longitude and latitude (n, 2) of places of the whole map: 0 to 1 from its west and from its north."""
    lat = np.degrees(np.arctan(np.sinh(math.pi * (1 - 2 * units[:, 1]))))
    return np.column_stack((units[:, 0] * 360 - 180, lat))
