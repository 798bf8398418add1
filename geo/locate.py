"""Which village a point is in, how we know, and how sure that is.

A point inside one village is in it. A point on a shared border touches several: the lowest code takes it, always, and
the others are named. A point outside every village goes to the nearest one if it is near enough to be a matter of
measuring; else the village is unknown, which is never filled with a guess.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from geo.crs import metres_between, metres_per_degree

How = Literal["inside", "nearest", "unknown"]

NEAREST_WITHIN_M = 200.0
# A phone that says "within two kilometres" has not seen a satellite: such a fix reaches no farther than this.
ACCURACY_REACH_M = 500.0
_FEW = 64


@dataclass(frozen=True, slots=True)
class Located:
    """The village of a point. `metres` is 0 inside, else the distance to the nearest village (None if none is near).

    `ambiguous` names, by code, the other villages that the point may as well be in: they touch it, or lie within the
    accuracy the phone gave.
    """

    code: str | None
    how: How
    metres: float | None
    ambiguous: list[str] = field(default_factory=list)


def choose_village(
    point: tuple[float, float],
    accuracy_m: float | None,
    candidates: Iterable[tuple[str, BaseGeometry]],
    max_metres: float = NEAREST_WITHIN_M,
) -> Located:
    """The village of one (longitude, latitude) among (code, WGS-84 area) candidates. See `Locator` for many points."""
    return Locator(candidates).locate(point[0], point[1], accuracy_m, max_metres)


class Locator:
    """The villages of a town, prepared once so that each point costs microseconds. Nothing in it changes later."""

    def __init__(self, candidates: Iterable[tuple[str, BaseGeometry]]) -> None:
        ordered = sorted(candidates, key=lambda candidate: candidate[0])
        self.codes = [code for code, _ in ordered]
        self._areas = np.array([area for _, area in ordered], dtype=object)
        flattened = [_flatten(area) for area in self._areas]
        self._flat = np.array([area for area, _ in flattened], dtype=object)
        self._squeezes = np.array([squeeze for _, squeeze in flattened])
        shapely.prepare(self._areas)
        shapely.prepare(self._flat)
        self._tree = shapely.STRtree(self._areas)

    def locate(
        self, lon: float, lat: float, accuracy_m: float | None = None, max_metres: float = NEAREST_WITHIN_M
    ) -> Located:
        """The village of a place in degrees; `accuracy_m` is what the phone said, `max_metres` how near is near."""
        touched = self._touching(lon, lat)
        trusted = min(accuracy_m or 0.0, ACCURACY_REACH_M)
        if len(touched) == 0:
            return self._nearest(lon, lat, trusted, max(max_metres, trusted))
        others = [self.codes[i] for i in touched[1:]]
        if trusted:
            near = self._within(lon, lat, trusted)
            others = [self.codes[i] for i in sorted({*touched[1:], *near} - {touched[0]})]
        return Located(self.codes[touched[0]], "inside", 0.0, others)

    def locate_many(
        self,
        lons: Sequence[float] | np.ndarray,
        lats: Sequence[float] | np.ndarray,
        accuracies_m: Sequence[float | None] | None = None,
        max_metres: float = NEAREST_WITHIN_M,
    ) -> list[Located]:
        """What `locate` says for each point, without neighbours in `ambiguous` where a point is inside: for bulk."""
        first, others = self._touching_many(lons, lats)
        accuracies = accuracies_m or [None] * len(first)
        found: list[Located] = []
        for index, village in enumerate(first.tolist()):
            if village < 0:
                found.append(self.locate(float(lons[index]), float(lats[index]), accuracies[index], max_metres))
            else:
                found.append(Located(self.codes[village], "inside", 0.0, others.get(index, [])))
        return found

    def _touching(self, lon: float, lat: float) -> list[int]:
        """Indexes of the areas that hold the place or have it on their border, lowest code first."""
        near = np.arange(len(self.codes)) if len(self.codes) <= _FEW else self._tree.query(shapely.points((lon, lat)))
        hits = np.asarray(near)[shapely.intersects_xy(self._areas[near], lon, lat)]
        return sorted(hits.tolist())

    def _touching_many(
        self, lons: Sequence[float] | np.ndarray, lats: Sequence[float] | np.ndarray
    ) -> tuple[np.ndarray, dict[int, list[str]]]:
        points = shapely.points(np.asarray(lons, dtype=float), np.asarray(lats, dtype=float))
        villages, hits = shapely.STRtree(points).query(self._areas, predicate="intersects")
        first = np.full(len(points), len(self.codes), dtype=np.int64)
        np.minimum.at(first, hits, villages)
        doubled = first[hits] != villages
        others: dict[int, list[str]] = {}
        for village, hit in sorted(zip(villages[doubled].tolist(), hits[doubled].tolist(), strict=True)):
            others.setdefault(hit, []).append(self.codes[village])
        first[first == len(self.codes)] = -1
        return first, others

    def _nearest(self, lon: float, lat: float, trusted: float, reach: float) -> Located:
        near = sorted((metres, i) for i, metres in self._distances(lon, lat, reach).items())
        if not near:
            return Located(None, "unknown", None)
        metres, nearest = near[0]
        if metres > reach:
            return Located(None, "unknown", metres)
        others = [self.codes[i] for distance, i in near[1:] if distance <= max(trusted, metres)]
        return Located(self.codes[nearest], "nearest", metres, sorted(others))

    def _within(self, lon: float, lat: float, metres: float) -> list[int]:
        near = self._around(lon, lat, metres)
        if len(near) == 0:
            return []
        places = shapely.points(np.column_stack((lon * self._squeezes[near], np.full(len(near), lat))))
        degrees = metres / metres_per_degree(lat)[0]
        return [int(i) for i in near[shapely.dwithin(self._flat[near], places, degrees)]]

    def _distances(self, lon: float, lat: float, reach: float) -> dict[int, float]:
        """Metres to each area that comes near; somewhat beyond `reach` too, so that a miss has a number."""
        near = self._around(lon, lat, max(4 * reach, 5_000.0))
        return {int(i): self._metres_to(int(i), lon, lat) for i in near}

    def _around(self, lon: float, lat: float, metres: float) -> np.ndarray:
        per_lat, per_lon = metres_per_degree(lat)
        x, y = metres / per_lon, metres / per_lat
        near: np.ndarray = self._tree.query(shapely.box(lon - x, lat - y, lon + x, lat + y))
        return near

    def _metres_to(self, index: int, lon: float, lat: float) -> float:
        squeeze = float(self._squeezes[index])
        line = shapely.shortest_line(self._flat[index], shapely.points((lon * squeeze, lat)))
        x, y = shapely.get_coordinates(line)[0]
        return metres_between(lon, lat, float(x) / squeeze, float(y))


def _flatten(area: BaseGeometry) -> tuple[BaseGeometry, float]:
    """The area in a plane where a degree east is as long as a degree north, and by how much longitudes shrank.

    Good to a thousandth in and around a village, which is all that is asked of it.
    """
    per_lat, per_lon = metres_per_degree((area.bounds[1] + area.bounds[3]) / 2)
    squeeze = per_lon / per_lat
    return shapely.transform(area, lambda places: places * (squeeze, 1.0)), squeeze
