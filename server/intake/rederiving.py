"""Working out all derived rows again from what is kept: after a fault was mended, or derived tables were lost.

On a healthy database nothing changes. Forms go in the order in which they build on one another, so a table that is empty
fills as it would have.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from itertools import islice
from typing import Final, TypeVar

from sqlalchemy import Select, case, select, update
from sqlalchemy.orm import Session

from server.clock import today
from server.db import Database
from server.followups.recalculate import recalculate_many
from server.intake.derive import look_again, run_derivers
from server.intake.quality_judging import judge_everything
from server.models import (
    HEALTH_FORMS,
    CareEvent,
    ContraceptionEpisode,
    FollowUp,
    Form,
    Household,
    Pregnancy,
    Project,
    Submission,
    Woman,
)
from server.reading import Reading
from server.registry.care_records import bring_in_line
from server.registry.duplicates import look_at_waiting
from server.registry.events import whom
from server.registry.sealing import Subject
from server.registry.telling import ANTENATAL, CONSENT, CONTRACEPTION, POSTNATAL, PREGNANCY, REFERRAL_OUTCOME, TRANSFER

BATCH: Final = 100
ORDER: Final = {
    CONSENT: 1,
    PREGNANCY: 2,
    CONTRACEPTION: 3,
    ANTENATAL: 4,
    POSTNATAL: 5,
    REFERRAL_OUTCOME: 6,
    TRANSFER: 6,
}
"""Consent before what it lets be read, a pregnancy before its checks and its birth, those before how their referrals went;
everything else first, but what only names her."""
LAST: Final = 6

T = TypeVar("T")


def rederive(
    database: Database, project_id: int | None, now: datetime, report: Callable[[int, int], None]
) -> tuple[int, int]:
    """Works out one project, or all. `report(done, of)` is told of each step. How many records and subjects there were."""
    with database.reading() as db:
        projects = [project_id] if project_id is not None else list(db.scalars(select(Project.id).order_by(Project.id)))
        records = list(db.scalars(records_of(projects)))
    mark_health(database, projects)
    done = 0
    report(0, len(records))
    for batch in in_batches(records):
        with database.transaction() as db:
            for submission_id in batch:
                look_again(db, submission_id, now, run_without_follow_ups)
        done += len(batch)
        report(done, len(records))
    subjects = sum(follow_up_all(database, one, now) for one in projects)
    judge_everything(database, now)
    look_at_waiting(database, len(records) + subjects, now)
    return len(records), subjects


def mark_health(database: Database, project_ids: list[int]) -> None:
    """A project that became a care project may hold health records from before."""
    with database.transaction() as db:
        forms = select(Form.id).join(Project, Project.id == Form.project_id).where(Project.kind == "care")
        named = forms.where(Form.project_id.in_(project_ids), Form.xml_form_id.in_(HEALTH_FORMS)).scalar_subquery()
        db.execute(update(Submission).where(Submission.form_id.in_(named), ~Submission.health).values(health=True))


def records_of(project_ids: list[int]) -> Select[int]:
    """All records that are no trials, those first on which others build."""
    return (
        select(Submission.id)
        .join(Form, Form.id == Submission.form_id)
        .where(Submission.project_id.in_(project_ids), ~Submission.draft)
        .order_by(case(ORDER, value=Form.xml_form_id, else_=case((Submission.health, LAST), else_=0)), Submission.id)
    )


def run_without_follow_ups(db: Session, reading: Reading) -> None:
    """Follow-ups come when all is told: half of it would end them and begin them anew."""
    for submission_id in run_derivers(db, reading).look_at:
        look_again(db, submission_id, reading.now, run_without_follow_ups)


def follow_up_all(database: Database, project_id: int, now: datetime) -> int:
    """Follow-ups of everybody who is known, was known, or has follow-ups; and rows that nothing speaks of any more go."""
    with database.reading() as db:
        if db.get_one(Project, project_id).kind != "care":
            return 0
        told = set(
            db.execute(select(CareEvent.subject_list, CareEvent.subject).where(CareEvent.project_id == project_id))
        )
        subjects = sorted({whom(*row) for row in told} | subjects_of_rows(db, project_id))
    for batch in in_batches(subjects):
        with database.transaction() as db:
            for subject in batch:
                bring_in_line(db, project_id, subject, now)
            recalculate_many(db, db.get_one(Project, project_id), batch, today(now), now)
    return len(subjects)


def subjects_of_rows(db: Session, project_id: int) -> set[Subject]:
    """Whom derived rows speak of."""
    asked = select(FollowUp.subject_list, FollowUp.subject).where(FollowUp.project_id == project_id)
    found = {(row[0], row[1]) for row in db.execute(asked)}
    for name, column in (
        ("households", Household.uuid),
        ("women", Woman.uuid),
        ("women", Pregnancy.woman_uuid),
        ("women", ContraceptionEpisode.woman_uuid),
    ):
        rows = db.scalars(select(column).where(column.class_.project_id == project_id))
        found |= {(name, uuid) for uuid in rows}
    return found


def in_batches(items: Iterable[T]) -> Iterator[list[T]]:
    rest = iter(items)
    while batch := list(islice(rest, BATCH)):
        yield batch
