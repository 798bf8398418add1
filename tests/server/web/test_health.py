"""GET /healthz, for whoever watches the server."""

from datetime import timedelta
from pathlib import Path

from flask import Flask

from server.backups.carried_key import make_key_pair
from server.backups.making import Made
from server.backups.state import write_state
from server.config import Config
from server.db import Database
from server.models import TimetableLease, TimetableRun
from tests.conftest import MORNING, Clock


def test_the_last_run_is_known_while_another_is_under_way(app: Flask, database: Database, clock: Clock) -> None:
    asked = app.test_client().get
    assert asked("/healthz").json["timetable"] == {"running": False, "lastRunAt": None, "paused": []}
    with database.transaction() as db:
        db.add(TimetableLease(id=1, holder="town:1", fence=1, expires_at=MORNING + timedelta(seconds=30)))
        db.add(TimetableRun(name="outbox", started_at=MORNING, finished_at=MORNING, result="0"))
        db.add(TimetableRun(name="sessions", started_at=MORNING))
    reply = asked("/healthz")
    assert (reply.status_code, reply.json["schemaCurrent"]) == (200, True)
    assert reply.json["timetable"] == {"running": True, "lastRunAt": "2026-03-02T01:00:00.000Z", "paused": []}
    clock.forward(minutes=1)
    assert asked("/healthz").json["timetable"]["running"] is False


def test_when_the_last_backup_was_made_is_told_and_nothing_else_of_it(
    app: Flask, config: Config, tmp_path: Path, clock: Clock
) -> None:
    asked = app.test_client().get
    assert asked("/healthz").json["backup"] == {"ok": False, "lastAt": None}
    make_key_pair(tmp_path / "carried.txt", config.data_dir)
    write_state(config.data_dir, Made(tmp_path, rows=5, files=1, gone=0, lost=0, size=9), MORNING)
    assert asked("/healthz").json["backup"] == {"ok": True, "lastAt": "2026-03-02T01:00:00.000Z"}
    clock.forward(days=3)
    reply = asked("/healthz")
    assert (reply.status_code, reply.json["backup"]["ok"]) == (200, False)
