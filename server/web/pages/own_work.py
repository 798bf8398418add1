"""/me/work: how a worker's own records were made and came in, for herself alone."""

from flask import Response, make_response, render_template

from server.intake.own_work import LATE, SPAN, find_own_work
from server.web import session
from server.web.pages.door import pages
from server.web.pages.flag_words import QUESTIONS, SHORT
from server.web.pages.shell import today
from server.web.pages.sign_in import require_person


@pages.get("/me/work")
def show_own_work() -> Response:
    work = find_own_work(session.db(), require_person(), today())
    questions = [(SHORT[one.kind], QUESTIONS[one.kind], one) for one in work.questions]
    values = {"work": work, "questions": questions, "late": LATE, "days": SPAN.days}
    return make_response(render_template("me/work.html", **values))
