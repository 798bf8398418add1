"""Handing a colleague's villages over for some days: who stands in for whom, from when to when."""

from datetime import date

from flask import Response, make_response, render_template, request

from server import clock
from server.access import hand_overs as verbs
from server.access import phone_reach
from server.access.allow import allow, may
from server.access.care_roles import CARE_ROLES
from server.access.hand_overs import HandOverRow, Offer
from server.access.roles import BY_SYSTEM
from server.errors import MissingParameter, Problem, UnexpectedValue
from server.models import Project
from server.places.desk import list_villages
from server.web import session
from server.web.pages.again import show_again
from server.web.pages.door import pages
from server.web.pages.sent import ID, check_text, sent_id, sent_text
from server.web.pages.shell import current_project, today
from server.web.pages.texts import _, say_list
from server.web.pages.toasts import say
from server.web.pages.words import role_word

PAGE = "hand_overs/hand_overs.html"


@pages.get("/hand-overs")
def show_hand_overs() -> Response:
    project = current_project()
    allow(session.caller(), "hand_over.list", project)
    return make_response(render_template(PAGE, **facts_of(project)))


def facts_of(project: Project) -> dict[str, object]:
    db, may_give = session.db(), may(session.caller(), "hand_over.create", project)
    return {
        "project": project,
        "may_give": may_give and project.kind == "care",
        "lines": [line_of(one, may_end(project, one)) for one in verbs.list_hand_overs(db, project)],
        "people": people_by_role(project) if may_give else [],
        "villages": list_villages(db, phone_reach.managed_scope(session.caller(), project)) if may_give else [],
        "typed": request.form,
        "chosen": set(request.form.getlist("village")),
        "first_day": clock.today(session.now()).isoformat(),
    }


def may_end(project: Project, one: HandOverRow) -> bool:
    who = session.caller()
    return may(who, "hand_over.end", project) and verbs.is_hers(who, project, one.village_ids)


def people_by_role(project: Project) -> list[tuple[str, str, dict[int, str]]]:
    """(system name, word, names by id) of each care role."""
    return [(role, role_word(BY_SYSTEM[role].id), verbs.carers_in(session.db(), project, role)) for role in CARE_ROLES]


def line_of(one: HandOverRow, may_end: bool) -> dict[str, object]:
    state = one.state(today())
    return {
        "id": one.row.id,
        "absent": one.absent,
        "stand_in": one.stand_in,
        "villages": say_list(one.villages),
        "from_day": one.row.from_day,
        "until_day": one.row.until_day,
        "note": one.row.note,
        "state": state,
        "may_end": may_end and state in ("planned", "running"),
    }


@pages.post("/hand-overs")
def give_hand_over() -> Response:
    project = current_project()
    allow(session.caller(), "hand_over.create", project)
    try:
        verbs.give_hand_over(session.db(), session.caller(), project, read_offer(), session.now())
    except Problem as problem:
        return show_again(PAGE, problem, lambda: facts_of(project))
    return say("/hand-overs", _("It is handed over. It begins and ends by itself."))


def read_offer() -> Offer:
    return Offer(
        from_id=sent_id("from"),
        to_id=sent_id("to"),
        care_role=sent_text("role", 40, required=True),
        villages=[check_text("village", code, 64) for code in request.form.getlist("village")[:1000]],
        from_day=sent_day("from_day"),
        until_day=sent_day("until_day"),
        note=sent_text("note", verbs.NOTE_LENGTH, required=True),
    )


def sent_day(name: str) -> date:
    value = request.form.get(name, "").strip()
    if not value:
        raise MissingParameter(field=name)
    try:
        return date.fromisoformat(value)
    except ValueError as error:
        raise UnexpectedValue(field=name, value=value[:40], reason="it is no day such as 2026-03-02") from error


@pages.post(f"/hand-overs/<{ID}:hand_over_id>/end")
def end_hand_over(hand_over_id: int) -> Response:
    project = current_project()
    allow(session.caller(), "hand_over.end", project)
    verbs.end_hand_over(session.db(), session.caller(), project, hand_over_id, session.now())
    return say("/hand-overs", _("The hand-over is ended."))
