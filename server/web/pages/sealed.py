"""Which records came that nobody may read, and why?"""

from typing import Any

from flask import Response, make_response, render_template

from server.intake.sealed import count_sealed, list_sealed
from server.web import session
from server.web.pages.door import pages
from server.web.pages.review import reachable
from server.web.pages.review_words import say_seal
from server.web.pages.sent import asked_number

PAGE = 50
LAST_PAGE = 100_000


@pages.get("/review/sealed")
def list_shut() -> Response:
    _project, scope = reachable("submission.list")
    number = asked_number("page", 1, LAST_PAGE) or 1
    total = count_sealed(session.db(), scope)
    rows = [
        {"row": row, "why": say_seal(row.reason)} for row in list_sealed(session.db(), scope, (number - 1) * PAGE, PAGE)
    ]
    return make_response(render_template("review/sealed.html", records=rows, page=pager(number, total)))


def pager(number: int, total: int) -> dict[str, Any]:
    before = f"/review/sealed?page={number - 1}" if number > 1 else ""
    after = f"/review/sealed?page={number + 1}" if number * PAGE < total else ""
    first, last = min((number - 1) * PAGE + 1, total), min(number * PAGE, total)
    return {"first": first, "last": last, "total": total, "before": before, "after": after}
