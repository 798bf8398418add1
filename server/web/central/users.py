"""Web accounts (6.3). Without mail an administrator sets a password or hands over a link."""

from flask import Response, request
from sqlalchemy.orm import Session

from server.access import people
from server.access.allow import allow, may, verbs_in
from server.access.caller import Caller
from server.access.profiles import forget_password, get_profile, list_users, update_profile
from server.access.reset_wishes import wish_reset
from server.errors import Forbidden, MissingParameters, NotFound, Unauthenticated
from server.publishing.town_lists import refresh_workers_in, towns_of_worker
from server.web.central.door import CentralDoor
from server.web.central.loading import signed_in
from server.web.json_body import read_json
from server.web.parameters import is_true, query_text, wants_extended
from server.web.session import blobs, caller, check_own_password, config, db, now, reading
from server.web.wire import central_json, people_json

users = CentralDoor("users")


@users.get("/users")
def get_users() -> Response:
    everybody = may(signed_in(caller()), "user.list")
    found = list_users(reading(), query_text("q"), everybody)
    return central_json.reply([people_json.user(profile) for profile in found])


@users.post("/users")
def post_user() -> Response:
    allow(caller(), "user.create")
    sent = read_json({"email": str}, {"password": str | None, "displayName": str | None})
    made = people.create_user(
        db(), sent["email"], sent.get("password"), sent.get("displayName"), caller().actor_id, now()
    )
    return central_json.reply(people_json.user(get_profile(db(), made.actor_id)))


@users.get("/users/current")
def get_current() -> Response:
    actor_id = person(caller())
    body = people_json.user(get_profile(reading(), actor_id))
    if wants_extended():
        body |= {"verbs": verbs_in(caller()), "preferences": {"site": {}, "projects": {}}}
    return central_json.reply(body)


def person(who: Caller) -> int:
    """The actor of a person; phones and links are refused (403.1), nobody is asked to sign in (401.2)."""
    if not signed_in(who).is_person or who.actor_id is None:
        raise Forbidden()
    return who.actor_id


@users.get("/users/<int:actor_id>")
def get_user(actor_id: int) -> Response:
    allow_on(actor_id, "user.read")
    return central_json.reply(people_json.user(get_profile(reading(), actor_id)))


def allow_on(actor_id: int, verb: str) -> None:
    """Everybody may see and change his own account; others' only with the verb on the site."""
    if person(caller()) != actor_id:
        allow(caller(), verb)


@users.patch("/users/<int:actor_id>")
def patch_user(actor_id: int) -> Response:
    allow_on(actor_id, "user.update")
    sent = read_json(optional={"displayName": str | None, "email": str | None})
    profile = update_profile(db(), actor_id, sent.get("displayName"), sent.get("email"), person(caller()), now())
    if sent.get("displayName") is not None:
        refresh_workers_in(db(), blobs(), towns_of_worker(db(), actor_id), now())
    return central_json.reply(people_json.user(profile))


@users.delete("/users/<int:actor_id>")
def delete_user(actor_id: int) -> Response:
    allow(caller(), "user.delete")
    if person(caller()) == actor_id:
        raise Forbidden("Nobody deletes his own account. Ask another administrator.")
    towns = towns_of_worker(db(), actor_id)
    people.delete_user(db(), actor_id, person(caller()), now())
    refresh_workers_in(db(), blobs(), towns, now())
    return central_json.success()


@users.put("/users/<int:actor_id>/password")
def put_password(actor_id: int) -> Response:
    """One's own with the old one; an administrator sets anybody's, since there may be no mail."""
    allow_on(actor_id, "user.update")
    sent = read_json(optional={"old": str | None, "new": str | None})
    own = person(caller()) == actor_id
    if sent.get("new") is None or (own and sent.get("old") is None):
        raise MissingParameters(expected=["old", "new"] if own else ["new"])
    if own:
        check_own_password(actor_id, sent["old"])
    keep = caller().session_hash if own else None
    people.set_password(db(), actor_id, sent["new"], by=caller().actor_id, now=now(), keep_session=keep)
    return central_json.success()


@users.post("/users/reset/initiate")
def start_reset() -> Response:
    """Always success and at once: who has an account is nobody's business. The timetable sends the mail, where mail is set up."""
    sent = read_json({"email": str})
    if is_true("invalidate"):
        allow(caller(), "user.update")
        invalidate_password(db(), sent["email"])
    if config().mail is not None and config().public_url is not None:
        wish_reset(db(), sent["email"], now())
    return central_json.success()


def invalidate_password(session: Session, email: str) -> None:
    for profile in list_users(session, email, everybody=False):
        forget_password(session, profile.actor.id, by=caller().actor_id, now=now())


@users.post("/users/reset/verify")
def finish_reset() -> Response:
    """The new password, with the token of a link as Bearer."""
    sent = read_json({"new": str})
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    link = people.find_link(reading(), token.strip(), now()) if scheme.lower() == "bearer" else None
    if link is None or link.purpose != "password":
        raise Unauthenticated()
    try:
        people.use_link(db(), token.strip(), None, sent["new"], None, now())
    except NotFound:
        raise Unauthenticated() from None
    return central_json.success()
