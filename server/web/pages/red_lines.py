"""What we do not do: the red lines of forms and rules, and every sentence that two people let pass."""

from typing import Any

from flask import Response, make_response, render_template, request

from forms.lint_terms import CHOICE_AS_A_TASK, FORCED_CHOICE, NO_PLACE, RULES, UNKNOWN_PROPERTY
from server.access.allow import allow, may
from server.errors import Forbidden, Problem
from server.models import Project
from server.publishing import waivers
from server.publishing.waivers import ListedWaiver
from server.web import languages, session
from server.web.pages.again import show_again
from server.web.pages.door import pages
from server.web.pages.sent import ID, sent_text
from server.web.pages.shell import current_project
from server.web.pages.sign_in import require_person
from server.web.pages.texts import _
from server.web.pages.toasts import say

PATH = "/red-lines"
BUILD = (NO_PLACE, UNKNOWN_PROPERTY, FORCED_CHOICE, CHOICE_AS_A_TASK)


@pages.get(PATH)
def show_red_lines() -> Response:
    project = current_project()
    allow(session.caller(), "project.read", project)
    return make_response(render_template("red_lines/red_lines.html", **page_facts(project)))


def page_facts(project: Project) -> dict[str, Any]:
    english = languages.language_tag() == "en"
    words = [one for one in RULES if one.severity == "forbidden"]
    return {
        "in_words": [one.reason_en if english else one.reason_zh for one in words],
        "in_build": [one.reason_en if english else one.reason_zh for one in BUILD],
        "waivers": [listed(one) for one in waivers.list_waivers(session.db(), project.id)],
        "can_ask": may(session.caller(), "form.update", project),
        "can_confirm": may_confirm(project),
    }


def listed(one: ListedWaiver) -> dict[str, Any]:
    row = one.row
    return {
        "id": row.id,
        "form": row.xml_form_id,
        "term": row.term,
        "sentence": row.sentence,
        "reason": row.reason,
        "asked_by": one.asked_by,
        "asked_at": row.asked_at,
        "confirmed_by": one.confirmed_by,
        "confirmed_at": row.confirmed_at,
        "mine": row.asked_by_id == session.caller().actor_id,
    }


def may_confirm(project: Project) -> bool:
    """Who publishes forms, and who looks after the rights of the women: the second pair of eyes."""
    who = session.caller()
    return may(who, "form.update", project) or may(who, "rights.update", project)


@pages.post(f"{PATH}/waivers")
def ask_for_waiver() -> Response:
    project = current_project()
    allow(session.caller(), "form.update", project)
    try:
        form_id = sent_text("form", 249, required=True)
        sentence, reason = (
            sent_text("sentence", waivers.LONGEST, required=True),
            sent_text("reason", 500, required=True),
        )
        waivers.ask_waiver(session.db(), project, form_id, sentence, reason, require_person(), session.now())
    except Problem as problem:
        typed = {name: request.form.get(name, "")[: waivers.LONGEST] for name in ("form", "sentence", "reason")}
        return show_again("red_lines/red_lines.html", problem, lambda: page_facts(project), typed=typed)
    return say(PATH, _("Noted. Somebody else confirms it; until then the sentence stops the upload."))


@pages.post(f"{PATH}/waivers/<{ID}:waiver_id>/confirm")
def confirm_waiver(waiver_id: int) -> Response:
    project = second_pair_of_eyes()
    waivers.confirm_waiver(session.db(), project, waiver_id, require_person(), session.now())
    return say(PATH, _("Confirmed. Both names stand here."))


@pages.post(f"{PATH}/waivers/<{ID}:waiver_id>/end")
def end_waiver(waiver_id: int) -> Response:
    project = second_pair_of_eyes()
    waivers.end_waiver(session.db(), project, waiver_id, require_person(), session.now())
    return say(PATH, _("It no longer holds: the sentence stops the next upload."))


def second_pair_of_eyes() -> Project:
    project = current_project()
    allow(session.caller(), "project.read", project)
    if not may_confirm(project):
        raise Forbidden()
    return project
