"""The trash is emptied: what was deleted thirty days ago goes for good, as ODK Central's purge does it.

Of a record stays that one came, by its id alone, so that a phone which sends it again is told that it was deleted (409.18);
of an entity a hash, so that phones are told that it is gone and nobody makes it anew (409.19). A form goes with its records.

In a care project what retention decides on is not the trash's: nothing goes of a woman who asked for something or has her
data kept unused, no entity of a list about people (registry/retention.py and erasing.py take those), and no form of which
a record still stands.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, and_, delete, exists, false, func, or_, select, update
from sqlalchemy.orm import Session

from server.access.audit import record
from server.access.changes import forget_changes
from server.access.public_links import revoke_link
from server.blobs import BlobStore
from server.db import Database
from server.models import (
    BENEFIT_CASES,
    WORKERS,
    Assignment,
    Blob,
    CareEvent,
    Dataset,
    Entity,
    EntityVersion,
    Form,
    FormAttachment,
    FormVersion,
    NamedWoman,
    Project,
    PublicLink,
    RightsRequest,
    Seal,
    Submission,
)
from server.publishing.trials import wipe_trials
from server.registry.emptying import delete_files, empty_records, in_batches, shared_blobs
from server.registry.erasing import find_hers
from server.registry.overwriting import overwrite_deleted
from server.registry.reach import CARE_LISTS
from server.registry.retention import waiting
from server.registry.rights_desk import OPEN
from server.registry.sealing import stand_in_line
from server.registry.tombstones import remember_purged

KEPT_FOR: Final = timedelta(days=30)
OF_PEOPLE: Final = (*CARE_LISTS, BENEFIT_CASES, WORKERS, "households")
"""Lists of a care project whose entries the server itself deletes and looks up again."""

EMPTIED: Final = ("erased", "minimised", "case_removed")
"""Why a record was emptied before (Seal.reason)."""


@dataclass
class Purge:
    """How much goes, or went. `files` are those that nobody else has."""

    submissions: int = 0
    entities: int = 0
    forms: int = 0
    files: set[str] = field(default_factory=set)

    @property
    def number(self) -> int:
        return self.submissions + self.entities + self.forms


@dataclass(frozen=True)
class Held:
    """What of a care project waits for something: records by id, entities by uuid."""

    records: frozenset[int] = frozenset()
    uuids: frozenset[str] = frozenset()


def plan_purge(db: Session, now: datetime) -> Purge:
    """How much a run would take; changes nothing. A form that waits for its records to go is not counted yet."""
    found = Purge()
    for project in projects(db):
        held = held_in(db, project)
        forms = past_forms(db, project, now)
        of_forms = {one for form_id in forms for one in standing_records(db, form_id)}
        found.forms += len(forms)
        found.submissions += len({*past_records(db, project, held, now), *of_forms})
        found.entities += len(past_entities(db, project, held, now))
    return found


def run_purge(database: Database, blobs: BlobStore, now: datetime) -> Purge:
    """Takes what was deleted thirty days ago, some of it in each transaction; the files go off the disk at the end."""
    done = Purge()
    with database.reading() as db:
        waits = [project.id for project in projects(db)]
    for project_id in waits:
        while in_transaction(database, project_id, now, done):
            pass
    delete_files(database, blobs, done.files, now)
    if done.number:
        overwrite_deleted(database)
    return done


def in_transaction(database: Database, project_id: int, now: datetime, done: Purge) -> bool:
    """One step, counted once it is committed; whether there is more to do."""
    part = Purge()
    with database.transaction() as db:
        project = db.scalars(select(Project).where(Project.id == project_id)).one()
        if project.kind == "care":
            stand_in_line(db, project_id)  # somebody may ask for something while it is looked up what waits
        more = purge_some(db, project, held_in(db, project), now, part)
    done.submissions += part.submissions
    done.entities += part.entities
    done.forms += part.forms
    done.files |= part.files
    return more


def purge_some(db: Session, project: Project, held: Held, now: datetime, done: Purge) -> bool:
    """A batch of records, else one of entities, else a form: what nobody brought back in this very moment."""
    for batch in in_batches(past_records(db, project, held, now)):
        purge_records(db, project, taken(db, records_past(project, now), Submission, batch), now, done)
        return True
    for batch in in_batches(past_entities(db, project, held, now)):
        purge_entities(db, project, taken(db, entities_past(project, now), Entity, batch), now, done)
        return True
    for form_id in past_forms(db, project, now):
        for one in taken(db, forms_past(project, now), Form, [form_id]):
            purge_form(db, project, one, now, done)
        return True
    return False


def taken(db: Session, past: Select[Any], table: type[Submission | Entity | Form], batch: Collection[int]) -> list[int]:
    """Those of these ids that are past still; nobody brings them back any more, whoever tries waits and finds them gone."""
    return sorted(db.scalars(past.where(table.id.in_(batch)).with_for_update(of=table)))


def projects(db: Session) -> list[Project]:
    """Those with something in the trash, deleted projects too."""
    records = exists().where(Submission.project_id == Project.id, Submission.deleted_at.is_not(None))
    forms = exists().where(Form.project_id == Project.id, Form.deleted_at.is_not(None))
    entities = exists().where(
        Dataset.project_id == Project.id, Entity.dataset_id == Dataset.id, Entity.deleted_at.is_not(None)
    )
    return list(db.scalars(select(Project).where(or_(records, forms, entities)).order_by(Project.id)))


def held_in(db: Session, project: Project) -> Held:
    """What is about a woman whom retention leaves alone: with an open request, or whose data are kept unused."""
    if project.kind != "care":
        return Held()
    asked = select(RightsRequest.submission_id).where(
        RightsRequest.project_id == project.id, RightsRequest.state == OPEN, RightsRequest.submission_id.is_not(None)
    )
    records = {one for one in db.scalars(asked) if one is not None}
    uuids = {woman for query in waiting(project.id) for woman in db.scalars(query)}
    for woman in sorted(uuids):
        plan = find_hers(db, project.id, woman)
        records |= {*plan.records, *plan.foreign}
        uuids |= plan.uuids
    return Held(frozenset(records), frozenset(uuids))


def stands() -> ColumnElement[bool]:
    """A record that still holds something: neither purged, nor emptied by an erasure or by retention."""
    emptied = exists().where(Seal.submission_id == Submission.id, Seal.reason.in_(EMPTIED))
    return and_(Submission.purged_at.is_(None), ~emptied.correlate(Submission))


def past_records(db: Session, project: Project, held: Held, now: datetime) -> list[int]:
    query = records_past(project, now).order_by(Submission.id)
    return [one for one in db.scalars(query) if one not in held.records]


def records_past(project: Project, now: datetime) -> Select[Any]:
    """Also those of a form that went: it goes first, and they after it, some in each transaction."""
    form_went = exists().where(Form.id == Submission.form_id, Form.purged_at.is_not(None)).correlate(Submission)
    past = or_(Submission.deleted_at < now - KEPT_FOR, and_(form_went, ~Submission.draft))
    return select(Submission.id).where(Submission.project_id == project.id, past, stands())


def purge_records(db: Session, project: Project, batch: list[int], now: datetime, done: Purge) -> None:
    end_used_links(db, batch, now)
    done.files |= empty_records(db, batch)
    for told in (CareEvent, NamedWoman):  # whose a record was that the office had set aside
        db.execute(delete(told).where(told.submission_id.in_(batch)))
    db.execute(update(Seal).where(Seal.submission_id.in_(batch)).values(waits_for=None))
    gone = {"purged_at": now, "deleted_at": func.coalesce(Submission.deleted_at, now)}
    db.execute(update(Submission).where(Submission.id.in_(batch)).values(**gone))
    done.submissions += len(batch)
    counted = select(Submission.form_id, func.count()).where(Submission.id.in_(batch)).group_by(Submission.form_id)
    for form_id, number in db.execute(counted).all():
        note(db, "submission.purge", project, now, number, form_id=form_id)


def end_used_links(db: Session, batch: list[int], now: datetime) -> None:
    """A link that takes one record has taken it: it would not be known any more by which link it came."""
    came = select(Submission.submitter_id).where(Submission.id.in_(batch))
    used = select(PublicLink.actor_id, Form).join(Form, Form.id == PublicLink.form_id)
    here = PublicLink.once, PublicLink.token_hash.is_not(None), PublicLink.actor_id.in_(came)
    for actor_id, form in db.execute(used.where(*here)).all():
        revoke_link(db, form, actor_id, None, now)


def past_entities(db: Session, project: Project, held: Held, now: datetime) -> list[int]:
    query = entities_past(project, now).add_columns(Entity.uuid, Entity.about).order_by(Entity.id)
    return [one.id for one in db.execute(query) if held.uuids.isdisjoint({one.uuid, one.about})]


def entities_past(project: Project, now: datetime) -> Select[Any]:
    query = (
        select(Entity.id)
        .join(Dataset, Dataset.id == Entity.dataset_id)
        .where(Dataset.project_id == project.id, Entity.deleted_at < now - KEPT_FOR)
    )
    return query.where(Dataset.name.not_in(OF_PEOPLE)) if project.kind == "care" else query


def purge_entities(db: Session, project: Project, batch: list[int], now: datetime, done: Purge) -> None:
    rows = db.execute(select(Entity.dataset_id, Entity.uuid).where(Entity.id.in_(batch))).all()
    for dataset_id, uuid in rows:
        remember_purged(db, project.id, dataset_id, uuid, now)
    db.execute(delete(EntityVersion).where(EntityVersion.entity_id.in_(batch)))
    db.execute(delete(Entity).where(Entity.id.in_(batch)))
    forget_changes(db, project.id, batch, [])
    done.entities += len(batch)
    for dataset_id in sorted({one.dataset_id for one in rows}):
        number = sum(one.dataset_id == dataset_id for one in rows)
        note(db, "entity.purge", project, now, number, dataset_id=dataset_id)


def past_forms(db: Session, project: Project, now: datetime) -> list[int]:
    return list(db.scalars(forms_past(project, now).order_by(Form.id)))


def forms_past(project: Project, now: datetime) -> Select[Any]:
    """In a care project without those of which a record stands."""
    query = select(Form.id).where(
        Form.project_id == project.id, Form.deleted_at < now - KEPT_FOR, Form.purged_at.is_(None)
    )
    if project.kind == "care":
        query = query.where(~exists().where(Submission.form_id == Form.id, stands()).correlate(Form))
    return query


def standing_records(db: Session, form_id: int) -> Iterator[int]:
    yield from db.scalars(select(Submission.id).where(Submission.form_id == form_id, ~Submission.draft, stands()))


def purge_form(db: Session, project: Project, form_id: int, now: datetime, done: Purge) -> None:
    """All that it holds but its records, which are past with it; that there was one stays, since what was done with it is
    told by its number.
    """
    wipe_trials(db, form_id)
    done.files |= take_files(db, form_id)
    empty: dict[str, Any] = {"xml": b"", "xls_sha256": None, "xls_content_type": None}
    db.execute(update(FormVersion).where(FormVersion.form_id == form_id).values(**empty))
    db.execute(delete(Assignment).where(Assignment.form_id == form_id))
    ended = {"token_hash": None, "token_sealed": None, "revoked_at": func.coalesce(PublicLink.revoked_at, now)}
    db.execute(update(PublicLink).where(PublicLink.form_id == form_id).values(**ended))
    closed = {"purged_at": now, "draft_token_hash": None, "draft_token_sealed": None}
    db.execute(update(Form).where(Form.id == form_id).values(**closed))
    done.forms += 1
    note(db, "form.purge", project, now, 1, form_id=form_id)


def take_files(db: Session, form_id: int) -> set[str]:
    """The form's files and workbooks leave it. The SHA-256 of those that nobody else has any more."""
    versions = select(FormVersion.id).where(FormVersion.form_id == form_id)
    files = select(FormAttachment.blob_sha256).where(FormAttachment.form_version_id.in_(versions))
    books = select(FormVersion.xls_sha256).where(FormVersion.form_id == form_id)
    blobs = set(present([*db.scalars(files), *db.scalars(books)]))
    db.execute(delete(FormAttachment).where(FormAttachment.form_version_id.in_(versions)))
    db.execute(update(FormVersion).where(FormVersion.form_id == form_id).values(xls_sha256=None))
    own = blobs - shared_blobs(db, blobs, false())
    db.execute(delete(Blob).where(Blob.sha256.in_(own)))
    return own


def present(values: Iterable[str | None]) -> Iterator[str]:
    return (one for one in values if one is not None)


def note(db: Session, action: str, project: Project, now: datetime, number: int, **upon: int) -> None:
    record(db, action, actor_id=None, project_id=project.id, now=now, details={"count": number}, **upon)
