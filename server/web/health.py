"""GET /healthz: whether this server can do its work, for whoever watches it. No sign-in, no redirect."""

from flask import Response
from sqlalchemy import text

from server.backups.state import last_backup, state_of
from server.leases import is_running
from server.runs import last_runs, paused_jobs
from server.upgrading import is_current
from server.web.blueprints import Door
from server.web.session import config, database, now, reading
from server.web.wire import central_json

health = Door("health", tongue="json")


@health.get("/healthz")
def healthz() -> Response:
    """200 when the database answers and the schema is current; the timetable's state never changes the status."""
    reading().execute(text("SELECT 1")).scalar_one()
    current = is_current(database())
    body = {
        "status": "ok" if current else "schema is not current",
        "schemaCurrent": current,
        "timetable": timetable(),
        "backup": backup(),
    }
    return central_json.reply(body, 200 if current else 503)


def backup() -> dict[str, object]:
    """When the last backup was made and tried. Not ok without a key, after two days, or when stored files were missing."""
    last = last_backup(config().data_dir)
    return {
        "ok": state_of(config().data_dir, now()) == "good",
        "lastAt": central_json.instant(last.made_at if last else None),
    }


def timetable() -> dict[str, object]:
    """A run under way, or cut off, has no end yet: the others say when something was done last. `paused` names jobs."""
    ends = [run.finished_at for run in last_runs(reading()).values() if run.finished_at is not None]
    return {
        "running": is_running(reading(), now()),
        "lastRunAt": central_json.instant(max(ends, default=None)),
        "paused": paused_jobs(reading(), now()),
    }
