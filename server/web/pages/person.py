"""One account, for administrators: where the person is signed in, what she signs in with, and help for who lost it all."""

from typing import Any

from flask import Response, make_response, render_template, request

from server.access import people, phone_passwords, second_factors, sign_in_places
from server.access.allow import allow
from server.errors import Forbidden
from server.web import session
from server.web.pages.door import pages
from server.web.pages.sent import ID
from server.web.pages.sign_in import require_person
from server.web.pages.texts import _
from server.web.pages.toasts import say


@pages.get(f"/admin/people/<{ID}:actor_id>")
def show_person(actor_id: int) -> Response:
    allow(session.caller(), "user.read")
    return make_response(render_template("admin/person.html", **person_facts(actor_id)))


def person_facts(actor_id: int) -> dict[str, Any]:
    actor, user = people.get_user(session.db(), actor_id)
    return {
        "person": {"id": actor.id, "name": actor.display_name, "email": user.email},
        "factors": second_factors.get_factors(session.db(), actor_id),
        "places": sign_in_places.list_places(session.db(), actor_id, None, session.now()),
        "phone_password": phone_passwords.find_phone_password(session.db(), actor_id),
        "is_me": actor_id == session.caller().actor_id,
    }


@pages.post(f"/admin/people/<{ID}:actor_id>/sessions/end")
def end_sessions(actor_id: int) -> Response:
    """One place, or all of them."""
    me = others_only(actor_id)
    name = request.form.get("place", "")[:64]
    if name == "all":
        sign_in_places.end_places(session.db(), actor_id, me, session.now())
    else:
        sign_in_places.end_place(session.db(), actor_id, name, me, session.now())
    return say(f"/admin/people/{actor_id}", _("Signed out there."))


@pages.post(f"/admin/people/<{ID}:actor_id>/second-factor/remove")
def remove_second_factor(actor_id: int) -> Response:
    """For who lost phone and paper. All sessions end: whoever has the phone now must not go on in one."""
    me = others_only(actor_id)
    second_factors.remove_all(session.db(), actor_id, me, session.now())
    sign_in_places.end_places(session.db(), actor_id, me, session.now())
    return say(f"/admin/people/{actor_id}", _("Only the password is left. The person sets up a new second factor."))


@pages.post(f"/admin/people/<{ID}:actor_id>/phone-password/remove")
def remove_phone_password_of(actor_id: int) -> Response:
    """For who lost a phone that signed in by her name."""
    me = others_only(actor_id)
    phone_passwords.remove_phone_password(session.db(), actor_id, me, session.now())
    return say(f"/admin/people/{actor_id}", _("The phone password opens nothing any more."))


def others_only(actor_id: int) -> int:
    """The administrator who asks. Raises Forbidden for one's own account, which has a page of its own; NotFound."""
    allow(session.caller(), "user.update")
    people.get_user(session.db(), actor_id)
    me = require_person()
    if actor_id == me:
        raise Forbidden("Your own account is changed on the page of your sign-in, with your password.")
    return me
