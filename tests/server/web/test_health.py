"""GET /healthz, for whoever watches the server."""

from datetime import timedelta

from flask import Flask

from server.db import Database
from server.models import TimetableLease, TimetableRun
from tests.conftest import MORNING, Clock


def test_the_last_run_is_known_while_another_is_under_way(app: Flask, database: Database, clock: Clock) -> None:
    asked = app.test_client().get
    assert asked("/healthz").json["timetable"] == {"running": False, "lastRunAt": None}
    with database.transaction() as db:
        db.add(TimetableLease(id=1, holder="town:1", fence=1, expires_at=MORNING + timedelta(seconds=30)))
        db.add(TimetableRun(name="outbox", started_at=MORNING, finished_at=MORNING, result="0"))
        db.add(TimetableRun(name="sessions", started_at=MORNING))
    reply = asked("/healthz")
    assert (reply.status_code, reply.json["schemaCurrent"]) == (200, True)
    assert reply.json["timetable"] == {"running": True, "lastRunAt": "2026-03-02T01:00:00.000Z"}
    clock.forward(minutes=1)
    assert asked("/healthz").json["timetable"]["running"] is False
