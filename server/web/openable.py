"""Which record the caller may open in its form again; the page of a record offers it, and the form's page asks anew."""

from sqlalchemy.orm import Session

from server.access.allow import find_records_scope
from server.intake.reopening import Reopened, find_reopened
from server.models import Project
from server.publishing.browser import is_for_phones_only
from server.web import session

VERBS = ("submission.read", "submission.update")


def find_open(db: Session, project: Project, submission_id: int) -> Reopened | None:
    """The record, where the caller may correct it and its form opens in a browser."""
    reading, changing = (find_records_scope(session.caller(), verb, project) for verb in VERBS)
    if reading is None or changing is None:
        return None
    found = find_reopened(db, reading, submission_id)
    if found is None or not changing.reads(found.form.xml_form_id):
        return None
    return None if is_for_phones_only(found.form_version) else found
