"""What follows from a record: whether it may be read, its place, its entities, people, follow-ups.

Each deriver runs in a savepoint, or where all is written again with them if anything fails (store.py). The phone is never
refused because our reading failed: the failure is kept beside the record and a job tries again, five times.
"""

import logging
from collections.abc import Callable, Collection
from contextlib import nullcontext
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import bindparam, delete, select
from sqlalchemy.orm import Session

from forms.instance import read_instance
from server.clock import today
from server.db import ask
from server.followups.check_questions import ask_of_check
from server.followups.coaching import ask_for_coaching
from server.followups.recalculate import recalculate_many
from server.followups.supply_records import note_handed_out
from server.intake.answer_index import index_answers, take_older
from server.intake.items import Item, Receipt
from server.intake.quality_queue import look_at_checked, wait_for_look
from server.models import (
    BACK_CHECK,
    BENEFIT,
    HEALTH_FORMS,
    TRAINING,
    CareEvent,
    DeriveProblem,
    FormVersion,
    Project,
    Submission,
    SubmissionVersion,
)
from server.places.place import place_submission
from server.postgresql import is_lost
from server.publishing.versions import SCHEMAS
from server.reading import Reading
from server.registry.applying import apply_entities
from server.registry.care_records import CARE_FORMS, bring_in_line, note_people, open_or_seal
from server.registry.events import whom
from server.registry.named import asks_for_her
from server.registry.referrals import DANGER_QUESTIONS, note_referral
from server.registry.sealing import Effects, Subject, keep_shut
from server.registry.telling import NAMING, SUPPLIES

log = logging.getLogger("fangshi.derive")
GAPS = (timedelta(minutes=1), timedelta(minutes=10), timedelta(hours=1), timedelta(hours=6), timedelta(days=1))


Deriver = Callable[[Session, Reading], Effects | None]

DERIVERS: tuple[tuple[str, Deriver], ...] = (
    ("consent", open_or_seal),
    ("place", place_submission),
    ("entities", apply_entities),
    ("coaching", ask_for_coaching),
    ("people", note_people),
    ("referrals", note_referral),
    ("questions", ask_of_check),
    ("answers", index_answers),
)
FOLLOW_UPS, IN_STORE = "follow_ups", "supplies"
SEALED = select(Submission.sealed).where(Submission.id == bindparam("record"))


def derive(db: Session, item: Item, receipt: Receipt, guarded: bool = True) -> None:
    """Runs every deriver over a record that was just stored."""
    run_all(db, reading_of(item, receipt, guarded))


def reading_of(item: Item, receipt: Receipt, guarded: bool = True) -> Reading:
    return Reading(
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
        is_first=receipt.kind == "new",
        values=item.values,
        guarded=guarded,
    )


def run_all(db: Session, reading: Reading, first: str | None = None) -> None:
    """The derivers in their order (from `first` on), then the follow-ups of whom they touched, then what waited for this.

    Nothing follows from a record that is sealed.
    """
    effects = run_derivers(db, reading, first)
    if effects.subjects:
        run_deriver(db, FOLLOW_UPS, partial(follow_up, effects.subjects), reading)
    for submission_id in effects.look_at:
        look_again(db, submission_id, reading.now)


def run_derivers(db: Session, reading: Reading, first: str | None = None) -> Effects:
    """The derivers alone, and what they touched."""
    effects = Effects()
    names = [name for name, _ in DERIVERS]
    for name, deriver in DERIVERS[names.index(first) if first in names else 0 :]:
        if not concerns(name, reading):
            continue
        run_deriver(db, name, deriver, reading, effects)
        if name == "consent" and not effects.is_open and is_sealed(db, reading.submission_id):
            break
    else:
        wait_for_look(db, reading.submission_id)  # one insert, so without a savepoint
    if concerns("questions", reading):  # also of one that is sealed by now
        run_deriver(db, "questions", look_at_checked, reading)
    if concerns(IN_STORE, reading):  # so, too: the packages are gone
        run_deriver(db, IN_STORE, note_handed_out, reading)
    return effects


def concerns(name: str, reading: Reading) -> bool:
    """Whether a deriver has anything to do with a record: consent, people, referrals are matters of care projects."""
    if name == "entities":
        return reading.entity_related
    if name == "coaching":
        return reading.project.kind == "care" and reading.instance.form_id == TRAINING
    if name == "questions":
        return reading.project.kind == "care" and reading.instance.form_id == BACK_CHECK
    if name == IN_STORE:
        return reading.project.kind == "care" and reading.instance.form_id == SUPPLIES
    if name == "referrals":
        return reading.project.kind == "care" and reading.instance.form_id in DANGER_QUESTIONS
    if name in ("consent", "people"):
        forms = HEALTH_FORMS | {*NAMING, BENEFIT} if name == "consent" else CARE_FORMS
        return reading.project.kind == "care" and (reading.instance.form_id in forms or may_name_her(reading))
    return True


def may_name_her(reading: Reading) -> bool:
    """Whether a form of the town's own chooses from the lists about women, or may have done so before a correction.

    A back-check (F11) is about whom the record is about that it checks.
    """
    if reading.instance.form_id == BACK_CHECK:
        return True
    return reading.instance.form_id not in CARE_FORMS and (reading.is_edit or asks_for_her(reading.schema))


def is_sealed(db: Session, submission_id: int) -> bool:
    return ask(db, SEALED, {"record": submission_id}).scalar() is True


def follow_up(subjects: set[Subject], db: Session, reading: Reading) -> None:
    """Brings the follow-ups of these subjects in line."""
    recalculate_many(db, reading.project, subjects, today(reading.now), reading.now)


