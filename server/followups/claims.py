"""Taking on a word that waits, so that nobody else does, and writing down what became of it. Why so: outbox.py."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from server.db import Database
from server.followups.handing_over import Delayed, Refused, Unknown
from server.followups.wishes import Wishes, wishes_of
from server.models import Notification

MOST_TOGETHER: Final = 200
MOST_TRIES: Final = 10
FIRST_GAP: Final = timedelta(minutes=2)  # doubled after each try: seventeen hours in all
LONGEST_WAIT: Final = timedelta(days=1)  # whatever the other side asks for
STUCK_AFTER: Final = timedelta(minutes=10)

PutOff = Callable[[Session, Notification, datetime], datetime]
"""When a word may go that is ripe otherwise: now, or later."""

Clock = Callable[[], datetime]
"""What is asked anew at each step of a sending: the other side may take long, and the machine may sleep in between."""


@dataclass(frozen=True)
class Claim:
    """A word that this process has taken on. `claimed_at` with `tries` is what another claim would have changed."""

    id: int
    claimed_at: datetime
    tries: int
    reader: int | None = None  # an actor's id


def set_row(db: Session, notification_id: int, was: str, *also: Any, **values: Any) -> bool:
    """Changes a row that is still as it was; whether it was."""
    here = (Notification.id == notification_id, Notification.state == was, *also)
    done = db.execute(update(Notification).where(*here).values(**values).execution_options(synchronize_session=False))
    return bool(done.rowcount)  # type: ignore[attr-defined]


def settle(db: Session, claim: Claim, **values: Any) -> bool:
    """Changes what is still claimed by this claim; False when it was taken back, or freed and claimed by another."""
    mine = (Notification.claimed_at == claim.claimed_at, Notification.tries == claim.tries)
    return set_row(db, claim.id, "sending", *mine, **values)


def no_limit(_db: Session, _row: Notification, now: datetime) -> datetime:
    return now


def claim_one(db: Session, now: datetime, channels: Collection[str], may_go: PutOff = no_limit) -> Claim | None:
    """Takes on the word that waits longest. What would come in somebody's quiet hours, or too often, is put off instead."""
    ripe = (Notification.state == "waiting", Notification.not_before <= now, Notification.channel.in_(channels))
    query = select(Notification).where(*ripe).order_by(Notification.not_before, Notification.id).limit(MOST_TOGETHER)
    rows = list(db.scalars(query))
    wishes = wishes_of(db, {row.recipient_id for row in rows if row.recipient_id is not None})
    for row in rows:
        earliest = max(wishes.get(row.recipient_id or 0, Wishes()).earliest(now), may_go(db, row, now))
        claim = Claim(row.id, now, row.tries + 1, row.recipient_id)
        if earliest > now:
            set_row(db, row.id, "waiting", not_before=earliest)
        elif set_row(db, row.id, "waiting", state="sending", claimed_at=now, tries=claim.tries, sent_at=None):
            return claim
    return None


def free_stuck(db: Session, now: datetime) -> None:
    """Ends what a process left half done. A clock that was set back frees it too."""
    stuck = (
        Notification.state == "sending",
        or_(Notification.claimed_at < now - STUCK_AFTER, Notification.claimed_at > now + STUCK_AFTER),
    )
    for condition, values in (
        (Notification.sent_at.is_(None), {"state": "waiting"}),
        (Notification.sent_at.is_not(None), {"state": "failed", "why": "unknown"}),
    ):
        change = update(Notification).where(*stuck, condition).values(**values)
        db.execute(change.execution_options(synchronize_session=False))


def hand_over(
    database: Database, claim: Claim, send: Callable[[Callable[[], bool]], bool], clock: Clock
) -> dict[str, Any]:
    """Sends and gives what the row becomes. `send` asks what it is given just before the text goes.

    Empty when it was taken back, or claimed by another, before the text went.
    """

    def may_hand_over() -> bool:
        now = clock()
        with database.transaction() as db:
            if not is_still_time(db, claim, now):
                raise Delayed
            return settle(db, claim, sent_at=now)

    try:
        return {"state": "sent", "why": None} if send(may_hand_over) else {}
    except Delayed as delayed:
        return after_delay(claim, delayed, clock())
    except Refused as refused:
        return {"state": "failed", "sent_at": None, "why": refused.why}
    except Unknown as unknown:
        return {"state": "failed", "why": unknown.why}


def is_still_time(db: Session, claim: Claim, now: datetime) -> bool:
    """Whether a word may go that was claimed a while ago: its reader's quiet hours may have begun, its day may be over."""
    reader = claim.reader or 0
    is_quiet = wishes_of(db, {reader})[reader].earliest(now) > now
    return not is_quiet and now - claim.claimed_at <= STUCK_AFTER


def after_delay(claim: Claim, delayed: Delayed, now: datetime) -> dict[str, Any]:
    """Gaps grow from two minutes to some eight hours; then somebody has to look at what is out of order."""
    if claim.tries >= MOST_TRIES:
        return {"state": "failed", "sent_at": None, "why": delayed.why}
    gap = max(FIRST_GAP * 2 ** (claim.tries - 1), min(delayed.after, LONGEST_WAIT))
    return {"state": "waiting", "sent_at": None, "not_before": now + gap, "why": delayed.why}
