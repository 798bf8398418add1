"""Placing all records of a project again when its boundaries change, in batches of bounded memory."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import orjson
import shapely
from geoalchemy2.shape import to_shape
from sqlalchemy import Select, bindparam, select, update
from sqlalchemy.orm import Session

from geo.locate import Located, Locator
from server.models import CareEvent, Submission, SubmissionGeometry, SubmissionVersion, Village, table_of
from server.places.care_places import place_records_of_all
from server.places.place import VILLAGE_FIELDS
from server.places.report import Move

BATCH = 2_000


@dataclass(frozen=True)
class Mover:
    """Places records by new outlines. `ids` gives the row of a village code, and lacks those not made yet (a dry run)."""

    project_id: int
    locator: Locator
    ids: Mapping[str, int]
    dry_run: bool
    successors: Mapping[str, str]  # of merged villages, by code


def replace_records(db: Session, mover: Mover) -> list[Move]:
    """Place every record of the project by the new outlines; who moves from where to where, by code.

    With `dry_run` nothing is written.
    """
    rows = db.execute(select(Village.id, Village.code).where(Village.project_id == mover.project_id))
    codes: dict[int, str] = dict(rows.all())
    moves: Counter[tuple[str | None, str | None]] = Counter()
    for batch in _batches(db, _geometries_of(mover.project_id), SubmissionGeometry.id):
        moves.update(_replace_geometries(db, mover, codes, batch))
    for batch in _batches(db, _without_point(mover.project_id), Submission.id):
        moves.update(_replace_by_code(db, mover, codes, batch))
    if not mover.dry_run:
        place_records_of_all(db, mover.project_id)
    ordered = sorted(moves.items(), key=lambda move: (-move[1], move[0][0] or "", move[0][1] or ""))
    return [Move(before, after, records) for (before, after), records in ordered]


def _batches(db: Session, query: Select[*tuple[Any, ...]], key: Any) -> Iterator[list[Any]]:
    last = 0
    while batch := db.execute(query.where(key > last).order_by(key).limit(BATCH)).all():
        last = batch[-1].id
        yield list(batch)


def _geometries_of(project_id: int) -> Select[*tuple[Any, ...]]:
    geo = SubmissionGeometry
    return select(
        geo.id, geo.submission_id, geo.is_place, geo.village_id, geo.how, geo.metres, geo.accuracy, geo.geometry
    ).where(geo.project_id == project_id)


def _replace_geometries(
    db: Session, mover: Mover, codes: Mapping[int, str], batch: list[Any]
) -> Counter[tuple[str | None, str | None]]:
    shapes = [to_shape(row.geometry) for row in batch]
    points = [one if one.geom_type == "Point" else shapely.point_on_surface(one) for one in shapes]
    found = mover.locator.locate_many([p.x for p in points], [p.y for p in points], [row.accuracy for row in batch])
    rows: list[dict[str, Any]] = []
    places: list[dict[str, Any]] = []
    moves: Counter[tuple[str | None, str | None]] = Counter()
    for row, located in zip(batch, found, strict=True):
        before = codes.get(row.village_id)
        if (before, row.how) == (located.code, located.how) and _same(row.metres, located.metres):
            continue
        rows.append({"row_id": row.id, **_new_place(mover, located), "new_metres": located.metres})
        if row.is_place:
            places.append({"row_id": row.submission_id, **_new_place(mover, located)})
            moves.update([(before, located.code)] if before != located.code else [])
    if not mover.dry_run:
        _write_geometries(db, rows)
        _write_places(db, places)
    return moves


def _same(before: float | None, after: float | None) -> bool:
    return before == after or (before is not None and after is not None and abs(before - after) < 0.01)


def _new_place(mover: Mover, located: Located) -> dict[str, Any]:
    return {"new_village": mover.ids.get(located.code) if located.code else None, "new_how": located.how}


def _write_geometries(db: Session, rows: list[dict[str, Any]]) -> None:
    if rows:
        table = table_of(SubmissionGeometry)
        change = update(table).where(table.c.id == bindparam("row_id"))
        change = change.values(
            village_id=bindparam("new_village"), how=bindparam("new_how"), metres=bindparam("new_metres")
        )
        db.execute(change, rows)


def _write_places(db: Session, rows: list[dict[str, Any]]) -> None:
    if rows:
        table = table_of(Submission)
        change = update(table).where(table.c.id == bindparam("row_id"))
        db.execute(change.values(village_id=bindparam("new_village"), place_how=bindparam("new_how")), rows)


def _without_point(project_id: int) -> Select[*tuple[Any, ...]]:
    """Records that no point of their own places: they lie in the village that their answers name. Sealed ones nowhere.

    A health record goes by the woman's row, once it is known whose it is (care_places.py).
    """
    has_point = (
        select(SubmissionGeometry.id)
        .where(SubmissionGeometry.submission_id == Submission.id, SubmissionGeometry.is_place)
        .exists()
    )
    has_woman = select(CareEvent.submission_id).where(CareEvent.submission_id == Submission.id).exists()
    return (
        select(Submission.id, Submission.village_id, Submission.place_how, SubmissionVersion.values_json)
        .join(SubmissionVersion, SubmissionVersion.submission_id == Submission.id)
        .where(Submission.project_id == project_id, ~Submission.draft, SubmissionVersion.is_current, ~has_point)
        .where(~Submission.sealed, ~(Submission.health & has_woman))
    )


def _replace_by_code(
    db: Session, mover: Mover, codes: Mapping[int, str], batch: list[Any]
) -> Counter[tuple[str | None, str | None]]:
    """A village that is retired keeps the records that name it, for a name in an answer is not a matter of outlines; of one
    that was merged they lie in its successor.
    """
    known = set(codes.values()) | set(mover.ids)
    places: list[dict[str, Any]] = []
    moves: Counter[tuple[str | None, str | None]] = Counter()
    for row in batch:
        before, named = codes.get(row.village_id), named_in(orjson.loads(row.values_json or "{}"))
        after = mover.successors.get(named, named) if named in known else None
        how = "village" if after else "unknown"
        if (before, row.place_how) != (after, how):
            places.append({"row_id": row.id, "new_village": mover.ids.get(after) if after else None, "new_how": how})
            moves.update([(before, after)] if before != after else [])
    if not mover.dry_run:
        _write_places(db, places)
    return moves


def named_in(values: dict[str, Any]) -> str | None:
    """The answer that names a village in a stored tree of values, outside repeats (those are lists)."""
    return next((found for name in VILLAGE_FIELDS if (found := _answer_in(values, name))), None)


def _answer_in(values: dict[str, Any], name: str) -> str | None:
    answer = values.get(name)
    if isinstance(answer, str) and answer:
        return answer
    groups = (value for value in values.values() if isinstance(value, dict))
    return next((found for group in groups if (found := _answer_in(group, name))), None)
