"""Runs of the retention, and what they leave to read and to sign. Each woman goes in a short transaction of her own."""

import hashlib
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.access.audit import record
from server.blobs import BlobStore
from server.clock import begin_of
from server.db import Database
from server.errors import NotFound, UnexpectedValue
from server.models import Project, RetentionRun
from server.registry.case_retention import past_cases, take_out_case
from server.registry.emptying import delete_files
from server.registry.overwriting import overwrite_deleted
from server.registry.retention import (
    Found,
    Report,
    count_past,
    delete_old_backups,
    empty_sealed,
    find_past,
    minimise,
    past_women,
    report_of,
)
from server.registry.sealing import stand_in_line


def plan_retention(db: Session, project_id: int | None, now: datetime) -> dict[int, Report]:
    """What a run would do, by project; changes nothing."""
    return {one: count_past(db, find_past(db, one, now)) for one in care_projects(db, project_id)}


def run_retention(database: Database, blobs: BlobStore, project_id: int | None, now: datetime) -> dict[int, Report]:
    """Shrinks what is past its time, in every care project or in one; by project what was done. Files go at once."""
    with database.reading() as db:
        past = [find_past(db, one, now) for one in care_projects(db, project_id)]
    done = {one.project_id: run_one(database, blobs, one, now) for one in past}
    if any(not one.is_empty for one in past):
        overwrite_deleted(database)
    return done


def run_one(database: Database, blobs: BlobStore, found: Found, now: datetime) -> Report:
    counted, files = [], set[str]()
    for woman in found.women:
        with database.transaction() as db:
            stand_in_line(
                db, found.project_id
            )  # somebody may have met her, or she asked for something, since she was found
            past = past_women(db, found.project_id, found.last_contact_before, woman)
            one, hers = minimise(db, found.project_id, tuple(past), now)
        counted += one
        files |= hers
    cases, of_cases = run_cases(database, found, now)
    files |= of_cases
    with database.transaction() as db:
        stand_in_line(db, found.project_id)
        records, theirs = empty_sealed(db, found)
        files |= theirs
        report = report_of(counted, len(records), cases)
        if not found.is_empty:
            write_run(db, found, report, now)
    delete_files(database, blobs, files, now)
    return report


def run_cases(database: Database, found: Found, now: datetime) -> tuple[list[int], set[str]]:
    """Benefit cases that are over, each in a transaction of its own, but for what was told of since they were found.

    The number of records of each, and the files that nobody else has.
    """
    counted, files, day = [], set[str](), found.last_contact_before
    for case in found.cases:
        with database.transaction() as db:
            stand_in_line(db, found.project_id)  # somebody may have told of it since it was found
            for past in past_cases(db, found.project_id, begin_of(day), day, case):
                records, theirs = take_out_case(db, found.project_id, past, now)
                counted.append(records)
                files |= theirs
    return counted, files


def sweep_backups(data_dir: Path, now: datetime) -> int:
    """Backups in the data folder go after thirty days, so that what was erased leaves them too."""
    return delete_old_backups(data_dir / "backups", now)


def write_run(db: Session, found: Found, report: Report, now: datetime) -> RetentionRun:
    """The run's report, for somebody to read and sign."""
    text = orjson.dumps({**asdict(report), "last_contact_before": found.last_contact_before}).decode()
    run = RetentionRun(
        project_id=found.project_id,
        ran_at=now,
        last_contact_before=found.last_contact_before,
        report_json=text,
        digest=hashlib.sha256(text.encode()).hexdigest(),
    )
    db.add(run)
    record(db, "retention.run", actor_id=None, project_id=found.project_id, details=asdict(report), now=now)
    db.flush()
    return run


def care_projects(db: Session, project_id: int | None = None) -> list[int]:
    query = select(Project.id).where(Project.kind == "care", Project.deleted_at.is_(None)).order_by(Project.id)
    return list(db.scalars(query if project_id is None else query.where(Project.id == project_id)))


def list_runs(db: Session, project_id: int, limit: int = 50) -> list[RetentionRun]:
    """The newest first."""
    query = select(RetentionRun).where(RetentionRun.project_id == project_id)
    return list(db.scalars(query.order_by(RetentionRun.ran_at.desc(), RetentionRun.id.desc()).limit(limit)))


def sign_run(db: Session, project_id: int, run_id: int, by: int, now: datetime) -> RetentionRun:
    """Somebody read the report and says so with her name. Raises NotFound, UnexpectedValue for one that is signed."""
    run = db.scalar(select(RetentionRun).where(RetentionRun.project_id == project_id, RetentionRun.id == run_id))
    if run is None:
        raise NotFound()
    if run.signed_by_id is not None:
        raise UnexpectedValue(field="run", value=run_id, reason="it is signed already")
    run.signed_by_id, run.signed_at = by, now
    record(db, "retention.sign", actor_id=by, project_id=project_id, details={"digest": run.digest}, now=now)
    return run
