"""Does a new form convert? An upload becomes a draft; what is wrong with a workbook comes back cell by cell."""

from typing import Any

from flask import Response, make_response, render_template, request

from forms.conversion_words import tell_wrongs
from forms.errors import FormError
from forms.slips import Slip
from server.access.allow import allow
from server.errors import (
    FormWarnings,
    MissingParameter,
    Problem,
    RedLine,
    UnexpectedValue,
    XlsFormInvalid,
)
from server.models import Form, Project
from server.publishing import draft as drafts
from server.publishing.definition import EXCEL_TYPES, Definition, read_definition
from server.publishing.versions import get_form
from server.web import languages, session
from server.web.errors import as_problem
from server.web.pages.door import pages
from server.web.pages.forms import editable, form_url, named, project_by_reads
from server.web.pages.problem_words import word_for_people
from server.web.pages.shell import current_project
from server.web.pages.sign_in import require_person
from server.web.pages.texts import _
from server.web.pages.toasts import say

LARGEST_FORM = 10_000_000
TYPES_BY_ENDING: dict[str, str] = {ending: kind for kind, ending in EXCEL_TYPES.items()}


@pages.get("/forms/upload")
def ask_for_form() -> Response:
    allow(session.caller(), "form.create", current_project())
    return make_response(render_template("forms/upload.html"))


@pages.post("/forms/upload")
def upload_form() -> Response:
    """A new form, as a draft."""
    project = project_by_reads()
    allow(session.caller(), "form.create", project)
    return take_upload(project, None)


@pages.get("/forms/<form_id>/draft")
def ask_for_draft(form_id: str) -> Response:
    _project, form = editable(form_id)
    return make_response(render_template("forms/upload.html", form=named(form)))


@pages.post("/forms/<form_id>/draft")
def upload_draft(form_id: str) -> Response:
    project, form = get_form(session.reading(), project_by_reads().id, form_id)
    allow(session.caller(), "form.update", project, form)
    return take_upload(project, form)


def take_upload(project: Project, form: Form | None) -> Response:
    """Converts what came, and makes it the draft; the slow part opens no transaction."""
    forced = bool(request.form.get("ignore_warnings"))
    try:
        definition = read_upload(form)
        if form is not None:
            project, form = editable(form.xml_form_id)
        made = drafts.put_draft(
            session.db(), project, form, definition, require_person(), session.now(), session.secret_key(), forced
        )
        where = form_url(made) + ("/draft/changes" if made.current_version_id is not None else "")
    except (Problem, FormError) as error:
        session.db().rollback()
        return upload_again(as_problem(error), form)
    return say(where, _("The draft is here. Look at it, then publish."))


def read_upload(form: Form | None) -> Definition:
    """The uploaded file as a definition. Raises FormError, MissingParameter or UnexpectedValue."""
    file = request.files.get("file")
    if file is None or not file.filename:
        raise MissingParameter(field="file")
    ending = file.filename.rpartition(".")[2].lower()
    if ending not in ("xlsx", "xls", "xml"):
        raise UnexpectedValue(field="file", value=file.filename[:80], reason="a form is .xlsx, .xls or .xml")
    body = file.stream.read(LARGEST_FORM + 1)
    if len(body) > LARGEST_FORM:
        raise UnexpectedValue(field="file", value=file.filename[:80], reason="it is larger than 10 MB")
    fallback = form.xml_form_id if form else file.filename.rpartition(".")[0][:64]
    return read_definition(
        body, TYPES_BY_ENDING.get(ending, "application/xml"), fallback, session.blobs(), validate=True
    )


def upload_again(problem: Problem, form: Form | None) -> Response:
    """The page again: what is wrong with sheet, row and column where they are known, or the warnings and a box to accept them."""
    values: dict[str, Any] = {"form": named(form) if form else None}
    if isinstance(problem, FormWarnings):
        values["warnings"] = warning_lines(problem.details["warnings"])
    else:
        values["error"] = error_words(problem)
    return make_response(render_template("forms/upload.html", **values), problem.status)


def error_words(problem: Problem) -> dict[str, Any]:
    """What is wrong; of a workbook place by place, with what to do; of a red line each place, with why."""
    if isinstance(problem, RedLine):
        return {"message": _("This form asks what we do not ask."), "lines": red_lines(problem.details["findings"])}
    if not isinstance(problem, XlsFormInvalid):
        return {"message": word_for_people(problem), "lines": []}
    wrongs = tell_wrongs(str(problem.details.get("error") or problem.message), problem.details)
    return {"message": _("This file can't be used as a form yet."), "lines": [line_of(one) for one in wrongs]}


def line_of(wrong: Slip) -> dict[str, str]:
    """Where, and what to do about it."""
    names = {"sheet": wrong.sheet, "row": wrong.row, "column": wrong.column}
    if wrong.column:
        where = _("Sheet “%(sheet)s”, row %(row)s, column “%(column)s”", **names)
    elif wrong.row:
        where = _("Sheet “%(sheet)s”, row %(row)s", **names)
    else:
        where = _("Sheet “%(sheet)s”", **names) if wrong.sheet else ""
    return {"where": where, "text": wrong.said.en if languages.language_tag() == "en" else wrong.said.zh}


def red_lines(findings: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Each with where it stands and why, and where to ask for the sentence to pass, if it only quotes a word."""
    reason = "reasonEn" if languages.language_tag() == "en" else "reasonZh"
    return [
        {"where": where_words(one), "text": f"{one['term']}: {one[reason]}", "ask": one["waivable"] and one["sentence"]}
        for one in findings
    ]


def where_words(found: dict[str, Any]) -> str:
    if found["sheet"]:
        return _("Sheet “%(sheet)s”, row %(row)s", sheet=found["sheet"], row=found["row"])
    if found["file"]:
        return _("Line %(line)s of %(file)s", line=found["line"], file=found["file"])
    if found["line"]:
        return _("Line %(line)s of the XML, %(path)s", line=found["line"], path=found["path"] or "/")
    return str(found["path"])


def warning_lines(warnings: dict[str, Any]) -> list[str]:
    lines = list(warnings.get("xlsFormWarnings") or [])
    for one in warnings.get("workflowWarnings") or []:
        lines.append(workflow_words(one))
    return lines


def workflow_words(warning: dict[str, Any]) -> str:
    if warning["type"] == "structureChanged":
        gone = ", ".join(map(str, warning["details"]))
        return _("These questions of the version in use are gone: %(paths)s", paths=gone)
    if warning["type"] == "deletedFormExists":
        return _("A form with this id is in the trash; the new one does not bring its records back.")
    if warning["type"] == "words":
        found = warning["details"]
        reason = found["reasonEn" if languages.language_tag() == "en" else "reasonZh"]
        return f"{where_words(found)}: {found['term']}: {reason}"
    return str(warning.get("message") or warning["type"])
