"""The same pins and clusters as in pins.py, as vector tiles: for towns with more records than a browser should hold at once.

A tile has what lies in it and nothing of its neighbours, and cells of clusters end where the tile ends, so that a record is
counted in one tile alone. Below the zoom at which pins stand alone no records are read but the few that stand alone: the
others are counted already (cells.py), and those without a point of their own all stand at their village's name.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from sqlalchemy import ColumnElement, Select, and_, bindparam, func, select
from sqlalchemy.orm import Session

from geo import spatial_sql
from geo.crs import places_to_gcj02
from geo.features import ALONE_FROM_ZOOM, DECIMALS
from geo.tiles import Box, tile_box
from geo.vector_tile import EXTENT, Value, encode_points, place_in_tile
from server.access.allow import Scope
from server.access.with_senders import state_shown
from server.models import Submission, SubmissionGeometry, Village
from server.places.cells import CELLS, SHIFT_MARGIN, Spots, find_spots, grow, villages_around
from server.places.pins import MOST_PINS, around, drawn_records, guarded, place_columns, place_in, stands_at_label

LAYER: Final = "pins"
TILES_ABOVE: Final = (
    10_000  # records: raw GeoJSON of so many is drawn in a few seconds, of five times as many in fifteen
)
MOST_IN_A_TILE: Final = 500_000

Facts = dict[str, Value]


@dataclass(frozen=True)
class Placed:
    """Records with their places, row by row; `at_label` for those that stand around their village's name."""

    ids: np.ndarray
    places: np.ndarray
    at_label: np.ndarray

    def of(self, kept: np.ndarray) -> "Placed":
        return Placed(self.ids[kept], self.places[kept], self.at_label[kept])


def draws_as_tiles(db: Session, scope: Scope) -> bool:
    """Whether so many records are in the scope that the map is given tiles."""
    some = select(Submission.id).where(*drawn_records(scope)).limit(TILES_ABOVE + 1).subquery()
    return (db.scalar(select(func.count()).select_from(some)) or 0) > TILES_ABOVE


def tile_in_view(db: Session, scope: Scope, zoom: int, x: int, y: int, gcj02: bool = False) -> bytes:
    """A vector tile of the records in a scope, one layer `pins`; no bytes where there are none.

    The properties are those of `features_in_view`; a cluster's `box` is text. With `gcj02` everything stands where a base
    in GCJ-02 draws it. Raises ValueError for a tile that does not exist.
    """
    box = tile_box(zoom, x, y)
    wider = grow(box, SHIFT_MARGIN) if gcj02 else box
    if zoom < ALONE_FROM_ZOOM:
        return clusters(db, scope, find_spots(db, scope, zoom, x, y, wider, gcj02), (zoom, x, y), gcj02)
    placed = find_places(db, scope, wider, gcj02)
    units = place_in_tile(placed.places, zoom, x, y)
    inside = np.flatnonzero(np.all((units >= 0) & (units < EXTENT), axis=1))[:MOST_PINS]
    placed, units = placed.of(inside), units[inside]
    known = pins_by_id(db, scope, dict(zip(placed.ids.tolist(), placed.at_label.tolist(), strict=True)))
    rows = [(row, known[id]) for row, id in enumerate(placed.ids.tolist()) if id in known]
    return encode_points(LAYER, units[[row for row, _pin in rows]], [pin_facts(*pin) for _row, pin in rows])


def clusters(db: Session, scope: Scope, spots: Spots, tile: tuple[int, int, int], gcj02: bool) -> bytes:
    """The tile's cells, each a cluster; one with a single record is its pin, and stands where that is."""
    units = place_in_tile(spots.places, *tile)
    inside = np.all((units >= 0) & (units < EXTENT), axis=1)
    spots, units = spots.of(inside), units[inside]
    groups = list(gather(units))
    singles = {
        int(spots.ids[one].sum()): bool(spots.at_label[one][0]) for one in groups if spots.numbers[one].sum() == 1
    }
    found = [put_cluster(spots.of(one), units[one]) for one in groups if spots.numbers[one].sum() > 1]
    pins = list(pins_by_id(db, scope, singles).values())
    places = np.array([place_of_pin(*one) for one in pins], dtype=float).reshape(-1, 2)
    own = place_in_tile(places_to_gcj02(places) if gcj02 else places, *tile).clip(0, EXTENT - 1)
    middles = np.concatenate((own, np.array([middle for middle, _facts in found], dtype=np.int64).reshape(-1, 2)))
    return encode_points(LAYER, middles, [*(pin_facts(*one) for one in pins), *(facts for _middle, facts in found)])


