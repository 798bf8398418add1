"""What a woman agreed to in which words, and taking it back on one screen; whom to ask anew; the words themselves."""

from datetime import date
from typing import Any
from uuid import UUID

from flask import Response, make_response, render_template, request

from server.access.allow import allow, may, scope_of
from server.access.profiles import find_actors
from server.errors import MissingParameter, NotFound, Problem, UnexpectedValue
from server.followups.courses import get_woman
from server.followups.lists_for_pages import codes_of
from server.followups.plain_notices import TEXT_CHANGED, tell
from server.followups.recipients import staff_of
from server.intake.withdrawing import ERASE, KEEP, withdraw
from server.models import Project, Woman
from server.publishing.recordings import refresh_recordings
from server.registry.consent_list import ToAsk, count_to_ask, to_ask
from server.registry.consent_texts import TEXTS, all_versions, publish_text, texts_in_force
from server.registry.consents import consents_of
from server.registry.reach import reach_of as reached_by
from server.web import session
from server.web.pages.again import show_again
from server.web.pages.consent_words import TO_ASK, lines_of, name_of, state_to_ask, until_words, words_of
from server.web.pages.door import pages
from server.web.pages.followups import reach_of
from server.web.pages.pager import PAGE, page_asked, pager
from server.web.pages.sent import sent_text
from server.web.pages.shell import current_project, today
from server.web.pages.sign_in import require_person
from server.web.pages.texts import _, say_list
from server.web.pages.toasts import say
from server.web.readings import note_read


@pages.get("/people/<uuid:woman_uuid>/consent")
def show_consent(woman_uuid: UUID) -> Response:
    project, woman = load_woman(str(woman_uuid))
    note_read(project, "person.read", about=woman.uuid)
    return make_response(render_template("consents/woman.html", **facts_of(project, woman), sent={}))


@pages.post("/people/<uuid:woman_uuid>/consent")
def take_back(woman_uuid: UUID) -> Response:
    """What she takes back, on her word: no reason is asked, and it holds at once."""
    project, woman = load_woman(str(woman_uuid), "rights.create")
    purposes = request.form.getlist("purpose")
    try:
        what = checked_choice(purposes)
        withdraw(session.db(), project, woman, purposes, what, require_person(), session.now())
    except Problem as problem:
        sent = {"purposes": purposes, "what": request.form.get("what", "")}
        return show_again("consents/woman.html", problem, lambda: facts_of(*load_woman(str(woman_uuid))), sent=sent)
    if what == ERASE:
        return say(list_path(project), _("Her wish holds from now on: what was kept of her is gone."))
    # Who took everything back is perhaps in nobody's reach any more, her chosen worker's least of all.
    where = list_path(project) if "service" in purposes else f"/people/{woman_uuid}/consent"
    return say(where, _("Her wish holds from now on, on phones after their next sync."))


def list_path(project: Project) -> str:
    return "/consents" if may(session.caller(), "followup.read", project) else "/consents/texts"


def checked_choice(purposes: list[str]) -> str:
    """What becomes of what is kept. Only where she takes everything back it is asked, and then it is hers to say."""
    what = request.form.get("what", "")
    if "service" not in purposes:
        return KEEP
    if not what:
        raise MissingParameter(
            "Please choose what becomes of what is kept: erase it, or keep what the law asks for.", field="what"
        )
    if what not in (KEEP, ERASE):
        raise UnexpectedValue(field="what", value=what[:40], reason="it is erase or keep_minimal")
    return what


def load_woman(uuid: str, right: str = "rights.read") -> tuple[Project, Woman]:
    """For her care team, and for who answers for personal data. Raises NotFound outside their reach, Forbidden."""
    project, who = current_project(), session.caller()
    if may(who, "followup.read", project):
        return project, get_woman(session.db(), project.id, reach_of("followup.read").whose, uuid)
    allow(who, right, project)
    return project, get_woman(session.db(), project.id, codes_of(session.db(), scope_of(who, project)), uuid)


