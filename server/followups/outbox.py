"""Delivering what notices.py and digests.py wrote: into inboxes, and by mail. Whatever crashes, nothing goes twice.

A mail is claimed (waiting -> sending) in a transaction of its own before the mail server is called, and `sent_at` is
committed when the server has agreed to take it, just before the text goes. So after a crash it is known what happened:
- no `sent_at`: nothing was sent, and it is sent again;
- `sent_at` and still `sending`: the text was on its way and nobody heard the answer. It is not sent again (`failed`):
  at most once, because the same word stands in the inbox and tomorrow's summary counts it.
Who claimed one and then hung finds `claimed_at` changed and lets go. The Message-ID is made of the occasion, so that a
mail server that sees a double knows it.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Any, Final

from sqlalchemy import Select, or_, select, update
from sqlalchemy.orm import Session

from server.clock import today as shanghai_date
from server.db import Database
from server.followups import notice_words
from server.followups.digests import DIGEST, Numbers, day_of, numbers_of
from server.followups.notices import EMAIL, INBOX, Word, add_once, level_of
from server.followups.plain_notices import FEEDBACK_WAITS, SYNC_LEAD, SYNC_WORKER, say
from server.followups.queries import consent_holds, is_household, is_woman, label_of
from server.followups.recipients import recipients_of
from server.followups.smtp import Delayed, Post, Refused, Unknown
from server.followups.syncing import silences_of
from server.followups.wishes import wishes_of
from server.models import Actor, FollowUp, Household, Notification, User, Woman

BY_MAIL: Final = ("overdue", "escalated", SYNC_WORKER, SYNC_LEAD)  # what is only due waits for the summary
MOST_TOGETHER: Final = 200
MOST_TRIES: Final = 10
FIRST_GAP: Final = timedelta(minutes=2)  # doubled after each try: seventeen hours in all
STUCK_AFTER: Final = timedelta(minutes=10)


def deliver_inbox(db: Session, now: datetime, *, with_mail: bool) -> int:
    """Puts what waited into the inboxes and adds the mail for it where there is mail; how many were delivered.

    A word that feedback waits is not counted: the timetable's page would tell that there was some.
    """
    ripe = (Notification.state == "waiting", Notification.not_before <= now, Notification.channel == INBOX)
    rows = list(db.scalars(select(Notification).where(*ripe).order_by(Notification.id).limit(MOST_TOGETHER)))
    wishes = wishes_of(db, {row.recipient_id for row in rows})
    delivered = 0
    for row in rows:
        wish = wishes[row.recipient_id]
        earliest = wish.earliest(now)
        if earliest > now:
            _set(db, row.id, "waiting", not_before=earliest)
        elif _set(db, row.id, "waiting", state="sent", sent_at=now):
            delivered += row.kind != FEEDBACK_WAITS
            if with_mail and wish.by_email and row.kind in BY_MAIL:
                _add_mail(db, row, now)
    return delivered


def _add_mail(db: Session, row: Notification, now: datetime) -> None:
    """One that was taken back before it was sent waits again; one that was sent is not sent again."""
    word = Word(row.project_id, row.occasion, row.recipient_id, EMAIL, row.kind, row.follow_up_id)
    if add_once(db, word, now, now):
        return
    db.execute(
        update(Notification)
        .where(
            Notification.occasion == row.occasion,
            Notification.recipient_id == row.recipient_id,
            Notification.channel == EMAIL,
            Notification.state == "taken_back",
            Notification.sent_at.is_(None),
        )
        .values(state="waiting", taken_back_at=None, not_before=now)
    )


def _set(db: Session, notification_id: int, was: str, *also: Any, **values: Any) -> bool:
    """Changes a row that is still as it was; whether it was."""
    here = (Notification.id == notification_id, Notification.state == was, *also)
    done = db.execute(update(Notification).where(*here).values(**values).execution_options(synchronize_session=False))
    return bool(done.rowcount)  # type: ignore[attr-defined]


@dataclass(frozen=True)
class Claim:
    """A mail that this process has taken on. `claimed_at` with `tries` is what another claim would have changed."""

    id: int
    claimed_at: datetime
    tries: int


@dataclass(frozen=True)
class Letterhead:
    """Who writes, and the office's own address where it is known."""

    sender: str
    address: str | None


def send_one(database: Database, post: Post, head: Letterhead, now: datetime) -> str | None:
    """Sends the mail that waits longest. Its state after that; None when none waits.

    The mail server is called outside of any transaction.
    """
    with database.transaction() as db:
        free_stuck(db, now)
        claim = claim_one(db, now)
    if claim is None:
        return None
    with database.transaction() as db:
        message = write_message(db, claim, head, now)
    outcome = _hand_over(database, post, claim, message, now) if message else {}
    outcome = outcome or {"state": "taken_back", "taken_back_at": now}
    with database.transaction() as db:
        _settle(db, claim, **outcome)
    return str(outcome["state"])


def _hand_over(database: Database, post: Post, claim: Claim, message: EmailMessage, now: datetime) -> dict[str, Any]:
    """What became of it; empty when it was taken back, or claimed by another, before the text went."""

    def may_hand_over() -> bool:
        with database.transaction() as db:
            return _settle(db, claim, sent_at=now)

    try:
        return {"state": "sent"} if post.send(message, may_hand_over) else {}
    except Delayed:
        return after_delay(claim, now)
    except Refused:
        return {"state": "failed", "sent_at": None}
    except Unknown:
        return {"state": "failed"}


