"""The same pins and clusters as in pins.py, as vector tiles: for towns with more records than a browser should hold at once.

A tile has what lies in it and nothing of its neighbours, and cells of clusters end where the tile ends, so that a record is
counted in one tile alone. Below the zoom at which pins stand alone no records are read but the few that stand alone: the
others are counted already (cells.py), and those without a point of their own all stand at their village's name.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final

import numpy as np
from sqlalchemy import ColumnElement, Double, Select, and_, bindparam, func, select
from sqlalchemy.orm import Session

from geo import spatial_sql
from geo.crs import places_to_gcj02
from geo.features import ALONE_FROM_ZOOM, DECIMALS
from geo.tiles import Box, tile_box
from geo.vector_tile import EXTENT, Value, encode_points, place_in_tile
from server.access.allow import Scope
from server.access.with_senders import state_shown
from server.models import Submission, SubmissionGeometry, Village
from server.places.cells import (
    CELLS,
    SHIFT_MARGIN,
    Spots,
    find_spots,
    grow,
    steps_per_degree,
    villages_reaching,
)
from server.places.pins import MOST_PINS, around, drawn_records, guarded, place_columns, place_in, stands_at_label

LAYER: Final = "pins"
SCOPES: Final = 64  # whose questions are kept
TILES_ABOVE: Final = (
    10_000  # records: raw GeoJSON of so many is drawn in a few seconds, of five times as many in fifteen
)

Facts = dict[str, Value]


Found = tuple[Any, bool, tuple[float, float]]
"""A record's row with `pin_columns`, whether it stands around its village's name, and where."""


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
    own, at_labels = questions_of(scope)
    box_told = spatial_sql.told(wider) | steps_per_degree(wider)
    return alone([*own_pins(db, own, box_told), *label_pins(db, at_labels, box_told)], (zoom, x, y), gcj02)


@lru_cache(SCOPES)
def questions_of(scope: Scope) -> tuple[Select[Any], Select[Any]]:
    """Those after records with a point of their own, and at their village's name, in a box that is told with each asking:
    putting them together takes four times as long as asking them. Only what is asked is kept, never who may or what was found.
    """
    box = spatial_sql.open_box()
    reaching = villages_reaching(scope, box, open_number("per_lat"), open_number("per_lon"))
    return own_places(scope, box), labelled_in(scope, reaching)


def open_number(name: str) -> ColumnElement[float]:
    return bindparam(name, type_=Double())


def alone(pins: Sequence[Found], tile: tuple[int, int, int], gcj02: bool) -> bytes:
    """The tile of those of these pins that lie in it."""
    units = put_in_tile([place for _row, _at_label, place in pins], tile, gcj02)
    inside = np.flatnonzero(np.all((units >= 0) & (units < EXTENT), axis=1))[:MOST_PINS]
    return encode_points(LAYER, units[inside], [pin_facts(*pins[row][:2]) for row in inside.tolist()])


def put_in_tile(places: Sequence[tuple[float, float]], tile: tuple[int, int, int], gcj02: bool) -> np.ndarray:
    table = np.array(places, dtype=float).reshape(-1, 2)
    return place_in_tile(places_to_gcj02(table) if gcj02 else table, *tile)


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
    pins = pins_by_id(db, scope, singles)
    own = put_in_tile([place for _row, _at_label, place in pins], tile, gcj02).clip(0, EXTENT - 1)
    middles = np.concatenate((own, np.array([middle for middle, _facts in found], dtype=np.int64).reshape(-1, 2)))
    facts = [*(pin_facts(*one[:2]) for one in pins), *(told for _middle, told in found)]
    return encode_points(LAYER, middles, facts)


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


def own_pins(db: Session, own: Select[Any], box_told: dict[str, float]) -> Iterator[Found]:
    """In the order of their ids, so that a tile is the same again. Asked for in an order, PostgreSQL might go through all."""
    return ((row, False, place_in(row)) for row in sorted(db.execute(own, box_told), key=lambda row: row.id))


def own_places(scope: Scope, box: Box) -> Select[Any]:
    """The records with a point of their own in a box, found by the spatial index."""
    geo = SubmissionGeometry
    return (
        select(*pin_columns())
        .join(geo, geo.submission_id == Submission.id)
        .outerjoin(Village, Village.id == Submission.village_id)
        .where(geo.is_place, spatial_sql.within_box(geo.geometry, box), *drawn_records(scope, geo))
        .limit(MOST_PINS)
    )


def label_pins(db: Session, at_labels: Select[Any], box_told: dict[str, float]) -> Iterator[Found]:
    """Those placed by their village alone of all villages around whose label some stand in a box, in the order in which they
    stand there.
    """
    seen: Counter[int] = Counter()
    for row in db.execute(at_labels, box_told):
        yield row, True, around((row.label_lon, row.label_lat), seen[row.village_id])
        seen[row.village_id] += 1


def labelled_in(scope: Scope, villages: Select[int]) -> Select[Any]:
    """Found by the index of records that stand at a label, in those villages alone."""
    return (
        select(*record_columns(), Submission.village_id)
        .join(Village, Village.id == Submission.village_id)
        .where(
            Submission.project_id == scope.project_id,
            Submission.village_id.in_(villages),
            stands_at_label(),
            *drawn_records(scope),
        )
        .order_by(Submission.id)
        .limit(MOST_PINS)
    )


def gather(units: np.ndarray) -> Iterator[np.ndarray]:
    """The rows that lie in one cell, cell by cell."""
    if not len(units):
        return
    cells = units * CELLS // EXTENT
    _, which = np.unique(cells[:, 0] * CELLS + cells[:, 1], return_inverse=True)
    order = np.argsort(which, kind="stable")
    yield from np.split(order, np.flatnonzero(np.diff(which[order])) + 1)


def pins_by_id(db: Session, scope: Scope, at_label: Mapping[int, bool]) -> list[Found]:
    """The pins of some records, by whether each stands at its village's name."""
    if not at_label:
        return []
    rows = sorted(db.execute(pins_of(scope, at_label)), key=lambda row: row.id)
    found = [(row, at_label[row.id]) for row in rows]
    return [(row, at, (row.label_lon, row.label_lat) if at else place_in(row)) for row, at in found]


def pins_of(scope: Scope, ids: Collection[int]) -> Select[Any]:
    geo = SubmissionGeometry
    return (
        select(*pin_columns())
        .outerjoin(geo, and_(geo.submission_id == Submission.id, geo.is_place))
        .outerjoin(Village, Village.id == Submission.village_id)
        .where(Submission.id.in_(ids), *drawn_records(scope))
    )


def pin_columns() -> list[ColumnElement[Any]]:
    of_point: list[Any] = [SubmissionGeometry.how, SubmissionGeometry.accuracy]
    return [*record_columns(), *of_point, *place_columns()]


def record_columns() -> list[ColumnElement[Any]]:
    columns: list[Any] = [Submission.id, state_shown().label("state"), Submission.place_how]
    return [*columns, Village.code, Village.name, Village.label_lon, Village.label_lat]


def pin_facts(row: Any, at_label: bool) -> Facts:
    return {
        "id": row.id,
        "state": row.state,
        "how": row.place_how if at_label else row.how,
        "accuracy": None if at_label else row.accuracy,
        "village": row.code,
        "village_name": row.name,
    }
