"""Forms (6.7): listing, uploading, reading in any version, changing state, taking away and bringing back."""

from flask import Response

from server.access.allow import allow, may
from server.models import Form, Project
from server.publishing import publish
from server.publishing.draft import put_draft
from server.publishing.figures import figures_of_forms
from server.publishing.queries import (
    ListedForm,
    find_version_of,
    list_forms,
    list_versions,
    publish_notes_of,
)
from server.web.attachments import send_workbook, send_xml
from server.web.central.door import CentralDoor
from server.web.central.loading import (
    load_form,
    load_project,
    load_project_of_forms,
    load_shown,
    load_version,
)
from server.web.central.showing import FORM, VERSIONS, form_json, shown_forms
from server.web.central.uploads import MOST_FORM_BYTES, definition_of_request
from server.web.json_body import read_bytes, read_json
from server.web.parameters import is_true, wants_extended
from server.web.session import asker, blobs, caller, db, now, reading, secret_key
from server.web.telling import telling
from server.web.wire import central_json, forms_json

forms = CentralDoor("forms")


@forms.get("/projects/<int:project_id>/forms")
def get_forms(project_id: int) -> Response:
    project = load_project_of_forms(reading(), caller(), project_id)
    if is_true("deleted"):
        allow(caller(), "form.restore", project)
        rows = list_forms(reading(), project, deleted=True)
        return central_json.reply([forms_json.deleted_form(one.form, one.version) for one in rows])
    return central_json.reply(shown_forms(project))


@forms.post("/projects/<int:project_id>/forms")
def post_form(project_id: int) -> Response:
    """A new form, as a draft or (publish=true) at once for phones. Converted before the writing transaction begins."""
    load_project(reading(), caller(), "form.create", project_id)
    definition = definition_of_request(read_bytes(MOST_FORM_BYTES))
    project = load_project(db(), caller(), "form.create", project_id)
    by, ignore = caller().actor_id, is_true("ignoreWarnings")
    form = put_draft(db(), project, None, definition, by, now(), secret_key(), ignore)
    if is_true("publish"):
        publish.publish_draft(db(), blobs(), project, form, None, by, now())
    version = find_version_of(db(), form, draft=False)
    assert version is not None, "a form has a published version or a draft"
    return central_json.reply(form_json(project, ListedForm(form, version)))


@forms.get(FORM, endpoint="get_form")
@forms.get(FORM + "/draft", defaults={"draft": True}, endpoint="get_draft")
@forms.get(VERSIONS, endpoint="get_version")
def get_form(project_id: int, xml_form_id: str, draft: bool = False, version: str | None = None) -> Response:
    shown = load_version(reading(), caller(), project_id, xml_form_id, draft, version)
    one = ListedForm(shown.form, shown.version)
    body = form_json(shown.project, one)
    if wants_extended():
        figures = figures_of_forms(reading(), caller(), shown.project, [one], telling())[shown.form.id]
        body |= forms_json.form_figures(shown.version, figures, notes_for_caller(shown.project, shown.form))
    return central_json.reply(body)


def notes_for_caller(project: Project, form: Form) -> str | None:
    return publish_notes_of(reading(), form) if may(caller(), "form.update", project, form) else None


@forms.patch(FORM)
def patch_form(project_id: int, xml_form_id: str) -> Response:
    project, form = load_form(db(), caller(), "form.update", project_id, xml_form_id)
    sent = read_json(optional={"state": str, "webformsEnabled": bool})
    if "state" in sent:
        publish.set_state(db(), form, sent["state"], caller().actor_id, now())
    if "webformsEnabled" in sent:
        changes: dict[str, object] = {"webforms_enabled": sent["webformsEnabled"]}
        publish.update_form(db(), form, changes, caller().actor_id, now())
    shown = load_version(db(), caller(), project_id, xml_form_id)
    return central_json.reply(form_json(project, ListedForm(form, shown.version)))


@forms.delete(FORM)
def delete_form(project_id: int, xml_form_id: str) -> Response:
    _, form = load_form(db(), caller(), "form.delete", project_id, xml_form_id)
    publish.delete_form(db(), form, caller().actor_id, now())
    return central_json.success()


@forms.post("/projects/<int:project_id>/forms/<int:form_id>/restore")
def restore_form(project_id: int, form_id: int) -> Response:
    project = load_project(db(), caller(), "form.restore", project_id)
    publish.restore_form(db(), publish.find_deleted(db(), project, form_id), caller().actor_id, now())
    return central_json.success()


@forms.get(FORM + ".xml")
def get_xml(project_id: int, xml_form_id: str) -> Response:
    return send_xml(load_shown(reading(), asker(), project_id, xml_form_id).version, xml_form_id)


@forms.get(FORM + "/draft.xml", defaults={"draft": True}, endpoint="get_draft_xml")
@forms.get(VERSIONS + ".xml", endpoint="get_version_xml")
def get_xml_of_version(project_id: int, xml_form_id: str, draft: bool = False, version: str | None = None) -> Response:
    shown = load_version(reading(), asker(), project_id, xml_form_id, draft, version)
    return send_xml(shown.version, xml_form_id)


@forms.get(FORM + ".<any(xls, xlsx):extension>", endpoint="get_xls")
@forms.get(FORM + "/draft.<any(xls, xlsx):extension>", defaults={"draft": True}, endpoint="get_draft_xls")
@forms.get(VERSIONS + ".<any(xls, xlsx):extension>", endpoint="get_version_xls")
def get_xls(
    project_id: int, xml_form_id: str, extension: str, draft: bool = False, version: str | None = None
) -> Response:
    shown = load_version(reading(), caller(), project_id, xml_form_id, draft, version)
    return send_workbook(shown.version, xml_form_id, extension)


@forms.get(FORM + "/versions")
def get_versions(project_id: int, xml_form_id: str) -> Response:
    shown = load_version(reading(), caller(), project_id, xml_form_id)
    rows = [ListedForm(shown.form, version) for version in list_versions(reading(), shown.form)]
    bodies = [form_json(shown.project, one) for one in rows]
    if wants_extended():
        figures = figures_of_forms(reading(), caller(), shown.project, rows, telling())
        for one, body in zip(rows, bodies, strict=True):
            body |= forms_json.form_figures(one.version, figures[one.form.id])
    return central_json.reply(bodies)
