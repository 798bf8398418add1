"""What is critical is said again, hour by hour and up the ladder, until a person says that she has it (domain.md 5.4, 8)."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from server.access.audit import record
from server.errors import NotFound
from server.followups.ladder import ladder
from server.followups.notices import CRITICAL, INBOX, KINDS, Word, add_once
from server.followups.recipients import recipients_of
from server.followups.wishes import wishes_of
from server.models import Actor, CriticalWatch, FollowUp, Notification, Project


def repeat_one(db: Session, now: datetime) -> bool:
    """Says one critical follow-up again whose hour has come; whether there was one.

    Hours in which nothing ran are not made up for. Whose quiet hours it is hears of the next one.
    """
    due = CriticalWatch.next_at <= now, CriticalWatch.taken_at.is_(None)
    watch = db.scalars(select(CriticalWatch).where(*due).order_by(CriticalWatch.next_at).limit(1)).first()
    if watch is None:
        return False
    row, project = db.get_one(FollowUp, watch.follow_up_id), db.get_one(Project, watch.project_id)
    if row.ended or row.severity != CRITICAL or project.archived or project.deleted_at is not None:
        watch.next_at = None
        db.flush()
        return True
    people = ladder().people(recipients_of(db, row), watch.repeats)
    watch.repeats, watch.next_at = watch.repeats + 1, ladder().next_after(now)
    wishes = wishes_of(db, people)
    for person in sorted(one for one in people if wishes[one].earliest(now) == now):
        occasion = f"{row.key}:{watch.repeats}:{CRITICAL}"
        add_once(db, Word(row.project_id, occasion, person, INBOX, KINDS[CRITICAL], row.id), now, now)
    db.flush()
    return True


def take_on(db: Session, visit_key: str, person: int, now: datetime) -> None:
    """Somebody has it: nobody is told again. The first who says so counts. Raises NotFound for whose matter it is not."""
    row = db.scalar(select(FollowUp).where(FollowUp.visit_key == visit_key))
    watch = db.get(CriticalWatch, row.id) if row else None
    if row is None or watch is None or person not in recipients_of(db, row).everybody:
        raise NotFound()
    if watch.taken_at is not None:
        return
    watch.next_at, watch.taken_by_id, watch.taken_at = None, person, now
    again = Notification.follow_up_id == row.id, Notification.occasion.like(f"{row.key}:%:{CRITICAL}")
    for values in (
        update(Notification)
        .where(*again, Notification.state == "waiting")
        .values(state="taken_back", taken_back_at=now),
        update(Notification).where(*again, Notification.read_at.is_(None)).values(read_at=now),
    ):
        db.execute(values.execution_options(synchronize_session=False))
    db.flush()
    record(db, "notice.take", actor_id=person, project_id=row.project_id, now=now, details={"follow_up": row.id})


@dataclass(frozen=True)
class Taken:
    """Of a critical follow-up: who has it and since when; nobody yet where `by` is ""."""

    by: str = ""
    at: datetime | None = None


def taken_of(db: Session, follow_ups: set[int]) -> dict[int, Taken]:
    """Of those that are critical, by their id."""
    query = (
        select(CriticalWatch, Actor.display_name)
        .outerjoin(Actor, Actor.id == CriticalWatch.taken_by_id)
        .where(CriticalWatch.follow_up_id.in_(follow_ups))
    )
    return {watch.follow_up_id: Taken(name or "", watch.taken_at) for watch, name in db.execute(query)}
