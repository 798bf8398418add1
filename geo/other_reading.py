"""Where a file's villages would lie if it were in the other of the two systems that look alike: degrees of GPS, or GCJ-02.

Nothing in a file tells these two apart, so both are shown beside the boundaries in use; which one is right a person says.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from statistics import median

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geo.crs import GCJ02, gcj02_to_wgs84, metres_between, read_crs, wgs84_to_gcj02

PLAUSIBLE_METRES = 100.0  # half of the least shift of GCJ-02, and more than villages are redrawn by


@dataclass(frozen=True, slots=True)
class OtherReading:
    """`crs` is the other system and `outlines` the villages read in it, WGS-84, by code.

    `apart` is how far the two readings lie from one another; `declared_off` and `other_off` how far each lies from the
    boundaries in use (None where there are none to compare with). Metres, the median of the villages.
    """

    crs: str
    outlines: dict[str, BaseGeometry]
    apart: float
    declared_off: float | None
    other_off: float | None

    @property
    def is_likelier(self) -> bool:
        """Whether the boundaries in use speak for the other system: they lie nearer to it, by more than is redrawn."""
        if self.declared_off is None or self.other_off is None:
            return False
        return self.declared_off - self.other_off > PLAUSIBLE_METRES


def read_otherwise(
    villages: Mapping[str, BaseGeometry], declared: str, in_use: Mapping[str, BaseGeometry]
) -> OtherReading | None:
    """The other reading of villages declared to be in degrees; None for a grid in metres, and where nothing is shifted."""
    if not villages or read_crs(declared).projected:
        return None
    # Read as GPS, a file of GCJ-02 lies where its numbers say: that is the shift put back on.
    move = wgs84_to_gcj02 if declared == GCJ02 else gcj02_to_wgs84
    outlines = {code: shapely.transform(area, _each(move)) for code, area in villages.items()}
    apart = _distance(villages, outlines)
    if apart is None or apart < 1:
        return None
    other = "EPSG:4490" if declared == GCJ02 else GCJ02
    return OtherReading(other, outlines, apart, _distance(villages, in_use), _distance(outlines, in_use))


def _each(move: Callable[[float, float], tuple[float, float]]) -> Callable[[np.ndarray], np.ndarray]:
    return lambda places: np.array([move(float(lon), float(lat)) for lon, lat in places]).reshape(-1, 2)


def _distance(these: Mapping[str, BaseGeometry], those: Mapping[str, BaseGeometry]) -> float | None:
    """Metres between the middles of villages of one code, the median; None where no code is in both."""
    pairs = [(these[code].centroid, those[code].centroid) for code in these if code in those]
    return median(metres_between(one.x, one.y, other.x, other.y) for one, other in pairs) if pairs else None
