"""Everything that is kept about one woman, as plain data: what she is given when she asks for it (PIPL 45).

Open and sealed records alike, every version, the files by name, what she agreed to, what was planned, and who read it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.access.pseudonyms import pseudonym
from server.models import (
    Actor,
    Audit,
    Blob,
    Dataset,
    Entity,
    EntityVersion,
    FollowUp,
    Form,
    FormVersion,
    Notification,
    Project,
    Reading,
    Restriction,
    RightsRequest,
    Seal,
    Submission,
    SubmissionAttachment,
    SubmissionComment,
    SubmissionVersion,
    Withdrawal,
)
from server.registry.consents import consents_of
from server.registry.erasing import Plan, plan_erasure


@dataclass(frozen=True)
class VersionRow:
    """A version of a record. `values` is the tree of answers, None where it could not be read."""

    id: int
    form_version_id: int
    schema_sha256: str
    instance_id: str
    sent_at: datetime
    by: str | None
    is_current: bool
    values: dict[str, Any] | None
    files: list[dict[str, Any]]


@dataclass(frozen=True)
class RecordRow:
    """`sealed` is why nobody reads it (Seal.reason), None for an open record."""

    id: int
    form_id: str
    form_name: str
    received_at: datetime
    state: str | None
    sealed: str | None
    versions: list[VersionRow]
    comments: list[dict[str, Any]]


def collect(db: Session, project: Project, woman: str, now: datetime) -> dict[str, Any]:
    """All of it; days and instants as they are, for `orjson` or a page to write. Reads what is hers and nothing else."""
    plan = plan_erasure(db, project.id, woman)
    return {
        "made_at": now,
        "project": project.name,
        "about": {"id": woman, "label": label_of(db, plan)},
        "consents": [plain(one) for one in consents_of(db, project.id, woman)],
        "taken_back": [taken_back(one) for one in rows_of(db, Withdrawal, Withdrawal.woman_uuid, plan)],
        "records": records_of(db, plan.records),
        "lists": lists_of(db, plan.entities),
        "follow_ups": follow_ups_of(db, plan),
        "notices": notices_of(db, plan),
        "restrictions": [
            {"since": one.since_at, "lifted": one.lifted_at}
            for one in rows_of(db, Restriction, Restriction.subject, plan)
        ],
        "requests": [
            {"kind": one.kind, "asked": one.received_at, "closed": one.closed_at, "outcome": one.outcome}
            for one in rows_of(db, RightsRequest, RightsRequest.subject, plan)
        ],
        "who_read": who_read(db, project.id, woman),
    }


def label_of(db: Session, plan: Plan) -> str:
    query = select(Entity.label).where(Entity.id.in_(plan.entities), Entity.uuid == plan.woman)
    return db.scalar(query) or ""


def rows_of(db: Session, model: Any, column: Any, plan: Plan) -> list[Any]:
    return list(db.scalars(select(model).where(model.project_id == plan.project_id, column == plan.woman)))


def plain(row: Any) -> dict[str, Any]:
    """A row's own columns, without ids of ours."""
    names = (column.name for column in row.__table__.columns)
    return {name: getattr(row, name) for name in names if name not in ("id", "project_id", "woman_uuid")}


def taken_back(one: Withdrawal) -> dict[str, Any]:
    return {"purposes": one.purposes.split(), "on": one.taken_on, "noted_at": one.received_at}


def records_of(db: Session, ids: Iterable[int]) -> list[RecordRow]:
    """The records in the order of their arrival."""
    rows = db.execute(
        select(Submission, Form.xml_form_id, FormVersion.name, Seal.reason)
        .join(Form, Form.id == Submission.form_id)
        .outerjoin(FormVersion, FormVersion.id == Form.current_version_id)
        .outerjoin(Seal, Seal.submission_id == Submission.id)
        .where(Submission.id.in_(list(ids)))
        .order_by(Submission.id)
    )
    return [
        RecordRow(
            one.id,
            form_id,
            name or form_id,
            one.created_at,
            one.review_state,
            reason,
            versions_of(db, one.id),
            comments_of(db, one.id),
        )
        for one, form_id, name, reason in rows
    ]