def facts_of(project: Project, woman: Woman) -> dict[str, Any]:
    db, day = session.db(), today()
    newest = texts_in_force(db, project.id)
    lines = lines_of(consents_of(db, project.id, woman.uuid), all_versions(db, project.id), newest, day)
    may_open = scope_of(session.caller(), project).health and woman.consent_share_clinic
    back = f"/people/{woman.uuid}" if may(session.caller(), "followup.read", project) else "/"
    return {
        "woman": woman,
        "lines": lines,
        "given": [one for one in lines if one["given"]],
        "may_open": may_open,
        "back": back,
    }


@pages.get("/consents")
def list_to_ask() -> Response:
    reach, number = reach_of("followup.read"), page_asked()
    reached = reached_by(session.caller(), reach.project, reach.today)
    total = count_to_ask(session.db(), reached)
    found, names = to_ask(session.db(), reached, (number - 1) * PAGE, PAGE), reach.shown_names
    lines = [line_of(one, names, reach.today) for one in found]
    note_read(reach.project, "entity.list", details={"women": len(lines)})
    return make_response(render_template("consents/list.html", lines=lines, page=pager("/consents", {}, number, total)))


def line_of(one: ToAsk, names: dict[str, str], day: date) -> dict[str, Any]:
    state = state_to_ask(one.until, day)
    return {
        "label": one.woman.label,
        "href": f"/people/{one.woman.uuid}/consent",
        "village": names.get(one.woman.village_code, ""),
        "state": state,
        "state_words": str(TO_ASK[state]),
        "until": until_words(one.until, day),
        "changed": say_list(map(name_of, one.changed)),
    }


@pages.get("/consents/texts")
def show_texts() -> Response:
    project = current_project()
    if not any(may(session.caller(), verb, project) for verb in ("followup.read", "rights.read", "form.update")):
        allow(session.caller(), "rights.read", project)
    return make_response(render_template("consents/texts.html", **texts_of(project), sent={}))


@pages.post("/consents/texts/<name>")
def publish(name: str) -> Response:
    """Publishes new words of one text; the old ones stay, and stay what was agreed to."""
    project, who = current_project(), session.caller()
    if project.kind != "care" or name not in TEXTS:
        raise NotFound()
    if not may(who, "rights.update", project):
        allow(who, "form.update", project)
    sent = {"name": name, "zh": request.form.get("zh", ""), "en": request.form.get("en", "")}
    try:
        zh, en = sent_text("zh", 4000, required=True), sent_text("en", 4000, required=True)
        is_new = publish_text(session.db(), project, name, zh, en, require_person(), session.now())
    except Problem as problem:
        return show_again("consents/texts.html", problem, lambda: texts_of(project), sent=sent)
    if is_new:
        refresh_recordings(session.db(), project, session.now())
        tell_workers(project)
    return say(
        "/consents/texts",
        _("Published. Who agreed to the words before is asked anew at the next visit.")
        if is_new
        else _("These are the words that stand already."),
    )


def tell_workers(project: Project) -> None:
    """Once a day, however many texts change on it."""
    staff = staff_of(session.db(), project.id, today())
    workers = {one.person for one in staff.duties if one.role in ("worker", "clinician")}
    occasion = f"texts {project.id} {today().isoformat()}"
    tell(session.db(), project.id, workers, TEXT_CHANGED, occasion, session.now())


def texts_of(project: Project) -> dict[str, Any]:
    db, who = session.db(), session.caller()
    versions = all_versions(db, project.id)
    people = find_actors(db, {one.published_by for one in versions.values()})
    texts = []
    for name, text in texts_in_force(db, project.id).items():
        by = people.get(text.published_by or 0)
        older = [one for (purpose, _version), one in sorted(versions.items()) if purpose == name and one != text]
        texts.append({"text": text, "label": name_of(name), "by": by.display_name if by else "", "older": older[::-1]})
    may_publish = may(who, "rights.update", project) or may(who, "form.update", project)
    return {"texts": texts, "may_publish": may_publish, "words_of": words_of}
