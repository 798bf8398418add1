"""How many records lie in each part of the map: counted by the database as they come and go (models MapCell), read here.

A tile of a million records is read from a few hundred rows. Triggers keep them (migrations 0046, 0047), so who writes a record,
a place or a state need not think of them, and a tile shows what the same request would find in the records.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, Final

import numpy as np
from sqlalchemy import ColumnElement, Select, and_, case, func, literal, or_, select, text
from sqlalchemy.orm import Session

from geo.crs import metres_per_degree, places_to_gcj02
from geo.tiles import MERCATOR_LAT, Box, places_of_units
from server.access.allow import Scope
from server.access.projects import cells_within, ids_of_forms
from server.models import BACK_CHECK, MapCell, Submission, SubmissionGeometry, Village
from server.places.pins import APART_M, drawn_records, label_near, place_columns, place_in, stands_at_label

CELLS: Final = 5  # a tile's side: clusters some 100 pixels apart on a tile of 512
LEVELS: Final = (8, 12, 14, 16)
AT_LABEL: Final = 0
FEW: Final = 200  # columns of cells that are asked for one by one
SHIFT_MARGIN: Final = 0.01  # degrees: GCJ-02 shifts by less
LABEL_MARGIN: Final = 0.05  # degrees: records that stand around a label stand within some 4 km of it
CAUTION: Final = 0.98  # of the metres of a degree, which differ from the tile to the name
KEY: Final = "project_id, level, cx, cy, form_id, village_id"
FOLD: Final = f"""
WITH many AS (SELECT {KEY} FROM map_cell GROUP BY {KEY} HAVING count(*) > 1),
free AS (SELECT c.ctid FROM map_cell AS c JOIN many USING ({KEY}) WHERE c.part <> pg_backend_pid() FOR UPDATE OF c SKIP LOCKED),
gone AS (DELETE FROM map_cell AS c USING free WHERE c.ctid = free.ctid RETURNING c.*)
INSERT INTO map_cell AS c ({KEY}, part, number, ids)
SELECT {KEY}, pg_backend_pid(), sum(number), sum(ids) FROM gone GROUP BY {KEY}
ON CONFLICT ({KEY}, part) DO UPDATE SET number = c.number + excluded.number, ids = c.ids + excluded.ids
"""  # noqa: S608 - names of our own


@dataclass(frozen=True)
class Spots:
    """Records that lie together, row by row: where in the middle, within which box (west, south, east, north), how many, the
    sum of their ids, and whether they stand at their village's name.
    """

    places: np.ndarray
    boxes: np.ndarray
    numbers: np.ndarray
    ids: np.ndarray
    at_label: np.ndarray

    def of(self, kept: np.ndarray) -> "Spots":
        return Spots(self.places[kept], self.boxes[kept], self.numbers[kept], self.ids[kept], self.at_label[kept])


COLUMNS: Final = [one.name for one in fields(Spots)]


def find_spots(db: Session, scope: Scope, zoom: int, x: int, y: int, box: Box, gcj02: bool) -> Spots:
    """What lies in a tile of a zoom up to 16, and perhaps some beside it. `box` is where its labels stand."""
    level = next(one for one in LEVELS if one >= zoom)
    margin = math.ceil(SHIFT_MARGIN * 2 / 360 * CELLS * 2**level) if gcj02 else 0
    side = CELLS << (level - zoom)
    across, down = (range(one * side - margin, (one + 1) * side + margin) for one in (x, y))
    cells = db.execute(cells_in(scope, level, across, down)).all()
    labels = sorted(db.execute(labels_in(scope, box)), key=lambda row: row.id)
    found = [spots_of_cells(cells, level), spots_at(((row[1], row[2]), *row[3:5], True) for row in labels)]
    if any(row.checks for row in (*cells, *labels)):
        checks = sorted(find_checks(db, scope))
        found.append(spots_at((place, 1, id, at_label) for id, place, at_label in checks))
    spots = join(found)
    spots = spots.of(spots.numbers > 0)
    return in_gcj02(spots) if gcj02 else spots


def spots_of_cells(rows: Sequence[Any], level: int) -> Spots:
    table = np.array([tuple(row[:4]) for row in rows], dtype=np.int64).reshape(-1, 4)
    table = table[np.lexsort((table[:, 1], table[:, 0]))]  # sums are the same again only in the same order
    west_north, side = table[:, :2], CELLS << level
    corners = west_north + np.array([0, 1]), west_north + np.array([1, 0])
    boxes = np.column_stack([places_of_units(corner / side) for corner in corners])
    middles = places_of_units((west_north + 0.5) / side)
    return Spots(middles, boxes, table[:, 2], table[:, 3], np.zeros(len(table), dtype=bool))


def spots_at(rows: Iterable[tuple[tuple[float, float], int, int, bool]]) -> Spots:
    """Of a place each, with number, sum of ids, and whether it is a village's name."""
    known = list(rows)
    places = np.array([row[0] for row in known], dtype=float).reshape(-1, 2)
    counted = np.array([row[1:3] for row in known], dtype=np.int64).reshape(-1, 2)
    at_label = np.array([row[3] for row in known], dtype=bool)
    return Spots(places, np.column_stack((places, places)), counted[:, 0], counted[:, 1], at_label)


