"""Webhooks that lead to the sink, changes to tell of, and a run of the timetable's row: what these tests have in common."""

import hashlib
import hmac
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import select

from server.access.changes import note_changes
from server.config import Config
from server.db import Database
from server.feeds.webhooks import GROUPS, make_webhook
from server.models import Form, Submission, User, WebhookDelivery
from server.sending_jobs import tell_programs
from tests.conftest import MORNING
from tests.http_sink import Got, HttpSink
from tests.making import a_form, new_id

ALLOWED = frozenset({"127.0.0.1"})


def a_webhook(
    database: Database, http_sink: HttpSink, project_id: int, path: str = "/in", groups: tuple[str, ...] = GROUPS
) -> tuple[int, str]:
    """Its id and its secret."""
    with database.transaction() as db:
        by = db.scalars(select(User.actor_id).order_by(User.actor_id)).first() or 0
        row, secret = make_webhook(db, project_id, http_sink.url + path, groups, ALLOWED, by, MORNING)
        return row.id, secret


def some_records(database: Database, project_id: int, number: int) -> list[str]:
    """Records with the changes that they are, in one transaction; their instanceIDs."""
    with database.transaction() as db:
        form = db.scalar(select(Form).where(Form.project_id == project_id)) or a_form(db, project_id)
        rows = [
            Submission(project_id=project_id, form_id=form.id, draft=False, instance_id=new_id(), created_at=MORNING)
            for _ in range(number)
        ]
        db.add_all(rows)
        db.flush()
        note_changes(db, project_id, "submission.create", [row.id for row in rows], MORNING)
        return [row.instance_id for row in rows]


def run(database: Database, config: Config, now: datetime) -> int:
    return tell_programs(database, replace(config, outbound_allow=ALLOWED), now)


def told(sink: HttpSink) -> list[Any]:
    """The ids of the changes of each request."""
    return [[one.get("id") for one in got.told["changes"]] for got in sink.got]


def states(database: Database) -> list[tuple[str, int, str | None]]:
    with database.reading() as db:
        rows = db.scalars(select(WebhookDelivery).order_by(WebhookDelivery.id))
        return [(row.state, row.tries, row.why) for row in rows]


def is_signed(got: Got, secret: str) -> list[bool]:
    """Of each signature of a request whether it is this secret's, worked out as docs/webhooks.md tells others to."""
    signed = f"{got.headers['x-fangshi-delivery']}.{got.headers['x-fangshi-timestamp']}.".encode() + got.body
    wanted = "v1=" + hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
    return [one == wanted for one in got.headers["x-fangshi-signature"].split(", ")]
