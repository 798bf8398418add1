"""Did the jobs run? Every row of the timetable with its last run, how late it began, its result and its next run."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Response, make_response, render_template

from server.access.allow import may
from server.backups.state import state_of
from server.errors import Forbidden
from server.jobs import TIMETABLE, Job
from server.leases import is_running
from server.models import TimetablePast, TimetableRun, TimetableWish
from server.runs import is_late, is_paused, last_runs, past_runs, wishes_of_jobs
from server.web import session
from server.web.pages.door import pages
from server.web.pages.shell import find_project
from server.web.pages.sign_in import require_person
from server.web.pages.texts import _
from server.web.pages.timetable_words import NAMES, result_of, say_lag, say_rhythm, say_took


@dataclass(frozen=True)
class Known:
    """What is written down of one job; `past` begins with the newest run."""

    job: Job
    last: TimetableRun | None
    wish: TimetableWish | None
    past: Sequence[TimetablePast]


def may_see_timetable() -> bool:
    """Administrators of the site, and the leads of the project that is open."""
    who, project = session.caller(), find_project()
    return may(who, "timetable.read") or (project is not None and may(who, "timetable.read", project))


@pages.get("/timetable")
def show_timetable() -> Response:
    require_person()
    if not may_see_timetable():
        raise Forbidden()
    rows = [row_of(one, session.now()) for one in known_jobs()]
    running = is_running(session.db(), session.now())
    backup = state_of(session.config().data_dir, session.now())
    return make_response(render_template("admin/timetable.html", rows=rows, running=running, backup=backup))


def known_jobs() -> list[Known]:
    """Every job of the timetable, in three questions."""
    db = session.db()
    runs, wishes, past = last_runs(db), wishes_of_jobs(db), past_runs(db)
    return [Known(job, runs.get(job.name), wishes.get(job.name), past.get(job.name, ())) for job in TIMETABLE]


def row_of(known: Known, now: datetime) -> dict[str, Any]:
    job, last, wish = known.job, known.last, known.wish
    name, what = NAMES[job.name]
    state, words = result_of(last)
    return {
        "job": job.name,
        "name": name,
        "what": what,
        "rhythm": _("daily at %(time)s", time=f"{job.at:%H:%M}") if job.at else say_rhythm(job.every),
        "last": last.started_at if last else None,
        "state": state,
        "words": words,
        "error": (last.result or "") if last and state == "bad" else "",
        "took": say_took(last) if last else "",
        "lag": say_lag(last.due_at, last.started_at) if last else "",
        "is_late": is_late(last, wish, now),
        "asked_at": wish.asked_at if wish else None,
        "paused_until": wish.paused_until if wish and is_paused(wish, now) else None,
        "next": last.next_at if last else None,
        "broke": last_error(known.past),
    }


def last_error(past: Sequence[TimetablePast]) -> TimetablePast | None:
    """The newest of the kept runs that did not work."""
    return next((run for run in past if result_of(run)[0] == "bad"), None)
