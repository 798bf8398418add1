"""Sending what waits for bots, hooks and gateways: the rules of outbox.py, and no more to anybody than is bearable."""

from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.db import Database
from server.followups import chat, notice_words
from server.followups.channels import KINDS, SMS, Destination, Owner, destination_of, list_channels
from server.followups.claims import Claim, Clock, claim_one, free_stuck, hand_over, settle
from server.followups.digests import DIGEST
from server.followups.notice_texts import Text, mark_of, text_of
from server.models import Notification

MOST_OF_A_PERSON: Final = (20, timedelta(hours=1))  # by one channel
MOST_OF_A_BOT: Final = (15, timedelta(minutes=1))  # WeCom and DingTalk take twenty a minute

Void = dict[str, Any]


def send_one(database: Database, allowed: frozenset[str], address: str | None, clock: Clock) -> str | None:
    """Sends the word that waits longest. Its state after that; None when none waits.

    The other side is called outside of any transaction. `address` is the office's own.
    """
    now = clock()
    with database.transaction() as db:
        free_stuck(db, now)
        claim = claim_one(db, now, KINDS, may_go_at)
    if claim is None:
        return None
    with database.transaction() as db:
        found = find_letter(db, claim, now)
    if isinstance(found, dict):
        outcome = found
    else:
        text, destination, mark = found
        sending = partial(chat.send, destination, say(text, address), mark, allowed)
        outcome = hand_over(database, claim, sending, clock) or taken_back(now)
    with database.transaction() as db:
        settle(db, claim, **outcome)
    return str(outcome["state"])


def find_letter(db: Session, claim: Claim, now: datetime) -> tuple[Text, Destination, str] | Void:
    """Text, destination and mark of a word; what its row becomes instead where it has none of them any more."""
    row = db.get(Notification, claim.id)
    text = text_of(db, row, now) if row else None
    if row is None or text is None:
        return taken_back(now)
    owner = Owner(row.recipient_id, None if row.recipient_id is not None else row.project_id)
    channels = {one.kind: one for one in list_channels(db, owner)}
    channel = channels.get(row.channel)
    if channel is None or not (channel.digests if row.kind == DIGEST else channel.alerts):
        return taken_back(now)
    destination = destination_of(db, channel, row.project_id)
    if destination is None:
        return {"state": "failed", "why": "no_gateway"} if channel.kind == SMS else taken_back(now)
    return text, destination, mark_of(row)


def taken_back(now: datetime) -> Void:
    return {"state": "taken_back", "taken_back_at": now}


def say(text: Text, address: str | None) -> str:
    """The headline has the word that bots may be told to look for."""
    return f"{text.head}\n{text.line}\n{notice_words.foot_of(address, text.english)}"


def may_go_at(db: Session, row: Notification, now: datetime) -> datetime:
    """Now, or once enough time has passed since what went to the same reader by the same channel."""
    most, within = MOST_OF_A_PERSON if row.recipient_id is not None else MOST_OF_A_BOT
    same = Notification.recipient_id == row.recipient_id if row.recipient_id is not None else to_town(row.project_id)
    went = (
        select(Notification.sent_at)
        .where(same, Notification.channel == row.channel, Notification.sent_at > now - within)
        .order_by(Notification.sent_at.desc())
        .offset(most - 1)
        .limit(1)
    )
    full_since = db.scalar(went)
    return full_since + within if full_since is not None else now


def to_town(project_id: int) -> Any:
    return Notification.recipient_id.is_(None) & (Notification.project_id == project_id)
