"""A record opened in its form again: shown as it stands, changed, and sent as a version of its own."""

from urllib.parse import quote

from flask import Response
from sqlalchemy.orm import Session

from server.access.allow import allow_records
from server.access.masking import note_reveal
from server.errors import NotFound
from server.intake.reopening import Reopened, correct_whole
from server.models import Project
from server.web import session
from server.web.files import send_bytes
from server.web.openable import find_open
from server.web.pages.door import pages
from server.web.pages.filling import files_url, form_page, read_sent, say_stored
from server.web.pages.forms import project_by_reads
from server.web.pages.review import record_view
from server.web.pages.sent import ID
from server.web.pages.shell import current_project
from server.web.readings import note_read
from server.web.receiving import item_of

ADDRESS = f"/review/<{ID}:submission_id>/edit"


def get_open(db: Session, project: Project, submission_id: int) -> Reopened:
    """Raises Unauthenticated, Forbidden, and NotFound for whatever is not to be opened here."""
    allow_records(session.caller(), "submission.update", project)
    found = find_open(db, project, submission_id)
    if found is None:
        raise NotFound()
    return found


@pages.get(ADDRESS)
def show_in_form(submission_id: int) -> Response:
    """The page, which names the record's files; it fetches the answers by the address below."""
    project = current_project()
    found = get_open(session.reading(), project, submission_id)
    note_read(project, "submission.read", submission_id=submission_id)
    where, version = f"/review/{submission_id}", quote(found.form_version.version or "___", safe="")
    files = files_url(project, found.form, f"/versions/{version}")
    return form_page(
        project, found.form_version, files, where, send=f"{where}/edit", record=submission_id, names=found.files
    )


@pages.post(f"{ADDRESS}/answers")
def give_answers(submission_id: int) -> Response:
    """The record's XML. What other looks leave covered is open in it, so who asked is written down."""
    project = current_project()
    found = get_open(session.db(), project, submission_id)
    covered = record_view(submission_id, quiet=True)["covered"]
    if covered:
        note_reveal(session.db(), session.caller(), project, session.now(), covered, submission_id)
    else:
        note_read(project, "submission.read", submission_id=submission_id)
    return send_bytes(found.xml, None, "record.xml", "application/xml")


@pages.post(ADDRESS)
def take_corrected(submission_id: int) -> Response:
    """In the page's own transaction, since the lists follow the record; on disk before the answer leaves.

    What was sent is read and its files are written before that transaction begins.
    """
    project = project_by_reads()
    envelope, instance, asked = read_sent(project, get_open(session.reading(), project, submission_id).form)
    item = item_of(envelope, instance, asked)
    receipt = correct_whole(session.db(), get_open(session.db(), project, submission_id), item)
    return say_stored(session.db(), asked, receipt)
