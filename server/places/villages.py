"""Importing a town's boundaries: a new set beside the old ones, villages matched by code, records placed again."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path

import orjson
import shapely
from geoalchemy2.shape import to_shape
from sqlalchemy import func, insert, select, text, update
from sqlalchemy.orm import Session

from geo.boundaries import BoundaryFile, VillageShape, label_point
from geo.locate import Locator
from server.access.audit import record
from server.models import BoundarySet, Project, Village, VillageBoundary, VillageMerge, VillageMergePart
from server.places.naming import read_for, rename
from server.places.replacing import Mover, replace_records
from server.places.report import ImportReport
from server.places.successors import successor_codes

# Two drawings of one border closer than this are the same border: what rounding in a file does.
SAME_BORDER_DEGREES = 1e-7


@dataclass(frozen=True)
class Came:
    """How boundaries came (models BoundarySet), since which day they hold, and what they merged: codes to successors.

    `apart`: codes that a merge had made parts and that it makes parts no longer, to what they had been merged into before.
    """

    how: str = "import"
    valid_from: date | None = None
    merged: Mapping[str, str] = field(default_factory=dict)
    apart: Mapping[str, str | None] = field(default_factory=dict)


def import_boundaries_file(
    db: Session, project: Project, path: Path, crs: str, actor_id: int | None, now: datetime, dry_run: bool = False
) -> ImportReport:
    """`import_boundaries` from a file on disk. Raises geo.errors.InvalidBoundary or UnknownCrs, and OSError."""
    return import_boundaries(db, project.id, read_for(db, project.id, path, crs), actor_id, now, dry_run)


def import_boundaries(
    db: Session,
    project_id: int,
    file: BoundaryFile,
    actor_id: int | None,
    now: datetime,
    dry_run: bool = False,
    came: Came = Came(),
) -> ImportReport:
    """Put these boundaries in force, or only say what would happen.

    Villages are matched by code and keep their rows, those that had an outline and are not in the file are retired and keep
    their history.
    Every record whose village changes is placed again. The caller commits.
    """
    if not dry_run:
        hold_records(db)
    known = {one.code: one for one in db.scalars(select(Village).where(Village.project_id == project_id))}
    before = outlines_in_force(db, project_id)
    report = compare(file, known, before, dry_run)
    if dry_run:
        ids = {code: village.id for code, village in known.items()}
    else:
        ids = write_villages(db, project_id, file, known, set(report.retired), actor_id, now)
        set_id = write_set(db, project_id, file, ids, actor_id, now, came)
        write_merge(db, project_id, set_id, known, came.merged, actor_id, now)
        report = replace(report, boundary_set_id=set_id)
    successors = successors_by(file, successor_codes(db, project_id), came)
    locator = Locator((village.code, village.geometry) for village in file.villages)
    report = replace(report, moves=replace_records(db, Mover(project_id, locator, ids, dry_run, successors)))
    if not dry_run:
        keep_report(db, report, project_id, actor_id, now)
    return report


def successors_by(file: BoundaryFile, known: Mapping[str, str], came: Came) -> dict[str, str]:
    """What villages are merged into once these boundaries hold, to the last one: it was merged itself no more.

    Also before anything is written: one with an outline is a village of its own again.
    """
    own = {one.code for one in file.villages}
    now = {**known, **came.apart, **came.merged}
    successors = {code: into for code, into in now.items() if into is not None and code not in own}
    return {code: successors.get(into, into) for code, into in successors.items()}


def hold_records(db: Session) -> None:
    """Nobody stores a record until the new boundaries are there: it would be placed by the old ones and then forgotten.

    On SQLite whoever writes is alone anyway.
    """
    if db.get_bind().dialect.name == "postgresql":
        db.execute(text("LOCK TABLE submission IN SHARE ROW EXCLUSIVE MODE"))


def hold_boundaries(db: Session) -> None:
    """Nobody else changes the boundaries until the transaction ends, and what was read of them before is read anew: of two who
    merge or undo the same at once the second finds it done.
    """
    hold_records(db)
    db.expire_all()


def outlines_in_force(db: Session, project_id: int) -> dict[str, shapely.MultiPolygon]:
    """The newest outline of each village, by code."""
    return {one.code: one.geometry for one in shapes_in_force(db, project_id)}


def shapes_in_force(db: Session, project_id: int) -> list[VillageShape]:
    """The newest boundaries, by code; none before the first import."""
    newest = db.scalar(select(func.max(BoundarySet.id)).where(BoundarySet.project_id == project_id))
    return outlines_of(db, newest or 0)


def shapes_to_change(db: Session, project_id: int, dry_run: bool) -> list[VillageShape]:
    """As `shapes_in_force`, for whoever puts them in force again with a change: held, unless nothing is to be done yet."""
    if not dry_run:
        hold_boundaries(db)
    return shapes_in_force(db, project_id)


def outlines_of(db: Session, boundary_set_id: int) -> list[VillageShape]:
    """The villages of one set of boundaries, by code, under the names that they have now."""
    rows = db.execute(
        select(Village.code, Village.name, VillageBoundary.geometry)
        .join(Village, Village.id == VillageBoundary.village_id)
        .where(VillageBoundary.boundary_set_id == boundary_set_id)
        .order_by(Village.code)
    )
    return [VillageShape(code, name, to_shape(geometry), {}) for code, name, geometry in rows]


def compare(
    file: BoundaryFile, known: dict[str, Village], before: dict[str, shapely.MultiPolygon], dry_run: bool
) -> ImportReport:
    """What the file changes in the list of villages, without the records."""
    now_there = {village.code: village for village in file.villages}
    in_force = {code for code, village in known.items() if village.retired_at is None}
    names = {code: village.name for code, village in known.items()}
    return ImportReport(
        dry_run=dry_run,
        source_name=file.filename,
        source_crs=file.source_crs,
        format=file.format,
        villages=len(file.villages),
        added=sorted(set(now_there) - in_force),
        changed=sorted(code for code in in_force & set(now_there) if differs(before.get(code), now_there[code])),
        renamed=sorted(code for code in in_force & set(now_there) if names[code] != now_there[code].name),
        retired=sorted((in_force & set(before)) - set(now_there)),
        overlaps=file.overlaps,
        gaps=file.gaps,
        repaired=file.repaired,
        moves=[],
        names=names | {code: village.name for code, village in now_there.items()},
    )


def differs(before: shapely.MultiPolygon | None, village: VillageShape) -> bool:
    if before is None:
        return True
    return not shapely.equals_exact(before, village.geometry, SAME_BORDER_DEGREES, normalize=True)


def write_villages(
    db: Session,
    project_id: int,
    file: BoundaryFile,
    known: dict[str, Village],
    retired: set[str],
    actor_id: int | None,
    now: datetime,
) -> dict[str, int]:
    """The rows of all villages the project ever had, by code, brought in line with the file."""
    for shape in file.villages:
        lon, lat = label_point(shape.geometry)
        village = known.get(shape.code)
        if village is None:
            village = known[shape.code] = Village(
                project_id=project_id, code=shape.code, name=shape.name, created_at=now
            )
            db.add(village)
        rename(db, village, shape.name, actor_id, now)
        village.label_lon, village.label_lat, village.retired_at = lon, lat, None
        if village.successor_id is not None:  # it is a village of its own again
            village.parent_id = None if village.parent_id == village.successor_id else village.parent_id
            village.successor_id = None
    for code in retired:
        known[code].retired_at = now
    db.flush()
    return {code: village.id for code, village in known.items()}


def write_set(
    db: Session,
    project_id: int,
    file: BoundaryFile,
    ids: dict[str, int],
    actor_id: int | None,
    now: datetime,
    came: Came,
) -> int:
    made = BoundarySet(
        project_id=project_id,
        source_name=file.filename,
        source_crs=file.source_crs,
        report_json="{}",
        valid_from=came.valid_from,
        how=came.how,
        created_by_id=actor_id,
        created_at=now,
    )
    db.add(made)
    db.flush()
    db.execute(
        insert(VillageBoundary),
        [
            {
                "boundary_set_id": made.id,
                "village_id": ids[village.code],
                "geometry": f"SRID=4326;{village.geometry.wkt}",
            }
            for village in file.villages
        ],
    )
    return made.id


def write_merge(
    db: Session,
    project_id: int,
    set_id: int,
    known: dict[str, Village],
    merged: Mapping[str, str],
    actor_id: int | None,
    now: datetime,
) -> None:
    """Each part goes under its successor, and so does what had become a part of it before."""
    for target in sorted(set(merged.values())):
        into = known[target]
        parts = [known[code] for code, whither in merged.items() if whither == target]
        parts += [one for one in known.values() if one.successor_id in {part.id for part in parts}]
        row = VillageMerge(
            project_id=project_id, into_id=into.id, boundary_set_id=set_id, made_by_id=actor_id, made_at=now
        )
        db.add(row)
        db.flush()
        for part in parts:
            was = {"parent_before_id": part.parent_id, "successor_before_id": part.successor_id}
            db.add(VillageMergePart(merge_id=row.id, village_id=part.id, **was))
            part.retired_at, part.parent_id, part.successor_id = part.retired_at or now, into.id, into.id
        db.flush()


def keep_report(db: Session, report: ImportReport, project_id: int, actor_id: int | None, now: datetime) -> None:
    kept = orjson.dumps(report.as_json()).decode()
    db.execute(update(BoundarySet).where(BoundarySet.id == report.boundary_set_id).values(report_json=kept))
    details = {
        "boundarySetId": report.boundary_set_id,
        "villages": report.villages,
        "retired": len(report.retired),
        "recordsMoved": report.records_moved,
    }
    record(db, "village.import", actor_id=actor_id, now=now, project_id=project_id, details=details)
