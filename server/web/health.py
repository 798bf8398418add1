"""GET /healthz: whether this server can do its work, for whoever watches it. No sign-in, no redirect."""

from flask import Response
from sqlalchemy import select, text

from server.models import TimetableLease, TimetableRun
from server.upgrading import is_current
from server.web.blueprints import Door
from server.web.session import database, now, reading
from server.web.wire import central_json

health = Door("health", tongue="json")


@health.get("/healthz")
def healthz() -> Response:
    """200 when the database answers and the schema is current; the timetable's state never changes the status."""
    reading().execute(text("SELECT 1")).scalar_one()
    current = is_current(database())
    body = {"status": "ok" if current else "schema is not current", "schemaCurrent": current, "timetable": timetable()}
    return central_json.reply(body, 200 if current else 503)


def timetable() -> dict[str, object]:
    lease = reading().get(TimetableLease, 1)
    latest = reading().scalar(select(TimetableRun.finished_at).order_by(TimetableRun.finished_at.desc()).limit(1))
    return {
        "running": lease is not None and lease.expires_at > now(),
        "lastRunAt": central_json.instant(latest),
    }
