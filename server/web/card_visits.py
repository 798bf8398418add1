"""The door of a service card: a cookie of a few minutes that opens one woman's page and nothing else.

It is no session of an account: whoever is signed in to the office in the same browser is not asked for here.
"""

from typing import Final

from flask import Response, request

from server.access.card_codes import read_code
from server.access.card_tries import count_try, forget_tries
from server.access.tokens import csrf_of, hash_token, is_token
from server.errors import CardMistyped, CardUnfit, Forbidden
from server.registry.cards import OPEN_FOR, Hers, check_card, end_visit, find_visit, open_visit
from server.web import session

LONGEST: Final = 400
"""What is read of a code that was typed: the QR code's whole address may have been."""


def cookie_name() -> str:
    return "__Host-card" if request.scheme == "https" else "card"


def own_token() -> str:
    token = request.cookies.get(cookie_name(), "")
    return token if is_token(token) else ""


def who_opened() -> Hers | None:
    """Whose page is open in this browser."""
    token = own_token()
    return find_visit(session.db(), token, session.now()) if token else None


def open_page(typed_code: str, typed_pin: str) -> str:
    """The token of her page. Raises CardMistyped, CardUnfit, TooManyCardTries.

    The try is counted before anything is looked up. From there on whatever was typed takes the same way.
    """
    code, address, now = read_code(typed_code[:LONGEST]), request.remote_addr or "", session.now()
    if code is None:
        raise CardMistyped()
    with session.database().transaction() as db:
        count_try(db, code, address, now)
    checked = check_card(session.reading(), code, typed_pin[:LONGEST], session.today())
    if checked is None:
        raise CardUnfit()
    with session.database().transaction() as db:
        token = open_visit(db, code, checked, now)
        if token is not None:
            forget_tries(db, code, address)
    if token is None:
        raise CardUnfit()
    return token


def give_cookie(answer: Response, token: str) -> Response:
    seconds = int(OPEN_FOR.total_seconds())
    secure = request.scheme == "https"
    answer.set_cookie(cookie_name(), token, max_age=seconds, httponly=True, samesite="Strict", secure=secure, path="/")
    return answer


def leave_page(answer: Response) -> Response:
    """Ends the minutes; nothing of them stays in the browser."""
    if own_token():
        end_visit(session.db(), own_token())
    answer.delete_cookie(cookie_name(), path="/", secure=request.scheme == "https", samesite="Strict")
    answer.headers["Clear-Site-Data"] = '"cache"'
    return answer


def page_token() -> str:
    """What the page's forms carry, so that no other site sends them."""
    token = own_token()
    return csrf_of(session.secret_key(), hash_token(token)) if token else ""


def guard_form() -> None:
    """Raises Forbidden for what did not come from her open page."""
    session.refuse_other_sites()
    if not own_token() or request.form.get("__card") != page_token():
        raise Forbidden("The page was open too long. Load it again and repeat what you did.")
