"""How did I make this record? Who sent it reads what was asked about it, and answers in a sentence.

Of the record itself the page says the form and the day, and nothing that anybody answered.
"""

from flask import Response, make_response, render_template

from server.access import queries
from server.errors import NotFound, Problem
from server.intake.quality_flags import answer_asked, list_asked
from server.models import Form, FormVersion, QualityFlag, Submission
from server.web import session
from server.web.pages.again import show_again
from server.web.pages.door import pages
from server.web.pages.flag_words import question_of
from server.web.pages.sent import ID, sent_text
from server.web.pages.sign_in import require_person
from server.web.pages.texts import _
from server.web.pages.toasts import say

LONGEST = 500


@pages.get(f"/inbox/asked/<{ID}:submission_id>")
def show_asked(submission_id: int) -> Response:
    return make_response(render_template("inbox/asked.html", **facts_of(submission_id)))


@pages.post(f"/inbox/asked/<{ID}:submission_id>")
def answer(submission_id: int) -> Response:
    asked = asked_of_me(submission_id)
    try:
        words = sent_text("answer", LONGEST, required=True)
    except Problem as problem:
        return show_again("inbox/asked.html", problem, lambda: facts_of(submission_id))
    answer_asked(session.db(), asked, words, require_person(), session.now())
    return say("/inbox", _("Your answer is with who asked. Thank you."))


def asked_of_me(submission_id: int) -> list[QualityFlag]:
    """Raises NotFound for a record of somebody else's, and for one about which nothing is asked (any more)."""
    person, db = require_person(), session.db()
    mine = [project.id for project in queries.visible_projects(db, session.caller())]
    found = list_asked(db, person, submission_id, mine)
    if not found:
        raise NotFound()
    return found


def facts_of(submission_id: int) -> dict[str, object]:
    asked, db = asked_of_me(submission_id), session.db()
    record = db.get_one(Submission, submission_id)
    form = db.get_one(Form, record.form_id)
    version = db.get(FormVersion, form.current_version_id) if form.current_version_id else None
    questions = [{"words": question_of(one.kind), "answered_at": one.answered_at} for one in asked]
    name = (version.name if version else None) or form.xml_form_id
    return {"form": name, "record": record, "questions": questions, "longest": LONGEST}
