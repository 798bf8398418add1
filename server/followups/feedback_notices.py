"""The rights officer hears that feedback waits in which somebody tells of pressure (F9, domain.md 3): from the next day on.

Never at once, because the minute of a word would be the minute at which somebody spoke. It says nothing of what was said or
by whom, names no piece, and goes to nobody but who reads feedback anyway (access/feedback_officers.py).
"""

from datetime import date, datetime

from sqlalchemy import Select, delete, select
from sqlalchemy.orm import Session

from server.access.feedback_officers import officers_of
from server.followups.plain_notices import FEEDBACK_WAITS, tell
from server.models import Feedback, Notification, Project
from server.registry.retention import KEEP_FOR


def tell_of_feedback(db: Session, today: date, now: datetime) -> None:
    """Once for each Shanghai day on which such a piece came that nobody has taken up; words of a year ago go.

    How many were told is not said: whoever may see the timetable would learn that there was something.
    """
    for project_id, day in db.execute(waiting_since(today)).all():
        officers = set(db.scalars(officers_of(project_id)))
        tell(db, project_id, officers, FEEDBACK_WAITS, f"feedback:{day.isoformat()}", now)
    old = Notification.kind == FEEDBACK_WAITS, Notification.created_at < now - KEEP_FOR
    db.execute(delete(Notification).where(*old))


def waiting_since(today: date) -> Select[int, date]:
    """(project, day) of what came before that day and waits."""
    waits = (
        Feedback.urgent,
        Feedback.taken_by_id.is_(None),
        Feedback.answered_on.is_(None),
        Feedback.received_on < today,
    )
    running = Project.kind == "care", Project.archived.is_(False), Project.deleted_at.is_(None)
    days = select(Feedback.project_id, Feedback.received_on).join(Project, Project.id == Feedback.project_id)
    return days.where(*waits, *running).distinct().order_by(Feedback.project_id, Feedback.received_on)
