"""The address at which one's own calendar program reads the open tasks; and what is read there, without any session."""

import hashlib
from typing import Any

from flask import Response, make_response, render_template, request

from server.followups import calendars
from server.web import session
from server.web.addresses import base_url
from server.web.pages.door import pages
from server.web.pages.shell import today
from server.web.pages.sign_in import require_person
from server.web.pages.texts import _
from server.web.pages.toasts import say

PAGE = "/me/calendar"


@pages.get(PAGE)
def show_calendar_address() -> Response:
    return make_response(render_template("me/calendar.html", **facts_of(require_person())))


@pages.post(PAGE)
def make_calendar() -> Response:
    """A new address, shown on this page alone."""
    person = require_person()
    base = base_url(session.config().public_url)
    token = calendars.make_address(session.db(), person, session.now())
    address = f"{base}/calendar/{token}.ics"
    return make_response(render_template("me/calendar.html", address=address, **facts_of(person)))


@pages.post(f"{PAGE}/remove")
def remove_calendar() -> Response:
    calendars.remove_address(session.db(), require_person(), session.now())
    return say(PAGE, _("The address leads nowhere any more."))


def facts_of(person: int) -> dict[str, Any]:
    return {"made_at": calendars.made_at(session.db(), person)}


@pages.get("/calendar/<token>.ics")
def read_calendar(token: str) -> Response:
    """Who knows the address reads; it tells numbers alone. Raises NotFound, TooManyFetches."""
    with session.database().transaction() as db:
        person = calendars.note_fetch(db, token, session.now())
    body = calendars.write_calendar(session.reading(), person, today())
    answer = make_response(body)
    answer.mimetype = "text/calendar"
    answer.set_etag(hashlib.sha256(body).hexdigest()[:32])
    answer.headers["Cache-Control"] = "private, no-cache"
    answer.headers["X-Robots-Tag"] = "noindex"
    answer.make_conditional(request)
    return answer
