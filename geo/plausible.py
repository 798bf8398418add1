"""Whether a point can be where it is said to be: in its village, measured in WGS-84, reached in the time there was. Pure.

domain.md 4.2 and 6.6. Everything here gives ground for a question; nothing is moved and nothing is refused.
"""

from datetime import timedelta

import shapely
from shapely.geometry.base import BaseGeometry

from geo.crs import gcj02_to_wgs84, metres_between, metres_per_degree

OUTLINE_M = 100.0
"""How far beside a village's outline a home may well stand: outlines are drawn by hand (domain.md 4.2)."""
LEAST_GAP = timedelta(minutes=1)
"""Records that end within a minute are taken for a minute apart: clocks give whole seconds, and people begin early."""


def metres_outside(area: BaseGeometry, lon: float, lat: float) -> float:
    """Metres from a WGS-84 place to an area; 0 inside and on its border."""
    if area.intersects(shapely.Point(lon, lat)):
        return 0.0
    per_lat, per_lon = metres_per_degree(lat)
    squeeze = per_lon / per_lat
    flat = shapely.transform(area, lambda places: places * (squeeze, 1.0))
    x, y = shapely.get_coordinates(shapely.shortest_line(flat, shapely.Point(lon * squeeze, lat)))[0]
    return metres_between(lon, lat, float(x) / squeeze, float(y))


def is_far_outside(metres: float, accuracy_m: float | None) -> bool:
    """Whether so many metres outside are more than the phone's accuracy and the outline's explain."""
    return metres > (accuracy_m or 0.0) + OUTLINE_M


def metres_shifted(area: BaseGeometry, lon: float, lat: float, accuracy_m: float | None) -> float | None:
    """How far the place moves when it is read as GCJ-02, if it lies outside of the area as it is and inside then.

    None where it is as likely a matter of measuring, or the shift does not bring it inside.
    """
    if metres_outside(area, lon, lat) <= (accuracy_m or 0.0):
        return None
    moved = gcj02_to_wgs84(lon, lat)
    if moved == (lon, lat) or not area.intersects(shapely.Point(*moved)):
        return None
    return metres_between(lon, lat, *moved)


def speed_between(metres: float, accuracies_m: tuple[float | None, float | None], gap: timedelta) -> float:
    """Kilometres an hour that it took at least to come from one place to another, by what the phones were sure of."""
    sure = max(metres - sum(one or 0.0 for one in accuracies_m), 0.0)
    return sure / 1000 / (max(gap, LEAST_GAP) / timedelta(hours=1))
