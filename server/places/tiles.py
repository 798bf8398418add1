"""The same pins and clusters as in pins.py, as vector tiles: for towns with more records than a browser should hold at once.

A tile has what lies in it and nothing of its neighbours, and cells of clusters end where the tile ends, so that a record is
counted in one tile alone. Below the zoom at which pins stand alone only places are read of all records, and the rest of the
few that stand alone.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
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
from server.places.pins import MOST_PINS, around, drawn_records, guarded, label_in, place_columns, place_in

LAYER: Final = "pins"
TILES_ABOVE: Final = (
    10_000  # records: raw GeoJSON of so many is drawn in a few seconds, of five times as many in fifteen
)
CELLS: Final = 5  # a tile's side: clusters some 100 pixels apart on a tile of 512
MOST_IN_A_TILE: Final = 500_000
LABEL_MARGIN: Final = 0.05  # degrees: records that stand around a label stand within some 4 km of it
SHIFT_MARGIN: Final = 0.01  # degrees: GCJ-02 shifts by less

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
    placed = find_places(db, scope, tile_box(zoom, x, y), gcj02)
    units = place_in_tile(placed.places, zoom, x, y)
    inside = np.all((units >= 0) & (units < EXTENT), axis=1)
    placed, units = placed.of(inside), units[inside]
    groups = list(gather(units) if zoom < ALONE_FROM_ZOOM else each_alone(units))
    return encode_points(LAYER, *describe(db, scope, placed, units, groups))


def find_places(db: Session, scope: Scope, box: Box, gcj02: bool) -> Placed:
    """Where the records are drawn that may lie in a box, and perhaps some beside it."""
    wider = grow(box, SHIFT_MARGIN) if gcj02 else box
    own = [(row.id, *place_in(row), False) for row in db.execute(own_places(scope, wider))]
    rows = [*own, *label_places(db, scope, grow(wider, LABEL_MARGIN))]
    table = np.array(rows, dtype=float).reshape(-1, 4)
    places = places_to_gcj02(table[:, 1:3]) if gcj02 else table[:, 1:3]
    return Placed(table[:, 0].astype(np.int64), places, table[:, 3] > 0)


def grow(box: Box, by: float) -> Box:
    return Box(box.west - by, box.south - by, box.east + by, box.north + by)


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
    """Those placed by their village alone, in the order in which they stand around its label."""
    rows = db.execute(
        select(Submission.id, Submission.village_id, Village.label_lon, Village.label_lat)
        .join(Village, Village.id == Submission.village_id)
        .where(
            *label_in(box),
            *drawn_records(scope),
        )
        .order_by(Submission.id)
        .limit(MOST_IN_A_TILE)
    )
    seen: Counter[int] = Counter()
    for row in rows:
        yield (row.id, *around((row.label_lon, row.label_lat), seen[row.village_id]), True)
        seen[row.village_id] += 1


def gather(units: np.ndarray) -> Iterator[np.ndarray]:
    """The rows that lie in one cell, cell by cell."""
    if not len(units):
        return
    cells = units * CELLS // EXTENT
    _, which = np.unique(cells[:, 0] * CELLS + cells[:, 1], return_inverse=True)
    order = np.argsort(which, kind="stable")
    yield from np.split(order, np.flatnonzero(np.diff(which[order])) + 1)


def each_alone(units: np.ndarray) -> Iterator[np.ndarray]:
    return (np.array([row]) for row in range(min(len(units), MOST_PINS)))


def describe(
    db: Session, scope: Scope, placed: Placed, units: np.ndarray, groups: Sequence[np.ndarray]
) -> tuple[np.ndarray, list[Facts]]:
    """A feature a group: where it stands, and what it says."""
    alone = [int(group[0]) for group in groups if len(group) == 1]
    known = facts_of(db, scope, placed, alone)
    middles = [units[group].mean(axis=0) for group in groups]
    facts = [known[int(group[0])] if len(group) == 1 else cluster_facts(placed.places[group]) for group in groups]
    return np.floor(np.array(middles).reshape(-1, 2)).astype(np.int64), facts


def cluster_facts(places: np.ndarray) -> Facts:
    box = [*places.min(axis=0), *places.max(axis=0)]
    told = {"cluster": True, "count": len(places), "box": str([round(float(edge), DECIMALS) for edge in box])}
    facts: Facts = guarded({"properties": told})["properties"]
    return facts


def facts_of(db: Session, scope: Scope, placed: Placed, rows: Sequence[int]) -> dict[int, Facts]:
    """What the pins of some rows say, by row."""
    if not rows:
        return {}
    wanted = {int(placed.ids[row]): row for row in rows}
    found = db.execute(pins_of(scope, known_by(list(wanted))))
    return {wanted[one.id]: pin_facts(one, bool(placed.at_label[wanted[one.id]])) for one in found}


def known_by(ids: Sequence[int]) -> ColumnElement[bool]:
    """Written into the statement as numbers: there may be more than a database takes parameters."""
    return Submission.id.in_(bindparam("ids", list(ids), expanding=True, literal_execute=True))


def pins_of(scope: Scope, which: ColumnElement[bool]) -> Select[Any]:
    geo = SubmissionGeometry
    of_record = (Submission.id, state_shown().label("state"), Submission.place_how)
    columns: list[Any] = [*of_record, geo.how, geo.accuracy, Village.code, Village.name]
    return (
        select(*columns)
        .outerjoin(geo, and_(geo.submission_id == Submission.id, geo.is_place))
        .outerjoin(Village, Village.id == Submission.village_id)
        .where(which, *drawn_records(scope))
    )


def pin_facts(row: Any, at_label: bool) -> Facts:
    return {
        "id": row.id,
        "state": row.state,
        "how": row.place_how if at_label else row.how,
        "accuracy": None if at_label else row.accuracy,
        "village": row.code,
        "village_name": row.name,
    }
