"""Is there anything to ask about how this record was made? For who reviews it: asking its worker, or saying that all is well."""

from typing import Final

from flask import Response, request

from server.errors import NotFound, UnexpectedValue
from server.intake import desk
from server.intake.quality_flags import ask_worker, open_again, settle
from server.models import Submission
from server.web import session
from server.web.pages.door import pages
from server.web.pages.flag_words import question_of
from server.web.pages.review import panel_again, reachable
from server.web.pages.sent import ID, sent_text
from server.web.pages.shown_flags import flags_of
from server.web.pages.sign_in import require_person
from server.web.pages.texts import _
from server.web.pages.toasts import say

ACTS: Final = ("ask", "settle", "reopen")


@pages.post(f"/review/<{ID}:submission_id>/flags/<kind>")
def answer_flag(submission_id: int, kind: str) -> Response:
    _project, scope = reachable("submission.update")
    submission = desk.get_submission(session.db(), scope, submission_id)
    if kind not in {one["kind"] for one in flags_of(scope, submission_id)}:
        raise NotFound()
    said = act_upon(submission, kind, sent_text("act", 10, required=True))
    if "HX-Request" in request.headers:
        return panel_again(submission_id, said, None, quiet=True)
    return say(f"/review/{submission_id}", said)


def act_upon(submission: Submission, kind: str, act: str) -> str:
    """What is said of it afterwards. Raises UnexpectedValue for no such act, NotFound for no such question."""
    if act not in ACTS:
        raise UnexpectedValue(field="act", value=act, reason="a question is asked, settled, or opened again")
    db, me, now = session.db(), require_person(), session.now()
    if act == "ask":
        ask_worker(db, submission, kind, question_of(kind), me, now)
        return _("The question is in the record's comments.")
    if act == "settle":
        settle(db, submission, kind, me, now)
        return _("All is well with it.")
    open_again(db, submission, kind, me, now)
    return _("The question is open again.")