def follow_lists(db: Session, reading: Reading, subjects: Collection[Subject]) -> None:
    """Lists changed after the derivers ran (writing_on.py): what is called or placed by them comes along, and follow-ups."""
    effects = Effects()
    run_deriver(db, "people", partial(bring_all_in_line, subjects), reading, effects)
    if effects.subjects:
        run_deriver(db, FOLLOW_UPS, partial(follow_up, effects.subjects), reading)


def bring_all_in_line(subjects: Collection[Subject], db: Session, reading: Reading) -> Effects:
    effects = Effects()
    for subject in sorted(subjects):
        effects.add(bring_in_line(db, reading.project.id, subject, reading.now))
    return effects


def run_deriver(db: Session, name: str, deriver: Deriver, reading: Reading, effects: Effects | None = None) -> bool:
    """One deriver in its savepoint, its effects added to `effects`; whether it went well. Unguarded, it raises what it raises."""
    try:
        with db.begin_nested() if reading.guarded else nullcontext():
            found = deriver(db, reading)
            db.flush()  # the next one may ask by the connection alone
    except Exception as error:
        if not reading.guarded or is_lost(error):  # a loss could not be written down either
            raise
        log.warning("deriver %s failed on version %d: %s", name, reading.submission_version_id, type(error).__name__)
        write_problem(db, name, reading.submission_version_id, error, reading.now)
        return False
    if effects is not None and found is not None:
        effects.add(found)
    return True


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
    return read_as(db, version, submission, form_version, project, now)


def read_as(
    db: Session,
    version: SubmissionVersion,
    submission: Submission,
    form_version: FormVersion,
    project: Project,
    now: datetime,
) -> Reading:
    """For who has its rows already."""
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


def derive_again(db: Session, submission_id: int, first: str, now: datetime) -> None:
    """Runs the derivers from `first` on over a record's current version: the office approved, rejected or deleted it.

    In a plain project only entities hang on what the office decides.
    """
    db.flush()
    query = select(SubmissionVersion.id, FormVersion.entity_related, Project.kind)
    version_id, related, kind = db.execute(
        query.join(FormVersion, FormVersion.id == SubmissionVersion.form_version_id)
        .join(Submission, Submission.id == SubmissionVersion.submission_id)
        .join(Project, Project.id == Submission.project_id)
        .where(SubmissionVersion.submission_id == submission_id, SubmissionVersion.is_current)
    ).one()
    if kind == "care" or (related and first == "entities"):
        run_all(db, read_again(db, version_id, now), first)


def look_again(
    db: Session, submission_id: int, now: datetime, run: Callable[[Session, Reading], None] = run_all
) -> None:
    """Runs every deriver over a record that is here already. What fails is tried again later: it holds up nobody.

    Of one that was emptied nothing follows.
    """
    if keep_shut(db, submission_id, now):
        return
    current = (SubmissionVersion.submission_id == submission_id) & SubmissionVersion.is_current
    version_id = db.scalars(select(SubmissionVersion.id).where(current)).one()
    try:
        with db.begin_nested():
            run(db, read_again(db, version_id, now))
    except Exception as error:
        log.warning("version %d could not be looked at again: %s", version_id, type(error).__name__)
        write_problem(db, DERIVERS[0][0], version_id, error, now)


def index_older(db: Session, project_id: int, number: int, now: datetime) -> int:
    """Makes the words of so many records that came before there were any; how many there were."""
    found = take_older(db, project_id, number)
    current = (
        SubmissionVersion.submission_id.in_(found)
        & SubmissionVersion.is_current
        & SubmissionVersion.values_json.is_not(None)
    )
    for version_id in db.scalars(select(SubmissionVersion.id).where(current)).all():
        reading = read_again(db, version_id, now)
        run_deriver(db, "answers", index_answers, reading)
    return len(found)


def retry_one(db: Session, now: datetime) -> bool:
    """Tries the failed deriver that waited longest, if its time has come; whether there was one.

    When it goes well, those that come after it run again: they had nothing to go by.
    """
    row = db.scalar(select(DeriveProblem).where(DeriveProblem.look_at <= now).order_by(DeriveProblem.look_at).limit(1))
    if row is None:
        return False
    version_id, name = row.submission_version_id, row.deriver
    try:
        reading = read_again(db, version_id, now)
    except Exception as error:  # the next row must not wait for this one for ever
        write_problem(db, name, version_id, error, now)
        return True
    if name == FOLLOW_UPS:
        done = run_deriver(db, name, partial(follow_up, subjects_of(db, reading.submission_id)), reading)
    elif name == IN_STORE:
        done = not is_current(db, version_id) or run_deriver(db, name, note_handed_out, reading)
    else:
        done = retry_from(db, name, reading)
    if done:
        db.execute(delete(DeriveProblem).where(DeriveProblem.id == row.id))
    return True


def retry_from(db: Session, name: str, reading: Reading) -> bool:
    """Whether this deriver went well. A record that was sealed or corrected meanwhile has nothing left to do."""
    before = tries_of(db, name, reading.submission_version_id)
    if is_current(db, reading.submission_version_id) and (
        name == "consent" or not is_sealed(db, reading.submission_id)
    ):
        run_all(db, reading, name)
    return tries_of(db, name, reading.submission_version_id) == before


def is_current(db: Session, version_id: int) -> bool:
    return db.scalar(select(SubmissionVersion.is_current).where(SubmissionVersion.id == version_id)) is True


def tries_of(db: Session, name: str, version_id: int) -> int | None:
    failed = (DeriveProblem.submission_version_id == version_id) & (DeriveProblem.deriver == name)
    return db.scalar(select(DeriveProblem.tries).where(failed))


def subjects_of(db: Session, submission_id: int) -> set[Subject]:
    event = db.get(CareEvent, submission_id)
    return {whom(event.subject_list, event.subject)} if event else set()
