"""Delivering what notices.py and digests.py wrote: into inboxes, and by mail. Whatever crashes, nothing goes twice.

Bots and hooks go by the same rules: chat_outbox.py.

A mail is claimed (waiting -> sending) in a transaction of its own before the mail server is called, and `sent_at` is
committed when the server has agreed to take it, just before the text goes. So after a crash it is known what happened:
- no `sent_at`: nothing was sent, and it is sent again;
- `sent_at` and still `sending`: the text was on its way and nobody heard the answer. It is not sent again (`failed`):
  at most once, because the same word stands in the inbox and tomorrow's summary counts it.
Who claimed one and then hung finds `claimed_at` changed and lets go. The Message-ID is made of the occasion, so that a
mail server that sees a double knows it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from functools import partial
from typing import Final

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from server.db import Database
from server.followups import notice_words
from server.followups.channels import bots_of, channels_of
from server.followups.claims import MOST_TOGETHER, Claim, Clock, claim_one, free_stuck, hand_over, set_row, settle
from server.followups.notice_texts import mark_of, reader_of, text_of
from server.followups.notices import EMAIL, INBOX, Word, add_once, level_of
from server.followups.plain_notices import FEEDBACK_WAITS, SYNC_LEAD, SYNC_WORKER
from server.followups.smtp import Post
from server.followups.wishes import wishes_of
from server.models import Notification

BEYOND_INBOX: Final = ("overdue", "escalated", SYNC_WORKER, SYNC_LEAD)  # what is only due waits for the summary
TO_THE_TOWN: Final = ("late", "critical")  # what the town's own bot tells its duty team


def deliver_inbox(db: Session, now: datetime, *, with_mail: bool) -> int:
    """Puts what waited into the inboxes and adds the same word for every other way to its reader; how many were delivered.

    A word that feedback waits is not counted: the timetable's page would tell that there was some.
    """
    ripe = (Notification.state == "waiting", Notification.not_before <= now, Notification.channel == INBOX)
    rows = list(db.scalars(select(Notification).where(*ripe).order_by(Notification.id).limit(MOST_TOGETHER)))
    people = {row.recipient_id for row in rows if row.recipient_id is not None}
    wishes, channels = wishes_of(db, people), channels_of(db, people)
    bots = bots_of(db, {row.project_id for row in rows})
    delivered = 0
    for row in rows:
        person = row.recipient_id or 0
        earliest = wishes[person].earliest(now)
        if earliest > now:
            set_row(db, row.id, "waiting", not_before=earliest)
        elif set_row(db, row.id, "waiting", state="sent", sent_at=now):
            delivered += row.kind != FEEDBACK_WAITS
            by_mail = [EMAIL] if with_mail and wishes[person].mails(level_of(row)) else []
            own = [one.kind for one in channels.get(person, ()) if one.alerts]
            if row.kind in BEYOND_INBOX:
                _add_words(db, row, person, (*by_mail, *own), now)
            if row.kind in BEYOND_INBOX and level_of(row) in TO_THE_TOWN:
                _add_words(db, row, None, bots.get(row.project_id, ()), now)
    return delivered


def _add_words(db: Session, row: Notification, person: int | None, ways: Iterable[str], now: datetime) -> None:
    """One that was taken back before it was sent waits again; one that was sent is not sent again."""
    for way in ways:
        word = Word(row.project_id, row.occasion, person, way, row.kind, row.follow_up_id)
        if not add_once(db, word, now, now):
            db.execute(
                update(Notification)
                .where(
                    Notification.project_id == row.project_id,
                    Notification.occasion == row.occasion,
                    Notification.recipient_id.is_(None) if person is None else Notification.recipient_id == person,
                    Notification.channel == way,
                    Notification.state == "taken_back",
                    Notification.sent_at.is_(None),
                )
                .values(state="waiting", taken_back_at=None, not_before=now)
            )


@dataclass(frozen=True)
class Letterhead:
    """Who writes, and the office's own address where it is known."""

    sender: str
    address: str | None


def send_one(database: Database, post: Post, head: Letterhead, clock: Clock) -> str | None:
    """Sends the mail that waits longest. Its state after that; None when none waits.

    The mail server is called outside of any transaction.
    """
    now = clock()
    with database.transaction() as db:
        free_stuck(db, now)
        claim = claim_one(db, now, (EMAIL,))
    if claim is None:
        return None
    with database.transaction() as db:
        message = write_message(db, claim, head, now)
    outcome = hand_over(database, claim, partial(post.send, message), clock) if message else {}
    outcome = outcome or {"state": "taken_back", "taken_back_at": now}
    with database.transaction() as db:
        settle(db, claim, **outcome)
    return str(outcome["state"])


def write_message(db: Session, claim: Claim, head: Letterhead, now: datetime) -> EmailMessage | None:
    """The mail in its reader's language; None when there is nothing to say any more, or nobody to say it to."""
    row = db.get(Notification, claim.id)
    text = text_of(db, row, now) if row else None
    reader = db.scalar(reader_of(row.recipient_id or 0)) if row else None
    if row is None or text is None or reader is None:
        return None
    message = EmailMessage()
    message["From"] = head.sender
    message["To"] = reader.email
    message["Subject"] = text.head
    message["Date"] = format_datetime(now)
    message["Message-ID"] = message_id(row, head.sender)
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(f"{text.line}\n\n{notice_words.foot_of(head.address, text.english)}\n")
    return message


def message_id(row: Notification, sender: str) -> str:
    return f"<{mark_of(row)}@{sender.rpartition('@')[2]}>"
