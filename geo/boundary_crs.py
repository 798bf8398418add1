"""Whether a boundary file can be in the coordinate system that its owner declares. Refuses; never corrects."""

import numpy as np
import shapely
from pyproj import CRS, Transformer
from pyproj.exceptions import ProjError

from geo.boundary_rows import Rows
from geo.crs import GCJ02, Crs, area_of_use, metres_between, read_crs, to_wgs84
from geo.errors import InvalidBoundary, UnknownCrs

OUTSIDE_ZONE_DEGREES = 1.5
_SAME_PLACE_M = 1.0


def refuse_contradiction(found: Rows, declared: Crs) -> None:
    """Raise InvalidBoundary ("crs_contradicts") when numbers or the file's own words speak against `declared`."""
    areas = [row.geometry for row in found.rows if row.geometry is not None and not row.geometry.is_empty]
    if not areas:
        return
    corners = shapely.get_coordinates(areas)
    if not np.isfinite(corners).all():
        raise InvalidBoundary("The file holds coordinates that are not numbers.", "unreadable")
    (west, south), (east, north) = corners.min(axis=0).tolist(), corners.max(axis=0).tolist()
    _refuse_other_units(found, declared, (west, south, east, north))
    middle = ((west + east) / 2, (south + north) / 2)
    if found.crs is not None and not _is_same(found.crs, declared, middle):
        raise _contradiction(found, declared, f"it says itself that it is in {_title(found.crs)}")
    _refuse_far_from_home(found, declared, middle)


def _contradiction(found: Rows, declared: Crs, why: str) -> InvalidBoundary:
    message = f"The {found.format} was declared to be in {declared.name}, but {why}."
    return InvalidBoundary(message, "crs_contradicts", {"declared": declared.name, "format": found.format})


def _refuse_other_units(found: Rows, declared: Crs, box: tuple[float, float, float, float]) -> None:
    degrees = max(abs(number) for number in box) <= 180
    if degrees and declared.projected:
        raise _contradiction(found, declared, f"its coordinates look like degrees, and {declared.name} is in metres")
    if not degrees and not declared.projected:
        raise _contradiction(found, declared, f"its coordinates look like metres, and {declared.name} is in degrees")
    if degrees and max(abs(box[1]), abs(box[3])) > 90:
        raise _contradiction(found, declared, "it has latitudes beyond the poles: is latitude written first")


def _is_same(own: CRS, declared: Crs, middle: tuple[float, float]) -> bool:
    """Two names for one system are no contradiction: what counts is whether they put the file in the same place.

    No format has a name for GCJ-02: files in it say WGS-84 or CGCS2000, so those are taken for the lack of a word.
    """
    if declared.name == GCJ02:
        return bool(own.is_geographic)
    other = CRS.from_user_input(declared.name)
    own_ball, other_ball = own.ellipsoid, other.ellipsoid
    if own_ball is None or other_ball is None or abs(own_ball.semi_major_metre - other_ball.semi_major_metre) > 1:
        return False
    try:
        return metres_between(*_degrees_of(own, middle), *_degrees_of(other, middle)) <= _SAME_PLACE_M
    except (ProjError, ValueError):
        return False


def _degrees_of(crs: CRS, place: tuple[float, float]) -> tuple[float, float]:
    """Longitude and latitude on the system's own ellipsoid: no step between datums is taken."""
    if crs.is_geographic:
        return place
    transformer = Transformer.from_crs(crs, crs.geodetic_crs, always_xy=True)
    lon, lat = transformer.transform(*place, errcheck=True)
    return float(lon), float(lat)


def _title(crs: CRS) -> str:
    number = crs.to_epsg(min_confidence=60)
    return f"EPSG:{number} ({crs.name})" if number else str(crs.name)


def _refuse_far_from_home(found: Rows, declared: Crs, middle: tuple[float, float]) -> None:
    """A grid with the zone in its eastings, read as one without (or the other way), lands in another country."""
    try:
        place = to_wgs84(shapely.Point(middle), declared.name)
    except UnknownCrs as error:
        if error.kind != "outside_crs":
            raise
        raise _contradiction(found, declared, "its coordinates cannot lie on that grid") from error
    area = area_of_use(read_crs(declared.name).name)
    if area is None:
        return
    west, south, east, north = area
    if max(west - place.x, place.x - east, south - place.y, place.y - north) > OUTSIDE_ZONE_DEGREES:
        lies = f"there it would lie at latitude {place.y:.2f}, longitude {place.x:.2f}"
        raise _contradiction(found, declared, f"{lies}, where that system is not used: perhaps it is another zone")
