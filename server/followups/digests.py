"""The day's summary: one mail a person and day, with numbers alone, counted when it is sent."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from server.clock import today as shanghai_date
from server.followups.before_breaks import break_ahead, closing_by_person, told_on
from server.followups.given_away import is_asked_now
from server.followups.notices import EMAIL, Word, add_once
from server.followups.queries import consent_holds, is_woman, of_the_team, state_at
from server.followups.recipients import Staff, care_towns, staff_of
from server.followups.town_calendar import calendar_of
from server.followups.wishes import wishes_of
from server.models import FollowUp, Notification, Woman

DIGEST: Final = "digest"


@dataclass(frozen=True)
class Numbers:
    """Visits that a person is asked for. What is overdue is not counted as due. `closing` are those whose last day lies in
    the long break that is told of that day."""

    due: int = 0
    overdue: int = 0
    closing: int = 0

    def __bool__(self) -> bool:
        return bool(self.due or self.overdue or self.closing)


def occasion_on(day: date) -> str:
    return f"{DIGEST}:{day.isoformat()}"


def day_of(occasion: str) -> date:
    return date.fromisoformat(occasion.removeprefix(f"{DIGEST}:"))


def add_digests(db: Session, now: datetime) -> int:
    """Adds today's summary of everybody who wants mail and whose hour has come; how many were added.

    An hour that was missed is made up for on the same day; yesterday's summary is of no use.
    """
    day = shanghai_date(now)
    homes: dict[int, int] = {}  # a person of several towns gets one mail, kept with the first of them
    for project_id in care_towns(db):
        for person in staff_of(db, project_id, day).people:
            homes.setdefault(person, project_id)
    have = set(db.scalars(select(Notification.recipient_id).where(Notification.occasion == occasion_on(day))))
    wishes = wishes_of(db, homes.keys() - have)
    ripe = [one for one, wish in sorted(wishes.items()) if wish.by_email and wish.digest_on(day) <= now]
    words = (Word(homes[one], occasion_on(day), one, EMAIL, DIGEST, None) for one in ripe)
    return sum(add_once(db, word, now, now) for word in words)


def numbers_of(db: Session, person: int, today: date) -> Numbers:
    """What somebody is asked for in all towns: a worker all visits, a clinician the red and critical ones.

    The town's lead gets no numbers here: the morning page has them.
    """
    due = overdue = closing = 0
    for project_id in care_towns(db):
        staff = staff_of(db, project_id, today)
        for row, chosen in _asked(db, project_id, today) if person in staff.people else ():
            if _is_asked(staff, person, row, chosen):
                late = state_at(row, today) == "overdue"
                due, overdue = due + (not late), overdue + late
        closing += _closing(db, project_id, person, today) if person in staff.people else 0
    return Numbers(due, overdue, closing)


def _closing(db: Session, project_id: int, person: int, today: date) -> int:
    """Said on one day alone: the inbox says it once, too."""
    calendar = calendar_of(db, project_id)
    found = break_ahead(calendar, today)
    if found is None or told_on(calendar, found) != today:
        return 0
    return closing_by_person(db, project_id, found, today).get(person, 0)


def _asked(db: Session, project_id: int, today: date) -> list[tuple[FollowUp, str | None]]:
    query = (
        select(FollowUp, Woman.assigned_worker)
        .outerjoin(Woman, is_woman())
        .where(
            FollowUp.project_id == project_id,
            FollowUp.ended.is_(False),
            FollowUp.inside.is_(None),
            FollowUp.due_on <= today,
            is_asked_now(today),
            consent_holds(today),
            or_(of_the_team(), Woman.consent_share_clinic),
        )
    )
    return [(row, chosen) for row, chosen in db.execute(query)]


def _is_asked(staff: Staff, person: int, row: FollowUp, chosen: str | None) -> bool:
    """What is perhaps done is no clinician's yet: first the worker's phone is to synchronise."""
    told, is_pressing = staff.of(row, chosen), row.severity in ("red", "critical") and not row.waits_for_sync
    return person in told.workers or (person in told.clinicians and is_pressing)
