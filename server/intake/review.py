"""What the office decides about a record, and what it writes beside it. The record itself is never touched."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.access.audit import record
from server.errors import MissingParameter, TooLong, UnexpectedValue
from server.models import Actor, Submission, SubmissionComment

STATES = ("hasIssues", "edited", "rejected", "approved")
LONGEST_COMMENT = 5000


def review_submission(db: Session, submission: Submission, state: str | None, by: int | None, now: datetime) -> None:
    """Sets the review state (None is "received"); the same state again changes nothing. Raises UnexpectedValue."""
    if state is not None and state not in STATES:
        raise UnexpectedValue(field="reviewState", value=state, reason="it is none of the review states")
    if state == submission.review_state:
        return
    submission.review_state = state
    submission.updated_at = now
    db.flush()
    record(
        db,
        "submission.update",
        actor_id=by,
        project_id=submission.project_id,
        form_id=submission.form_id,
        submission_id=submission.id,
        details={"submissionId": submission.id, "reviewState": state},
        now=now,
    )


def add_comment(db: Session, submission: Submission, body: str, by: int, now: datetime) -> SubmissionComment:
    """Raises MissingParameter for an empty comment, TooLong for one over 5,000 characters."""
    if not body.strip():
        raise MissingParameter(field="body")
    if len(body) > LONGEST_COMMENT:
        raise TooLong(field="body", limit=LONGEST_COMMENT)
    comment = SubmissionComment(submission_id=submission.id, actor_id=by, body=body.strip(), created_at=now)
    db.add(comment)
    db.flush()
    return comment


def list_comments(db: Session, submission: Submission) -> list[tuple[SubmissionComment, Actor]]:
    """The newest first, with who wrote them."""
    rows = db.execute(
        select(SubmissionComment, Actor)
        .join(Actor, Actor.id == SubmissionComment.actor_id)
        .where(SubmissionComment.submission_id == submission.id)
        .order_by(SubmissionComment.id.desc())
    )
    return [(comment, actor) for comment, actor in rows]
