"""What a person shows beside her password: an app, codes on paper, passkeys; and the passwords of her programs.

Every change asks for the password again, but names and the end of a program's.
"""

from typing import Any

from flask import Response, make_response, render_template

from server.access import app_passwords, passkeys, phone_passwords, second_factors, sign_in_places, signing_in
from server.errors import Problem
from server.models import AppPassword
from server.web import session
from server.web.json_body import read_json
from server.web.pages.again import show_again
from server.web.pages.door import pages
from server.web.pages.opening import sent_step, with_step
from server.web.pages.passkey_answers import own_site, reply, say_json
from server.web.pages.phones import draw_qr
from server.web.pages.security import PAGE, retype_password, security_facts, with_password
from server.web.pages.sent import ID, check_text, sent_text
from server.web.pages.sign_in import require_person
from server.web.pages.texts import _
from server.web.pages.toasts import say

PASSKEY_STEP = "new-passkey-step"


@pages.post("/me/authenticator")
def begin_app() -> Response:
    def act(actor_id: int) -> Response:
        second_factors.begin_authenticator(session.db(), actor_id, session.now())
        return make_response(render_template("me/authenticator.html", **app_facts(actor_id)))

    return with_password(act)


def app_facts(actor_id: int) -> dict[str, Any]:
    secret = second_factors.pending_secret(session.db(), actor_id) or ""
    account = signing_in.email_of(session.db(), actor_id)
    spaced = " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
    return {"secret": spaced, "qr": draw_qr(second_factors.address_of(secret, account)) if secret else None}


@pages.post("/me/authenticator/confirm")
def confirm_app() -> Response:
    """The first code. Wrong ones are not counted: the secret is still on the screen of whoever types."""
    actor_id = require_person()
    try:
        code = sent_text("code", 40, required=True)
        codes = second_factors.confirm_authenticator(session.db(), actor_id, code, session.now())
    except Problem as problem:
        return show_again("me/authenticator.html", problem, lambda: app_facts(actor_id))
    return finish_factor(actor_id, codes)


def finish_factor(actor_id: int, codes: list[str]) -> Response:
    """This session has shown the new factor; the person's others have not, so they end. New paper codes are shown once."""
    strengthen(actor_id)
    if not codes:
        return say(PAGE, _("Done. It is asked for from your next sign-in on."))
    return make_response(render_template("me/codes.html", codes=codes))


def strengthen(actor_id: int) -> None:
    """This session has shown the new factor. The others have not, nor has her phone: they end."""
    here = session.caller().session_hash
    if here is not None:
        sign_in_places.mark_second_factor(session.db(), here)
    sign_in_places.end_places(session.db(), actor_id, actor_id, session.now(), but=here)
    phone_passwords.end_phone_password(session.db(), actor_id, actor_id, session.now())


def end_programs(actor_id: int, before: tuple[AppPassword, ...]) -> None:
    """Programs' passwords go with the last second factor, and so do the sessions that they began: with them all others."""
    if before and not second_factors.get_factors(session.db(), actor_id).app_passwords:
        sign_in_places.end_places(session.db(), actor_id, actor_id, session.now(), but=session.caller().session_hash)


@pages.post("/me/authenticator/remove")
def remove_app() -> Response:
    def act(actor_id: int) -> Response:
        programs = second_factors.get_factors(session.db(), actor_id).app_passwords
        second_factors.remove_authenticator(session.db(), actor_id, session.now())
        end_programs(actor_id, programs)
        return say(PAGE, _("The app is no longer asked for."))

    return with_password(act)


@pages.post("/me/recovery-codes")
def renew_codes() -> Response:
    def act(actor_id: int) -> Response:
        codes = second_factors.make_recovery_codes(session.db(), actor_id, session.now())
        return make_response(render_template("me/codes.html", codes=codes))

    return with_password(act)


@pages.post("/me/passkeys/options")
def ask_for_new_passkey() -> Response:
    """JSON: what navigator.credentials.create takes."""
    actor_id = require_person()
    try:
        retype_password(actor_id)
        token, options = passkeys.begin_registration(session.db(), actor_id, own_site(), session.now())
    except Problem as problem:
        return say_json(problem)
    return with_step(reply(options), token, PASSKEY_STEP)


@pages.post("/me/passkeys")
def add_passkey() -> Response:
    """JSON: the page to go to, and recovery codes where there were none, shown this once."""
    actor_id = require_person()
    try:
        sent = read_json({"credential": dict, "name": str})
        token, name = sent_step(PASSKEY_STEP), check_text("name", sent["name"], passkeys.LONGEST_NAME)
        codes = passkeys.finish_registration(
            session.db(), actor_id, token, sent["credential"], name, own_site(), session.now()
        )
    except Problem as problem:
        return say_json(problem)
    strengthen(actor_id)
    return reply({"to": PAGE, "page": render_template("me/codes_only.html", codes=codes) if codes else None})


@pages.post(f"/me/passkeys/<{ID}:passkey_id>/name")
def name_passkey(passkey_id: int) -> Response:
    actor_id = require_person()
    try:
        passkeys.rename_passkey(session.db(), actor_id, passkey_id, sent_text("name", passkeys.LONGEST_NAME))
    except Problem as problem:
        return show_again("me/security.html", problem, security_facts)
    return say(PAGE, _("Saved."))


@pages.post(f"/me/passkeys/<{ID}:passkey_id>/remove")
def remove_passkey(passkey_id: int) -> Response:
    def act(actor_id: int) -> Response:
        programs = second_factors.get_factors(session.db(), actor_id).app_passwords
        passkeys.remove_passkey(session.db(), actor_id, passkey_id, session.now())
        end_programs(actor_id, programs)
        return say(PAGE, _("The passkey no longer signs in here. Delete it from the device too."))

    return with_password(act)


@pages.post("/me/app-passwords")
def add_app_password() -> Response:
    def act(actor_id: int) -> Response:
        name = sent_text("name", app_passwords.LONGEST_NAME)
        secret = app_passwords.make_app_password(session.db(), actor_id, name, session.now())
        return make_response(render_template("me/security.html", secret=secret, secret_name=name, **security_facts()))

    return with_password(act)


@pages.post(f"/me/app-passwords/<{ID}:password_id>/remove")
def remove_app_password(password_id: int) -> Response:
    """Sessions that the program began by it must not go on, and which those are nobody wrote down: all others end."""
    actor_id, here = require_person(), session.caller().session_hash
    app_passwords.remove_app_password(session.db(), actor_id, password_id, session.now())
    sign_in_places.end_places(session.db(), actor_id, actor_id, session.now(), but=here)
    return say(PAGE, _("That program is no longer let in; other places where you were signed in are signed out."))