def name_records(db: Session, ids: Iterable[int]) -> list[tuple[int, str, datetime]]:
    """Records by id, with the name of their form and when they came; those that were emptied or deleted left out."""
    query = (
        select(Submission.id, func.coalesce(FormVersion.name, Form.xml_form_id), Submission.created_at)
        .join(Form, Form.id == Submission.form_id)
        .outerjoin(FormVersion, FormVersion.id == Form.current_version_id)
        .where(Submission.id.in_(list(ids)), Submission.deleted_at.is_(None))
    )
    return [(number, name, at) for number, name, at in db.execute(query.order_by(Submission.id))]


def versions_of(db: Session, submission_id: int) -> list[VersionRow]:
    """The newest first."""
    rows = db.execute(
        select(SubmissionVersion, FormVersion.sha256, Actor.display_name)
        .join(FormVersion, FormVersion.id == SubmissionVersion.form_version_id)
        .outerjoin(Actor, Actor.id == SubmissionVersion.submitter_id)
        .where(SubmissionVersion.submission_id == submission_id)
        .order_by(SubmissionVersion.id.desc())
    )
    return [
        VersionRow(
            one.id,
            one.form_version_id,
            sha256,
            one.instance_id,
            one.created_at,
            by,
            one.is_current,
            orjson.loads(one.values_json) if one.values_json else None,
            files_of(db, one.id),
        )
        for one, sha256, by in rows
    ]


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


def lists_of(db: Session, entity_ids: Iterable[int]) -> list[dict[str, Any]]:
    """Her entries in the lists, each with its versions, the newest first."""
    rows = db.execute(
        select(Entity, Dataset.name)
        .join(Dataset, Dataset.id == Entity.dataset_id)
        .where(Entity.id.in_(list(entity_ids)))
        .order_by(Dataset.id, Entity.id)
    )
    return [
        {
            "list": name,
            "label": one.label,
            "deleted_at": one.deleted_at,
            "data": orjson.loads(one.data_json),
            "versions": entity_versions(db, one.id),
        }
        for one, name in rows
    ]


def entity_versions(db: Session, entity_id: int) -> list[dict[str, Any]]:
    query = select(EntityVersion).where(EntityVersion.entity_id == entity_id).order_by(EntityVersion.version.desc())
    return [
        {"version": one.version, "at": one.created_at, "label": one.label, "data": orjson.loads(one.data_json)}
        for one in db.scalars(query)
    ]


def follow_ups_of(db: Session, plan: Plan) -> list[dict[str, Any]]:
    where = FollowUp.project_id == plan.project_id, FollowUp.subject.in_(plan.uuids)
    return [
        {
            "rule": one.rule,
            "form": one.form_id,
            "opens_on": one.opens_on,
            "due_on": one.due_on,
            "closes_on": one.closes_on,
            "state": one.state,
            "answered_on": one.answered_on,
            "cause": one.cause,
        }
        for one in db.scalars(select(FollowUp).where(*where).order_by(FollowUp.due_on, FollowUp.id))
    ]


def notices_of(db: Session, plan: Plan) -> list[dict[str, Any]]:
    """Who was told that a visit is due, and when."""
    rows = db.execute(
        select(Notification.created_at, Notification.kind, Notification.channel, Notification.state, Actor.display_name)
        .join(FollowUp, FollowUp.id == Notification.follow_up_id)
        .join(Actor, Actor.id == Notification.recipient_id)
        .where(FollowUp.project_id == plan.project_id, FollowUp.subject.in_(plan.uuids))
        .order_by(Notification.id)
    )
    return [{"at": at, "kind": kind, "by": way, "state": state, "to": to} for at, kind, way, state, to in rows]


def who_read(db: Session, project_id: int, woman: str) -> list[dict[str, Any]]:
    """Who looked at what of hers, when, in which role, how often within a second; the newest first."""
    rows = db.execute(
        select(Reading.read_at, Actor.display_name, Reading.action, Audit.details)
        .join(Audit, Audit.id == Reading.audit_id)
        .outerjoin(Actor, Actor.id == Reading.actor_id)
        .where(Reading.project_id == project_id, Reading.about == pseudonym(project_id, woman))
        .order_by(Reading.audit_id.desc())
    )
    return [
        {"at": at, "who": who, "action": action, "as": (details or {}).get("as"), "way": (details or {}).get("way")}
        for at, who, action, details in rows
    ]


def as_json(found: dict[str, Any]) -> bytes:
    """The whole as a JSON document, indented: for her, and for whoever carries it elsewhere on her behalf."""
    return orjson.dumps(found, option=orjson.OPT_INDENT_2 | orjson.OPT_UTC_Z, default=str)
