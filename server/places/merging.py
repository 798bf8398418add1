"""Merging villages (合村): their land becomes the successor's, their history stays their own, and it can be undone.

What was sent under a merged village's code stays as it was; it is placed and counted in the successor (successors.py), and
who has rights in the successor reaches it, as a part (access/widening.py).
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta

import shapely
from geoalchemy2.shape import to_shape
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from geo.boundaries import BoundaryFile, VillageShape, boundaries_of
from server.access.allow import scope_of
from server.access.audit import record
from server.access.caller import Caller
from server.errors import Forbidden, MissingParameter, NotFound, UnexpectedValue
from server.models import BoundarySet, Project, Village, VillageBoundary, VillageMerge, VillageMergePart, VillageScope
from server.places.report import ImportReport
from server.places.villages import Came, import_boundaries, outlines_of, shapes_in_force

UNDO_WITHIN = timedelta(days=30)


def merge_villages(
    db: Session,
    caller: Caller,
    project: Project,
    into: Village,
    codes: Iterable[str],
    now: datetime,
    valid_from: date | None = None,
    dry_run: bool = False,
) -> ImportReport:
    """Makes villages a part of `into` from a day on, or only says what would move.

    Raises MissingParameter for none, UnexpectedValue for one that is not in force or is `into` itself, and Forbidden where the
    caller would reach more than before.
    """
    parts = [find_part(db, project, into, code) for code in sorted(set(codes))]
    if not parts:
        raise MissingParameter(field="villages")
    refuse_gain(caller, project, into, parts)
    came = Came("merged", valid_from, {part.code: into.code for part in parts})
    file = merged_file(shapes_in_force(db, project.id), into, [part.code for part in parts])
    report = import_boundaries(db, project.id, file, caller.actor_id, now, dry_run, came)
    if not dry_run:
        details = {"into": into.code, "villages": [part.code for part in parts]}
        record(db, "village.merge", actor_id=caller.actor_id, project_id=project.id, details=details, now=now)
    return report


def find_part(db: Session, project: Project, into: Village, code: str) -> Village:
    part = db.scalar(select(Village).where(Village.project_id == project.id, Village.code == code))
    if part is None or part.retired_at is not None or into.retired_at is not None:
        raise UnexpectedValue(field="villages", value=code[:64], reason="the project has no village of that code")
    if part.id == into.id:
        raise UnexpectedValue(field="villages", value=code[:64], reason="it would be a part of itself")
    return part


def refuse_gain(caller: Caller, project: Project, into: Village, parts: list[Village]) -> None:
    """Whoever has some villages merges no other one into them: its records would be hers."""
    mine = scope_of(caller, project)
    if not mine.everything and mine.covers(into.id) and not all(mine.covers(part.id) for part in parts):
        raise Forbidden("In a care project nobody gives a role to himself. Ask another administrator.")


def merged_file(shapes: list[VillageShape], into: Village, codes: list[str]) -> BoundaryFile:
    """The boundaries in force with these villages' land joined; one without an outline brings none."""
    land = [one.geometry for one in shapes if one.code in (into.code, *codes)]
    if not any(one.code == into.code for one in shapes):
        raise UnexpectedValue(field="villages", value=into.code, reason="it has no outline yet; draw one first")
    whole = shapely.union_all(land)
    joined = shapely.MultiPolygon([part for part in shapely.get_parts(whole) if part.geom_type == "Polygon"])
    kept = [replace(one, geometry=joined) if one.code == into.code else one for one in shapes if one.code not in codes]
    return boundaries_of(kept, "EPSG:4326", "merge", into.name)


def undoable(db: Session, project_id: int, now: datetime) -> VillageMerge | None:
    """The merge that made the boundaries in force, if it is not long ago: only that one can be undone without losing others."""
    newest = db.scalar(select(func.max(BoundarySet.id)).where(BoundarySet.project_id == project_id))
    found = db.scalar(select(VillageMerge).where(VillageMerge.boundary_set_id == newest))
    return found if found and found.undone_at is None and now - found.made_at <= UNDO_WITHIN else None


def undo_merge(db: Session, caller: Caller, project: Project, merge_id: int, now: datetime) -> ImportReport:
    """Puts the boundaries from before the merge in force again. Raises NotFound where it cannot be undone (any more)."""
    merge = undoable(db, project.id, now)
    if merge is None or merge.id != merge_id:
        raise NotFound()
    before = db.scalar(
        select(func.max(BoundarySet.id)).where(
            BoundarySet.project_id == project.id, BoundarySet.id < merge.boundary_set_id
        )
    )
    rows = list(db.scalars(select(VillageMergePart).where(VillageMergePart.merge_id == merge.id)))
    for row in rows:
        part = db.get_one(Village, row.village_id)
        part.parent_id, part.successor_id = row.parent_before_id, row.successor_before_id
    db.flush()
    merge.undone_at, merge.undone_by_id = now, caller.actor_id
    back = boundaries_of(outlines_of(db, before or 0), "EPSG:4326", "undo", "")
    report = import_boundaries(db, project.id, back, caller.actor_id, now, came=Came("undone"))
    details = {"mergeId": merge.id}
    record(db, "village.merge.undo", actor_id=caller.actor_id, project_id=project.id, details=details, now=now)
    return report


def left_with_the_old(db: Session, codes: Iterable[str], project_id: int) -> int:
    """How many people and phones have rights in these villages by name: they reach no more than that."""
    query = select(func.count(VillageScope.actor_id.distinct())).join(Village, Village.id == VillageScope.village_id)
    return db.scalar(query.where(Village.project_id == project_id, Village.code.in_(list(codes)))) or 0


def village_on(db: Session, project_id: int, lon: float, lat: float, day: date) -> str | None:
    """The code of the village that a place (degrees) was in on a day, by the boundaries that held then."""
    since = func.coalesce(BoundarySet.valid_from, func.date(BoundarySet.created_at))
    held = (
        select(BoundarySet.id)
        .where(BoundarySet.project_id == project_id, since <= day)
        .order_by(since.desc(), BoundarySet.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    rows = db.execute(
        select(Village.code, VillageBoundary.geometry)
        .join(Village, Village.id == VillageBoundary.village_id)
        .where(VillageBoundary.boundary_set_id == held)
        .order_by(Village.code)
    )
    return next((code for code, area in rows if shapely.intersects_xy(to_shape(area), lon, lat)), None)
