"""Files for a draft's slots, and what the linter finds in their words."""

from typing import BinaryIO, NamedTuple, cast

from flask import Response, request

from forms.lint_places import Located
from server.access.allow import allow
from server.blobs import Stored
from server.errors import MissingParameter, NotFound, Problem, UnexpectedValue
from server.models import Form, Project
from server.publishing import media
from server.publishing.definition import type_of_name
from server.publishing.file_words import read_words
from server.publishing.rights import warnings_of
from server.publishing.versions import get_form
from server.web import session
from server.web.pages.door import pages
from server.web.pages.form_upload import workflow_words
from server.web.pages.forms import detail_again, editable, form_url, project_by_reads
from server.web.pages.sent import check_text
from server.web.pages.sign_in import require_person
from server.web.pages.texts import _
from server.web.pages.toasts import say

MOST_SAID = 3  # findings; what was just done is said in a cookie


class Sent(NamedTuple):
    """A file that is on disk, and what the linter finds in it."""

    name: str
    stored: Stored
    content_type: str
    words: tuple[Located, ...]


@pages.post("/forms/<form_id>/draft/files")
def add_files(form_id: str) -> Response:
    """By their names, all or none. They are stored and read before the session that writes begins."""
    project, form = get_form(session.reading(), project_by_reads().id, form_id)
    allow(session.caller(), "form.update", project, form)
    try:
        sent = read_files()
        project, form = editable(form_id)
        for one in sent:
            put_named(form, one)
    except Problem as problem:
        return detail_again(problem, project.id, form_id)
    return say(form_url(form), " ".join([_("The files are added."), *lines_about(project, sent)]))


def read_files() -> list[Sent]:
    files = [file for file in request.files.getlist("files") if file.filename]
    if not files:
        raise MissingParameter(field="files")
    sent = []
    for file in files:
        name = check_text("files", (file.filename or "").rpartition("/")[2], 255)
        stored = session.blobs().put(cast(BinaryIO, file.stream))
        words = read_words(session.blobs(), name, stored.sha256)
        sent.append(Sent(name, stored, file.mimetype or type_of_name(name), words))
    return sent


def put_named(form: Form, one: Sent) -> None:
    who, now = require_person(), session.now()
    try:
        media.put_file(session.db(), form, one.name, one.stored, one.content_type, one.words, who, now)
    except NotFound:
        raise UnexpectedValue(field="files", value=one.name, reason="the form asks for no file of this name") from None


def lines_about(project: Project, sent: list[Sent]) -> list[str]:
    """The first warnings: in a project that only warns the author decides."""
    found = [warning for one in sent for warning in warnings_of(project, one.words)]
    return [workflow_words(one) for one in found[:MOST_SAID]]
