"""Importing a town's boundaries: a new set beside the old ones, villages matched by code, records placed again."""

from dataclasses import replace
from datetime import datetime
from pathlib import Path

import orjson
import shapely
from geoalchemy2.shape import to_shape
from sqlalchemy import func, insert, select, text, update
from sqlalchemy.orm import Session

from geo.boundaries import BoundaryFile, VillageShape, label_point, read_boundaries
from geo.locate import Locator
from server.access.audit import record
from server.models import BoundarySet, Project, Village, VillageBoundary
from server.places.replacing import Mover, replace_records
from server.places.report import ImportReport

# Two drawings of one border closer than this are the same border: what rounding in a file does.
SAME_BORDER_DEGREES = 1e-7


def import_boundaries_file(
    db: Session, project: Project, path: Path, crs: str, actor_id: int | None, now: datetime, dry_run: bool = False
) -> ImportReport:
    """`import_boundaries` from a file on disk. Raises geo.errors.InvalidBoundary or UnknownCrs, and OSError."""
    return import_boundaries(db, project.id, read_boundaries(path, path.name, crs), actor_id, now, dry_run)


def import_boundaries(
    db: Session, project_id: int, file: BoundaryFile, actor_id: int | None, now: datetime, dry_run: bool = False
) -> ImportReport:
    """Put these boundaries in force, or only say what would happen.

    Villages are matched by code and keep their rows, those that are not in the file are retired and keep their history.
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
        ids = write_villages(db, project_id, file, known, now)
        report = replace(report, boundary_set_id=write_set(db, project_id, file, ids, actor_id, now))
    locator = Locator((village.code, village.geometry) for village in file.villages)
    report = replace(report, moves=replace_records(db, Mover(project_id, locator, ids, dry_run)))
    if not dry_run:
        keep_report(db, report, project_id, actor_id, now)
    return report


def hold_records(db: Session) -> None:
    """Nobody stores a record until the new boundaries are there: it would be placed by the old ones and then forgotten.

    On SQLite whoever writes is alone anyway.
    """
    if db.get_bind().dialect.name == "postgresql":
        db.execute(text("LOCK TABLE submission IN SHARE ROW EXCLUSIVE MODE"))


def outlines_in_force(db: Session, project_id: int) -> dict[str, shapely.MultiPolygon]:
    """The newest outline of each village, by code."""
    newest = select(func.max(BoundarySet.id)).where(BoundarySet.project_id == project_id).scalar_subquery()
    rows = db.execute(
        select(Village.code, VillageBoundary.geometry)
        .join(Village, Village.id == VillageBoundary.village_id)
        .where(VillageBoundary.boundary_set_id == newest)
    )
    return {code: to_shape(geometry) for code, geometry in rows}


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
        retired=sorted(in_force - set(now_there)),
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
    db: Session, project_id: int, file: BoundaryFile, known: dict[str, Village], now: datetime
) -> dict[str, int]:
    """The rows of all villages the project ever had, by code, brought in line with the file."""
    here = {village.code for village in file.villages}
    for shape in file.villages:
        lon, lat = label_point(shape.geometry)
        village = known.get(shape.code)
        if village is None:
            village = known[shape.code] = Village(project_id=project_id, code=shape.code, created_at=now)
            db.add(village)
        village.name, village.label_lon, village.label_lat, village.retired_at = shape.name, lon, lat, None
    for code, village in known.items():
        if code not in here and village.retired_at is None:
            village.retired_at = now
    db.flush()
    return {code: village.id for code, village in known.items()}


def write_set(
    db: Session, project_id: int, file: BoundaryFile, ids: dict[str, int], actor_id: int | None, now: datetime
) -> int:
    made = BoundarySet(
        project_id=project_id,
        source_name=file.filename,
        source_crs=file.source_crs,
        report_json="{}",
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
