"""Giving one visit, or what waits in a village, to somebody else of the village: who is there, who is away, who has much."""

from typing import Any
from uuid import UUID

from flask import Response, make_response, render_template, request

from server.access.allow import allow, may, scope_of
from server.errors import NotFound, Problem
from server.followups import limits
from server.followups.reassigning import LONGEST, Gift, give_all, give_one, has_chosen
from server.followups.town_rules import rules_of
from server.followups.workload import candidates_for, set_workload_cap
from server.models import Project
from server.web import session
from server.web.pages.act_words import REASON_WORDS
from server.web.pages.again import show_again
from server.web.pages.door import pages
from server.web.pages.hand_overs import sent_day
from server.web.pages.sent import check_text, sent_id, sent_text
from server.web.pages.shell import current_project, today
from server.web.pages.sign_in import require_person
from server.web.pages.texts import _
from server.web.pages.toasts import say
from server.web.pages.village_names import names_in
from server.web.pages.visit_acts import VISIT, Visit, doer_in, get_visit, sent_note, undo_of, values_of


@pages.get(f"{VISIT}/give")
def show_give(visit_key: UUID) -> Response:
    return make_response(render_template("followups/give.html", **give_values(get_visit(visit_key))))


def give_values(visit: Visit) -> dict[str, Any]:
    db, row = session.db(), visit.row
    is_clinicians = row.rule in rules_of(db, visit.project.id).of_clinicians
    able = candidates_for(db, visit.project, row.village_code, visit.reach.today)
    return {
        **values_of(visit),
        "waits": visit.due is not None and not is_clinicians,
        "is_clinicians": is_clinicians,
        "chose": has_chosen(db, row),
        "people": [one for one in able if one.person not in (visit.doer.actor_id, row.given_to_id)],
        "last": visit.reach.today + LONGEST,
        "cap": visit.project.workload_cap,
        "supervises": visit.doer.is_supervisor,
        "reasons": [(one, REASON_WORDS[one]) for one in limits.REASONS["reassign"]],
        "typed": request.form,
    }


@pages.post(f"{VISIT}/give")
def give_visit(visit_key: UUID) -> Response:
    visit = get_visit(visit_key)
    try:
        act = give_one(session.db(), visit.doer, visit.project, visit.row, read_gift(), session.now())
    except Problem as problem:
        return show_again("followups/give.html", problem, lambda: give_values(get_visit(visit_key)))
    return say("/m", _("It is given. Your colleague sees it on her list and on her phone."), undo_of(visit, act.id))


def read_gift() -> Gift:
    """One of hers for good needs no last day."""
    reason = sent_text("reason", 40, required=True)
    until = today() if reason == limits.NEAR_HER else sent_day("until_day")
    return Gift(sent_id("to"), until, reason, sent_note())


@pages.get("/follow-ups/give")
def show_give_all() -> Response:
    return make_response(render_template("followups/give_all.html", **give_all_values(supervised())))


def supervised() -> Project:
    require_person()
    project = current_project()
    allow(session.caller(), "followup.supervise", project)
    return project


def give_all_values(project: Project) -> dict[str, Any]:
    """First the village, then who of its workers gives and who gets."""
    db, day = session.db(), today()
    villages = names_in(scope_of(session.caller(), project)).to_choose
    asked = check_text("village", request.values.get("village", ""), 64)
    village = asked if asked in villages else ""
    return {
        "villages": villages,
        "village": village,
        "people": candidates_for(db, project, village, day) if village else [],
        "reasons": [(one, REASON_WORDS[one]) for one in limits.REASONS["reassign"] if one != limits.NEAR_HER],
        "day": day,
        "last": day + LONGEST,
        "cap": project.workload_cap,
        "shows_due": may(session.caller(), "followup.read", project),
        "may_set_cap": may(session.caller(), "project.update", project),
        "typed": request.form,
    }


@pages.post("/follow-ups/give")
def give_visits() -> Response:
    project = supervised()
    try:
        village = read_village(project)
        gift = Gift(sent_id("to"), sent_day("until_day"), sent_text("reason", 40, required=True), sent_note())
        give_all(session.db(), doer_in(project), project, sent_id("from"), village, gift, session.now())
    except Problem as problem:
        return show_again("followups/give_all.html", problem, lambda: give_all_values(project))
    return say(f"/follow-ups/give?village={village}", _("It is given. It comes back by itself after the last day."))


def read_village(project: Project) -> str:
    """Raises NotFound for one outside of the caller's."""
    village = sent_text("village", 64, required=True)
    if village not in names_in(scope_of(session.caller(), project)).to_choose:
        raise NotFound()
    return village


@pages.post("/follow-ups/give/cap")
def set_cap() -> Response:
    project = current_project()
    allow(session.caller(), "project.update", project)
    cap = sent_id("cap")
    set_workload_cap(session.db(), project, cap, require_person(), session.now())
    return say("/follow-ups/give", _("Saved."))
