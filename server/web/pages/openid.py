"""Signing in by the provider that the site names: there, and back."""

from flask import Response, make_response, render_template, request

from server.access import openid, openid_wire
from server.access.second_factors import asks_second_factor
from server.config import OpenIdProvider
from server.errors import NotFound, Problem
from server.web import session
from server.web.addresses import base_url
from server.web.pages.again import show_again
from server.web.pages.door import pages
from server.web.pages.opening import (
    sent_step,
    step_cookie,
    with_code_step,
    with_session,
    with_step,
)
from server.web.pages.own_paths import own_path
from server.web.plain_text import is_plain

STEP = "openid-step"
LONGEST = 4096


def provider() -> OpenIdProvider:
    """Raises NotFound where the site names none."""
    found = session.config().openid
    if found is None:
        raise NotFound()
    return found


def back() -> str:
    return f"{base_url(session.config().public_url)}/sign-in/openid/back"


@pages.post("/sign-in/openid")
def leave() -> Response:
    """To the provider, by a page that leads on: a form's answer may not redirect to another site (form-action)."""
    session.refuse_other_sites()
    where = own_path(request.form.get("next"))
    try:
        endpoints = openid_wire.read_endpoints(provider())
        token, address = openid.begin_openid(session.db(), provider(), endpoints, back(), where, session.now())
    except Problem as problem:
        return show_again("sign_in/sign_in.html", problem, next=where, openid=provider().name)
    return with_step(lead_on(address), token, STEP, same_site="Lax")


def lead_on(address: str) -> Response:
    return make_response(render_template("sign_in/lead_on.html", address=address))


@pages.get("/sign-in/openid/back")
def come_back() -> Response:
    """By a page of ours that leads on: what another site's page leads to is sent no strict cookie."""
    try:
        answer = {name: value for name, value in request.args.items() if len(value) < LONGEST and is_plain(value)}
        with session.database().transaction() as writing:
            pending = openid.take_answer(writing, provider(), sent_step(STEP), answer, session.now())
        endpoints = openid_wire.read_endpoints(provider())
        told = openid_wire.ask_who(
            provider(), endpoints, answer["code"], pending.verifier, pending.nonce, back(), session.now()
        )
        return begin(told, own_path(pending.where))
    except Problem as problem:
        return show_again("sign_in/sign_in.html", problem, next="/", openid=provider().name)


def begin(told: openid_wire.Told, where: str) -> Response:
    """The session, in a transaction of its own since coming back is a GET; or the second step, where nobody else asked for it."""
    with session.database().transaction() as writing:
        actor_id = openid.find_person(writing, provider(), told, session.now())
        if told.second_factor or not asks_second_factor(writing, actor_id):
            answer = with_session(lead_on(where), writing, actor_id, told.second_factor)
        else:
            answer = with_code_step(lead_on("/sign-in/code"), writing, actor_id, where)
    answer.delete_cookie(step_cookie(STEP), path="/", secure=request.scheme == "https", samesite="Lax")
    return answer
