"""What a word says outside of the inbox, in its reader's language, as things stand when it goes; nothing once it is void."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from server.clock import today as shanghai_date
from server.followups import notice_words
from server.followups.digests import DIGEST, Numbers, day_of, numbers_of
from server.followups.notices import CRITICAL, level_of
from server.followups.plain_notices import SYNC_LEAD, SYNC_WORKER, say
from server.followups.queries import is_household, is_woman, label_of, still_to_do
from server.followups.recipients import recipients_of
from server.followups.syncing import silences_of
from server.models import Actor, FollowUp, Household, Notification, User, Woman


@dataclass(frozen=True)
class Text:
    """A headline, the one line that matters, and in which language the rest is."""

    head: str
    line: str
    english: bool


def text_of(db: Session, row: Notification, now: datetime) -> Text | None:
    """None when there is nothing to say any more, or nobody to say it to. Without a recipient it is for the town's bot."""
    reader = None if row.recipient_id is None else db.scalar(reader_of(row.recipient_id))
    if row.recipient_id is not None and reader is None:
        return None
    english = reader is not None and reader.language == "en"
    line = _digest(db, row, now, english) if row.kind == DIGEST else _alert(db, row, now, english)
    if line is None:
        return None
    return Text(notice_words.head_of(None if row.kind == DIGEST else level_of(row), english), line, english)


def reader_of(recipient_id: int) -> Select[User]:
    return (
        select(User)
        .join(Actor, Actor.id == User.actor_id)
        .where(User.actor_id == recipient_id, User.disabled_at.is_(None), Actor.deleted_at.is_(None))
    )


def _digest(db: Session, row: Notification, now: datetime, english: bool) -> str | None:
    today = shanghai_date(now)
    counts = row.recipient_id is not None and day_of(row.occasion) == today
    numbers = numbers_of(db, row.recipient_id or 0, today) if counts else Numbers()
    return notice_words.say_counts(numbers.due, numbers.overdue, english, numbers.closing) if numbers else None


def _alert(db: Session, row: Notification, now: datetime, english: bool) -> str | None:
    """None also for a reader whose work the visit is no longer, and after the last day of her consent.

    A town's bot speaks to a group, in which not everybody has her village: it says the class and no code.
    """
    if row.kind in (SYNC_WORKER, SYNC_LEAD):
        return say(row.kind, english)
    today = shanghai_date(now)
    found = db.execute(
        select(FollowUp, Woman.label, Household.label)
        .outerjoin(Woman, is_woman())
        .outerjoin(Household, is_household())
        .where(FollowUp.id == row.follow_up_id, *still_to_do(today))
    ).first()
    if found is None:
        return None
    follow_up, hers, home = found
    if row.recipient_id is not None and row.recipient_id not in recipients_of(db, follow_up).everybody:
        return None
    label = label_of(hers, home) if row.recipient_id is not None else ""
    text = notice_words.say(level_of(row), notice_words.subject_of(follow_up, label), today, english)
    silence = silences_of(db, row.project_id, [follow_up], today).get(follow_up.id)
    if silence is None or level_of(row) != CRITICAL:
        return text
    return f"{text} {notice_words.say_silence(shanghai_date(silence.since), english)}"


def mark_of(row: Notification) -> str:
    """The same for the same word to the same reader, so that a double is known for one; tells nothing."""
    reader = row.recipient_id if row.recipient_id is not None else f"town {row.project_id}"
    return hashlib.sha256(f"{row.occasion} {reader}".encode()).hexdigest()[:40]
