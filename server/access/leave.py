"""Who is away on which days: hand-overs are the town's calendar of leave."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.models import HandOver

Leave = dict[int, list[tuple[date, date]]]
"""By actor id the first and last days (both included) on which somebody handed villages over."""


def leave_between(db: Session, project_id: int, first: date, last: date) -> Leave:
    """The village workers' leave that touches these days."""
    rows = db.execute(
        select(HandOver.from_id, HandOver.from_day, HandOver.until_day)
        .where(
            HandOver.project_id == project_id,
            HandOver.care_role == "village_worker",
            HandOver.ended_at.is_(None),
            HandOver.from_day <= last,
            HandOver.until_day >= first,
        )
        .order_by(HandOver.from_day, HandOver.id)
    )
    found: Leave = {}
    for person, begins, ends in rows:
        found.setdefault(person, []).append((begins, ends))
    return found


def is_away(leave: Leave, person: int, first: date, last: date) -> bool:
    return any(begins <= last and ends >= first for begins, ends in leave.get(person, ()))
