"""Sessions: signing in for programs, what is left of one, ending one, and revoking a phone or a link by its token (6.2)."""

from flask import Response, request

from server.access import authenticate, tokens
from server.access.allow import allow
from server.access.phones import find_phone_by_token, project_of_phone, revoke_app_user
from server.access.public_links import find_link_by_token, revoke_link
from server.access.second_factors import asks_second_factor
from server.access.sessions import end_session
from server.access.signing_in import Opened, sign_in
from server.errors import Forbidden, NotFound, SecondFactorNeeded, SecondFactorUnset
from server.models import Session as SessionRow
from server.publishing.town_lists import refresh_workers
from server.web.central.door import CentralDoor
from server.web.central.loading import signed_in
from server.web.json_body import read_json
from server.web.session import (
    blobs,
    caller,
    check_code,
    check_program,
    config,
    cookie_name,
    db,
    forget,
    is_from_other_site,
    now,
    reading,
    secret_key,
)
from server.web.wire import central_json

sessions = CentralDoor("sessions")


@sessions.post("/sessions")
def open_session() -> Response:
    """With a second factor for accounts that have one: `code`, or a password made for programs instead of one's own."""
    sent = read_json({"email": str, "password": str}, {"code": str | None})
    proof = check_program(sent["email"], sent["password"])
    actor_id = proof.caller.actor_id
    assert actor_id is not None, "only people have a password"
    shown = proof.second_factor or show_code(actor_id, sent.get("code"))
    if not shown and authenticate.must_add_factor(reading(), actor_id, config().second_factor):
        raise SecondFactorUnset()
    if not proof.second_factor:  # as for Basic: a program's own password forgets no failures
        forget(sent["email"])
    opened = sign_in(db(), actor_id, request.headers.get("User-Agent"), now(), shown, request.remote_addr)
    return with_cookies(opened)


def show_code(actor_id: int, code: str | None) -> bool:
    """Whether there was a second factor to show. Raises SecondFactorNeeded, Unauthenticated, TooManyTries."""
    if not asks_second_factor(reading(), actor_id):
        return False
    if not code:
        raise SecondFactorNeeded()
    check_code(actor_id, code)
    return True


def with_cookies(opened: Opened) -> Response:
    """What programs read, and cookies for our own pages: another site's form signs nobody's browser in."""
    csrf = tokens.csrf_of(secret_key(), tokens.hash_token(opened.token))
    response = central_json.reply(
        {
            "token": opened.token,
            "csrf": csrf,
            "expiresAt": central_json.instant(opened.expires_at),
            "createdAt": central_json.instant(opened.created_at),
        }
    )
    if is_from_other_site():
        return response
    secure = request.scheme == "https"
    for name, value, hidden in ((cookie_name(), opened.token, True), ("__csrf", csrf, False)):
        response.set_cookie(
            name, value, expires=opened.expires_at, path="/", secure=secure, httponly=hidden, samesite="Strict"
        )
    return response


@sessions.get("/sessions/restore")
def restore_session() -> Response:
    digest = caller().session_hash
    row = reading().get(SessionRow, digest) if digest else None
    if row is None:
        raise NotFound()
    return central_json.reply(
        {"createdAt": central_json.instant(row.created_at), "expiresAt": central_json.instant(row.expires_at)}
    )


@sessions.delete("/sessions/current")
def end_current() -> Response:
    digest = signed_in(caller()).session_hash
    if digest is None or not end_session(db(), digest):
        raise NotFound()
    return without_cookies()


def without_cookies() -> Response:
    response = central_json.success()
    for name in (cookie_name(), "__csrf"):
        response.delete_cookie(name, path="/", secure=request.scheme == "https", samesite="Strict")
    return response


@sessions.delete("/sessions/<token>")
def end_by_token(token: str) -> Response:
    """Ends one's own session, or revokes a phone or a link of a project one manages; 403.1 for everything else, known or not."""
    who = signed_in(caller())
    if who.session_hash is not None and tokens.hash_token(token) == who.session_hash:
        end_session(db(), who.session_hash)
        return without_cookies()
    phone = find_phone_by_token(db(), token)
    if phone is None:
        return end_link(token)
    project = project_of_phone(db(), phone)
    allow(who, "session.end", project)
    revoke_app_user(db(), phone, who.actor_id, now())
    if project.kind == "care":
        refresh_workers(db(), blobs(), project, now())
    return central_json.success()


def end_link(token: str) -> Response:
    """Revokes a public link of a project one manages. Raises Forbidden."""
    found = find_link_by_token(db(), token)
    if found is None:
        raise Forbidden()
    actor_id, project, form = found
    allow(caller(), "session.end", project)
    revoke_link(db(), form, actor_id, caller().actor_id, now())
    return central_json.success()
