"""GeoJSON features and collections (RFC 7946: WGS-84, longitude first), and clusters for small zooms."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

Feature = dict[str, Any]

DECIMALS = 6  # 0.1 m: finer than any phone, coarse enough to keep answers small
CLUSTER_PIXELS = 48
ALONE_FROM_ZOOM = 17
_WORLD_PIXELS = 256


@dataclass(frozen=True, slots=True)
class Pin:
    """One place on a map: degrees, and what the map may say about it."""

    id: str
    lon: float
    lat: float
    properties: dict[str, Any] = field(default_factory=dict)


def feature(id: str | int | None, geometry: BaseGeometry | tuple[float, float] | None, properties: Any) -> Feature:
    """One GeoJSON feature; `geometry` is shapely, or (longitude, latitude), or None for a thing without a place."""
    made: Feature = {"type": "Feature", "geometry": shape_of(geometry), "properties": properties}
    if id is not None:
        made["id"] = id
    return made


def collection(features: Iterable[Feature]) -> dict[str, Any]:
    """A GeoJSON FeatureCollection of these features."""
    return {"type": "FeatureCollection", "features": list(features)}


def shape_of(geometry: BaseGeometry | tuple[float, float] | None) -> dict[str, Any] | None:
    """The `geometry` member: coordinates rounded to 6 decimals (0.1 m); an empty geometry is null."""
    if geometry is None:
        return None
    if isinstance(geometry, tuple):
        return {"type": "Point", "coordinates": [round(geometry[0], DECIMALS), round(geometry[1], DECIMALS)]}
    if geometry.is_empty:
        return None
    rounded: dict[str, Any] = _round_all(shapely.geometry.mapping(geometry))
    return rounded


def _round_all(value: Any) -> Any:
    if isinstance(value, float):
        return round(value, DECIMALS)
    if isinstance(value, dict):
        return {key: _round_all(part) for key, part in value.items()}
    if isinstance(value, tuple | list):
        return [_round_all(part) for part in value]
    return value


def cluster(pins: Sequence[Pin], zoom: float, cell_pixels: int = CLUSTER_PIXELS) -> list[Feature]:
    """Gather pins that would lie on one another at this zoom; a pin alone in its cell stays itself.

    A cluster is a feature with properties {cluster: true, count, box: [w, s, e, n]} at the middle of its pins. `count`
    is the exact number: whoever shows it puts it through `geo.masking.suppress` first. From zoom 17 nothing gathers.
    """
    if zoom >= ALONE_FROM_ZOOM:
        return [_pin_feature(pin) for pin in pins]
    places = np.array([(pin.lon, pin.lat) for pin in pins], dtype=float).reshape(-1, 2)
    cells = _cells(places, zoom, cell_pixels)
    found: dict[tuple[int, int], list[int]] = {}
    for index, cell in enumerate(map(tuple, cells.tolist())):
        found.setdefault(cell, []).append(index)
    return [
        _pin_feature(pins[members[0]]) if len(members) == 1 else _cluster_feature(zoom, cell, places[members])
        for cell, members in found.items()
    ]


def _cells(places: np.ndarray, zoom: float, cell_pixels: int) -> np.ndarray:
    sine = np.sin(np.radians(np.clip(places[:, 1], -85.05, 85.05)))
    down = 0.5 - np.log((1 + sine) / (1 - sine)) / (4 * np.pi)
    unit = np.column_stack((places[:, 0] / 360 + 0.5, down))
    cells: np.ndarray = np.floor(unit * (_WORLD_PIXELS * 2**zoom / cell_pixels)).astype(np.int64)
    return cells


def _pin_feature(pin: Pin) -> Feature:
    return feature(pin.id, (pin.lon, pin.lat), pin.properties)


def _cluster_feature(zoom: float, cell: tuple[int, int], places: np.ndarray) -> Feature:
    west, south = (round(float(edge), DECIMALS) for edge in places.min(axis=0))
    east, north = (round(float(edge), DECIMALS) for edge in places.max(axis=0))
    lon, lat = (float(middle) for middle in places.mean(axis=0))
    properties = {"cluster": True, "count": len(places), "box": [west, south, east, north]}
    return feature(f"cluster/{zoom:g}/{cell[0]}/{cell[1]}", (lon, lat), properties)
