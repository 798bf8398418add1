"""What waits for webhooks, what is on its way, and what became of it. At least once, in order, and never lost.

The changes themselves are the outbox: they are written with what they tell. A delivery is a stretch of them; making one moves
`Webhook.told_up_to` in the same transaction. It is claimed (waiting -> sending) before the other side is called, and whoever
dies meanwhile leaves it claimed, until it is freed and sent again: the other side knows it by its mark.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import uuid4

from sqlalchemy import ColumnElement, and_, delete, exists, func, or_, select, update
from sqlalchemy.orm import Session, aliased

from server.access.changes import GONE
from server.clock import today
from server.feeds.numbering import newest
from server.feeds.readers import reader_of_webhook
from server.feeds.reading import Told, read_changes
from server.feeds.webhooks import OF_GROUP
from server.models import Project, Webhook, WebhookDelivery

CHANGES, REPLAY, TEST = "changes", "replay", "test"
WAITING, SENDING, SENT, FAILED, EMPTY = "waiting", "sending", "sent", "failed", "empty"
TOGETHER: Final = 100  # changes looked at for one delivery
MOST_WAITING: Final = 20  # deliveries made ahead of an address that is away; the rest waits as changes
MOST_TRIES: Final = 20
FIRST_GAP: Final = timedelta(minutes=1)  # doubled after each try, up to LONGEST_GAP: some fifteen hours in all
LONGEST_GAP: Final = timedelta(hours=1)
STUCK_AFTER: Final = timedelta(minutes=10)
KEPT_FOR: Final = timedelta(days=30)  # what was sent, or was empty


@dataclass(frozen=True)
class Claim:
    """A delivery that this process has taken on. `claimed_at` with `tries` is what another claim would have changed."""

    id: int
    claimed_at: datetime
    tries: int


def add_delivery(db: Session, row: Webhook, purpose: str, first: int, last: int, now: datetime) -> WebhookDelivery:
    made = {"webhook_id": row.id, "purpose": purpose, "mark": str(uuid4()), "first_seq": first, "last_seq": last}
    delivery = WebhookDelivery(**made, state=WAITING, not_before=now, made_at=now)
    db.add(delivery)
    db.flush()
    return delivery


def make_deliveries(db: Session, webhook_id: int, now: datetime) -> int:
    """A delivery for each stretch of new changes that has something to tell; how many stretches were looked at."""
    row = db.scalar(select(Webhook).where(Webhook.id == webhook_id, *is_active()).with_for_update())
    if row is None or count_waiting(db, webhook_id) >= MOST_WAITING:
        return 0
    last = min(newest(db, row.project_id), row.told_up_to + TOGETHER)
    if last == row.told_up_to:
        return 0
    if tell_of(db, row, row.told_up_to + 1, last, now):
        add_delivery(db, row, CHANGES, row.told_up_to + 1, last, now)
    row.told_up_to = last
    db.flush()
    return 1


def is_active() -> tuple[ColumnElement[bool], ...]:
    alive = exists().where(Project.id == Webhook.project_id, Project.deleted_at.is_(None)).correlate(Webhook)
    return Webhook.deleted_at.is_(None), Webhook.paused_at.is_(None), alive


def list_active(db: Session) -> list[int]:
    return list(db.scalars(select(Webhook.id).where(*is_active()).order_by(Webhook.id)))


def count_waiting(db: Session, webhook_id: int) -> int:
    waiting = WebhookDelivery.webhook_id == webhook_id, WebhookDelivery.state.in_((WAITING, SENDING))
    return db.scalar(select(func.count()).select_from(WebhookDelivery).where(*waiting)) or 0


def tell_of(db: Session, row: Webhook, first: int, last: int, now: datetime) -> list[Told]:
    """What a webhook is told of a stretch, as the rights stand now."""
    kinds = {GONE, *(kind for group in row.groups.split(",") for kind in OF_GROUP.get(group, ()))}
    reader = reader_of_webhook(db.get_one(Project, row.project_id), today(now))
    found = read_changes(db, reader, first - 1, last - first + 1, last)
    return [one for one in found.told if one.kind in kinds]


def claim_one(db: Session, now: datetime) -> Claim | None:
    """Takes on a delivery whose time has come. Of one webhook a later one waits for those before it."""
    earlier = aliased(WebhookDelivery)
    is_behind = exists().where(
        earlier.webhook_id == WebhookDelivery.webhook_id,
        earlier.id < WebhookDelivery.id,
        earlier.state.in_((WAITING, SENDING)),
    )
    ripe = WebhookDelivery.state == WAITING, WebhookDelivery.not_before <= now
    query = (
        select(WebhookDelivery.id, WebhookDelivery.tries)
        .join(Webhook, Webhook.id == WebhookDelivery.webhook_id)
        .where(*ripe, *is_active(), ~is_behind)
        .order_by(WebhookDelivery.not_before, WebhookDelivery.id)
    )
    for id_, tries in db.execute(query).all():
        claim = Claim(id_, now, tries + 1)
        if set_delivery(db, id_, WAITING, state=SENDING, claimed_at=now, tries=claim.tries):
            return claim
    return None


def set_delivery(db: Session, delivery_id: int, was: str, *also: Any, **values: Any) -> bool:
    """Changes a delivery that is still as it was; whether it was."""
    here = (WebhookDelivery.id == delivery_id, WebhookDelivery.state == was, *also)
    change = update(WebhookDelivery).where(*here).values(**values)
    return bool(db.execute(change.execution_options(synchronize_session=False)).rowcount)  # type: ignore[attr-defined]


def settle(db: Session, claim: Claim, **values: Any) -> bool:
    """Changes what is still claimed by this claim; False when it was freed meanwhile."""
    mine = WebhookDelivery.claimed_at == claim.claimed_at, WebhookDelivery.tries == claim.tries
    return set_delivery(db, claim.id, SENDING, *mine, **values)


def free_stuck(db: Session, now: datetime) -> None:
    """What a process left half done is sent again. A clock that was set back frees it too."""
    old, ahead = now - STUCK_AFTER, now + STUCK_AFTER
    stuck = and_(
        WebhookDelivery.state == SENDING, or_(WebhookDelivery.claimed_at < old, WebhookDelivery.claimed_at > ahead)
    )
    db.execute(update(WebhookDelivery).where(stuck).values(state=WAITING))


def after_failure(claim: Claim, why: str, asked: timedelta, now: datetime) -> dict[str, Any]:
    """Gaps grow from a minute to an hour; after MOST_TRIES somebody has to look at what is out of order."""
    if claim.tries >= MOST_TRIES:
        return {"state": FAILED, "why": why}
    gap = max(min(FIRST_GAP * 2 ** (claim.tries - 1), LONGEST_GAP), min(asked, timedelta(days=1)))
    return {"state": WAITING, "not_before": now + gap, "why": why}


def forget_sent(db: Session, now: datetime) -> None:
    """What came through a month ago is of no more use."""
    old = WebhookDelivery.made_at < now - KEPT_FOR, WebhookDelivery.state.in_((SENT, EMPTY))
    db.execute(delete(WebhookDelivery).where(*old))
