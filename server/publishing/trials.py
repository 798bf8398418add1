"""Records that were sent to a draft to try it: gone when the draft is replaced, published or taken away."""

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from server.models import (
    ABOUT_QUALITY,
    AnswerWord,
    DeriveProblem,
    Submission,
    SubmissionAttachment,
    SubmissionComment,
    SubmissionGeometry,
    SubmissionVersion,
)


def wipe_trials(db: Session, form_id: int) -> None:
    """Deletes a draft's records with all that hangs on them. What was sent to published versions stays."""
    submissions = select(Submission.id).where(Submission.form_id == form_id, Submission.draft)
    versions = select(SubmissionVersion.id).where(SubmissionVersion.submission_id.in_(submissions))
    db.execute(delete(SubmissionAttachment).where(SubmissionAttachment.submission_version_id.in_(versions)))
    db.execute(delete(DeriveProblem).where(DeriveProblem.submission_version_id.in_(versions)))
    db.execute(delete(SubmissionGeometry).where(SubmissionGeometry.submission_id.in_(submissions)))
    db.execute(delete(SubmissionComment).where(SubmissionComment.submission_id.in_(submissions)))
    db.execute(delete(AnswerWord).where(AnswerWord.submission_id.in_(submissions)))
    for about in ABOUT_QUALITY:
        db.execute(delete(about).where(about.submission_id.in_(submissions)))
    db.execute(delete(SubmissionVersion).where(SubmissionVersion.form_id == form_id, SubmissionVersion.draft))
    db.execute(delete(Submission).where(Submission.form_id == form_id, Submission.draft))
