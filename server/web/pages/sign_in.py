"""Signing in and out, the set-up link, and the person's own settings."""

from typing import Any

from flask import Response, make_response, redirect, render_template, request

from server.access import authenticate, people, queries, signing_in
from server.access.caller import Caller
from server.errors import Forbidden, Problem, Unauthenticated
from server.web import languages, session
from server.web.addresses import base_url
from server.web.pages.again import show_again
from server.web.pages.door import pages
from server.web.pages.own_paths import own_path
from server.web.pages.sent import sent_secret, sent_text
from server.web.pages.texts import _
from server.web.pages.toasts import say

YEAR = 365 * 24 * 3600


@pages.get("/sign-in")
def show_sign_in() -> Response:
    if not session.caller().is_anonymous:
        return to(own_path(request.args.get("next")))
    notice = _("You were away a while. Sign in again; what was stored is all there.") if "away" in request.args else ""
    return make_response(
        render_template("sign_in/sign_in.html", next=own_path(request.args.get("next")), notice=notice)
    )


@pages.post("/sign-in")
def sign_in() -> Response:
    refuse_other_sites()
    where = own_path(request.form.get("next"))
    email = request.form.get("email", "")[:255]
    try:
        who = session.check_password(sent_text("email", required=True), sent_secret("password"))
    except Problem as problem:
        return show_again("sign_in/sign_in.html", problem, next=where, email=email)
    return begin_session(who, where)


def begin_session(who: Caller, where: str) -> Response:
    """A new session, with a cookie that no script reads and no other site sends."""
    token, _created, expires_at = signing_in.sign_in(
        session.db(), who, request.headers.get("User-Agent"), session.now()
    )
    answer = to(where)
    secure = request.scheme == "https"
    answer.set_cookie(
        session.cookie_name(), token, expires=expires_at, httponly=True, samesite="Strict", secure=secure, path="/"
    )
    return answer


@pages.post("/sign-out")
def sign_out() -> Response:
    digest = session.caller().session_hash
    if digest is not None:
        authenticate.end_session(session.db(), digest)
    answer = to("/sign-in")
    answer.delete_cookie(session.cookie_name(), path="/", secure=request.scheme == "https", samesite="Strict")
    return answer


@pages.get("/join/<token>")
def show_join(token: str) -> Response:
    return make_response(render_template("join/join.html", **link_facts(token)))


@pages.post("/join/<token>")
def join(token: str) -> Response:
    refuse_other_sites()
    facts = link_facts(token)
    try:
        email, name = sent_text("email"), sent_text("name")
        actor_id = people.use_link(session.db(), token, email, sent_secret("password"), name or None, session.now())
    except Problem as problem:
        typed = {key: request.form.get(key, facts.get(key, ""))[:255] for key in ("email", "name")}
        return show_again("join/join.html", problem, **{**facts, **typed})
    return begin_session(Caller(actor_id=actor_id, type="user"), "/")


def link_facts(token: str) -> dict[str, Any]:
    """What the page says of a link: whether it still works, for whom, and whether it makes the first administrator."""
    link = people.find_link(session.reading(), token, session.now())
    if link is None or (link.purpose == "setup" and people.has_users(session.reading())):
        return {"gone": True}
    first = link.purpose == "setup"
    return {"first": first, "email": "" if first else queries.name_of_link(session.reading(), link)}


@pages.post("/language")
def choose_language() -> Response:
    chosen = languages.ENGLISH if request.form.get("lang") == "en" else languages.CHINESE
    who = session.caller()
    if who.is_person and who.actor_id is not None:  # for mails, which have no cookie
        people.choose_language(session.db(), who.actor_id, "en" if chosen == languages.ENGLISH else "zh")
    return remember_choice(languages.COOKIE, chosen)


@pages.post("/theme")
def choose_theme() -> Response:
    chosen = request.form.get("theme", "auto")
    return remember_choice("theme", chosen if chosen in ("light", "dark") else "auto")


def remember_choice(name: str, value: str) -> Response:
    answer = to(own_path(request.form.get("next")))
    answer.set_cookie(name, value, max_age=YEAR, samesite="Lax", httponly=True, secure=request.scheme == "https")
    return answer


@pages.get("/me")
def show_me() -> Response:
    require_person()
    return make_response(render_template("more.html"))


@pages.post("/me/password")
def change_password() -> Response:
    actor_id, digest = require_person(), session.caller().session_hash
    try:
        people.change_password(
            session.db(), actor_id, sent_secret("old"), sent_secret("new"), session.now(), keep_session=digest
        )
    except Unauthenticated:
        return show_again("more.html", Forbidden("The password you use now was not right."))
    except Problem as problem:
        return show_again("more.html", problem)
    return say("/me", _("The password is changed; other places where you were signed in are signed out."))


def require_person() -> int:
    """The actor of a signed-in person. Raises Unauthenticated."""
    who = session.caller()
    if not who.is_person or who.actor_id is None:
        raise Unauthenticated()
    return who.actor_id


def refuse_other_sites() -> None:
    """Nobody may be signed in by another site's form either. Raises Forbidden."""
    origin = request.headers.get("Origin")
    if origin not in (None, base_url(session.config().public_url), f"{request.scheme}://{request.host}"):
        raise Forbidden("This came from another site's page, so it was not done.")


def to(path: str) -> Response:
    return redirect(path, 303)  # type: ignore[return-value]
