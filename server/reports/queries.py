"""The records that a report reads: one form's, real or draft, as far as the caller's scope reaches; the newest first."""

from collections.abc import Iterator
from dataclasses import fields
from typing import Any

import orjson
from sqlalchemy import ColumnElement, ScalarSelect, Select, and_, case, exists, func, literal, select, tuple_
from sqlalchemy.orm import Session

from forms.schema import FormSchema
from server.access.allow import Scope
from server.access.projects import submissions_within
from server.models import (
    Actor,
    Audit,
    BoundarySet,
    Dataset,
    DeriveProblem,
    FormVersion,
    Submission,
    SubmissionAttachment,
    SubmissionVersion,
    bytes_of,
)
from server.reports.records import Narrowed, Position, Record, Source, iterate_in_batches

EXPORT = "form.submission.export"
MEMBERS = tuple(one.name for one in fields(Record))
Answered = tuple[int, str, int, bytes | None]
"""Of a record its id, its instance id, the id of its form version and its answers, which read_tree reads."""
VALUES: tuple[Any, ...] = (
    Submission.id,
    Submission.instance_id,
    SubmissionVersion.form_version_id,
    bytes_of(SubmissionVersion.values_json),
)  # in the order of Answered
UNCOUNTED = {name: literal(0) for name in ("files_expected", "files_present", "edits", "has_sealed_answers")}


def meant(source: Source, with_deleted: bool = False) -> ColumnElement[bool]:
    """The source as a condition on Submission."""
    conditions = [
        Submission.form_id == source.form_id,
        Submission.draft == source.draft,
        submissions_within(source.scope),
    ]
    conditions.append(Submission.purged_at.is_(None) if with_deleted else Submission.deleted_at.is_(None))
    if source.instance_id is not None:
        conditions.append(Submission.instance_id == source.instance_id)
    return and_(*conditions)


def files_where(*conditions: ColumnElement[bool]) -> Select[Any]:
    return select(func.count()).where(
        SubmissionAttachment.submission_version_id == SubmissionVersion.id,
        SubmissionAttachment.copy == 0,
        *conditions,
    )


def columns() -> dict[str, Any]:
    """What a Record is read from, by the name of its member."""
    earlier = SubmissionVersion.__table__.alias("earlier")
    arrived = SubmissionAttachment.blob_sha256.is_not(None)
    sealed = files_where(arrived, SubmissionAttachment.name.endswith(".xml.enc"))
    return {
        "id": Submission.id,
        "instance_id": Submission.instance_id,
        "created_at": Submission.created_at,
        "updated_at": Submission.updated_at,
        "deleted_at": Submission.deleted_at,
        "submitter_id": Submission.submitter_id,
        "submitter_name": Actor.display_name,
        "review_state": Submission.review_state,
        "device_id": Submission.device_id,
        "form_version_id": FormVersion.id,
        "form_version": FormVersion.version,
        "version_id": SubmissionVersion.id,
        "encrypted": SubmissionVersion.encrypted,
        "files_expected": files_where(SubmissionAttachment.expected.is_(True)).scalar_subquery(),
        "files_present": files_where(SubmissionAttachment.expected.is_(True), arrived).scalar_subquery(),
        "edits": (select(func.count() - 1).where(earlier.c.submission_id == Submission.id).scalar_subquery()),
        "has_sealed_answers": case((SubmissionVersion.encrypted, sealed.scalar_subquery()), else_=0),
        "values_json": SubmissionVersion.values_json,
    }


def listing(source: Source, narrowed: Narrowed) -> Select[Any]:
    named = columns() if narrowed.counted else columns() | UNCOUNTED
    order = (*narrowed.order, Submission.created_at.desc(), Submission.id.desc())
    chosen = (meant(source, narrowed.with_deleted), *narrowed.conditions)
    query: Select[Any] = (
        select(*(named[name] for name in MEMBERS))
        .select_from(Submission)
        .join(SubmissionVersion, (SubmissionVersion.submission_id == Submission.id) & source.version)
        .join(FormVersion, FormVersion.id == SubmissionVersion.form_version_id)
        .outerjoin(Actor, Actor.id == Submission.submitter_id)
        .order_by(*order)
    )
    if narrowed.offset and narrowed.limit is not None:  # nothing is asked about those that are passed over
        page = select(Submission.id).where(*chosen).order_by(*order).limit(narrowed.limit).offset(narrowed.offset)
        return query.where(Submission.id.in_(page.correlate(None)))
    query = query.where(*chosen)
    if narrowed.limit is not None:
        query = query.limit(narrowed.limit)
    return query.offset(narrowed.offset) if narrowed.offset else query


def iterate_records(db: Session, source: Source, narrowed: Narrowed = Narrowed()) -> Iterator[Record]:
    for row in iterate_in_batches(db, listing(source, narrowed), narrowed):
        yield Record(*row)


