"""One job of the timetable: how its last runs went. Whoever administers the server asks for a run, or has it stand still.

Nothing runs inside a request: a wish is written down, and the timetable's process takes it on within seconds.
"""

from typing import Any

from flask import Response, make_response, render_template, request

from server.access import profiles
from server.access.allow import allow, may
from server.errors import Forbidden, NotFound
from server.followups.tally import last_tally
from server.leases import is_running
from server.models import TimetablePast, TimetableWish
from server.runs import KEPT, NEVER_PAUSED, ask_for_run, is_paused, pause_job, resume_job
from server.web import session
from server.web.pages.door import pages
from server.web.pages.sign_in import require_person
from server.web.pages.texts import _
from server.web.pages.timetable import Known, known_jobs, may_see_timetable, row_of
from server.web.pages.timetable_words import (
    ANY_STANDS_STILL,
    MUST_RUN,
    REASONS,
    STANDS_STILL,
    result_of,
    say_about,
    say_lag,
    say_took,
)
from server.web.pages.toasts import say

JOB = "/timetable/<name>"


@pages.get(JOB)
def show_job(name: str) -> Response:
    require_person()
    if not may_see_timetable():
        raise Forbidden()
    known = get_known(name)
    values: dict[str, Any] = {
        "row": row_of(known, session.now()),
        "runs": [run_facts(run) for run in known.past],
        "kept": KEPT,
    }
    values |= {"running": is_running(session.db(), session.now()), "tally": tally_of(name)}
    return make_response(render_template("admin/timetable_job.html", **values, **pause_facts(known), **may_facts(name)))


def tally_of(name: str) -> dict[str, Any] | None:
    """What the daily step counted last, of the whole server and in tens: a number that moves by one would tell of one."""
    found = last_tally(session.db()) if name == "follow_ups" else None
    if found is None:
        return None
    parts = {part: say_about(getattr(found, part)) for part in ("created", "waiting", "done", "stopped")}
    return {**parts, "at": found.counted_at, "holds": found.holds}


def get_known(name: str) -> Known:
    """Raises NotFound."""
    found = next((one for one in known_jobs() if one.job.name == name), None)
    if found is None:
        raise NotFound()
    return found


def run_facts(run: TimetablePast) -> dict[str, Any]:
    state, words = result_of(run)
    return {
        "started": run.started_at,
        "state": state,
        "words": words,
        "error": run.result if state == "bad" else "",
        "took": say_took(run),
        "lag": say_lag(run.due_at, run.started_at),
        "asked": run.asked,
    }


def pause_facts(known: Known) -> dict[str, Any]:
    """Who asked and who paused are named to whoever may do so too."""
    name, wish = known.job.name, known.wish
    paused = wish if is_paused(wish, session.now()) else None
    return {
        "paused": {"since": paused.paused_at, "until": paused.paused_until, "why": REASONS[paused.reason or "other"]}
        if paused
        else None,
        "stands_still": STANDS_STILL.get(name, ANY_STANDS_STILL),
        "must_run": MUST_RUN.get(name, "") if name in NEVER_PAUSED else "",
        "reasons": REASONS,
        "by": names_of(wish) if may(session.caller(), "timetable.run") else {},
    }


def names_of(wish: TimetableWish | None) -> dict[str, str]:
    ids = {"asked": wish.asked_by_id, "paused": wish.paused_by_id} if wish else {}
    people = profiles.find_actors(session.db(), {one for one in ids.values() if one})
    return {what: people[one].display_name for what, one in ids.items() if one in people}


def may_facts(name: str) -> dict[str, bool]:
    who = session.caller()
    return {
        "may_run": may(who, "timetable.run"),
        "may_pause": may(who, "timetable.pause") and name not in NEVER_PAUSED,
    }


@pages.post(f"{JOB}/run")
def ask_job(name: str) -> Response:
    allow(session.caller(), "timetable.run")
    ask_for_run(session.db(), get_known(name).job.name, require_person(), session.now())
    return say(f"/timetable/{name}", _("Asked for. The timetable begins within seconds."))


@pages.post(f"{JOB}/pause")
def pause(name: str) -> Response:
    allow(session.caller(), "timetable.pause")
    reason = request.form.get("reason", "")
    pause_job(session.db(), get_known(name).job.name, reason, require_person(), session.now())
    return say(f"/timetable/{name}", _("It stands still, for four hours at most."))


@pages.post(f"{JOB}/resume")
def resume(name: str) -> Response:
    allow(session.caller(), "timetable.resume")
    resume_job(session.db(), get_known(name).job.name, require_person(), session.now())
    return say(f"/timetable/{name}", _("It goes on."))
