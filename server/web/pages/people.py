"""Web accounts: adding, disabling, and a new password without mail."""

from flask import Response, make_response, redirect, render_template, request

from server.access import people, queries, roles
from server.access.allow import allow
from server.access.assignments import assign
from server.errors import Problem
from server.publishing import town_lists
from server.web import session
from server.web.addresses import base_url
from server.web.pages.again import show_again
from server.web.pages.door import pages
from server.web.pages.sent import ID, sent_text
from server.web.pages.shell import say_moment
from server.web.pages.sign_in import require_person
from server.web.pages.texts import _, say_list
from server.web.pages.toasts import Undo, say
from server.web.pages.words import role_word


@pages.get("/admin/people")
def list_people() -> Response:
    allow(session.caller(), "user.list")
    return make_response(render_template("admin/people.html", **page_facts(), form={}))


@pages.post("/admin/people")
def add_person() -> Response:
    """Makes an account without a password and shows the link by which its owner sets one."""
    allow(session.caller(), "user.create")
    try:
        user = people.create_user(
            session.db(), sent_text("email", required=True), None, sent_text("name"), require_person(), session.now()
        )
        if request.form.get("administrator"):
            allow(session.caller(), "assignment.create")
            role = roles.BY_ID[roles.ADMIN]
            assign(session.db(), session.caller(), role, user.actor_id, session.now(), None, None)
    except Problem as problem:
        return show_again("admin/people.html", problem, page_facts, form=request.form)
    return show_link(user.actor_id)


@pages.post(f"/admin/people/<{ID}:actor_id>/link")
def give_link(actor_id: int) -> Response:
    allow(session.caller(), "user.update")
    return show_link(actor_id)


def show_link(actor_id: int) -> Response:
    """The one-time link, on this answer only: it is nowhere stored in a form that can be shown again."""
    actor, _user = people.get_user(session.db(), actor_id)
    token = people.issue_link(session.db(), "password", actor_id, session.now(), by=require_person())
    link = {
        "name": actor.display_name,
        "url": f"{base_url(session.config().public_url)}/join/{token}",
        "until": say_moment(session.now() + people.PASSWORD_LINK_LIFE),
    }
    return make_response(render_template("admin/people.html", **page_facts(), form={}, link=link))


@pages.post(f"/admin/people/<{ID}:actor_id>/disable")
def disable(actor_id: int) -> Response:
    allow(session.caller(), "user.update")
    me = require_person()
    if actor_id == me:
        return redirect("/admin/people", 303)  # type: ignore[return-value]
    people.disable_user(session.db(), actor_id, me, session.now())
    tell_forms(actor_id)
    return say("/admin/people", _("The account is disabled."), Undo(f"/admin/people/{actor_id}/enable", {}))


@pages.post(f"/admin/people/<{ID}:actor_id>/enable")
def enable(actor_id: int) -> Response:
    allow(session.caller(), "user.update")
    people.enable_user(session.db(), actor_id, require_person(), session.now())
    tell_forms(actor_id)
    return say("/admin/people", _("The account works again."))


def tell_forms(actor_id: int) -> None:
    """Whom a woman can choose as her worker goes by the accounts that work."""
    towns = town_lists.towns_of_worker(session.db(), actor_id)
    town_lists.refresh_workers_in(session.db(), session.blobs(), towns, session.now())


def page_facts() -> dict[str, object]:
    return {"people": rows(), "me": session.caller().actor_id}


def rows() -> list[dict[str, object]]:
    return [
        {
            "id": row.actor.id,
            "name": row.actor.display_name,
            "email": row.user.email,
            "disabled": row.user.disabled_at is not None,
            "waiting": row.user.password_hash is None,
            "phones": row.phones,
            "roles": say_list(filter(None, map(role_word, row.role_ids))),
            "last_login_at": row.user.last_login_at,
        }
        for row in queries.list_people(session.db())
    ]
