"""What went to a webhook lately and what did not come through; telling it again, by delivery or by a range of numbers."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.orm import Session

from server.access.audit import record
from server.db import Database
from server.errors import NotFound, TooManyTests, UnexpectedValue
from server.feeds.deliveries import (
    FAILED,
    REPLAY,
    SENDING,
    TEST,
    TOGETHER,
    WAITING,
    Claim,
    add_delivery,
)
from server.feeds.numbering import newest
from server.feeds.sending import hand_over, write_letter
from server.followups.claims import Clock
from server.models import Audit, Webhook, WebhookDelivery

MOST_REPLAYED: Final = 10_000  # numbers at once
MOST_TESTS: Final = 6
WITHIN: Final = timedelta(minutes=10)
TEST_ACT: Final = "webhook.test"


def list_deliveries(db: Session, webhook_id: int, limit: int) -> list[WebhookDelivery]:
    """The newest first."""
    here = WebhookDelivery.webhook_id == webhook_id
    return list(db.scalars(select(WebhookDelivery).where(here).order_by(WebhookDelivery.id.desc()).limit(limit)))


def is_dead() -> tuple[ColumnElement[bool], ...]:
    """A test that failed is nobody's loss."""
    return WebhookDelivery.state == FAILED, WebhookDelivery.purpose != TEST


def count_by_state(db: Session, webhooks: Collection[int]) -> dict[tuple[int, str], int]:
    """How many deliveries of each webhook are in each state, tests aside; those without any are not named."""
    here = WebhookDelivery.webhook_id.in_(webhooks) & (WebhookDelivery.purpose != TEST)
    keys = WebhookDelivery.webhook_id, WebhookDelivery.state
    rows = db.execute(select(*keys, func.count()).where(here).group_by(*keys))
    return {(webhook_id, state): number for webhook_id, state, number in rows}


def last_sent(db: Session, webhooks: Collection[int]) -> dict[int, datetime]:
    """When something last came through to each."""
    here = WebhookDelivery.webhook_id.in_(webhooks), WebhookDelivery.sent_at.is_not(None)
    query = select(WebhookDelivery.webhook_id, func.max(WebhookDelivery.sent_at)).where(*here)
    rows = db.execute(query.group_by(WebhookDelivery.webhook_id))
    return {webhook_id: sent_at for webhook_id, sent_at in rows if sent_at is not None}


def replay_failed(db: Session, row: Webhook, delivery_id: int | None, by: int, now: datetime) -> int:
    """One that failed, or all of them, are tried again from the start; how many. Raises NotFound for one that did not fail."""
    here: tuple[ColumnElement[bool], ...] = (WebhookDelivery.webhook_id == row.id, *is_dead())
    if delivery_id is not None:
        here = (*here, WebhookDelivery.id == delivery_id)
    change = update(WebhookDelivery).where(*here).values(state=WAITING, tries=0, not_before=now, why=None)
    done = int(db.execute(change.execution_options(synchronize_session=False)).rowcount)  # type: ignore[attr-defined]
    if delivery_id is not None and not done:
        raise NotFound()
    note(db, "webhook.replay", row, by, now, {"deliveries": done})
    return done


def replay_range(db: Session, row: Webhook, first: int, last: int, by: int, now: datetime) -> int:
    """Tells the changes `first` to `last` once more, as the rights stand when they are sent; in how many deliveries.

    Raises UnexpectedValue for numbers that were not given yet, and for more than ten thousand.
    """
    if last > newest(db, row.project_id):
        raise UnexpectedValue(field="range", value=f"{first}-{last}", reason="there is no change of such a number yet")
    if last - first >= MOST_REPLAYED:
        raise UnexpectedValue(field="range", value=f"{first}-{last}", reason="these are more than 10,000 numbers")
    starts = range(first, last + 1, TOGETHER)
    for start in starts:
        add_delivery(db, row, REPLAY, start, min(start + TOGETHER - 1, last), now)
    note(db, "webhook.replay", row, by, now, {"first": first, "last": last})
    return len(starts)


def begin_test(db: Session, row: Webhook, by: int, now: datetime) -> Claim:
    """A delivery without changes, taken on at once, whatever else waits. Raises TooManyTests. In a transaction of its own."""
    hers = Audit.action == TEST_ACT, Audit.actor_id == by, Audit.logged_at > now - WITHIN
    tries, began = db.execute(select(func.count(), func.min(Audit.logged_at)).where(*hers)).one()
    if tries >= MOST_TESTS:
        raise TooManyTests(seconds=max(int((began + WITHIN - now).total_seconds()), 1))
    delivery = add_delivery(db, row, TEST, 0, 0, now)
    delivery.state, delivery.claimed_at, delivery.tries = SENDING, now, 1
    db.flush()
    note(db, TEST_ACT, row, by, now, {})
    return Claim(delivery.id, now, 1)


def send_test(database: Database, claim: Claim, allowed: frozenset[str], clock: Clock) -> str:
    """Why it did not come through, "" where it did; it is not tried again. Outside of any transaction."""
    with database.reading() as db:
        letter = write_letter(db, claim, clock())
    assert letter is not None, "a test tells nothing, and so has always something to tell"
    hand_over(database, claim, letter, allowed, clock)
    with database.transaction() as db:
        delivery = db.get_one(WebhookDelivery, claim.id)
        if delivery.state == WAITING:
            delivery.state = FAILED
        return delivery.why or ""


def note(db: Session, action: str, row: Webhook, by: int, now: datetime, more: dict[str, int]) -> None:
    details = {"webhookId": row.id, **more}
    record(db, action, actor_id=by, project_id=row.project_id, now=now, details=details)
