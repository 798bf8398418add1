"""Coordinate systems: what a boundary file is in, and WGS-84 for everything that is kept.

Stored coordinates are EPSG:4326 always. CGCS2000 (EPSG:4490), in which Chinese survey data come, equals WGS-84 for
household use; its Gauss-Krueger zones are ordinary EPSG grids. GCJ-02 is the obfuscated system of road-map services:
the functions below follow the published approximation of it and are for drawing on such a base, or for a file that
its owner declares to be in it. Nothing here guesses.
"""

import math
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import shapely
from pyproj import CRS, Geod, Transformer
from pyproj.exceptions import CRSError, ProjError
from shapely.geometry.base import BaseGeometry

from geo.errors import UnknownCrs

GCJ02 = "GCJ-02"

_WGS84 = Geod(ellps="WGS84")
_WGS84_A = 6378137.0
_WGS84_E2 = 0.0066943799901413165

# The published approximation of GCJ-02 uses the Krassovsky ellipsoid (SK-42).
_KRASSOVSKY_A = 6378245.0
_KRASSOVSKY_E2 = 0.00669342162296594323

# Where the shift applies, as the same publication bounds it (west, south, east, north).
_SHIFTED = (72.004, 0.8293, 137.8347, 55.8271)

# Where map services draw without the shift, roughly outlined: Hong Kong, Macao, Taiwan. About map services only.
_UNSHIFTED = shapely.MultiPolygon(
    [
        shapely.from_wkt(
            "POLYGON ((113.82 22.13, 113.82 22.42, 113.98 22.49, 114.06 22.505, 114.11 22.53, 114.16 22.56, "
            "114.23 22.555, 114.34 22.56, 114.45 22.50, 114.45 22.13, 113.82 22.13))"
        ),
        shapely.Polygon([(113.526, 22.10), (113.526, 22.21), (113.556, 22.215), (113.61, 22.20), (113.61, 22.10)]),
        shapely.box(119.95, 21.80, 122.10, 25.40),
    ]
)


@dataclass(frozen=True, slots=True)
class Crs:
    """A declared coordinate system: `name` is "EPSG:n" or "GCJ-02", `label` what EPSG calls it."""

    name: str
    label: str
    projected: bool


@lru_cache(maxsize=256)
def read_crs(text: str) -> Crs:
    """The system called "EPSG:n" or "GCJ-02". Raises UnknownCrs for anything else, and for systems without a plane."""
    name = text.strip().upper()
    if name in {"GCJ-02", "GCJ02"}:
        return Crs(GCJ02, "GCJ-02 (road-map services)", projected=False)
    if re.fullmatch(r"EPSG:\d{4,6}", name) is None:
        raise UnknownCrs(f'"{text[:40]}" is not a coordinate system here: write EPSG:4490, say, or GCJ-02.')
    try:
        crs = CRS.from_epsg(int(name[5:]))
    except CRSError as error:
        raise UnknownCrs(f"EPSG does not know {name}.", details={"crs": name}) from error
    if not (crs.is_projected or crs.is_geographic) or crs.is_compound:
        raise UnknownCrs(f"{name} ({crs.name}) does not place things on a map.", details={"crs": name})
    return Crs(name, crs.name, crs.is_projected)


def cgcs2000_zone(lon: float, zone_width: int = 3, prefixed: bool = True) -> str:
    """The CGCS2000 Gauss-Krueger grid that surveys use at this longitude: 3 or 6 degrees wide.

    `prefixed` eastings start with the zone number (eight digits: 35 512 345 m), the others do not (six digits).
    EPSG:4491-4501 and 4502-4512 are the 6-degree grids, 4513-4533 and 4534-4554 the 3-degree ones.
    """
    if zone_width == 3:
        zone, first, last, base = round(lon / 3), 25, 45, 4513 if prefixed else 4534
    elif zone_width == 6:
        zone, first, last, base = math.floor(lon / 6) + 1, 13, 23, 4491 if prefixed else 4502
    else:
        raise ValueError("Gauss-Krueger zones are 3 or 6 degrees wide.")
    if not first <= zone <= last:
        raise UnknownCrs(f"There is no CGCS2000 zone at longitude {lon:.3f}.")
    return f"EPSG:{base + zone - first}"


def to_wgs84(geometry: BaseGeometry, crs: str) -> BaseGeometry:
    """The same geometry in longitude and latitude, WGS-84. `crs` as `read_crs` takes it; x is always first.

    Raises UnknownCrs also when only a rough conversion is known (Beijing 54, say): it would be off by a field or two.
    """
    name = read_crs(crs).name
    if name == GCJ02:
        return shapely.transform(geometry, _gcj_array_to_wgs)
    transformer = _transformer(name)

    def convert(places: np.ndarray) -> np.ndarray:
        try:
            return np.column_stack(transformer.transform(places[:, 0], places[:, 1], errcheck=True))
        except ProjError as error:
            raise UnknownCrs(f"Coordinates lie outside {name}.", "outside_crs", {"crs": name}) from error

    return shapely.transform(geometry, convert)


