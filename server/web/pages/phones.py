"""Which phone belongs to whom, who carries it in which care role, its QR card, and stopping it."""

import segno
from flask import Response, make_response, redirect, render_template, request
from markupsafe import Markup

from server.access import carers, phone_reach, phones, queries, roles
from server.access.allow import allow, may
from server.access.assignments import assign, set_villages
from server.access.care_roles import CARE_ROLES, PHONE_ROLES
from server.access.phones import Phone
from server.access.profiles import find_actors
from server.errors import NotFound, Problem
from server.models import Actor, Project
from server.places.desk import list_villages
from server.publishing.phone_settings import settings_text
from server.publishing.town_lists import refresh_workers
from server.registry.workers_list import hand_phone
from server.web import session
from server.web.addresses import base_url
from server.web.pages.again import show_again
from server.web.pages.door import pages
from server.web.pages.projects import sent_villages
from server.web.pages.sent import ID, sent_id, sent_text
from server.web.pages.shell import current_project
from server.web.pages.sign_in import require_person
from server.web.pages.texts import _, say_list
from server.web.pages.toasts import say
from server.web.pages.words import role_word
from server.web.readings import note_keys


@pages.get("/phones")
def list_phones() -> Response:
    project = current_project()
    allow(session.caller(), "field_key.list", project)
    return make_response(render_template("phones/list.html", **list_facts(project)))


def list_facts(project: Project) -> dict[str, object]:
    who = session.caller()
    villages = queries.villages_by_actor(session.db(), project.id)
    found = phone_reach.list_phones(session.db(), session.secret_key(), who, project, session.now())
    care = project.kind == "care"
    carried = {one.row.person_id for one in found} if care else set()
    people, gone = find_actors(session.db(), carried), carers.why_gone(session.db(), project, carried)
    return {
        "phones": [
            {
                **card(one),
                **(carer_facts(one, people, gone) if care else {}),
                "villages": villages_of(villages, one) if care else "",
            }
            for one in found
        ],
        **(choices() if care else {}),
        "can_create": may(who, "field_key.create", project),
        "whole_town": phone_reach.managed_villages(who, project) is None,
        "villages": list_villages(session.db(), phone_reach.managed_scope(who, project)) if care else [],
        "on_two": sum(one.row.other_device_id is not None and one.row.revoked_at is None for one in found),
        "can_print": may(who, "field_key.delete", project),
    }


def villages_of(known: dict[int, tuple[str, ...] | None], phone: Phone) -> str:
    names = known.get(phone.actor.id, ())
    return _("the whole town") if names is None else say_list(names) or _("none yet")


def carer_facts(phone: Phone, people: dict[int, Actor], gone: dict[int | None, str]) -> dict[str, object]:
    """Who carries a phone of a care project ("" for nobody with an account), as what, and whether she is gone, and how."""
    person = people.get(phone.row.person_id or 0)
    role = role_word(roles.BY_SYSTEM[phone.row.care_role].id)
    return {
        "carer_id": phone.row.person_id,
        "carer": person.display_name if person else "",
        "carer_gone": gone.get(phone.row.person_id, ""),
        "role": role,
        "care_role": phone.row.care_role,
    }


def choices() -> dict[str, object]:
    """Whom a phone can be handed to, and in which care role."""
    return {
        "carriers": carers.list_carriers(session.db(), session.caller(), current_project(), session.now()),
        "care_roles": [(name, role_word(roles.BY_SYSTEM[name].id)) for name in PHONE_ROLES],
    }


def card(phone: Phone) -> dict[str, object]:
    return {
        "id": phone.actor.id,
        "name": phone.actor.display_name,
        "works": phone.row.revoked_at is None,
        "last_used_at": phone.row.last_used_at,
        "device": phone.row.last_device_id,
        "first_device": phone.row.first_device_id,
        "first_used_at": phone.row.first_used_at,
        "other_device": phone.row.other_device_id,
        "other_device_at": phone.row.other_device_at,
    }


@pages.post("/phones")
def add_phone() -> Response:
    """A key for a person's phone: all forms of the project, and in a care project the villages ticked."""
    project, me, who = current_project(), require_person(), session.caller()
    allow(who, "field_key.create", project)
    try:
        name = sent_text("name", required=True)
        made = phones.create_app_user(session.db(), session.secret_key(), project.id, name, me, session.now())
        assign(session.db(), who, roles.BY_ID[roles.APP_USER], made.actor.id, session.now(), project, None)
        if project.kind == "care":
            set_villages(session.db(), who, project, made.actor.id, sent_villages(), session.now())
            hand_over(project, made.actor.id)
    except Problem as problem:
        typed = {one: request.form.get(one, "")[:255] for one in ("name", "carer", "care_role")}
        return show_again("phones/list.html", problem, lambda: list_facts(project), **typed)
    return redirect(f"/phones/{made.actor.id}", 303)  # type: ignore[return-value]


