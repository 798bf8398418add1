"""A person's open tasks as a calendar that her own program reads: a number a day and village, and nothing of anybody.

The address is a secret that is seen once and can be taken back. What it gives is worked out anew each time: a consent that
ended, a village that was handed over or a role that was lost shows at the next look.
"""

import hashlib
from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Final

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from server.access import tokens
from server.access.audit import record
from server.clock import SHANGHAI
from server.errors import NotFound, TooManyFetches
from server.followups import notice_words
from server.followups.digests import asked_of, works_anywhere
from server.followups.notice_texts import reader_of
from server.models import CalendarAddress, User
from server.places.successors import successor_codes

if TYPE_CHECKING:
    from icalendar import Event

AHEAD: Final = timedelta(days=60)
MOST_FETCHES: Final = 60
HOUR: Final = timedelta(hours=1)


def make_address(db: Session, person: int, now: datetime) -> str:
    """The secret part of a new address, which is seen this once; the old one leads nowhere any more."""
    db.execute(delete(CalendarAddress).where(CalendarAddress.actor_id == person))
    token = tokens.make_token()
    db.add(CalendarAddress(actor_id=person, token_hash=tokens.hash_token(token), made_at=now, fetches=0))
    db.flush()
    record(db, "calendar_address.create", actor_id=person, actee_actor_id=person, now=now)
    return token


def remove_address(db: Session, person: int, now: datetime) -> None:
    """Raises NotFound."""
    done = db.execute(delete(CalendarAddress).where(CalendarAddress.actor_id == person))
    if not done.rowcount:  # type: ignore[attr-defined]
        raise NotFound()
    record(db, "calendar_address.delete", actor_id=person, actee_actor_id=person, now=now)


def made_at(db: Session, person: int) -> datetime | None:
    return db.scalar(select(CalendarAddress.made_at).where(CalendarAddress.actor_id == person))


def note_fetch(db: Session, token: str, now: datetime) -> int:
    """Whose address it is; counts the look. Raises NotFound or TooManyFetches. In a transaction of its own."""
    known = CalendarAddress.token_hash == tokens.hash_token(token)
    row = db.scalar(select(CalendarAddress).where(known)) if tokens.is_token(token) else None
    if row is None:
        raise NotFound()
    if row.hour_began_at is None or not row.hour_began_at <= now < row.hour_began_at + HOUR:
        row.hour_began_at, row.fetches = now, 0
    if row.fetches >= MOST_FETCHES:
        raise TooManyFetches(seconds=max(int((row.hour_began_at + HOUR - now).total_seconds()), 1))
    row.fetches += 1
    db.flush()
    return row.actor_id


def write_calendar(db: Session, person: int, today: date) -> bytes:
    """The calendar (RFC 5545) in its reader's language. Raises NotFound for whoever has no account or role any more."""
    from icalendar import Calendar  # here: few take one, and every process of a server would keep it in memory

    reader = db.scalar(reader_of(person))
    if reader is None or not works_anywhere(db, person, today):
        raise NotFound()
    calendar = Calendar()
    calendar.add("prodid", "-//Fangshi//tasks//ZH")
    calendar.add("version", "2.0")
    calendar.add("x-wr-calname", notice_words.calendar_name(reader.language == "en"))
    for (day, village), number in sorted(_count(db, person, today).items()):
        calendar.add_component(_event(reader, day, village, number, today))
    return bytes(calendar.to_ical())


def _count(db: Session, person: int, today: date) -> Counter[tuple[date, str]]:
    """By day and village as it is now; what is past its day is today's."""
    asked = list(asked_of(db, person, today, today + AHEAD))
    successors = {one: successor_codes(db, one) for one in {row.project_id for row in asked}}
    here = ((row, successors[row.project_id].get(row.village_code, row.village_code)) for row in asked)
    return Counter((max(row.due_on, today), code) for row, code in here)


def _event(reader: User, day: date, village: str, number: int, today: date) -> "Event":
    """All day long. The same day and village is the same event, however its number changes."""
    from icalendar import Event

    event = Event()
    told = hashlib.sha256(f"{reader.actor_id} {day.isoformat()} {village}".encode()).hexdigest()
    event.add("uid", f"{told[:32]}@fangshi")
    event.add("dtstamp", datetime.combine(today, time(), SHANGHAI).astimezone(UTC))
    event.add("dtstart", day)
    event.add("dtend", day + timedelta(days=1))
    event.add("summary", notice_words.say_day(number, village, reader.language == "en"))
    event.add("transp", "TRANSPARENT")
    return event
