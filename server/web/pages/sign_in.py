"""Signing in and out, the set-up link, and the person's own settings."""

from typing import Any

from flask import Response, make_response, render_template, request

from server.access import people, queries, second_factors, sessions
from server.errors import NotFound, Problem, TooManyTries, Unauthenticated
from server.web import languages, session
from server.web.pages.again import show_again
from server.web.pages.door import pages
from server.web.pages.opening import go_on, to
from server.web.pages.own_paths import own_path
from server.web.pages.sent import sent_secret, sent_text
from server.web.pages.texts import _

YEAR = 365 * 24 * 3600


@pages.get("/sign-in")
def show_sign_in() -> Response:
    if not session.caller().is_anonymous:
        return to(own_path(request.args.get("next")))
    notice = _("You were away a while. Sign in again; what was stored is all there.") if "away" in request.args else ""
    return make_response(
        render_template(
            "sign_in/sign_in.html", next=own_path(request.args.get("next")), notice=notice, openid=openid_name()
        )
    )


@pages.post("/sign-in")
def sign_in() -> Response:
    session.refuse_other_sites()
    where = own_path(request.form.get("next"))
    email = request.form.get("email", "")[:255]
    try:
        typed = sent_text("email", required=True)
        actor_id = session.check_password(typed, sent_secret("password")).actor_id
    except Problem as problem:
        waits = isinstance(problem, TooManyTries)
        return show_again("sign_in/sign_in.html", problem, next=where, email=email, waits=waits, openid=openid_name())
    assert actor_id is not None, "only people have a password"
    if not second_factors.asks_second_factor(session.reading(), actor_id):
        session.forget(typed)
    return go_on(actor_id, where)


def openid_name() -> str:
    """Who else vouches for people; "" for nobody."""
    provider = session.config().openid
    return provider.name if provider else ""


@pages.post("/sign-out")
def sign_out() -> Response:
    digest = session.caller().session_hash
    if digest is not None:
        sessions.end_session(session.db(), digest)
    answer = to("/sign-in")
    answer.delete_cookie(session.cookie_name(), path="/", secure=request.scheme == "https", samesite="Strict")
    return answer


@pages.get("/join/<token>")
def show_join(token: str) -> Response:
    return make_response(render_template("join/join.html", **link_facts(token)))


@pages.post("/join/<token>")
def join(token: str) -> Response:
    session.refuse_other_sites()
    facts = link_facts(token)
    try:
        if "gone" in facts:
            raise NotFound("This link was used before or is too old. Ask for a new one.")
        email, name = sent_text("email"), sent_text("name")
        actor_id = people.use_link(session.db(), token, email, sent_secret("password"), name or None, session.now())
    except Problem as problem:
        typed = {key: request.form.get(key, facts.get(key, ""))[:255] for key in ("email", "name")}
        return show_again("join/join.html", problem, **{**facts, **typed})
    return go_on(actor_id, "/")


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


def require_person() -> int:
    """The actor of a signed-in person. Raises Unauthenticated."""
    who = session.caller()
    if not who.is_person or who.actor_id is None:
        raise Unauthenticated()
    return who.actor_id