def put_cluster(spots: Spots, units: np.ndarray) -> tuple[np.ndarray, Facts]:
    """Where a cluster stands, weighed by how many lie where, and what it says."""
    weights = spots.numbers / spots.numbers.sum()
    middle = np.floor((units * weights[:, None]).sum(axis=0)).astype(np.int64)
    box = [*spots.boxes[:, :2].min(axis=0), *spots.boxes[:, 2:].max(axis=0)]
    told = {
        "cluster": True,
        "count": int(spots.numbers.sum()),
        "box": str([round(float(one), DECIMALS) for one in box]),
    }
    facts: Facts = guarded({"properties": told})["properties"]
    return middle, facts


def find_places(db: Session, scope: Scope, box: Box, gcj02: bool) -> Placed:
    """Where the records are drawn that may lie in a box, and perhaps some beside it."""
    own = [(row.id, *place_in(row), False) for row in db.execute(own_places(scope, box))]
    rows = [*own, *label_places(db, scope, box)]
    table = np.array(rows, dtype=float).reshape(-1, 4)
    places = places_to_gcj02(table[:, 1:3]) if gcj02 else table[:, 1:3]
    return Placed(table[:, 0].astype(np.int64), places, table[:, 3] > 0)


def own_places(scope: Scope, box: Box) -> Select[Any]:
    """`id` and place of the records with a point of their own in a box, found by the spatial index."""
    geo = SubmissionGeometry
    return (
        select(Submission.id, *place_columns())
        .join(geo, geo.submission_id == Submission.id)
        .where(geo.is_place, spatial_sql.within_box(geo.geometry, box), *drawn_records(scope, geo))
        .limit(MOST_IN_A_TILE)
    )


def label_places(db: Session, scope: Scope, box: Box) -> Iterator[tuple[int, float, float, bool]]:
    """Those placed by their village alone of all villages around whose label some stand in a box, in the order in which they
    stand there.
    """
    rows = db.execute(at_labels_around(scope, box))
    seen: Counter[int] = Counter()
    for row in rows:
        yield (row.id, *around((row.label_lon, row.label_lat), seen[row.village_id]), True)
        seen[row.village_id] += 1


def at_labels_around(scope: Scope, box: Box) -> Select[Any]:
    columns: list[Any] = [Submission.id, Submission.village_id, Village.label_lon, Village.label_lat]
    return (
        select(*columns)
        .join(Village, Village.id == Submission.village_id)
        .where(
            Submission.project_id == scope.project_id,
            Submission.village_id.in_(villages_around(scope, box)),
            stands_at_label(),
            *drawn_records(scope),
        )
        .order_by(Submission.id)
        .limit(MOST_IN_A_TILE)
    )


def gather(units: np.ndarray) -> Iterator[np.ndarray]:
    """The rows that lie in one cell, cell by cell."""
    if not len(units):
        return
    cells = units * CELLS // EXTENT
    _, which = np.unique(cells[:, 0] * CELLS + cells[:, 1], return_inverse=True)
    order = np.argsort(which, kind="stable")
    yield from np.split(order, np.flatnonzero(np.diff(which[order])) + 1)


def pins_by_id(db: Session, scope: Scope, at_label: Mapping[int, bool]) -> dict[int, tuple[Any, bool]]:
    """What the pins of some records say, by id, with whether each stands at its village's name, as it was asked."""
    if not at_label:
        return {}
    found = db.execute(pins_of(scope, known_by(list(at_label))))
    return {one.id: (one, at_label[one.id]) for one in found}


def known_by(ids: Sequence[int]) -> ColumnElement[bool]:
    """Written into the statement as numbers: there may be more than a database takes parameters."""
    return Submission.id.in_(bindparam("ids", list(ids), expanding=True, literal_execute=True))


def pins_of(scope: Scope, which: ColumnElement[bool]) -> Select[Any]:
    geo = SubmissionGeometry
    of_record = (Submission.id, state_shown().label("state"), Submission.place_how)
    columns: list[Any] = [*of_record, geo.how, geo.accuracy, Village.code, Village.name]
    columns += [Village.label_lon, Village.label_lat, *place_columns()]
    return (
        select(*columns)
        .outerjoin(geo, and_(geo.submission_id == Submission.id, geo.is_place))
        .outerjoin(Village, Village.id == Submission.village_id)
        .where(which, *drawn_records(scope))
    )


def place_of_pin(row: Any, at_label: bool) -> tuple[float, float]:
    return (row.label_lon, row.label_lat) if at_label else place_in(row)


def pin_facts(row: Any, at_label: bool) -> Facts:
    return {
        "id": row.id,
        "state": row.state,
        "how": row.place_how if at_label else row.how,
        "accuracy": None if at_label else row.accuracy,
        "village": row.code,
        "village_name": row.name,
    }
