"""What follows from a record: its place, its entities. Each deriver in a savepoint; a failure is kept beside the record.

The phone is never refused because our reading failed: the failure is written down and a job tries again, five times.
"""

import logging
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from forms.instance import read_instance
from server.intake.items import Item, Receipt
from server.models import DeriveProblem, FormVersion, Project, Submission, SubmissionVersion
from server.places.place import place_submission
from server.publishing.versions import SCHEMAS
from server.reading import Reading
from server.registry.applying import apply_entities

log = logging.getLogger("fangshi.derive")
GAPS = (timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=1), timedelta(hours=6), timedelta(days=1))


DERIVERS: tuple[tuple[str, Callable[[Session, Reading], None]], ...] = (
    ("place", place_submission),
    ("entities", apply_entities),
)


def derive(db: Session, item: Item, receipt: Receipt) -> None:
    """Runs every deriver over a record that was just stored."""
    reading = Reading(
        project=item.asked.project,
        form_id=item.asked.form.id,
        submission_id=receipt.submission_id,
        submission_version_id=receipt.submission_version_id,
        schema=item.asked.schema,
        entity_related=item.asked.entity_related,
        instance=item.instance,
        actor_id=item.actor_id,
        user_agent=item.user_agent,
        now=item.now,
        is_edit=receipt.kind == "edit",
    )
    for name, deriver in DERIVERS:
        if name != "entities" or reading.entity_related:  # a savepoint costs as much as an insert
            run_deriver(db, name, deriver, reading)


def run_deriver(db: Session, name: str, deriver: Callable[[Session, Reading], None], reading: Reading) -> bool:
    """One deriver in its savepoint; whether it went well."""
    try:
        with db.begin_nested():
            deriver(db, reading)
        return True
    except Exception as error:
        log.warning("deriver %s failed on version %d: %s", name, reading.submission_version_id, type(error).__name__)
        write_problem(db, name, reading.submission_version_id, error, reading.now)
        return False


def write_problem(db: Session, deriver: str, version_id: int, error: Exception, now: datetime) -> None:
    row = db.scalar(
        select(DeriveProblem).where(DeriveProblem.submission_version_id == version_id, DeriveProblem.deriver == deriver)
    )
    if row is None:
        row = DeriveProblem(submission_version_id=version_id, deriver=deriver, error="", tries=0, created_at=now)
        db.add(row)
    row.error, row.tries = type(error).__name__, row.tries + 1
    row.look_at = now + GAPS[row.tries - 1] if row.tries <= len(GAPS) else None
    db.flush()


def read_again(db: Session, version_id: int, now: datetime) -> Reading:
    """A Reading of a stored version, from its bytes."""
    version, submission, form_version, project = db.execute(
        select(SubmissionVersion, Submission, FormVersion, Project)
        .join(Submission, Submission.id == SubmissionVersion.submission_id)
        .join(FormVersion, FormVersion.id == SubmissionVersion.form_version_id)
        .join(Project, Project.id == Submission.project_id)
        .where(SubmissionVersion.id == version_id)
    ).one()
    return Reading(
        project=project,
        form_id=version.form_id,
        submission_id=submission.id,
        submission_version_id=version.id,
        schema=SCHEMAS.get(db, form_version.id, form_version.sha256),
        entity_related=form_version.entity_related,
        instance=read_instance(bytes(version.xml)),
        actor_id=version.submitter_id,
        user_agent=version.user_agent,
        now=now,
        is_edit=version.deprecated_id is not None,
    )


def derive_again(db: Session, submission_id: int, name: str, now: datetime) -> None:
    """Runs one deriver over a record's current version once more: a list may wait for the office's approval."""
    version_id, related = db.execute(
        select(SubmissionVersion.id, FormVersion.entity_related)
        .join(FormVersion, FormVersion.id == SubmissionVersion.form_version_id)
        .where(SubmissionVersion.submission_id == submission_id, SubmissionVersion.is_current)
    ).one()
    if related:
        run_deriver(db, name, dict(DERIVERS)[name], read_again(db, version_id, now))


def retry_one(db: Session, now: datetime) -> bool:
    """Tries the failed deriver that waited longest, if its time has come; whether there was one."""
    row = db.scalar(select(DeriveProblem).where(DeriveProblem.look_at <= now).order_by(DeriveProblem.look_at).limit(1))
    if row is None:
        return False
    try:
        reading = read_again(db, row.submission_version_id, now)
    except Exception as error:  # the next row must not wait for this one for ever
        write_problem(db, row.deriver, row.submission_version_id, error, now)
        return True
    if run_deriver(db, row.deriver, dict(DERIVERS)[row.deriver], reading):
        db.execute(delete(DeriveProblem).where(DeriveProblem.id == row.id))
    return True
