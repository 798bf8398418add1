"""Which record the caller may open in its form again; the page of a record offers it, and the form's page asks anew."""

from sqlalchemy.orm import Session

from server.access.allow import may, scope_of
from server.intake.reopening import Reopened, find_reopened
from server.models import Project
from server.publishing.browser import is_for_phones_only
from server.web import session


def find_open(db: Session, project: Project, submission_id: int) -> Reopened | None:
    """The record, where the caller may correct it and its form opens in a browser."""
    who = session.caller()
    if not may(who, "submission.read", project):
        return None
    found = find_reopened(db, scope_of(who, project), submission_id)
    if found is None or not may(who, "submission.update", project, found.form):
        return None
    return None if is_for_phones_only(found.form_version) else found