@lru_cache(maxsize=32)
def _transformer(name: str) -> Transformer:
    """PROJ knows no exact step from CGCS2000 to WGS-84; for our use there is none to take: they are the same."""
    source = CRS.from_user_input(name)
    target = "EPSG:4490" if source.geodetic_crs == CRS.from_epsg(4490) else "EPSG:4326"
    try:
        transformer = Transformer.from_crs(source, target, always_xy=True, allow_ballpark=False)
        transformer.transform(*_middle_of(name))
    except ProjError as error:
        raise UnknownCrs(
            f"{name} can only be converted roughly. Ask for the file in CGCS2000 (EPSG:4490 or a 45xx grid).",
            "rough_crs",
            {"crs": name},
        ) from error
    return transformer


def _middle_of(name: str) -> tuple[float, float]:
    """A place that the system surely covers, in its own coordinates: asks PROJ whether it can convert at all."""
    crs = CRS.from_user_input(name)
    area = crs.area_of_use
    lon, lat = ((area.west + area.east) / 2, (area.south + area.north) / 2) if area else (0.0, 0.0)
    if crs.is_geographic:
        return lon, lat
    x, y = Transformer.from_crs(crs.geodetic_crs, crs, always_xy=True).transform(lon, lat)
    return float(x), float(y)


def area_of_use(crs: str) -> tuple[float, float, float, float] | None:
    """West, south, east, north in degrees where the system is meant to be used; None where EPSG does not say."""
    name = read_crs(crs).name
    if name == GCJ02:
        return _SHIFTED
    area = CRS.from_user_input(name).area_of_use
    return (area.west, area.south, area.east, area.north) if area else None


def wgs84_to_gcj02(lon: float, lat: float) -> tuple[float, float]:
    """Where a road-map service draws this WGS-84 place; the same place outside the shifted area."""
    shifted = places_to_gcj02(np.array([[lon, lat]], dtype=float))[0]
    return float(shifted[0]), float(shifted[1])


def gcj02_to_wgs84(lon: float, lat: float) -> tuple[float, float]:
    """The WGS-84 place behind a GCJ-02 one, by iteration: forth and back differ by less than a centimetre."""
    place = _gcj_array_to_wgs(np.array([[lon, lat]], dtype=float))[0]
    return float(place[0]), float(place[1])


def places_to_gcj02(places: np.ndarray) -> np.ndarray:
    """As `wgs84_to_gcj02`, for rows of longitude and latitude (n, 2)."""
    return np.where(_is_shifted(places)[:, None], places + _gcj_shift(places), places)


def _gcj_array_to_wgs(places: np.ndarray) -> np.ndarray:
    """Fixed point of w = g - shift(w): the shift changes by under 1 % of a step, so six rounds are plenty."""
    guess = places - _gcj_shift(places)
    for _ in range(6):
        guess = places - _gcj_shift(guess)
    return np.where(_is_shifted(guess)[:, None], guess, places)


def _is_shifted(places: np.ndarray) -> np.ndarray:
    lon, lat = places[:, 0], places[:, 1]
    west, south, east, north = _SHIFTED
    inside: np.ndarray = (lon >= west) & (lon <= east) & (lat >= south) & (lat <= north)
    inside &= ~shapely.contains_xy(_UNSHIFTED, lon, lat)
    return inside


def _gcj_shift(places: np.ndarray) -> np.ndarray:
    """Degrees (east, north) that GCJ-02 adds to WGS-84, after the published approximation."""
    x, y = places[:, 0] - 105.0, places[:, 1] - 35.0
    pi = np.pi
    root = np.sqrt(np.abs(x))
    ripple = (20 * np.sin(6 * pi * x) + 20 * np.sin(2 * pi * x)) * 2 / 3
    north = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + ripple
    north += (20 * np.sin(pi * y) + 40 * np.sin(pi * y / 3)) * 2 / 3
    north += (160 * np.sin(pi * y / 12) + 320 * np.sin(pi * y / 30)) * 2 / 3
    east = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + ripple
    east += (20 * np.sin(pi * x) + 40 * np.sin(pi * x / 3)) * 2 / 3
    east += (150 * np.sin(pi * x / 12) + 300 * np.sin(pi * x / 30)) * 2 / 3
    per_lat, per_lon = _degree_lengths(places[:, 1], _KRASSOVSKY_A, _KRASSOVSKY_E2)
    return np.column_stack((east / per_lon, north / per_lat))


def _degree_lengths(lat: Any, semi_major: float, e2: float) -> tuple[Any, Any]:
    radians = np.radians(lat)
    bend = 1 - e2 * np.sin(radians) ** 2
    per_lat = semi_major * (1 - e2) / (bend * np.sqrt(bend)) * np.pi / 180
    per_lon = semi_major / np.sqrt(bend) * np.cos(radians) * np.pi / 180
    return per_lat, per_lon


def metres_per_degree(lat: float) -> tuple[float, float]:
    """Metres in one degree of latitude and in one degree of longitude, at this latitude on WGS-84."""
    sine = math.sin(math.radians(lat))
    bend = 1 - _WGS84_E2 * sine * sine
    per_lat = _WGS84_A * (1 - _WGS84_E2) / (bend * math.sqrt(bend)) * math.pi / 180
    per_lon = _WGS84_A / math.sqrt(bend) * math.cos(math.radians(lat)) * math.pi / 180
    return per_lat, per_lon


def metres_between(lon1: float, lat1: float, lon2: float, lat2: float) -> float:
    """Length of the geodesic between two WGS-84 places, in metres."""
    return float(_WGS84.inv(lon1, lat1, lon2, lat2)[2])
