"""What a submission says of entity lists, done: all of it or nothing, and why not is written beside the submission."""

from collections.abc import Sequence
from contextlib import nullcontext

from sqlalchemy import select
from sqlalchemy.orm import Session

from forms.entities import EntityAct, read_acts
from forms.errors import FormError
from server.access.audit import record
from server.errors import DatasetUnknown, EntityUnknown, MultiEntityFailed, Problem
from server.later import write_waiting
from server.models import Audit, Dataset, Entity, EntityBacklog, EntityVersion, Submission, SubmissionVersion
from server.reading import Reading
from server.registry.backlog import hold, replay_followers
from server.registry.entities import Author, NotYet, create_entity, find_named, update_entity
from server.registry.permitted import check_permitted
from server.registry.referral_outcomes import REFERRALS
from server.registry.referrals import DANGER_QUESTIONS
from server.registry.workers import as_written_now, name_again, only_her_own

ERROR = "entity.error"


def apply_entities(db: Session, reading: Reading) -> None:
    """The deriver. It does nothing where this submission made or changed an entity before, or has one waiting."""
    if not reading.entity_related or has_acted(db, reading):
        return
    try:
        apply_acts(db, reading, read_acts(reading.instance, reading.schema))
    except (Problem, FormError) as error:
        note_error(db, reading, error)


def apply_named_anew(db: Session, reading: Reading, acts: Sequence[EntityAct]) -> None:
    """What a correction says of rows that its record did not name before."""
    try:
        apply_acts(db, reading, acts)
    except Problem as problem:
        note_error(db, reading, problem)


def author_of(reading: Reading) -> Author:
    by = (reading.actor_id, reading.user_agent, reading.submission_id, reading.submission_version_id, reading.now)
    return Author(*by)


def has_acted(db: Session, reading: Reading) -> bool:
    """By itself, that is: of a record with danger signs or a referral the server makes a row of `referrals`."""
    submission_id = reading.submission_id
    if reading.is_first:
        return False
    by_server = [REFERRALS] if reading.instance.form_id in DANGER_QUESTIONS else []
    versions = select(SubmissionVersion.id).where(SubmissionVersion.submission_id == submission_id)
    made = (
        select(EntityVersion.id)
        .join(Entity, Entity.id == EntityVersion.entity_id)
        .join(Dataset, Dataset.id == Entity.dataset_id)
        .where(EntityVersion.submission_version_id.in_(versions), Dataset.name.not_in(by_server))
        .limit(1)
    )
    waits = select(EntityBacklog.id).where(EntityBacklog.submission_id == submission_id).limit(1)
    return db.scalar(made) is not None or db.scalar(waits) is not None


def apply_acts(db: Session, reading: Reading, acts: Sequence[EntityAct]) -> None:
    """Raises the first act's Problem; where a record has several acts, one that fails undoes them all (400.43)."""
    author = author_of(reading)
    write_waiting(db)  # what an act writes refers to the record
    # one alone says why it may not before it writes anything
    with db.begin_nested() if len(acts) > 1 else nullcontext():
        for act in acts:
            try:
                apply_act(db, reading, act, author)
            except Problem as problem:
                raise problem if len(acts) == 1 else MultiEntityFailed(reason=problem.message) from problem


def apply_act(db: Session, reading: Reading, act: EntityAct, author: Author) -> None:
    dataset = find_named(db, reading.project.id, act.dataset)
    if dataset is None:
        raise DatasetUnknown(dataset=act.dataset)
    check_permitted(db, reading.submission_version_id, act)
    act = only_her_own(db, reading.project, reading.actor_id, act)
    meant = as_written_now(db, reading.project, act)
    may_create = not dataset.approval_required or is_approved(db, reading.submission_id)
    try:
        done = create_or_update(db, dataset, act if act.create else meant, author, may_create)
    except NotYet:
        hold(db, dataset, meant, author)
        return
    if not done:
        return
    if act.create and meant is not act:
        name_again(db, dataset, meant, author.now)
    replay_followers(db, dataset, act, author.now)


def create_or_update(db: Session, dataset: Dataset, act: EntityAct, author: Author, may_create: bool) -> bool:
    """An act that asks for both is an update where the entity is here, else a creation (5.3.3). False where it would create
    and may not yet.
    """
    if act.update and not (act.create and act.base_version is None):
        try:
            update_entity(db, dataset, act, author)
            return True
        except (EntityUnknown, NotYet):
            if not act.create:
                raise
    if may_create:
        create_entity(db, dataset, act, author)
    return may_create


def is_approved(db: Session, submission_id: int) -> bool:
    return db.scalar(select(Submission.review_state).where(Submission.id == submission_id)) == "approved"


def note_error(db: Session, reading: Reading, error: Problem | FormError) -> None:
    """Once: a record that is looked at again and fails again in the same way has no more to say."""
    details = {
        "submissionId": reading.submission_id,
        "submissionDefId": reading.submission_version_id,
        "problem": {"problemCode": getattr(error, "code", None) or 400.2, "problemDetails": {}},
        "errorMessage": error.message,
    }
    noted = select(Audit.details).where(Audit.submission_id == reading.submission_id, Audit.action == ERROR)
    if details in db.scalars(noted).all():
        return
    record(
        db,
        ERROR,
        actor_id=reading.actor_id,
        project_id=reading.project.id,
        form_id=reading.form_id,
        submission_id=reading.submission_id,
        details=details,
        now=reading.now,
    )
