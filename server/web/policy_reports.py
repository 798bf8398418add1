"""POST /policy-report: a browser says that a page tried what its Content-Security-Policy forbids.

Anybody may write here, so little of it is believed and little kept: which directive, the kind of what was blocked, and
the page's route without its ids. At most some lines a minute go to the log; the answer is always empty.
"""

import logging
import threading
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import orjson
from flask import Response, current_app, request
from werkzeug.exceptions import HTTPException

from server.errors import Unparseable
from server.web.blueprints import Door
from server.web.json_body import read_bytes
from server.web.session import now

policy_reports = Door("policy_reports", tongue="json")
log = logging.getLogger("fangshi.policy")
ADDRESS = "/policy-report"
MOST_BYTES = 16_384
LINES_A_MINUTE = 20
WORD = frozenset("abcdefghijklmnopqrstuvwxyz-")


class Pace:
    """Whether another line may be written in this minute, whoever sends how much."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.minute: datetime | None = None
        self.lines = 0

    def allows(self, at: datetime) -> bool:
        minute = at.replace(second=0, microsecond=0)
        with self.lock:
            self.lines = self.lines + 1 if minute == self.minute else 1
            self.minute = minute
            return self.lines <= LINES_A_MINUTE


PACE = Pace()


@policy_reports.post(ADDRESS)
def take_report() -> Response:
    """Both ways in which browsers report: one object (report-uri) or a list (Reporting API). Raises Unparseable."""
    try:
        sent = orjson.loads(read_bytes(MOST_BYTES))
    except orjson.JSONDecodeError:
        raise Unparseable(reason="it is no report of a browser") from None
    for one in (sent if isinstance(sent, list) else [sent])[:LINES_A_MINUTE]:
        if (found := read_report(one)) and PACE.allows(now()):
            log.warning("a page tried what its policy forbids: %s, %s, on %s", *found)
    return Response(status=204)


def read_report(sent: Any) -> tuple[str, str, str] | None:
    """Directive, kind of what was blocked, route of the page; None for what is no such report."""
    body = sent.get("csp-report", sent.get("body")) if isinstance(sent, dict) else None
    if not isinstance(body, dict):
        return None
    directive = first_text(body, "effective-directive", "effectiveDirective", "violated-directive")
    blocked = first_text(body, "blocked-uri", "blockedURL")
    page = first_text(body, "document-uri", "documentURL")
    return word_of(directive), kind_of(blocked), route_of(page)


def first_text(body: dict[str, Any], *names: str) -> str:
    return next((body[name] for name in names if isinstance(body.get(name), str)), "")


def word_of(text: str) -> str:
    word = text.split(" ")[0][:40]
    return word if word and WORD.issuperset(word) else "unknown"


def kind_of(blocked: str) -> str:
    """`inline`, `eval`, `data`, …; of an address only its scheme: the rest may hold what somebody answered."""
    return word_of(blocked.partition(":")[0].lower())


def route_of(page: str) -> str:
    """The route behind an address, with the names of its parts in place of them."""
    try:
        path = urlsplit(page).path
        rule, _ = current_app.url_map.bind(request.host).match(path, method="GET", return_rule=True)
    except (ValueError, HTTPException):
        return "unknown"
    return str(rule.rule)