def join(found: Sequence[Spots]) -> Spots:
    return Spots(*(np.concatenate([getattr(one, name) for one in found]) for name in COLUMNS))


def in_gcj02(spots: Spots) -> Spots:
    boxes = places_to_gcj02(spots.boxes.reshape(-1, 2)).reshape(-1, 4)
    return replace(spots, places=places_to_gcj02(spots.places), boxes=boxes)


def cells_in(scope: Scope, level: int, across: range, down: range) -> Select[Any]:
    """`cx`, `cy` of the cells that have something; `number` and `ids` of what is counted there, `checks` as in `sums`."""
    cell = MapCell
    if len(across) <= FEW:
        columns: ColumnElement[bool] = cell.cx.in_(list(across))
    else:
        columns = cell.cx.between(across[0], across[-1])
    here = cells_within(scope), cell.level == level, columns, cell.cy.between(down[0], down[-1])
    return select(cell.cx, cell.cy, *sums(scope)).where(*here).group_by(cell.cx, cell.cy)


def labels_in(scope: Scope, box: Box) -> Select[Any]:
    """The same of villages whose name stands in a box, with `village_id` and the name's place."""
    cell, village = MapCell, Village
    at = village.id, village.label_lon, village.label_lat
    here = cells_within(scope), cell.level == AT_LABEL
    joined = select(*at, *sums(scope)).join(village, village.id == cell.village_id)
    return joined.where(*here, *label_near(box)).group_by(*at)


def sums(scope: Scope) -> list[ColumnElement[Any]]:
    """`number`, `ids`, and `checks`: back-checks, which are counted apart where some are not for the scope."""
    cell = MapCell
    checks: ColumnElement[bool] = literal(0) == 1
    if scope.person is not None:
        checks = cell.form_id.in_(ids_of_forms(scope, {BACK_CHECK}))
    apart, rest = case((checks, cell.number), else_=0), case((checks, 0), else_=cell.number)
    ids = case((checks, 0), else_=cell.ids)
    return [func.sum(rest).label("number"), func.sum(ids).label("ids"), func.sum(apart).label("checks")]


def find_checks(db: Session, scope: Scope) -> Iterator[tuple[int, tuple[float, float], bool]]:
    """The back-checks that the scope reads, one by one: id, place, and whether that is a village's name."""
    geo = SubmissionGeometry
    of_checks = Submission.form_id.in_(ids_of_forms(scope, {BACK_CHECK}))
    own = select(Submission.id, *place_columns()).join(geo, geo.submission_id == Submission.id)
    for row in db.execute(own.where(of_checks, geo.is_place, *drawn_records(scope, geo))):
        yield row.id, place_in(row), False
    named = select(Submission.id, Village.label_lon, Village.label_lat).join(
        Village, Village.id == Submission.village_id
    )
    for row in db.execute(
        named.where(of_checks, Village.label_lon.is_not(None), stands_at_label(), *drawn_records(scope))
    ):
        yield row.id, (row.label_lon, row.label_lat), True


def steps_per_degree(box: Box) -> dict[str, float]:
    """How often records that stand around a name stand apart in a degree there."""
    north = max(abs(box.south), abs(box.north)) + LABEL_MARGIN
    per_lat, per_lon = (one * CAUTION / APART_M for one in metres_per_degree(min(north, MERCATOR_LAT)))
    return {"per_lat": per_lat, "per_lon": per_lon}


def villages_reaching(scope: Scope, box: Box, per_lat: Any, per_lon: Any) -> Select[int]:
    """The villages of whose records some may stand around the name in a box: so many reach so far (pins.around).

    The box may be one of parameters, and with it the numbers, which are those of steps_per_degree.
    """
    cell, village, many = MapCell, Village, func.sum(MapCell.number)

    def reaches(beyond: Any, per_degree: float) -> ColumnElement[bool]:
        return or_(beyond <= 0, beyond * beyond * (per_degree * per_degree) <= many)

    here = cells_within(scope), cell.level == AT_LABEL
    return (
        select(village.id)
        .join(cell, cell.village_id == village.id)
        .where(*here, *label_near(grow(box, LABEL_MARGIN)))
        .group_by(village.id, village.label_lon, village.label_lat)
        .having(
            and_(
                reaches(box.west - village.label_lon, per_lon),
                reaches(village.label_lon - box.east, per_lon),
                reaches(box.south - village.label_lat, per_lat),
                reaches(village.label_lat - box.north, per_lat),
            )
        )
    )


def grow(box: Box, by: float) -> Box:
    return Box(box.west - by, box.south - by, box.east + by, box.north + by)


def fold_cells(db: Session) -> None:
    """On PostgreSQL: what several connections counted of one cell becomes one row, and what is nothing goes. Rows that
    somebody is writing are left for the next time.
    """
    if db.get_bind().dialect.name != "sqlite":
        db.execute(text(FOLD))
        db.execute(text("DELETE FROM map_cell WHERE number = 0 AND ids = 0"))
