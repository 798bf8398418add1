"""Four square villages of about 2 km near 30 N 105 E, and boundary files of them."""

import json
from typing import Any

from geo.boundaries import BoundaryFile, read_boundaries

WEST, EAST = "510000000001", "510000000002"
NORTH_WEST, NORTH_EAST = "510000000003", "510000000004"
SQUARES = {
    WEST: ("上河村", 105.00, 30.00),
    EAST: ("下河村", 105.02, 30.00),
    NORTH_WEST: ("石桥村", 105.00, 30.02),
    NORTH_EAST: ("新庄村", 105.02, 30.02),
}
IN_WEST = "30.01 105.01 300 5"
IN_EAST = "30.01 105.03 300 5"
JUST_OUTSIDE = "30.01 105.041 300 5"  # 96 m east of the eastern village
FAR_OUTSIDE = "30.01 105.2 300 5"


def ring(lon: float, lat: float, width: float = 0.02) -> list[list[float]]:
    return [[lon, lat], [lon + width, lat], [lon + width, lat + 0.02], [lon, lat + 0.02], [lon, lat]]


def geojson(**changes: Any) -> bytes:
    """The four villages; `changes` maps `v` + code to None (left out), a ring, or (name, ring)."""
    features = []
    for code, (name, lon, lat) in SQUARES.items():
        change = changes.get(f"v{code}", ring(lon, lat))
        if change is None:
            continue
        name, outline = change if isinstance(change, tuple) else (name, change)
        features.append(
            {
                "type": "Feature",
                "properties": {"code": code, "name": name},
                "geometry": {"type": "Polygon", "coordinates": [outline]},
            }
        )
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()


def a_boundary_file(**changes: Any) -> BoundaryFile:
    return read_boundaries(geojson(**changes), "villages.geojson", "EPSG:4490")


def moved_border() -> dict[str, Any]:
    """The west loses its eastern half to the east."""
    return {f"v{WEST}": ring(105.00, 30.00, width=0.005), f"v{EAST}": ring(105.005, 30.00, width=0.035)}
