"""What was just done, said once on the next page: carried by a short-lived cookie, signed so that nobody else writes it."""

import hmac
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from hashlib import sha256
from typing import Any, NamedTuple

from flask import Response, redirect, request

from server.web.session import secret_key

COOKIE = "said"


class Undo(NamedTuple):
    """Where the undo button posts to, and what."""

    action: str
    fields: dict[str, str]


def say(where: str, text: str, undo: Undo | None = None) -> Response:
    """Sends the browser to a page of ours, which shows the sentence (and a button to undo) once."""
    answer = redirect(where, 303)
    body = json.dumps({"text": text, "undo": undo._asdict() if undo else None}).encode()
    value = urlsafe_b64encode(sign(body) + body).decode()
    answer.set_cookie(COOKIE, value, max_age=60, httponly=True, samesite="Strict", secure=request.scheme == "https")
    return answer  # type: ignore[return-value]


def read_toast() -> dict[str, Any] | None:
    """The sentence that came with this request; None when there is none, or when it is not ours."""
    value = request.cookies.get(COOKIE)
    if not value:
        return None
    try:
        raw = urlsafe_b64decode(value.encode())
    except ValueError:
        return None
    if not hmac.compare_digest(sign(raw[32:]), raw[:32]):
        return None
    found: dict[str, Any] = json.loads(raw[32:])
    return found


def sign(body: bytes) -> bytes:
    return hmac.new(secret_key(), b"toast" + body, sha256).digest()


def forget_toast(answer: Response) -> Response:
    """The page that showed it takes it away."""
    if request.method == "GET" and COOKIE in request.cookies and answer.mimetype == "text/html":
        answer.delete_cookie(COOKIE)
    return answer
