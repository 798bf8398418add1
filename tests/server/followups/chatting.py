"""Channels of people and towns that lead to the sink, and sending by them: what tests of bots and hooks have in common."""

from datetime import datetime

from server.db import Database
from server.followups import chat_outbox
from server.followups.channels import Destination, Owner, put_channel
from tests.http_sink import HttpSink
from tests.server.followups.staff import MORNING

ALLOWED = frozenset({"127.0.0.1"})


def a_hook(
    database: Database, http_sink: HttpSink, owner: Owner, alerts: bool = True, digests: bool = True
) -> Destination:
    destination = Destination("webhook", f"{http_sink.url}/{owner.actor_id or 'town'}", "s3cret")
    with database.transaction() as db:
        put_channel(db, owner, destination, alerts, digests, by=owner.actor_id or 1, now=MORNING)
    return destination


def send_all(database: Database, now: datetime, allowed: frozenset[str] = ALLOWED) -> list[str]:
    """The states of what was sent."""
    done = []
    while state := chat_outbox.send_one(database, allowed, "https://town.test", lambda: now):
        done.append(state)
    return done
