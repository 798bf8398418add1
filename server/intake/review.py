"""What the office does about a record: its state, comments, deletion. Every act is written down with who did it."""

from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from server.access.audit import record
from server.blobs import remember
from server.errors import MissingParameter, NotFound, UnexpectedValue
from server.intake.derive import derive_again
from server.intake.items import StoredFile
from server.intake.returned import CORRECTED, DECIDED, TAKEN_BACK, end_return
from server.models import Submission, SubmissionAttachment, SubmissionComment, SubmissionVersion

STATES = (None, "hasIssues", "edited", "rejected", "approved")
ENDS: dict[str | None, str] = {"approved": DECIDED, "rejected": DECIDED, "edited": CORRECTED}
"""How a return ends when a record gets a state."""


def set_review_state(db: Session, submission: Submission, state: str | None, by: int | None, now: datetime) -> None:
    """What is with its sender stays there only as long as it has issues. Raises UnexpectedValue for a state that Central
    does not know.
    """
    if state not in STATES:
        raise UnexpectedValue(field="reviewState", value=state, reason="it is none of the review states")
    before, submission.review_state = submission.review_state, state
    submission.updated_at = now
    if state != "hasIssues":
        end_return(db, submission.id, ENDS.get(state, TAKEN_BACK), now)
    note(db, "submission.update", submission, by, now, {"reviewState": state})
    if state == "approved" or "rejected" in (
        state,
        before,
    ):  # a list may wait for approval; a rejected visit tells nothing
        derive_again(db, submission.id, "entities" if state == "approved" else "people", now)


def add_comment(db: Session, submission: Submission, body: str, by: int, now: datetime) -> SubmissionComment:
    """Raises MissingParameter for an empty one."""
    if not body.strip():
        raise MissingParameter(field="body")
    comment = SubmissionComment(submission_id=submission.id, actor_id=by, body=body, created_at=now)
    db.add(comment)
    db.flush()
    return comment


def delete_submission(db: Session, submission: Submission, by: int | None, now: datetime) -> None:
    """Into the trash, from which it can be brought back for 30 days."""
    submission.deleted_at = now
    end_return(db, submission.id, DECIDED, now)
    note(db, "submission.delete", submission, by, now, None)
    derive_again(db, submission.id, "people", now)


def restore_submission(db: Session, submission: Submission, by: int | None, now: datetime) -> None:
    """Raises NotFound where the trash is emptied of it in this very moment."""
    db.refresh(submission, with_for_update=True)
    if submission.purged_at is not None:
        raise NotFound()
    submission.deleted_at = None
    note(db, "submission.restore", submission, by, now, None)
    derive_again(db, submission.id, "people", now)


def replace_file(
    db: Session, submission: Submission, version_id: int, file: StoredFile, by: int | None, now: datetime
) -> None:
    """The office puts a file in place of what is there; what was there is kept as a copy. Raises NotFound."""
    slot = slot_of(db, version_id, file.name)
    if slot.blob_sha256 == file.stored.sha256:
        return
    remember(db, file.stored, file.content_type, now)
    if slot.blob_sha256 is not None:
        db.add(
            SubmissionAttachment(
                submission_version_id=version_id,
                name=file.name,
                copy=next_copy(db, version_id, file.name),
                expected=slot.expected,
                blob_sha256=slot.blob_sha256,
                updated_at=slot.updated_at,
            )
        )
    slot.blob_sha256, slot.updated_at = file.stored.sha256, now
    note(db, "submission.attachment.update", submission, by, now, {"name": file.name})


def clear_file(db: Session, submission: Submission, version_id: int, name: str, by: int | None, now: datetime) -> None:
    """Takes a file away and keeps its place. Raises NotFound."""
    slot = slot_of(db, version_id, name)
    slot.blob_sha256, slot.updated_at = None, now
    note(db, "submission.attachment.update", submission, by, now, {"name": name})


def slot_of(db: Session, version_id: int, name: str) -> SubmissionAttachment:
    slot = db.scalar(slots(version_id, name).where(SubmissionAttachment.copy == 0))
    if slot is None:
        raise NotFound()
    return slot


def next_copy(db: Session, version_id: int, name: str) -> int:
    return max(slot.copy for slot in db.scalars(slots(version_id, name))) + 1


def slots(version_id: int, name: str) -> Select[SubmissionAttachment]:
    return select(SubmissionAttachment).where(
        SubmissionAttachment.submission_version_id == version_id, SubmissionAttachment.name == name
    )


def note(
    db: Session, action: str, submission: Submission, by: int | None, now: datetime, more: dict[str, object] | None
) -> None:
    current = db.scalar(
        select(SubmissionVersion.id).where(
            SubmissionVersion.submission_id == submission.id, SubmissionVersion.is_current
        )
    )
    record(
        db,
        action,
        actor_id=by,
        project_id=submission.project_id,
        form_id=submission.form_id,
        submission_id=submission.id,
        details={"instanceId": submission.instance_id, "submissionDefId": current, **(more or {})},
        now=now,
    )
