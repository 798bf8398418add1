"""Whom a record waits for in the office: somebody who may decide about it, given by a colleague or by herself."""

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from server.access.allow import verbs_of
from server.access.caller import Grant
from server.access.queries import list_holders
from server.errors import UnexpectedValue
from server.intake.review import note
from server.models import Project, ReviewAssignment, Submission


def list_reviewers(db: Session, project: Project) -> dict[int, str]:
    """Who may decide about records of the project, by the ids of actors, with their names; by name."""
    found = {
        one.actor.id: one.actor.display_name
        for one in list_holders(db, project)
        if "submission.update" in verbs_of(Grant(one.role.id, project.id, None), project)
    }
    return dict(sorted(found.items(), key=lambda row: (row[1], row[0])))


def check_reviewer(db: Session, project: Project, to: int) -> None:
    """Raises UnexpectedValue for who may not decide about records of the project."""
    if to not in list_reviewers(db, project):
        raise UnexpectedValue(field="to", value=to, reason="nobody of that number decides about records here")


def assign(db: Session, submission: Submission, to: int | None, by: int, now: datetime) -> None:
    """Gives a record to somebody who was checked before, or to nobody in particular."""
    db.execute(delete(ReviewAssignment).where(ReviewAssignment.submission_id == submission.id))
    if to is not None:
        db.add(ReviewAssignment(submission_id=submission.id, actor_id=to, by_id=by, made_at=now))
        db.flush()
    note(db, "submission.assign", submission, by, now, {"to": to})


def assigned_to(db: Session, submission_ids: list[int]) -> dict[int, int]:
    """{record: whom it waits for} of these."""
    rows = db.execute(
        select(ReviewAssignment.submission_id, ReviewAssignment.actor_id).where(
            ReviewAssignment.submission_id.in_(submission_ids)
        )
    )
    return {row[0]: row[1] for row in rows}
