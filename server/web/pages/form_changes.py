"""A form to be edited in Excel, and what the edited one changes, before it is published."""

from flask import Response, make_response, render_template

from server.access.allow import allow
from server.errors import NotFound
from server.publishing.changes import changes_of_draft
from server.publishing.queries import find_version_of
from server.publishing.workbooks import get_workbook
from server.web import session
from server.web.files import send_bytes
from server.web.pages.change_words import groups_of
from server.web.pages.door import pages
from server.web.pages.forms import editable, named


@pages.get("/forms/<form_id>/workbook")
def send_form_workbook(form_id: str) -> Response:
    """The published version as a file for Excel; of a form that is only a draft, the draft, for its makers."""
    project, form = editable(form_id, "form.read")
    version = find_version_of(session.db(), form, draft=False)
    if version is None:
        raise NotFound()
    if version.published_at is None:
        allow(session.caller(), "form.update", project, form)
    found = get_workbook(session.blobs(), form.xml_form_id, version)
    return send_bytes(found.content, None, found.name, found.content_type)


@pages.get("/forms/<form_id>/draft/changes")
def show_changes(form_id: str) -> Response:
    _project, form = editable(form_id)
    changes = changes_of_draft(session.db(), form)
    values = {"form": named(form), "published": changes.published, "draft": changes.draft}
    return make_response(render_template("forms/changes.html", **values, groups=groups_of(changes.differences)))
