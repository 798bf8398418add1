"""A benefit case that its household no longer wants kept: what removing it would take, and removing it for good."""

from typing import Any

from flask import Response, after_this_request, make_response, render_template, request

from server.access.allow import Scope, allow, allow_records, may
from server.errors import MissingParameter, NotFound
from server.intake import desk
from server.models import BENEFIT, Project
from server.registry.case_erasing import CaseAhead, erase_case, find_case
from server.registry.retention import backups_until
from server.registry.sealing import stand_in_line
from server.web import session
from server.web.pages.again import show_again
from server.web.pages.door import pages
from server.web.pages.rights import clean_up
from server.web.pages.sent import ID
from server.web.pages.shell import current_project
from server.web.pages.sign_in import require_person
from server.web.pages.texts import _
from server.web.pages.toasts import say

ADDRESS = f"/review/<{ID}:submission_id>/case"


def can_remove(project: Project, scope: Scope, found: desk.Record) -> bool:
    """Whether a record's page leads here: it tells of a case that stands, to its officer."""
    is_hers = found.xml_form_id == BENEFIT and may(session.caller(), "benefit.erase", project)
    return is_hers and find_case(session.db(), scope, found.row.id) is not None


def get_case(project: Project, submission_id: int) -> CaseAhead:
    """The case of a record, for its officer. Raises Forbidden, and NotFound for any other record and what is gone."""
    allow(session.caller(), "benefit.erase", project)
    scope = allow_records(session.caller(), "submission.read", project)
    desk.get_submission(session.db(), scope, submission_id)
    found = find_case(session.db(), scope, submission_id)
    if found is None:
        raise NotFound()
    return found


@pages.get(ADDRESS)
def show_case_to_remove(submission_id: int) -> Response:
    return make_response(render_template("review/case.html", **facts_of(current_project(), submission_id)))


def facts_of(project: Project, submission_id: int) -> dict[str, Any]:
    backups = backups_until(session.config().data_dir / "backups", session.now())
    return {"record": submission_id, "case": get_case(project, submission_id), "backups_until": backups}


@pages.post(ADDRESS)
def remove_case(submission_id: int) -> Response:
    """Nothing of it can be undone, so it asks for a tick."""
    project, db = current_project(), session.db()
    stand_in_line(db, project.id)  # a record of the case that arrives just now is found, or finds it removed
    case = get_case(project, submission_id)
    if request.form.get("sure") != "yes":
        missing = MissingParameter(field=_("the tick that the household itself asked for it"))
        return show_again("review/case.html", missing, lambda: facts_of(project, submission_id))
    files = erase_case(db, project.id, case.uuid, require_person(), session.now())
    after_this_request(lambda answer: clean_up(answer, files))
    return say("/review", _("The case is removed, and everything that was told of it."))
