"""Sending a fixed sentence to a channel at once, so that whoever set it up sees whether it works; not too often."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.access.audit import record
from server.errors import TooManyTests
from server.followups import chat, notice_words
from server.followups.channels import SMS, WEB_PUSH, Destination, Owner, destination_of, get_channel
from server.followups.handing_over import HandOver
from server.models import Audit

MOST: Final = 6
WITHIN: Final = timedelta(minutes=10)
ACT: Final = "channel.test"


@dataclass(frozen=True)
class Outcome:
    """`why` is "" for delivered, else a word of handing_over.REASONS; `said` a few words of the other side, or nothing."""

    why: str = ""
    said: str = ""


def begin_try(db: Session, owner: Owner, kind: str, project_id: int, by: int, now: datetime) -> Destination | None:
    """Where to try; None where the town has no gateway. Raises NotFound or TooManyTests.

    What somebody tries counts for her, whatever channels she makes and takes away meanwhile. In a transaction of its own.
    """
    row = get_channel(db, owner, kind)
    hers = Audit.action == ACT, Audit.actor_id == by, Audit.logged_at > now - WITHIN
    tries, first = db.execute(select(func.count(), func.min(Audit.logged_at)).where(*hers)).one()
    if tries >= MOST:
        raise TooManyTests(seconds=max(int((first + WITHIN - now).total_seconds()), 1))
    row.tested_at = now
    db.flush()
    about = {"project_id": owner.project_id, "actee_actor_id": owner.actor_id, "details": {"channel": kind}}
    record(db, ACT, actor_id=by, now=now, **about)
    return destination_of(db, row, project_id)


def try_out(
    kind: str, destination: Destination | None, allowed: frozenset[str], english: bool, now: datetime
) -> Outcome:
    """Outside of any transaction: the other side may take seconds."""
    if destination is None:
        return Outcome("push_off" if kind == WEB_PUSH else "no_gateway")
    if kind == SMS and not destination.phone:
        return Outcome("no_number")
    if kind == WEB_PUSH and not destination.address:
        return Outcome("no_browser")
    try:
        chat.send(destination, notice_words.say_test(english), f"test {now.isoformat()}", allowed, lambda: True)
    except HandOver as what:
        return Outcome(what.why, what.said)
    return Outcome()
