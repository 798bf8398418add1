"""Which records have gone back to who sent them, and when that is over."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import Session, aliased

from server.followups.phone_lists import TO_CORRECT
from server.models import (
    Actor,
    AppUser,
    Form,
    FormAttachment,
    FormVersion,
    ReturnedRecord,
    Submission,
    SubmissionComment,
    SubmissionVersion,
)
from server.registry.reach import Reach
from server.registry.returned_records import still_told

CORRECTED: Final = "corrected"
TAKEN_BACK: Final = "taken_back"
DECIDED: Final = "decided"


@dataclass(frozen=True)
class Returned:
    """A record that is with its sender: `to` and `by` are names, `to` None where nobody is left who could correct it."""

    submission_id: int
    to: str | None
    by: str
    reason: str
    returned_at: datetime


@dataclass(frozen=True)
class Back:
    """A returned record as its sender's page tells it. `by_phone`: it was sent by a phone of hers, not filled in on a page;
    `offered`: the form itself asks there which record is corrected.
    """

    submission_id: int
    title: str
    form_name: str
    reason: str
    returned_at: datetime
    by_phone: bool
    offered: bool


def is_offered() -> ColumnElement[bool]:
    """Whether the form, as phones have it now, reads the list of what is to be corrected; a condition on Form."""
    return exists().where(
        FormAttachment.form_version_id == Form.current_version_id, FormAttachment.name == f"{TO_CORRECT}.csv"
    )


def offers(db: Session, form_id: int) -> bool:
    return db.scalar(select(Form.id).where(Form.id == form_id, is_offered())) is not None


def find_returned(db: Session, submission_id: int) -> Returned | None:
    to, by = aliased(Actor), aliased(Actor)
    row = db.execute(
        select(to.display_name, by.display_name, SubmissionComment.body, ReturnedRecord.returned_at)
        .join(SubmissionComment, SubmissionComment.id == ReturnedRecord.comment_id)
        .join(by, by.id == ReturnedRecord.by_id)
        .outerjoin(to, to.id == ReturnedRecord.to_id)
        .where(ReturnedRecord.submission_id == submission_id, ReturnedRecord.ended_at.is_(None))
    ).first()
    return Returned(submission_id, *row) if row else None


def end_return(db: Session, submission_id: int, how: str, now: datetime) -> ReturnedRecord | None:
    """What was open of it, which is over now."""
    here = ReturnedRecord.submission_id == submission_id, ReturnedRecord.ended_at.is_(None)
    found = db.scalar(select(ReturnedRecord).where(*here))
    if found is not None:
        found.ended_at, found.ended_how = now, how
        db.flush()
    return found


def was_returned_to(db: Session, submission_id: int, actor_id: int | None) -> bool:
    """Whether a record went back to this phone (or person) once, however that ended: what it corrects is on its way then."""
    here = ReturnedRecord.submission_id == submission_id, ReturnedRecord.to_id == actor_id
    return actor_id is not None and db.scalar(select(ReturnedRecord.id).where(*here).limit(1)) is not None


def list_back(db: Session, person_id: int, reach: Reach) -> list[Back]:
    """What waits for somebody to correct it, on her phones or from her own pages; the longest first."""
    project_id = reach.scope.project_id
    phones = select(AppUser.actor_id).where(
        AppUser.person_id == person_id, AppUser.project_id == project_id, AppUser.revoked_at.is_(None)
    )
    rows = db.execute(
        select(
            Submission.id,
            SubmissionVersion.instance_name,
            Submission.instance_id,
            FormVersion.name,
            Form.xml_form_id,
            SubmissionComment.body,
            ReturnedRecord.returned_at,
            ReturnedRecord.to_id != person_id,
            is_offered(),
        )
        .join(Submission, Submission.id == ReturnedRecord.submission_id)
        .join(SubmissionVersion, (SubmissionVersion.submission_id == Submission.id) & SubmissionVersion.is_current)
        .join(Form, Form.id == Submission.form_id)
        .join(FormVersion, FormVersion.id == SubmissionVersion.form_version_id)
        .join(SubmissionComment, SubmissionComment.id == ReturnedRecord.comment_id)
        .where(
            ReturnedRecord.ended_at.is_(None),
            (ReturnedRecord.to_id == person_id) | ReturnedRecord.to_id.in_(phones),
            Submission.project_id == project_id,
            still_told(reach),
        )
        .order_by(ReturnedRecord.returned_at, ReturnedRecord.id)
    )
    return [
        Back(row[0], row[1] or row[2].removeprefix("uuid:")[:8], row[3] or row[4], row[5], row[6], bool(row[7]), row[8])
        for row in rows
    ]
