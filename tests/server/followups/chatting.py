"""Channels of people and towns that lead to the sink, and sending by them: what tests of bots and hooks have in common."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.db import Database
from server.followups import chat_outbox
from server.followups.channels import Destination, Owner, put_channel
from server.models import Actor
from tests.http_sink import HttpSink
from tests.server.followups.staff import MORNING

ALLOWED = frozenset({"127.0.0.1"})


def a_hook(
    database: Database, http_sink: HttpSink, owner: Owner, alerts: bool = True, digests: bool = True
) -> Destination:
    destination = Destination("webhook", f"{http_sink.url}/{owner.actor_id or 'town'}", "s3cret")
    with database.transaction() as db:
        put_channel(db, owner, destination, alerts, digests, by=who_sets(db, owner), now=MORNING)
    return destination


def who_sets(db: Session, owner: Owner) -> int:
    """Herself, or for a town whoever is there."""
    return owner.actor_id or db.scalars(select(func.min(Actor.id))).one() or 0


def send_all(database: Database, now: datetime, allowed: frozenset[str] = ALLOWED) -> list[str]:
    """The states of what was sent."""
    done = []
    while state := chat_outbox.send_one(database, allowed, "https://town.test", lambda: now):
        done.append(state)
    return done