def listing_of_values(source: Source, narrowed: Narrowed) -> Select[Any]:
    """The newest first: in the order of the form's index, so that no other form's records are looked at."""
    return (
        select(*VALUES)
        .select_from(Submission)
        .join(SubmissionVersion, (SubmissionVersion.submission_id == Submission.id) & source.version)
        .where(meant(source, narrowed.with_deleted), *narrowed.conditions)
        .order_by(Submission.created_at.desc(), Submission.id.desc())
    )


def iterate_values(db: Session, source: Source, narrowed: Narrowed) -> Iterator[Answered]:
    """The answers of each record, which is half of what records cost. The order and the stretch asked for do not matter."""
    yield from iterate_in_batches(db, listing_of_values(source, narrowed))


def count_records(db: Session, source: Source, narrowed: Narrowed) -> int:
    """How many there are; the stretch does not matter."""
    query = select(func.count(Submission.id)).where(meant(source, narrowed.with_deleted), *narrowed.conditions)
    return db.scalar(query) or 0


def read_state(db: Session, source: Source, narrowed: Narrowed) -> tuple[str, int, int]:
    """What is another one when other records, or other versions of them, are meant. Order and stretch do not matter.

    Not the change mark alone: on PostgreSQL an act may be seen after a later one.
    """
    count, versions = db.execute(
        select(func.count(SubmissionVersion.id), func.sum(SubmissionVersion.id))
        .select_from(Submission)
        .join(SubmissionVersion, (SubmissionVersion.submission_id == Submission.id) & source.version)
        .where(meant(source, narrowed.with_deleted), *narrowed.conditions)
    ).one()
    return read_change_mark(db, source), count, int(versions or 0)


def get_position(db: Session, submission_id: int) -> Position:
    return Position(
        *db.execute(select(Submission.created_at, Submission.id).where(Submission.id == submission_id)).one()
    )


def find_position(db: Session, source: Source, instance_id: str) -> Position | None:
    """Where a record stands, also after it was deleted: a page can go on from there."""
    row = db.execute(
        select(Submission.created_at, Submission.id).where(
            meant(source, with_deleted=True), Submission.instance_id == instance_id
        )
    ).first()
    return Position(*row) if row else None


def stands_after(position: Position, including: bool = False) -> ColumnElement[bool]:
    """What comes behind a position in the order of the newest first."""
    here = tuple_(Submission.created_at, Submission.id)
    there = tuple_(literal(position.created_at, Submission.created_at.type), literal(position.id))
    return here <= there if including else here < there


def take_snapshot(db: Session) -> None:
    """One answer may take several queries; all of them see the same moment. (SQLite's transactions always do.)"""
    if db.get_bind().dialect.name == "postgresql":
        db.connection(execution_options={"isolation_level": "REPEATABLE READ"})


def read_change_mark(db: Session, source: Source) -> str:
    """A text that changes with whatever a report of this source shows: acts on its form, places, names of senders; and with
    whatever its reader may see of it, so that nobody is told that she has what another was given, or she before.
    """
    act = (
        select(Audit.id)
        .where(Audit.form_id == source.form_id, Audit.action != EXPORT)
        .order_by(Audit.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    places = select(func.max(BoundarySet.id)).where(BoundarySet.project_id == source.scope.project_id).scalar_subquery()
    names = select(func.max(Actor.updated_at)).scalar_subquery()
    scope = source.scope
    seen = db.execute(select(act, places, names, *marks_of_others(scope))).one()
    reach = f"{scope.everything} {scope.health} {scope.shared_only} {scope.today} {sorted(scope.village_ids)}"
    forms = f"{sorted(scope.withheld)} {None if scope.only is None else sorted(scope.only)} {scope.person}"
    return f"{source.form_id} {source.draft} {reach} {forms} {tuple(map(str, seen))}"


def marks_of_others(scope: Scope) -> list[ScalarSelect[Any]]:
    """In a care project records of other forms change what is within reach: consents, homes, and what was not yet read."""
    if scope.health and not scope.shared_only:
        return []
    lists = select(func.sum(Dataset.revision)).where(Dataset.project_id == scope.project_id)
    unread = select(func.count()).select_from(DeriveProblem)
    return [lists.scalar_subquery(), unread.scalar_subquery()]


def read_schemas(db: Session, form_id: int) -> list[FormSchema]:
    """The schemas of all published versions, the newest first."""
    texts = db.scalars(
        select(FormVersion.schema_json)
        .where(FormVersion.form_id == form_id, FormVersion.published_at.is_not(None))
        .order_by(FormVersion.published_at.desc(), FormVersion.id.desc())
    )
    return [FormSchema.from_json(orjson.loads(text)) for text in texts]


def find_record_id(db: Session, source: Source) -> int | None:
    """The id of the one record that the source means."""
    return db.scalar(select(Submission.id).where(meant(source)).limit(1))


def has_record(db: Session, source: Source) -> bool:
    """Whether there is a record (in the version that is meant), not deleted and within reach."""
    here = (SubmissionVersion.submission_id == Submission.id) & source.version
    return db.scalar(select(exists().where(meant(source), here))) is True
