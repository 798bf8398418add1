"""What the review pages ask: records in a scope, one record with all that belongs to it. Every query takes the scope."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Select, exists, func, select, true
from sqlalchemy.orm import Session

from server.access.allow import Scope
from server.access.audit_queries import of_record
from server.access.with_senders import RETURNED, is_returned
from server.errors import NotFound
from server.intake.wanted import Wanted, fits, in_scope
from server.models import (
    Actor,
    Audit,
    Blob,
    Form,
    FormVersion,
    Submission,
    SubmissionAttachment,
    SubmissionComment,
    SubmissionGeometry,
    SubmissionVersion,
    Village,
)


@dataclass(frozen=True)
class RecordRow:
    """One line of the review table. `title` is what the form calls the record, else the form's own name; `state` a review
    state, or `returned`: it has issues and is with its sender.
    """

    id: int
    title: str
    form_name: str
    state: str | None
    village: str | None
    how: str | None
    submitter: str | None
    received_at: datetime
    health: bool = False


def waiting_for_review(db: Session, scope: Scope) -> int:
    """How many records nobody has decided about: new ones, and corrections that came back."""
    state = Submission.review_state
    query = select(func.count()).select_from(Submission).where(in_scope(scope), state.is_(None) | (state == "edited"))
    return db.scalar(query) or 0


def count_states(db: Session, scope: Scope, wanted: Wanted) -> dict[str, int]:
    """Records by review state (`received` for none) under the rest of the filter."""
    query = (
        select(Submission.review_state, func.count())
        .where(in_scope(scope), *fits(db, scope, wanted, with_state=False))
        .group_by(Submission.review_state)
    )
    return {state or "received": number for state, number in db.execute(query)}


def count_records(db: Session, scope: Scope, wanted: Wanted, *also: ColumnElement[bool]) -> int:
    """How many fit the whole filter, perhaps under further conditions."""
    query = select(func.count()).select_from(Submission).where(in_scope(scope), *fits(db, scope, wanted), *also)
    return db.scalar(query) or 0


def count_returned(db: Session, scope: Scope, wanted: Wanted) -> int:
    """How many of those with issues are with their senders, under the rest of the filter."""
    query = (
        select(func.count())
        .select_from(Submission)
        .join(Form, Form.id == Submission.form_id)
        .outerjoin(Village, Village.id == Submission.village_id)
        .where(in_scope(scope), *fits(db, scope, wanted, with_state=False), is_returned())
    )
    return db.scalar(query) or 0


def list_records(db: Session, scope: Scope, wanted: Wanted, offset: int, limit: int) -> list[RecordRow]:
    """The newest first; of equal instants the later id. Which they are is asked alone: what a page shows of a record is read
    of its own, not of all before it.
    """
    shown = list(db.scalars(newest(db, scope, wanted).offset(offset).limit(limit)))
    query = rows_query().where(Submission.id.in_(shown)).order_by(*NEWEST)
    return [row_of(*row) for row in db.execute(query)]


def list_these(db: Session, scope: Scope, ids: Collection[int]) -> list[RecordRow]:
    """Records by their ids, as far as the scope reaches; the newest first."""
    query = rows_query().where(in_scope(scope), Submission.id.in_(ids)).order_by(*NEWEST)
    return [row_of(*row) for row in db.execute(query)]


NEWEST = (Submission.created_at.desc(), Submission.id.desc())


def newest(db: Session, scope: Scope, wanted: Wanted) -> Select[int]:
    """The ids of all records that fit."""
    return select(Submission.id).where(in_scope(scope), *fits(db, scope, wanted)).order_by(*NEWEST)


def walk_records(db: Session, scope: Scope, wanted: Wanted, together: int) -> Iterator[list[RecordRow]]:
    """All that fit as list_records has them, so many at a time; each lot begins behind the last of the one before."""
    behind: ColumnElement[bool] = true()
    while rows := db.execute(
        newest(db, scope, wanted).add_columns(Submission.created_at).where(behind).limit(together)
    ).all():
        ids = [row[0] for row in rows]
        query = rows_query().where(Submission.id.in_(ids)).order_by(*NEWEST)
        yield [row_of(*row) for row in db.execute(query)]
        last, at = rows[-1]
        behind = (Submission.created_at < at) | ((Submission.created_at == at) & (Submission.id < last))
        db.expunge_all()  # what was told is not kept in memory


def list_senders(db: Session, scope: Scope) -> dict[int, str]:
    """Who has sent records that the scope reaches, by the ids of actors, with their names; by name. Asked person by person:
    each is a look at an index, however many records there are.
    """
    sent = exists().where(Submission.submitter_id == Actor.id, in_scope(scope))
    rows = db.execute(select(Actor.id, Actor.display_name).where(sent).order_by(Actor.display_name, Actor.id))
    return {row[0]: row[1] for row in rows}


def list_values(db: Session, ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    """The trees of answers of these records, those that could be read."""
    rows = db.execute(
        select(SubmissionVersion.submission_id, SubmissionVersion.values_json).where(
            SubmissionVersion.submission_id.in_(ids), SubmissionVersion.is_current
        )
    )
    return {submission_id: orjson.loads(values) for submission_id, values in rows if values}


def rows_query() -> Any:
    return (
        select(
            Submission,
            SubmissionVersion.instance_name,
            Form.xml_form_id,
            FormVersion.name,
            Village.name,
            Actor.display_name,
            is_returned(),
        )
        .join(SubmissionVersion, (SubmissionVersion.submission_id == Submission.id) & SubmissionVersion.is_current)
        .join(Form, Form.id == Submission.form_id)
        .join(FormVersion, FormVersion.id == SubmissionVersion.form_version_id)
        .outerjoin(Village, Village.id == Submission.village_id)
        .outerjoin(Actor, Actor.id == Submission.submitter_id)
    )


def row_of(
    submission: Submission,
    name: str | None,
    form_id: str,
    form_name: str | None,
    village: str | None,
    who: str | None,
    is_back: bool,
) -> RecordRow:
    return RecordRow(
        id=submission.id,
        title=name or form_name or form_id,
        form_name=form_name or form_id,
        state=RETURNED if is_back else submission.review_state,
        village=village,
        how=submission.place_how,
        submitter=who,
        received_at=submission.created_at,
        health=submission.health,
    )


@dataclass(frozen=True)
class FileRow:
    """A file that a version names; `sha256` is None while it has not arrived."""

    name: str
    sha256: str | None
    content_type: str | None


@dataclass(frozen=True)
class Step:
    """Something that happened to a record, for its course: what is an audit action, or `comment`."""

    at: datetime
    who: str | None
    what: str
    body: str = ""
    version_id: int | None = None


@dataclass(frozen=True)
class Record:
    """One record with what its page shows. `values` and `before` are trees of answers, None where they could not be read."""

    row: RecordRow
    submission: Submission
    version: SubmissionVersion
    xml_form_id: str
    form_version: FormVersion
    values: dict[str, Any] | None
    before: dict[str, Any] | None
    metres: float | None
    accuracy: float | None
    files: list[FileRow]
    steps: list[Step]
    complaints: list[list[Any]] = field(default_factory=list)


def get_submission(db: Session, scope: Scope, submission_id: int) -> Submission:
    """Raises NotFound, also for a record outside the scope: whether it exists is not said."""
    found = db.scalar(select(Submission).where(Submission.id == submission_id, in_scope(scope)))
    if found is None:
        raise NotFound()
    return found


def is_within(db: Session, scope: Scope, submission_id: int) -> bool:
    """Whether a scope reaches a record."""
    return db.scalar(select(Submission.id).where(Submission.id == submission_id, in_scope(scope))) is not None


def get_record(db: Session, scope: Scope, submission_id: int, version_id: int | None = None) -> Record:
    """A record in its current version, or in an earlier one of its own. Raises NotFound as get_submission."""
    get_submission(db, scope, submission_id)
    row = row_of(*db.execute(rows_query().where(Submission.id == submission_id)).one())
    submission = db.get_one(Submission, submission_id)
    versions = list_versions(db, submission_id)
    shown = next((one for one in versions if one.id == version_id or (version_id is None and one.is_current)), None)
    if shown is None:
        raise NotFound()
    earlier = next((one for one in versions if one.instance_id == shown.deprecated_id), None)
    place = find_place(db, submission_id)
    return Record(
        row=row,
        submission=submission,
        version=shown,
        xml_form_id=db.get_one(Form, submission.form_id).xml_form_id,
        form_version=db.get_one(FormVersion, shown.form_version_id),
        values=read_tree(shown),
        before=read_tree(earlier) if earlier else None,
        metres=place[0] if place else None,
        accuracy=place[1] if place else None,
        files=list_files(db, shown.id),
        steps=list_steps(db, submission_id),
        complaints=orjson.loads(shown.complaints_json) if shown.complaints_json else [],
    )


def find_version(db: Session, submission: Submission, version_id: int | None) -> int:
    """The id of the record's current version, or of the one named. Raises NotFound for a version of another record."""
    which = SubmissionVersion.is_current if version_id is None else SubmissionVersion.id == version_id
    found = db.scalar(select(SubmissionVersion.id).where(SubmissionVersion.submission_id == submission.id, which))
    if found is None:
        raise NotFound()
    return found