def hand_over(project: Project, actor_id: int) -> None:
    """As the form says; what it does not say is nobody, and a village worker."""
    person_id = sent_id("carer") if request.form.get("carer") else None
    role = request.form.get("care_role") or CARE_ROLES[0]
    hand_phone(session.db(), session.caller(), project, actor_id, person_id, role, session.now())
    tell_forms(project)


def tell_forms(project: Project) -> None:
    """Whom a woman can choose as her worker is read off the phones too."""
    if project.kind == "care":
        refresh_workers(session.db(), session.blobs(), project, session.now())


@pages.get(f"/phones/<{ID}:actor_id>")
def show_card(actor_id: int) -> Response:
    project = current_project()
    allow(session.caller(), "field_key.list", project)
    return make_response(render_template("phones/card.html", **card_facts(project, actor_id)))


def managed_phone(project: Project, actor_id: int) -> Phone:
    """Raises NotFound for one that is not the caller's to manage."""
    return phone_reach.get_phone(session.db(), session.secret_key(), session.caller(), project, actor_id, session.now())


def card_facts(project: Project, actor_id: int) -> dict[str, object]:
    phone = managed_phone(project, actor_id)
    manages = may(session.caller(), "field_key.delete", project)
    facts: dict[str, object] = {"phone": card(phone), "can_manage": manages, "qr": None, "key_url": ""}
    facts["reaches_further"] = phone.reaches_further
    if project.kind == "care":
        carrier = {phone.row.person_id}
        people, gone = find_actors(session.db(), carrier), carers.why_gone(session.db(), project, carrier)
        facts |= carer_facts(phone, people, gone)
        facts["can_hand_over"] = may(session.caller(), "field_key.update", project) and not phone.reaches_further
        facts |= choices()
    facts["in_use"] = phone.token is not None and not phones.is_printed(project, phone)
    if phone.token and manages and phones.is_printed(project, phone):
        note_keys(project, [phone])
        facts["key_url"] = key_url(project, phone.token)
        facts["qr"] = draw_qr(settings_text(project, str(facts["key_url"])))
    return facts


@pages.post(f"/phones/<{ID}:actor_id>/carer")
def change_carer(actor_id: int) -> Response:
    project = current_project()
    allow(session.caller(), "field_key.update", project)
    managed_phone(project, actor_id)
    try:
        hand_over(project, actor_id)
    except NotFound:
        raise
    except Problem as problem:
        return show_again("phones/card.html", problem, lambda: card_facts(project, actor_id))
    return say(f"/phones/{actor_id}", _("Saved. The phone gets its lists anew at its next sync."))


def key_url(project: Project, token: str) -> str:
    return f"{base_url(session.config().public_url)}/v1/key/{token}/projects/{project.id}"


def draw_qr(text: str) -> Markup:
    """Black on white in both themes, as inline SVG; the only Markup we make, from squares alone."""
    code = segno.make(text, error="l", micro=False)
    return Markup(code.svg_inline(scale=1, border=2, omitsize=True, dark="#000", light="#fff"))  # noqa: S704


@pages.post(f"/phones/<{ID}:actor_id>/revoke")
def stop_phone(actor_id: int) -> Response:
    project = current_project()
    allow(session.caller(), "field_key.delete", project)
    managed_phone(project, actor_id)
    phones.revoke_app_user(session.db(), actor_id, require_person(), session.now())
    tell_forms(project)
    return say(f"/phones/{actor_id}", _("The phone is stopped. What it sent stays."))


@pages.post(f"/phones/<{ID}:actor_id>/lost")
def lose_phone(actor_id: int) -> Response:
    """Stops the key at once, and says what else is to be done now."""
    project = current_project()
    allow(session.caller(), "field_key.delete", project)
    managed_phone(project, actor_id)
    phones.revoke_app_user(session.db(), actor_id, require_person(), session.now(), lost=True)
    tell_forms(project)
    return make_response(render_template("phones/card.html", lost=True, **card_facts(project, actor_id)))


@pages.post(f"/phones/<{ID}:actor_id>/device")
def know_device(actor_id: int) -> Response:
    project = current_project()
    allow(session.caller(), "field_key.update", project)
    phone_reach.check_own_reach(managed_phone(project, actor_id))
    phones.accept_device(session.db(), actor_id, require_person(), session.now())
    return say(f"/phones/{actor_id}", _("Noted: it is the same person's phone."))


@pages.post(f"/phones/<{ID}:actor_id>/reissue")
def new_card(actor_id: int) -> Response:
    project = current_project()
    allow(session.caller(), "field_key.update", project)
    phone_reach.check_own_reach(managed_phone(project, actor_id))
    phones.reissue_app_user(session.db(), session.secret_key(), actor_id, require_person(), session.now())
    tell_forms(project)
    return say(f"/phones/{actor_id}", _("A new card is made; the old one no longer works."))
