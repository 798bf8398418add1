"""Emergency access: open a village's records for an hour, with a reason; and who did, for those who watch over it."""

from flask import Response, make_response, render_template

from server.access.allow import Scope, allow, may
from server.access.break_glass import Opening, can_be_opened, close_village, list_openings
from server.access.care_roles import care_role_of
from server.errors import Forbidden, Problem
from server.followups.emergencies import open_for_emergency
from server.models import Project
from server.places.desk import list_villages
from server.web import session
from server.web.pages.again import show_again
from server.web.pages.door import pages
from server.web.pages.sent import ID, sent_text
from server.web.pages.shell import current_project
from server.web.pages.texts import _
from server.web.pages.toasts import say

PAGE = "emergency/emergency.html"


@pages.get("/emergency")
def show_emergency() -> Response:
    project = current_project()
    refuse_others(project)
    return make_response(render_template(PAGE, **facts_of(project)))


def refuse_others(project: Project) -> None:
    who = session.caller()
    if not may(who, "break_glass.list", project) and not may_open(project):
        raise Forbidden()


def may_open(project: Project) -> bool:
    who = session.caller()
    return who.is_person and care_role_of(who, project) is not None and may(who, "break_glass.open", project)


def facts_of(project: Project) -> dict[str, object]:
    who, db = session.caller(), session.db()
    sees_all = may(who, "break_glass.list", project)
    openings = list_openings(db, project, None if sees_all else who.actor_id)
    return {
        "project": project,
        "may_open": may_open(project),
        "sees_all": sees_all,
        "women_choose": care_role_of(who, project) == "village_worker",
        "villages": others_villages(project) if may_open(project) else [],
        "openings": [line_of(one) for one in openings],
    }


def others_villages(project: Project) -> list[tuple[str, str]]:
    """Code and name of the villages in which something is closed to the caller."""
    who = session.caller()
    every = list_villages(session.db(), Scope(project.id, everything=True))
    return [(village.code, village.name) for village in every if can_be_opened(who, project, village.id)]


def line_of(one: Opening) -> dict[str, object]:
    mine = one.row.actor_id == session.caller().actor_id
    return {
        "id": one.row.id,
        "person": one.person,
        "village": one.village,
        "reason": one.row.reason,
        "opened_at": one.row.opened_at,
        "until": one.row.closed_at or one.row.ends_at,
        "is_open": one.is_open(session.now()),
        "may_close": mine and one.is_open(session.now()),
    }


@pages.post("/emergency")
def open_in_emergency() -> Response:
    project = current_project()
    allow(session.caller(), "break_glass.open", project)
    try:
        village, reason = sent_text("village", 64, required=True), sent_text("reason", 500, required=True)
        open_for_emergency(session.db(), session.caller(), project, village, reason, session.now())
    except Problem as problem:
        return show_again(PAGE, problem, lambda: facts_of(project))
    return say("/emergency", _("The village is open to you for one hour. The data protection officer is told."))


@pages.post(f"/emergency/<{ID}:opening_id>/close")
def close_emergency(opening_id: int) -> Response:
    project = current_project()
    allow(session.caller(), "break_glass.open", project)
    close_village(session.db(), session.caller(), project, opening_id, session.now())
    return say("/emergency", _("It is closed again."))