def read_tree(version: SubmissionVersion) -> dict[str, Any] | None:
    return orjson.loads(version.values_json) if version.values_json else None


def list_versions(db: Session, submission_id: int) -> list[SubmissionVersion]:
    query = select(SubmissionVersion).where(SubmissionVersion.submission_id == submission_id)
    return list(db.scalars(query.order_by(SubmissionVersion.id.desc())))


def find_place(db: Session, submission_id: int) -> tuple[float | None, float | None] | None:
    """Metres to the village and the phone's accuracy, of the answer that places the record."""
    row = db.execute(
        select(SubmissionGeometry.metres, SubmissionGeometry.accuracy).where(
            SubmissionGeometry.submission_id == submission_id, SubmissionGeometry.is_place
        )
    ).first()
    return (row[0], row[1]) if row else None


def list_files(db: Session, version_id: int) -> list[FileRow]:
    query = (
        select(SubmissionAttachment.name, SubmissionAttachment.blob_sha256, Blob.content_type)
        .outerjoin(Blob, Blob.sha256 == SubmissionAttachment.blob_sha256)
        .where(SubmissionAttachment.submission_version_id == version_id, SubmissionAttachment.copy == 0)
        .order_by(SubmissionAttachment.name)
    )
    return [FileRow(*row) for row in db.execute(query)]


