"""Her own page of how she signs in: what there is, her password, and where she is signed in. The rest: own_factors.py."""

from collections.abc import Callable
from typing import Any

from flask import Response, make_response, render_template, request

from server.access import people, phone_passwords, second_factors, sign_in_places
from server.errors import Forbidden, Problem, Unauthenticated
from server.web import session
from server.web.pages.again import show_again
from server.web.pages.door import pages
from server.web.pages.sent import sent_secret
from server.web.pages.sign_in import require_person
from server.web.pages.texts import _
from server.web.pages.toasts import say

PAGE = "/me/security"


@pages.get(PAGE)
def show_security() -> Response:
    require_person()
    return make_response(render_template("me/security.html", **security_facts()))


def security_facts() -> dict[str, Any]:
    who = session.caller()
    actor_id = require_person()
    return {
        "factors": second_factors.get_factors(session.db(), actor_id),
        "places": sign_in_places.list_places(session.db(), actor_id, who.session_hash, session.now()),
        "must_add": who.must_add_factor,
        "offers_phone_password": session.config().digest,
        "phone_password": phone_passwords.find_phone_password(session.db(), actor_id),
    }


def with_password(act: Callable[[int], Response], template: str = "me/security.html") -> Response:
    """Does it once the password was typed; what is wrong is said on the page, and nothing is changed."""
    actor_id = require_person()
    try:
        retype_password(actor_id)
        return act(actor_id)
    except Problem as problem:
        return show_again(template, problem, security_facts)


def retype_password(actor_id: int) -> None:
    """Raises Forbidden for a wrong password: a 401 would lead away from the page."""
    try:
        session.check_own_password(actor_id, sent_secret("password"))
    except Unauthenticated:
        raise Forbidden("The password you use now was not right.") from None


@pages.post("/me/password")
def change_password() -> Response:
    def act(actor_id: int) -> Response:
        here = session.caller().session_hash
        people.set_password(
            session.db(), actor_id, sent_secret("new"), by=actor_id, now=session.now(), keep_session=here
        )
        return say(PAGE, _("The password is changed; other places where you were signed in are signed out."))

    return with_password(act)


@pages.post("/me/sessions/end")
def end_place() -> Response:
    """One place, or all but this one."""
    actor_id, here = require_person(), session.caller().session_hash
    name = request.form.get("place", "")[:64]
    if name == "others":
        sign_in_places.end_places(session.db(), actor_id, actor_id, session.now(), but=here)
        return say(PAGE, _("You are signed in only here now."))
    sign_in_places.end_place(session.db(), actor_id, name, actor_id, session.now())
    return say(PAGE, _("Signed out there."))
