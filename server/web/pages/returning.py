"""A record goes back to who sent it, with a reason; and that is taken back."""

from flask import Response, request

from server.intake import desk
from server.intake.returned import offers
from server.intake.returning import return_record, take_back
from server.intake.returning_many import FORM_CLOSED, why_it_cannot
from server.models import ReturnedRecord, Submission
from server.web import session
from server.web.pages.door import pages
from server.web.pages.review import reachable, told
from server.web.pages.sent import ID, sent_text
from server.web.pages.sign_in import require_person
from server.web.pages.texts import _
from server.web.pages.toasts import Undo

LONGEST = 500


@pages.post(f"/review/<{ID}:submission_id>/return")
def return_to_phone(submission_id: int) -> Response:
    _project, scope = reachable("submission.update")
    record = desk.get_submission(session.db(), scope, submission_id)
    reason, before = sent_text("reason", LONGEST, required=True), record.review_state or "received"
    row = return_record(session.db(), record, reason, require_person(), session.now())
    return told(
        submission_id,
        said_of_return(record, row),
        Undo(f"/review/{submission_id}/return/back", {"state": before}),
        quiet=True,
    )


def said_of_return(record: Submission, row: ReturnedRecord) -> str:
    if why_it_cannot(session.db(), record) == FORM_CLOSED:
        return _("Returned; its form takes nothing more now.")
    if row.to_id is None:
        return _("Returned; no phone has it now.")
    if offers(session.db(), record.form_id):
        return _("Returned. The phone offers it after its next sync.")
    return _("Returned. Who sent it reads why on the page of today.")


@pages.post(f"/review/<{ID}:submission_id>/return/back")
def take_return_back(submission_id: int) -> Response:
    """The record waits for a review again, or is what it was where that is sent along."""
    _project, scope = reachable("submission.update")
    record = desk.get_submission(session.db(), scope, submission_id)
    before = request.form.get("state", "received")[:20]
    take_back(session.db(), record, None if before == "received" else before, require_person(), session.now())
    return told(submission_id, _("It is no longer with the phone."), None, quiet=True)
