"""Which records came that nobody may read, and why?"""

from flask import Response, make_response, render_template

from server.intake.sealed import count_sealed, list_sealed
from server.web import session
from server.web.pages.door import pages
from server.web.pages.pager import PAGE, page_asked, pager
from server.web.pages.review import reachable
from server.web.pages.review_words import say_seal


@pages.get("/review/sealed")
def list_shut() -> Response:
    _project, scope = reachable("submission.list")
    number, total = page_asked(), count_sealed(session.db(), scope)
    rows = [
        {"row": row, "why": say_seal(row.reason)} for row in list_sealed(session.db(), scope, (number - 1) * PAGE, PAGE)
    ]
    page = pager("/review/sealed", {}, number, total)
    return make_response(render_template("review/sealed.html", records=rows, page=page))
