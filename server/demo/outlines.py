"""A plane cut into villages whose borders are crooked and yet shared to the last digit.

The straight borders between seed points are taken once each, bent by midpoint displacement, and only then closed to
areas: two neighbours are made from the same line, so there is neither gap nor overlap between them.
"""

import math
import random
from collections.abc import Sequence
from itertools import pairwise

import shapely
from shapely import LineString, MultiPoint, Point, Polygon

Place = tuple[float, float]

SHORTEST_M = 45.0
TRIES = 40


def cut_into_villages(seeds: Sequence[Place], outline: Polygon, drawn: random.Random) -> list[Polygon]:
    """One area around each seed (metres), in their order. Raises ValueError when the outline does not fit the seeds."""
    arcs = _straight_arcs(seeds, outline)
    for attempt in range(TRIES):
        roughness = 0.17 * 0.93**attempt
        bent = [_round(_bend(list(arc.coords), roughness, drawn)) for arc in arcs]
        areas = list(shapely.polygonize(bent).geoms)
        if _is_whole(areas, bent, len(seeds)):
            return _in_order(areas, seeds, outline)
    raise ValueError("The outline leaves some seed without a village.")


def crooked_ring(centre: Place, width: float, height: float, drawn: random.Random) -> Polygon:
    """A lumpy closed line around a centre, metres: an outline such as ridges and streams make."""
    waves = [(k, drawn.uniform(-1, 1) * 0.2 / k, drawn.uniform(0, math.tau)) for k in range(2, 7)]
    places = []
    for step in range(72):
        turn = step / 72 * math.tau
        lump = 1 + sum(size * math.sin(k * turn + shift) for k, size, shift in waves)
        places.append((centre[0] + width * lump * math.cos(turn), centre[1] + height * lump * math.sin(turn)))
    return Polygon(places)


def crooked_line(places: Sequence[Place], roughness: float, drawn: random.Random) -> LineString:
    """A river or a road through these places, bent on the way."""
    line: list[Place] = [places[0]]
    for start, end in pairwise(places):
        line += _bend([start, end], roughness, drawn)[1:]
    return LineString(line)


def _straight_arcs(seeds: Sequence[Place], outline: Polygon) -> list[LineString]:
    """The borders between cells, from junction to junction, and the outline between them."""
    cells = shapely.voronoi_polygons(MultiPoint(seeds), extend_to=outline.buffer(5_000), only_edges=True)
    pieces = shapely.get_parts(shapely.node(shapely.union_all([cells, outline.exterior])))
    kept = pieces[shapely.intersects(outline.buffer(1), shapely.line_interpolate_point(pieces, 0.5, normalized=True))]
    return list(shapely.line_merge(shapely.union_all(kept)).geoms)


def _bend(places: list[Place], roughness: float, drawn: random.Random) -> list[Place]:
    bent = [places[0]]
    for start, end in pairwise(places):
        bent += _bend_segment(start, end, roughness, drawn)
    return bent


def _bend_segment(start: Place, end: Place, roughness: float, drawn: random.Random) -> list[Place]:
    """The places after `start` up to `end`: the middle is pushed aside, and each half is bent again."""
    across, up = end[0] - start[0], end[1] - start[1]
    if math.hypot(across, up) < SHORTEST_M:
        return [end]
    push = drawn.uniform(-roughness, roughness)
    middle = ((start[0] + end[0]) / 2 - up * push, (start[1] + end[1]) / 2 + across * push)
    return _bend_segment(start, middle, roughness, drawn) + _bend_segment(middle, end, roughness, drawn)


def _round(places: list[Place]) -> LineString:
    """Whole centimetres, so that what is drawn is what is written."""
    return LineString([(round(x, 2), round(y, 2)) for x, y in places])


def _is_whole(areas: list[Polygon], lines: list[LineString], wanted: int) -> bool:
    """Bent lines may have met: then there are more areas than villages, or loose ends."""
    if len(areas) != wanted or not all(area.is_valid and not area.interiors for area in areas):
        return False
    used = sum(area.length for area in areas) + shapely.union_all(areas).length
    return math.isclose(used, 2 * sum(line.length for line in lines), rel_tol=1e-6)


def _in_order(areas: list[Polygon], seeds: Sequence[Place], outline: Polygon) -> list[Polygon]:
    """Bending moves a border past no seed: each area holds one."""
    found = [next((area for area in areas if area.contains(Point(seed))), None) for seed in seeds]
    if None in found or not all(outline.contains(Point(seed)) for seed in seeds):
        raise ValueError("The outline leaves some seed without a village.")
    return [area for area in found if area is not None]
