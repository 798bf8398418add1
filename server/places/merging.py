"""Merging villages (合村): their land becomes the successor's, their history stays their own, and it can be undone.

What was sent under a merged village's code stays as it was; it is placed and counted in the successor (successors.py), and
who has rights in the successor reaches it, as a part (access/widening.py). Who had rights in a merged village alone is given
the successor, or not (merged_rights.py).
"""

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta

import shapely
from geoalchemy2.shape import to_shape
from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from geo.boundaries import BoundaryFile, VillageShape, boundaries_of
from server.access.allow import scope_of
from server.access.audit import record
from server.access.caller import Caller
from server.errors import Forbidden, MissingParameter, NotFound, UnexpectedValue
from server.models import BoundarySet, Project, Village, VillageBoundary, VillageMerge, VillageMergePart
from server.places.merged_rights import Choices, LeftOuts, decide, list_left_out, take_back
from server.places.report import ImportReport
from server.places.villages import Came, hold_boundaries, import_boundaries, outlines_of, shapes_in_force

UNDO_WITHIN = timedelta(days=30)
NOT_ASKED: Choices = {}


def merge_villages(
    db: Session,
    caller: Caller,
    project: Project,
    into: Village,
    codes: Iterable[str],
    now: datetime,
    valid_from: date | None = None,
    dry_run: bool = False,
    choices: Choices = NOT_ASKED,
) -> tuple[ImportReport, LeftOuts]:
    """Makes villages a part of `into` from a day on, or only says what would move; and who would be left with them alone.

    Nothing is done either while somebody of these has no choice: whoever merges has to see her first.

    Raises MissingParameter for none, UnexpectedValue for one that is not in force or is `into` itself, and Forbidden where the
    caller would reach more than before.
    """
    if not dry_run:
        hold_boundaries(db)
    parts = [find_part(db, project, into, code) for code in sorted(set(codes))]
    if not parts:
        raise MissingParameter(field="villages")
    refuse_gain(caller, project, into, parts)
    left = list_left_out(db, caller, project, [(into, parts)], now)
    dry_run = dry_run or left.wait_for(choices)
    came = Came("merged", valid_from, {part.code: into.code for part in parts})
    file = merged_file(shapes_in_force(db, project.id), into, [part.code for part in parts])
    report = import_boundaries(db, project.id, file, caller.actor_id, now, dry_run, came)
    if not dry_run:
        decide(db, caller, project, report.boundary_set_id or 0, left, choices, now)
        details = {"into": into.code, "villages": [part.code for part in parts], **left.as_details(choices)}
        record(db, "village.merge", actor_id=caller.actor_id, project_id=project.id, details=details, now=now)
    return report, left


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


def undoable(db: Session, project_id: int, now: datetime) -> list[VillageMerge]:
    """The merges that made the boundaries in force, if it is not long ago: only these can be undone without losing others.

    One of each successor: an import that was undone may have brought several back at once.
    """
    newest = db.scalar(select(func.max(BoundarySet.id)).where(BoundarySet.project_id == project_id))
    made = select(VillageMerge).where(VillageMerge.boundary_set_id == newest, VillageMerge.undone_at.is_(None))
    return [one for one in db.scalars(made.order_by(VillageMerge.id)) if now - one.made_at <= UNDO_WITHIN]


def undo_merge(
    db: Session, caller: Caller, project: Project, merge_id: int, now: datetime, dry_run: bool = False
) -> ImportReport:
    """Puts the boundaries from before the merge in force again, or only says what would change.

    Raises NotFound where it cannot be undone (any more).
    """
    if not dry_run:
        hold_boundaries(db)
    merges = undoable(db, project.id, now)
    if merge_id not in {one.id for one in merges}:
        raise NotFound()
    was = parts_before(db, merges)
    back = boundaries_of(outlines_before(db, merges[0]), "EPSG:4326", "undo", "")
    came = Came("undone", apart={part.code: into for part, _, into in was})
    if dry_run:
        return import_boundaries(db, project.id, back, caller.actor_id, now, dry_run, came)
    for part, row, _ in was:
        part.parent_id, part.successor_id = row.parent_before_id, row.successor_before_id
    db.flush()
    for merge in merges:
        merge.undone_at, merge.undone_by_id = now, caller.actor_id
    take_back(db, caller, project, merges, now)
    report = import_boundaries(db, project.id, back, caller.actor_id, now, came=came)
    details = {"mergeId": merge_id}
    record(db, "village.merge.undo", actor_id=caller.actor_id, project_id=project.id, details=details, now=now)
    return report


def outlines_before(db: Session, merge: VillageMerge) -> list[VillageShape]:
    earlier = BoundarySet.project_id == merge.project_id, BoundarySet.id < merge.boundary_set_id
    return outlines_of(db, db.scalar(select(func.max(BoundarySet.id)).where(*earlier)) or 0)


def parts_before(db: Session, merges: Collection[VillageMerge]) -> list[tuple[Village, VillageMergePart, str | None]]:
    """The villages of merges, what they had been, and the code of what each had been merged into before."""
    into = aliased(Village)
    rows = db.execute(
        select(Village, VillageMergePart, into.code)
        .join(VillageMergePart, VillageMergePart.village_id == Village.id)
        .outerjoin(into, into.id == VillageMergePart.successor_before_id)
        .where(VillageMergePart.merge_id.in_([one.id for one in merges]))
        .order_by(Village.code)
    )
    return [(part, row, code) for part, row, code in rows]


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