def after_delay(claim: Claim, now: datetime) -> dict[str, Any]:
    """Gaps grow from two minutes to some eight hours; then somebody has to look at the mail server."""
    if claim.tries >= MOST_TRIES:
        return {"state": "failed", "sent_at": None}
    return {"state": "waiting", "sent_at": None, "not_before": now + FIRST_GAP * 2 ** (claim.tries - 1)}


def free_stuck(db: Session, now: datetime) -> None:
    """Ends what a process left half done, see above. A clock that was set back frees it too."""
    stuck = (
        Notification.state == "sending",
        or_(Notification.claimed_at < now - STUCK_AFTER, Notification.claimed_at > now + STUCK_AFTER),
    )
    for condition, state in (
        (Notification.sent_at.is_(None), "waiting"),
        (Notification.sent_at.is_not(None), "failed"),
    ):
        change = update(Notification).where(*stuck, condition).values(state=state)
        db.execute(change.execution_options(synchronize_session=False))


def claim_one(db: Session, now: datetime) -> Claim | None:
    """Takes on the mail that waits longest. What would come in somebody's quiet hours is put off instead."""
    ripe = (Notification.state == "waiting", Notification.not_before <= now, Notification.channel == EMAIL)
    query = select(Notification).where(*ripe).order_by(Notification.not_before, Notification.id).limit(MOST_TOGETHER)
    rows = list(db.scalars(query))
    wishes = wishes_of(db, {row.recipient_id for row in rows})
    for row in rows:
        earliest = wishes[row.recipient_id].earliest(now)
        claim = Claim(row.id, now, row.tries + 1)
        if earliest > now:
            _set(db, row.id, "waiting", not_before=earliest)
        elif _set(db, row.id, "waiting", state="sending", claimed_at=now, tries=claim.tries, sent_at=None):
            return claim
    return None


def _settle(db: Session, claim: Claim, **values: Any) -> bool:
    """Changes what is still claimed by this claim; False when it was taken back, or freed and claimed by another."""
    mine = (Notification.claimed_at == claim.claimed_at, Notification.tries == claim.tries)
    return _set(db, claim.id, "sending", *mine, **values)


def write_message(db: Session, claim: Claim, head: Letterhead, now: datetime) -> EmailMessage | None:
    """The mail in its reader's language; None when there is nothing to say any more, or nobody to say it to."""
    row = db.get(Notification, claim.id)
    reader = db.scalar(_reader(row.recipient_id)) if row else None
    if row is None or reader is None:
        return None
    english = reader.language == "en"
    text = _digest_text(db, row, now, english) if row.kind == DIGEST else _alert_text(db, row, now, english)
    if text is None:
        return None
    message = EmailMessage()
    message["From"] = head.sender
    message["To"] = reader.email
    message["Subject"] = notice_words.head_of(None if row.kind == DIGEST else level_of(row), english)
    message["Date"] = format_datetime(now)
    message["Message-ID"] = message_id(row, head.sender)
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(f"{text}\n\n{notice_words.foot_of(head.address, english)}\n")
    return message


def _reader(recipient_id: int) -> Select[User]:
    return (
        select(User)
        .join(Actor, Actor.id == User.actor_id)
        .where(User.actor_id == recipient_id, User.disabled_at.is_(None), Actor.deleted_at.is_(None))
    )


def _digest_text(db: Session, row: Notification, now: datetime, english: bool) -> str | None:
    today = shanghai_date(now)
    numbers = numbers_of(db, row.recipient_id, today) if day_of(row.occasion) == today else Numbers()
    return notice_words.say_counts(numbers.due, numbers.overdue, english, numbers.closing) if numbers else None


def _alert_text(db: Session, row: Notification, now: datetime, english: bool) -> str | None:
    """None also for a reader whose work the visit is no longer, and after the last day of her consent."""
    if row.kind in (SYNC_WORKER, SYNC_LEAD):
        return say(row.kind, english)
    today = shanghai_date(now)
    found = db.execute(
        select(FollowUp, Woman.label, Household.label)
        .outerjoin(Woman, is_woman())
        .outerjoin(Household, is_household())
        .where(FollowUp.id == row.follow_up_id, FollowUp.ended.is_(False), consent_holds(today))
    ).first()
    if found is None or row.recipient_id not in recipients_of(db, found[0]).everybody:
        return None
    follow_up, hers, home = found
    subject = notice_words.subject_of(follow_up, label_of(hers, home))
    text = notice_words.say(level_of(row), subject, today, english)
    silence = silences_of(db, row.project_id, [follow_up], today).get(follow_up.id)
    if silence is None or level_of(row) != "critical":
        return text
    return f"{text} {notice_words.say_silence(shanghai_date(silence.since), english)}"


def message_id(row: Notification, sender: str) -> str:
    """The same for the same word to the same person, so that a double is known for one; tells nothing."""
    told = hashlib.sha256(f"{row.occasion} {row.recipient_id}".encode()).hexdigest()
    return f"<{told[:40]}@{sender.rpartition('@')[2]}>"