def list_steps(db: Session, submission_id: int) -> list[Step]:
    """What happened to a record, the newest first: arrivals, corrections, decisions, comments. Reads are not shown."""
    audits = db.execute(
        select(Audit.logged_at, Actor.display_name, Audit.action, Audit.details)
        .outerjoin(Actor, Actor.id == Audit.actor_id)
        .where(of_record(submission_id), Audit.action.in_(SHOWN_ACTS))
    )
    told = [(at, who, action, details or {}) for at, who, action, details in audits]
    names = names_of(
        db, {details["to"] for _, _, action, details in told if action in TO_SOMEBODY and details.get("to")}
    )
    steps = [step_of(*one, names) for one in told]
    comments = db.execute(
        select(SubmissionComment.created_at, Actor.display_name, SubmissionComment.body)
        .join(Actor, Actor.id == SubmissionComment.actor_id)
        .where(SubmissionComment.submission_id == submission_id)
    )
    steps += [Step(at, who, "comment", body) for at, who, body in comments]
    return sorted(steps, key=lambda step: step.at, reverse=True)


ASSIGN = "submission.assign"
RETURN = "submission.return"
TO_SOMEBODY = (ASSIGN, RETURN)
FLAG_ACTS = ("submission.flag.ask", "submission.flag.settle", "submission.flag.reopen")
SHOWN_ACTS = (
    *FLAG_ACTS,
    "submission.create",
    "submission.update.version",
    "submission.update",
    ASSIGN,
    RETURN,
    "submission.attachment.update",
)


def names_of(db: Session, actor_ids: set[int]) -> dict[int, str]:
    if not actor_ids:
        return {}
    rows = db.execute(select(Actor.id, Actor.display_name).where(Actor.id.in_(actor_ids)))
    return {row[0]: row[1] for row in rows}


def step_of(at: datetime, who: str | None, action: str, details: dict[str, Any], names: dict[int, str]) -> Step:
    """The body is the state that was given, the name of whom the record was given to, or the kind of question."""
    body = names.get(details.get("to") or 0, "") if action in TO_SOMEBODY else str(details.get("reviewState") or "")
    body = str(details.get("flag") or "") if action in FLAG_ACTS else body
    return Step(at, who, action, body, details.get("submissionDefId"))
