"""The day's summary: one a person and day, with numbers alone, counted when it is sent.

By mail; who gets no mail has it by a channel of her own that she wants summaries by.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from server.clock import today as shanghai_date
from server.followups.before_breaks import break_ahead, closing_by_person, told_on
from server.followups.channels import KINDS, channels_of
from server.followups.given_away import is_asked_now
from server.followups.notices import EMAIL, Word, add_once
from server.followups.queries import is_woman, of_the_team, state_at, still_to_do
from server.followups.recipients import Staff, care_towns, staff_of
from server.followups.town_calendar import calendar_of
from server.followups.wishes import Wishes, wishes_of
from server.models import FollowUp, Notification, NotificationChannel, Woman

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


def add_digests(db: Session, now: datetime, *, with_mail: bool) -> int:
    """Adds today's summary of everybody who wants one and whose hour has come; how many were added.

    An hour that was missed is made up for on the same day; yesterday's summary is of no use.
    """
    day = shanghai_date(now)
    homes: dict[int, int] = {}  # a person of several towns gets one, kept with the first of them
    for project_id in care_towns(db):
        for person in staff_of(db, project_id, day).people:
            homes.setdefault(person, project_id)
    have = set(db.scalars(select(Notification.recipient_id).where(Notification.occasion == occasion_on(day))))
    wishes = wishes_of(db, homes.keys() - have)
    ripe = {one: wish for one, wish in sorted(wishes.items()) if wish.digest_on(day) <= now}
    channels = channels_of(db, ripe)
    ways = {one: way_of(wish, channels.get(one, []), with_mail) for one, wish in ripe.items()}
    words = (Word(homes[one], occasion_on(day), one, way, DIGEST, None) for one, way in ways.items() if way)
    return sum(add_once(db, word, now, now) for word in words)


def way_of(wish: Wishes, channels: list[NotificationChannel], with_mail: bool) -> str | None:
    """By mail where there is mail and she wants it, else by the first of her channels that takes summaries."""
    if with_mail and wish.by_email:
        return EMAIL
    wanted = {one.kind for one in channels if one.digests}
    return next((kind for kind in KINDS if kind in wanted), None)


def numbers_of(db: Session, person: int, today: date) -> Numbers:
    """What somebody is asked for in all towns.

    The town's lead gets no numbers here: the morning page has them.
    """
    due = overdue = 0
    for row in asked_of(db, person, today, today):
        late = state_at(row, today) == "overdue"
        due, overdue = due + (not late), overdue + late
    return Numbers(due, overdue, sum(_closing(db, one, today).get(person, 0) for one in _towns_of(db, person, today)))


def _closing(db: Session, project_id: int, today: date) -> Mapping[int, int]:
    """By person. Said on one day alone: the inbox says it once, too."""
    calendar = calendar_of(db, project_id)
    found = break_ahead(calendar, today)
    if found is None or told_on(calendar, found) != today:
        return {}
    return closing_by_person(db, project_id, found, today)


def _towns_of(db: Session, person: int, today: date) -> list[int]:
    return [one for one in care_towns(db) if person in staff_of(db, one, today).people]


def works_anywhere(db: Session, person: int, today: date) -> bool:
    return bool(_towns_of(db, person, today))


def asked_of(db: Session, person: int, today: date, until: date) -> Iterator[FollowUp]:
    """What somebody is asked for in all towns that is due by a day: a worker all, a clinician what is red or critical."""
    for project_id in _towns_of(db, person, today):
        staff = staff_of(db, project_id, today)
        for row, chosen in _asked(db, project_id, today, until):
            if _is_asked(staff, person, row, chosen):
                yield row


def _asked(db: Session, project_id: int, today: date, until: date) -> list[tuple[FollowUp, str | None]]:
    query = (
        select(FollowUp, Woman.assigned_worker)
        .outerjoin(Woman, is_woman())
        .where(
            FollowUp.project_id == project_id,
            *still_to_do(today),
            FollowUp.inside.is_(None),
            FollowUp.due_on <= until,
            is_asked_now(today),
            or_(of_the_team(), Woman.consent_share_clinic),
        )
    )
    return [(row, chosen) for row, chosen in db.execute(query)]


def _is_asked(staff: Staff, person: int, row: FollowUp, chosen: str | None) -> bool:
    """What is perhaps done is no clinician's yet: first the worker's phone is to synchronise."""
    told, is_pressing = staff.of(row, chosen), row.severity in ("red", "critical") and not row.waits_for_sync
    return person in told.workers or (person in told.clinicians and is_pressing)
