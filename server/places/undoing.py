"""An import of boundaries taken back: the outlines from before it hold again, and records are placed by them.

Names stay as they are now. A village that the import made one of its own again after a merge is merged as before.
"""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from geo.boundaries import VillageShape, boundaries_of
from server.access.audit import record
from server.access.caller import Caller
from server.errors import NotFound
from server.models import BoundarySet, Project, Village, VillageMerge, VillageMergePart
from server.places.merged_rights import Choices, LeftOuts, decide, list_left_out
from server.places.merging import NOT_ASKED, UNDO_WITHIN
from server.places.report import ImportReport
from server.places.villages import Came, hold_boundaries, import_boundaries, outlines_of


def undoable_import(db: Session, project_id: int, now: datetime) -> BoundarySet | None:
    """The import that made the boundaries in force, if it is not long ago and there were others before it."""
    here = select(BoundarySet).where(BoundarySet.project_id == project_id).order_by(BoundarySet.id.desc())
    newest, *before = db.scalars(here.limit(2)).all() or (None,)
    if newest is None or not before or newest.how != "import" or now - newest.created_at > UNDO_WITHIN:
        return None
    return newest


def undo_import(
    db: Session,
    caller: Caller,
    project: Project,
    set_id: int,
    now: datetime,
    dry_run: bool = False,
    choices: Choices = NOT_ASKED,
) -> tuple[ImportReport, LeftOuts]:
    """Puts the boundaries from before in force again, or only says what would move; and who would be left with villages alone
    that are merged again: as long as one of these has no choice, nothing is done either.

    Raises NotFound where that import cannot be undone (any more).
    """
    if not dry_run:
        hold_boundaries(db)
    made = undoable_import(db, project.id, now)
    if made is None or made.id != set_id:
        raise NotFound()
    shapes = shapes_before(db, made)
    merged = merged_before(db, project.id, shapes)
    left = list_left_out(db, caller, project, by_successor(db, project.id, merged), now)
    dry_run = dry_run or left.wait_for(choices)
    back = boundaries_of(shapes, "EPSG:4326", "undo", "")
    report = import_boundaries(db, project.id, back, caller.actor_id, now, dry_run, Came("restored", merged=merged))
    if not dry_run:
        decide(db, caller, project, report.boundary_set_id or 0, left, choices, now)
        details = {"boundarySetId": made.id, **left.as_details(choices)}
        record(db, "village.import.undo", actor_id=caller.actor_id, project_id=project.id, details=details, now=now)
    return report, left


def by_successor(db: Session, project_id: int, merged: Mapping[str, str]) -> list[tuple[Village, list[Village]]]:
    """Successors with the villages that become a part of each, by code."""
    codes = [*merged, *merged.values()]
    query = select(Village).where(Village.project_id == project_id, Village.code.in_(codes))
    known = {one.code: one for one in db.scalars(query)}
    return [
        (known[into], [known[code] for code in sorted(merged) if merged[code] == into])
        for into in sorted(set(merged.values()))
    ]


def shapes_before(db: Session, made: BoundarySet) -> list[VillageShape]:
    earlier = BoundarySet.project_id == made.project_id, BoundarySet.id < made.id
    return outlines_of(db, db.scalar(select(func.max(BoundarySet.id)).where(*earlier)) or 0)


def merged_before(db: Session, project_id: int, shapes: list[VillageShape]) -> dict[str, str]:
    """Villages in force that have no outline then, because a merge that stands had made them parts: codes to successors."""
    into, there = aliased(Village), [one.code for one in shapes]
    rows = db.execute(
        select(Village.code, into.code)
        .join(VillageMergePart, VillageMergePart.village_id == Village.id)
        .join(VillageMerge, VillageMerge.id == VillageMergePart.merge_id)
        .join(into, into.id == VillageMerge.into_id)
        .where(VillageMerge.project_id == project_id, VillageMerge.undone_at.is_(None), Village.retired_at.is_(None))
        .where(Village.code.not_in(there), into.code.in_(there))
        .order_by(VillageMerge.id)
    )
    return dict(rows.all())
