"""Handing a delivery to somebody else's server: signed, by access/outbound.py alone, and what may come of it.

Ids, kinds and numbers go out; what a record says is asked for by who has a right to it. Wire facts: docs/webhooks.md.
"""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import orjson
from sqlalchemy.orm import Session

from server.access.outbound import AddressRefused, AnswerUnheard, Call, NotReached, exchange
from server.db import Database
from server.feeds.deliveries import (
    EMPTY,
    FAILED,
    SENT,
    TEST,
    Claim,
    after_failure,
    claim_one,
    free_stuck,
    settle,
    tell_of,
)
from server.feeds.reading import Told
from server.feeds.webhooks import secrets_of, target_of
from server.followups.channels import WEBHOOK, Destination
from server.followups.chat import judge
from server.followups.claims import Clock
from server.followups.handing_over import Delayed, HandOver, Refused, Unknown
from server.models import Project, Webhook, WebhookDelivery

VERSION: Final = 1
MOST_HEARD: Final = 4096  # bytes of an answer's body, which nobody reads


@dataclass(frozen=True)
class Letter:
    """One request, whole: `secrets` sign it, the newest first."""

    address: str
    mark: str
    body: bytes
    secrets: tuple[str, ...]


def send_one(database: Database, allowed: frozenset[str], clock: Clock) -> str | None:
    """Sends the delivery that waits longest. Its state after that; None when none waits.

    The other side is called outside of any transaction.
    """
    now = clock()
    with database.transaction() as db:
        free_stuck(db, now)
        claim = claim_one(db, now)
        letter = write_letter(db, claim, now) if claim else None
        if claim is None or letter is None:
            return EMPTY if claim and settle(db, claim, state=EMPTY) else None
    return hand_over(database, claim, letter, allowed, clock)


def hand_over(database: Database, claim: Claim, letter: Letter, allowed: frozenset[str], clock: Clock) -> str:
    """The state of the delivery afterwards."""
    try:
        post(letter, allowed, clock())
        outcome: dict[str, Any] = {"state": SENT, "sent_at": clock(), "why": None}
    except Refused as refused:
        outcome = {"state": FAILED, "why": refused.why}
    except Delayed as delayed:
        outcome = after_failure(claim, delayed.why, delayed.after, clock())
    except HandOver as unheard:  # it may have arrived: it is sent again, and known by its mark
        outcome = after_failure(claim, unheard.why, timedelta(0), clock())
    with database.transaction() as db:
        settle(db, claim, **outcome)
    return str(outcome["state"])


def write_letter(db: Session, claim: Claim, now: datetime) -> Letter | None:
    """What is told of the stretch as the rights stand now; None where nothing is left to tell."""
    delivery = db.get_one(WebhookDelivery, claim.id)
    row = db.get_one(Webhook, delivery.webhook_id)
    is_test = delivery.purpose == TEST
    told = [] if is_test else tell_of(db, row, delivery.first_seq, delivery.last_seq, now)
    if not told and not is_test:
        return None
    body = write_body(delivery, db.get_one(Project, row.project_id).id, told)
    return Letter(target_of(row).address, delivery.mark, body, tuple(secrets_of(row, now)))


def write_body(delivery: WebhookDelivery, project_id: int, told: list[Told]) -> bytes:
    changes = [{"seq": one.seq, "kind": one.kind, **({"id": one.id} if one.id else {})} for one in told]
    head = {"version": VERSION, "delivery": delivery.mark, "purpose": delivery.purpose, "project": project_id}
    return orjson.dumps({**head, "first": delivery.first_seq, "last": delivery.last_seq, "changes": changes})


def sign(secret: str, mark: str, stamp: str, body: bytes) -> str:
    """HMAC-SHA256 over delivery, time and body: `v1=` and 64 hex digits."""
    said = f"{mark}.{stamp}.".encode() + body
    return "v1=" + hmac.new(secret.encode(), said, hashlib.sha256).hexdigest()


def headers_of(letter: Letter, now: datetime) -> dict[str, str]:
    stamp = str(int(now.timestamp()))
    return {
        "Content-Type": "application/json",
        "User-Agent": "Fangshi",
        "Accept-Encoding": "identity",
        "X-Fangshi-Version": str(VERSION),
        "X-Fangshi-Delivery": letter.mark,
        "X-Fangshi-Timestamp": stamp,
        "X-Fangshi-Signature": ", ".join(sign(one, letter.mark, stamp, letter.body) for one in letter.secrets),
    }


def post(letter: Letter, allowed: frozenset[str], now: datetime) -> None:
    """Makes the request once. Raises Delayed, Refused or Unknown when it was not taken with a status of 200 to 299."""
    call = Call("POST", letter.address, headers_of(letter, now), letter.body, MOST_HEARD)
    try:
        answer = exchange(call, allowed, lambda: True)
    except AddressRefused:
        raise Refused("not_allowed") from None
    except NotReached:
        raise Delayed("no_answer") from None
    except AnswerUnheard:
        raise Unknown from None
    if answer is not None:
        judge(Destination(WEBHOOK), answer)
