"""Did the jobs run? Every row of the timetable with its last run, its result and its next run."""

from datetime import datetime
from typing import Any

from flask import Response, make_response, render_template
from flask_babel import lazy_gettext as _l

from geo.masking import suppress
from server.access.allow import may
from server.backups.state import state_of
from server.errors import Forbidden
from server.jobs import TIMETABLE, Job, last_runs
from server.leases import is_running
from server.models import TimetableRun
from server.web import session
from server.web.pages.door import pages
from server.web.pages.shell import find_project
from server.web.pages.sign_in import require_person
from server.web.pages.texts import _

NAMES = {
    "derivers": (_l("Reading records again"), _l("Records whose reading failed, with growing gaps")),
    "backlog": (
        _l("Changes that wait for others"),
        _l("Changes made offline whose predecessor did not come in five days"),
    ),
    "follow_ups": (_l("The day's follow-ups"), _l("What becomes due or overdue by the passing of days")),
    "rules": (_l("Changes of rules"), _l("What a rule that was tried, published, moved or switched asks for")),
    "summaries": (_l("Daily digests"), _l("One mail a person and day, with numbers alone")),
    "outbox": (_l("Outbox"), _l("Puts notices into inboxes and sends mail outside of quiet hours")),
    "audit": (_l("The audit's chain"), _l("What was done is chained, so that a change made afterwards is seen")),
    "sessions": (_l("Old sign-ins"), _l("Sign-ins that ran out are deleted")),
    "orphans": (_l("Files without a record"), _l("What a crash left behind is deleted after a day")),
    "retention": (
        _l("Keeping no longer than needed"),
        _l("A year after the last contact data shrink to a code and counts; old backups go"),
    ),
    "backup": (_l("Backup"), _l("Sealed to a key that is not on the server, and tried; gone after thirty days")),
}


def may_see_timetable() -> bool:
    """Administrators of the site, and the leads of the project that is open."""
    who, project = session.caller(), find_project()
    return may(who, "timetable.read") or (project is not None and may(who, "timetable.read", project))


@pages.get("/timetable")
def show_timetable() -> Response:
    require_person()
    if not may_see_timetable():
        raise Forbidden()
    runs = last_runs(session.db())
    rows = [row_of(job, runs.get(job.name)) for job in TIMETABLE]
    running = is_running(session.db(), session.now())
    backup = state_of(session.config().data_dir, session.now())
    return make_response(render_template("admin/timetable.html", rows=rows, running=running, backup=backup))


def row_of(job: Job, last: TimetableRun | None) -> dict[str, Any]:
    name, what = NAMES[job.name]
    rhythm = _("daily at %(time)s", time=f"{job.at:%H:%M}") if job.at else say_every(int(job.every.total_seconds()))
    state, words = result_of(last)
    started, error = (last.started_at, last.result if state == "bad" else "") if last else (None, "")
    return {
        "name": name,
        "what": what,
        "rhythm": rhythm,
        "last": started,
        "state": state,
        "words": words,
        "error": error,
        "next": next_of(last),
    }


def say_every(seconds: int) -> str:
    hours, minutes = seconds // 3600, seconds // 60
    if hours:
        return _("every hour") if hours == 1 else _("every %(number)s hours", number=hours)
    return _("every minute") if minutes == 1 else _("every %(number)s minutes", number=minutes)


def result_of(last: TimetableRun | None) -> tuple[str, str]:
    """(good, bad, busy or none, words). A run writes down how many things it did, or the class of its error.

    What was done is done for women, so a small number of it is told as any other.
    """
    if last is None:
        return "none", _("not yet")
    if last.finished_at is None:
        return "busy", _("under way, or cut off")
    if last.result is not None and last.result.isdigit():
        done = suppress(int(last.result))
        return "good", _("nothing to do") if done.value == 0 else _("%(number)s done", number=done.text)
    return "bad", _("did not work")


def next_of(last: TimetableRun | None) -> datetime | None:
    return last.next_at if last else None
