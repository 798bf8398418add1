"""Passwords at a door: whoever guesses them is slowed down, at every door alike."""

from typing import cast

from flask import current_app, request

from server.access.caller import Caller
from server.access.signing_in import FailedTries, check_sign_in
from server.web.session import now, reading


def failed_tries() -> FailedTries:
    """This application's memory of failed sign-ins."""
    return cast(FailedTries, current_app.extensions.setdefault("fangshi.tries", FailedTries()))


def check_password_of_request(email: str, password: str) -> Caller:
    """The person with this address and password. Raises Unauthenticated or TooManyTries; reads only."""
    return check_sign_in(reading(), failed_tries(), email, password, request.remote_addr or "", now())
