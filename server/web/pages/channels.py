"""Where notices go beside inbox and mail: everybody's own channels, and a town's for its duty team. No secret is shown again."""

from collections.abc import Callable
from typing import Any

from flask import Response, make_response, render_template, request

from server.access.allow import allow
from server.access.projects import get_project
from server.errors import Problem
from server.followups import channels, trying_out
from server.followups.channels import BY_THE_TOWN, KINDS, LONGEST, SMS, WEB_PUSH, Destination, Owner
from server.web import session
from server.web.languages import language_tag
from server.web.pages.again import show_again
from server.web.pages.channel_words import channel_words, why_words
from server.web.pages.door import pages
from server.web.pages.sent import ID, sent_text
from server.web.pages.shell import find_project
from server.web.pages.sign_in import require_person
from server.web.pages.texts import _
from server.web.pages.toasts import say

OWN = "/me/channels"
TOWN = f"/admin/projects/<{ID}:project_id>/channels"


@pages.get(OWN)
def show_channels() -> Response:
    return show(mine(), OWN)


@pages.post(OWN)
def change_channel() -> Response:
    return put(mine(), OWN)


@pages.post(f"{OWN}/<kind>/remove")
def remove_own_channel(kind: str) -> Response:
    return remove(mine(), OWN, kind)


@pages.post(f"{OWN}/<kind>/test")
def try_own_channel(kind: str) -> Response:
    return try_one(mine(), OWN, kind)


@pages.get(TOWN)
def show_town_channels(project_id: int) -> Response:
    return show(town(project_id), request.path)


@pages.post(TOWN)
def change_town_channel(project_id: int) -> Response:
    return put(town(project_id), request.path)


@pages.post(f"{TOWN}/<kind>/remove")
def remove_town_channel(project_id: int, kind: str) -> Response:
    return remove(town(project_id), f"/admin/projects/{project_id}/channels", kind)


@pages.post(f"{TOWN}/<kind>/test")
def try_town_channel(project_id: int, kind: str) -> Response:
    return try_one(town(project_id), f"/admin/projects/{project_id}/channels", kind)


def mine() -> Owner:
    return Owner(actor_id=require_person())


def town(project_id: int) -> Owner:
    """For administrators of the site. Raises Forbidden, NotFound."""
    allow(session.caller(), "config.set")
    return Owner(project_id=get_project(session.db(), project_id).id)


def show(owner: Owner, path: str) -> Response:
    return make_response(render_template("me/channels.html", **facts_of(owner, path)))


def facts_of(owner: Owner, path: str) -> dict[str, Any]:
    rows = channels.list_channels(session.db(), owner)
    return {
        "path": path,
        "is_town": owner.actor_id is None,
        "project": get_project(session.db(), owner.project_id) if owner.project_id is not None else None,
        "rows": [{"kind": one.kind, "name": name_of(owner, one.kind), "row": one} for one in rows],
        "kinds": [(kind, name_of(owner, kind)) for kind in KINDS if owner.actor_id is None or kind != WEB_PUSH],
        "push_key": push_key(owner),
    }


def push_key(owner: Owner) -> str:
    """What a person's browser is to trust, where the town that is open has web push."""
    project = find_project() if owner.actor_id is not None else None
    return channels.push_key_of(session.db(), project.id) if project else ""


def name_of(owner: Owner, kind: str) -> str:
    """A town has no number and no browser: what it sets up is the way to those of its people."""
    if owner.actor_id is None and kind in BY_THE_TOWN:
        return _("Text messages: the gateway") if kind == SMS else _("Web push: allowed for its people")
    return channel_words(kind)


def put(owner: Owner, path: str) -> Response:
    def act() -> Response:
        channels.put_channel(
            session.db(),
            owner,
            sent_destination(owner),
            bool(request.form.get("alerts")),
            bool(request.form.get("digests")),
            require_person(),
            session.now(),
        )
        return say(path, _("It is stored. Try it out now: nobody sees the address again, you neither."))

    return or_again(owner, path, act)


def sent_destination(owner: Owner) -> Destination:
    kind, address, secret, phone = (sent_text(name, LONGEST) for name in ("kind", "address", "secret", "phone"))
    return channels.read_destination(owner, kind, address, secret, phone, session.config().outbound_allow)


def remove(owner: Owner, path: str, kind: str) -> Response:
    channels.remove_channel(session.db(), owner, kind, require_person(), session.now())
    return say(path, _("The channel is taken away. What waited for it is not sent."))


def try_one(owner: Owner, path: str, kind: str) -> Response:
    def act() -> Response:
        project = find_project()
        town_id = owner.project_id or (project.id if project else 0)
        session.db().rollback()  # nothing waits for this request while the other side is called
        with session.database().transaction() as db:
            to = trying_out.begin_try(db, owner, kind, town_id, require_person(), session.now())
        allowed, english = session.config().outbound_allow, language_tag() == "en"
        outcome = trying_out.try_out(kind, to, allowed, english, session.now())
        tried = {"name": name_of(owner, kind), "good": not outcome.why, "words": why_words(outcome.why)}
        values = {**facts_of(owner, path), "tried": {**tried, "said": outcome.said}}
        return make_response(render_template("me/channels.html", **values))

    return or_again(owner, path, act)


def or_again(owner: Owner, path: str, act: Callable[[], Response]) -> Response:
    """Does it; what is wrong is said on the page, and what was typed is not shown again."""
    try:
        return act()
    except Problem as problem:
        if problem.status == 404:
            raise
        return show_again("me/channels.html", problem, lambda: facts_of(owner, path))
