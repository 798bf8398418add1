"""The second step of signing in: a code of the app, a code on paper, or a passkey. And who must set one up first."""

from typing import Any

from flask import Response, make_response, render_template, request

from server.access import passkeys, second_factors
from server.access.sign_in_steps import data_of, end_step, find_step
from server.errors import Problem
from server.models import SignInStep
from server.web import session
from server.web.json_body import read_json
from server.web.pages.again import show_again
from server.web.pages.door import pages
from server.web.pages.opening import (
    begin_session,
    sent_step,
    to,
    with_session,
    with_step,
)
from server.web.pages.own_paths import own_path
from server.web.pages.passkey_answers import own_site, reply, say_json
from server.web.pages.sent import sent_text

WITHOUT_FACTOR = ("/me/security", "/sign-in", "/sign-out", "/join/", "/not-built", "/language", "/theme")
PASSKEY_STEP = "passkey-step"


@pages.before_request
def lead_to_second_factor() -> Response | None:
    """Whose role asks for a second factor sees one page until it is set up; without rights the others are empty anyway."""
    if request.method != "GET" or request.path.startswith(WITHOUT_FACTOR) or not session.caller().must_add_factor:
        return None
    return to("/me/security")


@pages.get("/sign-in/code")
def show_second_step() -> Response:
    step = find_step(session.db(), sent_step(), "code", session.now())
    if step is None:
        return to("/sign-in?away=1")
    return make_response(render_template("sign_in/code.html", **step_facts(step)))


def step_facts(step: SignInStep) -> dict[str, Any]:
    factors = second_factors.get_factors(session.db(), step.actor_id or 0)
    return {
        "app": factors.authenticator_since is not None,
        "passkeys": bool(factors.passkeys),
        "next": own_path(data_of(step).get("next")),
    }


@pages.post("/sign-in/code")
def take_second_step() -> Response:
    session.refuse_other_sites()
    step = find_step(session.reading(), sent_step(), "code", session.now())
    if step is None or step.actor_id is None:
        return to("/sign-in?away=1")
    actor_id, where = step.actor_id, own_path(data_of(step).get("next"))
    try:
        session.check_code(actor_id, sent_text("code", 40, required=True))
    except Problem as problem:
        return show_again("sign_in/code.html", problem, lambda: step_facts(step))
    if not end_step(session.db(), step):
        return to("/sign-in?away=1")
    return begin_session(actor_id, where, second_factor=True)


@pages.post("/sign-in/passkey/options")
def ask_for_passkey() -> Response:
    """JSON: what navigator.credentials.get takes."""
    session.refuse_other_sites()
    token, options = passkeys.begin_passkey_sign_in(session.db(), own_site(), session.now())
    return with_step(reply(options), token, PASSKEY_STEP)


@pages.post("/sign-in/passkey")
def sign_in_by_passkey() -> Response:
    session.refuse_other_sites()
    try:
        sent = read_json({"credential": dict}, {"next": str | None})
        token = sent_step(PASSKEY_STEP)
        actor_id = passkeys.finish_passkey_sign_in(session.db(), token, sent["credential"], own_site(), session.now())
    except Problem as problem:
        return say_json(problem)
    return with_session(reply({"to": own_path(sent.get("next"))}), session.db(), actor_id, second_factor=True)
