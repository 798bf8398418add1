"""Whether the server is there and who is signed in: what a page asks before it sends what somebody took long to write."""

from flask import Response

from server.web import session
from server.web.pages.door import pages
from server.web.wire import central_json


@pages.get("/signed-in")
def show_signed_in() -> Response:
    """{actor: who is signed in in this browser, or null, csrf: the token for this session's forms, or ""}."""
    who = session.caller()
    return central_json.reply({"actor": who.actor_id, "csrf": session.csrf_token()})
