"""Reading a vector tile with GDAL, which has a reader of its own."""

from typing import Any

import numpy as np
import pyogrio
import shapely

from geo.vector_tile import EXTENT


def read_tile(tile: bytes, layer: str = "pins") -> list[dict[str, Any]]:
    """The features of a layer: their properties without the empty ones, and `at`, in units from the west and the north."""
    if not tile:
        return []
    meta, _, shapes, columns = pyogrio.raw.read(tile, layer=layer)
    points = shapely.from_wkb(shapes)
    places = zip(shapely.get_x(points), shapely.get_y(points), strict=True)
    found = []
    for index, (across, up) in enumerate(places):
        row = {name: plain(column[index]) for name, column in zip(meta["fields"], columns, strict=True)}
        row = {name: value for name, value in row.items() if name != "mvt_id" and value is not None}
        found.append({**row, "at": (int(across), int(EXTENT - up))})
    return found


def plain(value: Any) -> Any:
    """numpy's numbers as Python's, and nothing for its not-a-number."""
    value = value.item() if isinstance(value, np.generic) else value
    return None if value is None or value != value else value
