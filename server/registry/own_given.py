"""A woman's records as she is given them: every version with its answers, files by name, and what was written beside it.

What names another woman too is hers as well, and is not handed out: its form, its day and its state are, and that it names
others. What was said of her in it whoever looks after the data goes through with her.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.models import (
    Actor,
    Blob,
    Form,
    FormVersion,
    Seal,
    Submission,
    SubmissionAttachment,
    SubmissionComment,
    SubmissionVersion,
)
from server.registry.erasing import Plan
from server.registry.named_beside import shuts_whole, versions_with_others


@dataclass(frozen=True)
class VersionRow:
    """A version of a record. `values` is the tree of answers, None where it could not be read.

    `names_others`: neither answers nor files are given.
    """

    id: int
    form_version_id: int
    schema_sha256: str
    instance_id: str
    sent_at: datetime
    by: str | None
    is_current: bool
    values: dict[str, Any] | None
    files: list[dict[str, Any]]
    names_others: bool


@dataclass(frozen=True)
class RecordRow:
    """`sealed` is why nobody reads it (Seal.reason), None for an open record.

    `names_others`: no comments are given, and not why it is sealed, which may be another woman's word.
    """

    id: int
    form_id: str
    form_name: str
    received_at: datetime
    state: str | None
    sealed: str | None
    versions: list[VersionRow]
    comments: list[dict[str, Any]]
    names_others: bool


def records_of(db: Session, plan: Plan) -> list[RecordRow]:
    """Hers, in the order of their arrival."""
    rows = db.execute(
        select(Submission, Form.xml_form_id, FormVersion.name, Seal.reason)
        .join(Form, Form.id == Submission.form_id)
        .outerjoin(FormVersion, FormVersion.id == Form.current_version_id)
        .outerjoin(Seal, Seal.submission_id == Submission.id)
        .where(Submission.id.in_(plan.records))
        .order_by(Submission.id)
    )
    others = versions_with_others(db, plan)
    return [record_of(db, one, form_id, name, reason, others.get(one.id, set())) for one, form_id, name, reason in rows]


def record_of(
    db: Session, one: Submission, form_id: str, name: str | None, reason: str | None, others: set[int]
) -> RecordRow:
    """`others`: its versions that name others."""
    shut = None if shuts_whole(form_id, others) else others
    return RecordRow(
        id=one.id,
        form_id=form_id,
        form_name=name or form_id,
        received_at=one.created_at,
        state=one.review_state,
        sealed=None if others else reason,
        versions=versions_of(db, one.id, shut),
        comments=[] if others else comments_of(db, one.id),
        names_others=bool(others),
    )


def name_records(db: Session, ids: Iterable[int]) -> list[tuple[int, str, datetime]]:
    """Records by id, with the name of their form and when they came; those that were emptied or deleted left out."""
    query = (
        select(Submission.id, func.coalesce(FormVersion.name, Form.xml_form_id), Submission.created_at)
        .join(Form, Form.id == Submission.form_id)
        .outerjoin(FormVersion, FormVersion.id == Form.current_version_id)
        .where(Submission.id.in_(list(ids)), Submission.deleted_at.is_(None))
    )
    return [(number, name, at) for number, name, at in db.execute(query.order_by(Submission.id))]


def versions_of(db: Session, submission_id: int, shut: set[int] | None) -> list[VersionRow]:
    """The newest first; those that are shut (None: all) without what was said in them."""
    rows = db.execute(
        select(SubmissionVersion, FormVersion.sha256, Actor.display_name)
        .join(FormVersion, FormVersion.id == SubmissionVersion.form_version_id)
        .outerjoin(Actor, Actor.id == SubmissionVersion.submitter_id)
        .where(SubmissionVersion.submission_id == submission_id)
        .order_by(SubmissionVersion.id.desc())
    )
    return [version_of(db, one, sha256, by, shut is None or one.id in shut) for one, sha256, by in rows]


def version_of(db: Session, one: SubmissionVersion, sha256: str, by: str | None, shut: bool) -> VersionRow:
    return VersionRow(
        id=one.id,
        form_version_id=one.form_version_id,
        schema_sha256=sha256,
        instance_id=one.instance_id,
        sent_at=one.created_at,
        by=by,
        is_current=one.is_current,
        values=orjson.loads(one.values_json) if one.values_json and not shut else None,
        files=[] if shut else files_of(db, one.id),
        names_others=shut,
    )


def files_of(db: Session, version_id: int) -> list[dict[str, Any]]:
    rows = db.execute(
        select(SubmissionAttachment.name, Blob.content_type, Blob.size, Blob.sha256)
        .outerjoin(Blob, Blob.sha256 == SubmissionAttachment.blob_sha256)
        .where(SubmissionAttachment.submission_version_id == version_id)
        .order_by(SubmissionAttachment.name, SubmissionAttachment.copy)
    )
    return [{"name": name, "type": kind, "bytes": size, "sha256": sha256} for name, kind, size, sha256 in rows]


def comments_of(db: Session, submission_id: int) -> list[dict[str, Any]]:
    rows = db.execute(
        select(SubmissionComment.created_at, Actor.display_name, SubmissionComment.body)
        .join(Actor, Actor.id == SubmissionComment.actor_id)
        .where(SubmissionComment.submission_id == submission_id)
        .order_by(SubmissionComment.id)
    )
    return [{"at": at, "by": by, "text": body} for at, by, body in rows]
