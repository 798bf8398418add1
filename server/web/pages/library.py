"""The wizard: which of the forms that come with Fangshi a town uses, the lists they need, and giving them to the phones.

No step keeps anything: what was chosen stands in the address. The lists have pages of their own (library_lists.py).
"""

from typing import Any
from urllib.parse import urlencode

from flask import Response, make_response, render_template, request

from forms.library import library_ids
from server.access.allow import allow, may
from server.errors import Forbidden, MissingParameter, Problem
from server.models import Project
from server.publishing.library import publish_library
from server.publishing.library_choice import Offer, Standing, all_offers, lists_of, standings, with_needs
from server.publishing.list_editing import list_now
from server.publishing.list_kinds import TOWN_LISTS, TownList
from server.publishing.recordings import FILES, recording_state
from server.publishing.town_lists import villages_of
from server.web import languages, session
from server.web.pages.again import show_again
from server.web.pages.door import pages
from server.web.pages.forms import project_by_reads
from server.web.pages.library_words import LIST_HINTS, RECORDING_WORDS, STATES, list_word, row_word
from server.web.pages.shell import current_project
from server.web.pages.sign_in import require_person
from server.web.pages.texts import _, _n
from server.web.pages.titles import say_form_title
from server.web.pages.toasts import say
from server.web.pages.words import role_word

FEW = 12


def library_project(verb: str = "form.update") -> Project:
    """The project, for who may change its forms. Raises Forbidden in a plain one: these forms are about people."""
    project = current_project()
    allow(session.caller(), verb, project)
    if project.kind != "care":
        raise Forbidden("These forms are for care projects. Ask your administrator to make this project one.")
    return project


def asked_forms() -> list[str]:
    """The chosen forms in the address or in what was sent; what is no form of ours is nothing."""
    sent = dict.fromkeys(request.values.getlist("form")[:100])
    return [form_id for form_id in sent if form_id in library_ids()]


def chosen_query(project: Project, chosen: list[str]) -> str:
    """The end of an address that carries the choice, and the project: another may be chosen in another window."""
    return urlencode([("project", str(project.id)), *(("form", form_id) for form_id in chosen)])


@pages.get("/library")
def choose_forms() -> Response:
    project = library_project()
    found = standings(session.db(), project)
    chosen = asked_forms() or [one.offer.form_id for one in found if one.changes]
    return make_response(render_template("library/forms.html", project=project, forms=lines_of(found), chosen=chosen))


def lines_of(found: list[Standing]) -> list[dict[str, Any]]:
    titles = {one.form_id: one.title for one in all_offers()}
    return [line_of(one, titles) for one in found]


def line_of(one: Standing, titles: dict[str, str]) -> dict[str, Any]:
    offer, state = one.offer, STATES[one.state]
    return {
        "form_id": offer.form_id,
        "code": offer.code,
        "title": offer.title,
        "purpose": offer.purpose.en if languages.language_tag() == "en" else offer.purpose.zh,
        "lists": [*([_("Villages")] if offer.asks_village else []), *map(list_word, offer.lists)],
        "needs": [say_form_title(titles[form_id]) for form_id in offer.needs],
        "roles": [role_word(role) for role in offer.fillers],
        "state": {"word": state[0], "kind": state[1], "icon": state[2]},
        "changes": one.changes,
        "here": one.version,
        "ours": offer.version,
    }


@pages.get("/library/lists")
def show_lists() -> Response:
    """All lists of the town; with forms in the address, those that these need, as the wizard's second step."""
    project = library_project()
    asked, chosen = asked_forms(), with_needs(asked_forms())
    kinds = lists_of(chosen) if chosen else list(TOWN_LISTS)
    titles = [say_form_title(one.title) for one in offers_of(chosen) if one.form_id not in asked]
    values = {"chosen": chosen, "added": titles, "query": chosen_query(project, chosen)}
    lists = [list_line(project, kind) for kind in kinds]
    recorded = recording_lines(project) if not chosen or "woman_consent" in chosen else []
    villages = village_facts(project)
    page = render_template(
        "library/lists.html", lists=lists, recordings=recorded, villages=villages, project=project, **values
    )
    return make_response(page)


def recording_lines(project: Project) -> list[dict[str, Any]]:
    return [
        {"language": language, "word": RECORDING_WORDS[language], **recording_state(session.db(), project, language)}
        for language in FILES
    ]


def list_line(project: Project, kind: TownList) -> dict[str, Any]:
    now = list_now(session.db(), session.blobs(), project, kind)
    return {
        "name": kind.name,
        "word": list_word(kind),
        "hint": LIST_HINTS[kind.name],
        "count": 0 if now.is_placeholder else len(now.rows),
        "first": [row_word(row) for row in now.rows[:FEW]],
        "is_placeholder": now.is_placeholder,
        "is_own": now.is_own,
        "is_worded": not kind.grows,
    }


def village_facts(project: Project) -> dict[str, Any]:
    names = [name for _code, name in villages_of(session.db(), project)]
    can_import = may(session.caller(), "village.import", project)
    return {"count": len(names), "first": names[:FEW], "can_import": can_import}


@pages.get("/library/publish")
def preview_library() -> Response:
    return make_response(render_template("library/publish.html", **preview_facts(with_needs(asked_forms()))))


def preview_facts(chosen: list[str]) -> dict[str, Any]:
    """What publishing the chosen forms would change, and what is still missing."""
    project = library_project()
    lines = lines_of(standings(session.db(), project, chosen))
    lists = [list_line(project, kind) for kind in lists_of(chosen)]
    return {
        "project": project,
        "chosen": chosen,
        "query": chosen_query(project, chosen),
        "changing": [line for line in lines if line["changes"]],
        "staying": [line for line in lines if not line["changes"]],
        "unfilled": [one for one in lists if one["is_placeholder"]],
        "villages": village_facts(project) if any(one.asks_village for one in offers_of(chosen)) else None,
    }


def offers_of(chosen: list[str]) -> list[Offer]:
    return [one for one in all_offers() if one.form_id in chosen] if chosen else []


@pages.post("/library/publish")
def publish_chosen() -> Response:
    """Converting forms takes seconds the first time, so it comes before the session that writes."""
    allow(session.caller(), "form.create", project_by_reads())
    chosen = with_needs(asked_forms())
    try:
        made = publish_them(library_project("form.create"), chosen)
    except Problem as problem:
        return show_again("library/publish.html", problem, lambda: preview_facts(chosen))
    return say("/forms", _n("%(num)s form is published.", "%(num)s forms are published.", made))


def publish_them(project: Project, chosen: list[str]) -> int:
    """How many of them were new or changed."""
    if not chosen:
        raise MissingParameter(field="form")
    db, changing = session.db(), [one for one in standings(session.db(), project, chosen) if one.changes]
    publish_library(db, session.blobs(), project, require_person(), session.now(), session.secret_key(), chosen=chosen)
    return len(changing)
