"""A form's fields and files, in any of its versions (6.7)."""

from flask import Response

from server.publishing.changes import changes_of_draft
from server.publishing.datasets import compare_datasets
from server.publishing.definition import definition_of_xml
from server.publishing.queries import list_attachments
from server.publishing.versions import SCHEMAS
from server.registry.reach import reach_of
from server.web.attachments import send_attachment
from server.web.central.door import CentralDoor
from server.web.central.loading import load_project, load_shown, load_version
from server.web.central.showing import FORM, VERSIONS
from server.web.parameters import is_true
from server.web.session import asker, caller, reading, today
from server.web.wire import central_json, changes_json, forms_json

form_files = CentralDoor("form_files")


@form_files.get(FORM + "/fields", endpoint="get_fields")
@form_files.get(FORM + "/draft/fields", defaults={"draft": True}, endpoint="get_draft_fields")
@form_files.get(VERSIONS + "/fields", endpoint="get_version_fields")
def get_fields(project_id: int, xml_form_id: str, draft: bool = False, version: str | None = None) -> Response:
    shown = load_version(reading(), caller(), project_id, xml_form_id, draft, version)
    schema = SCHEMAS.get(reading(), shown.version.id, shown.version.sha256)
    return central_json.reply(forms_json.fields(schema, is_true("odata")))


@form_files.get(FORM + "/attachments", endpoint="get_attachments")
@form_files.get(FORM + "/draft/attachments", defaults={"draft": True}, endpoint="get_draft_attachments")
@form_files.get(VERSIONS + "/attachments", endpoint="get_version_attachments")
def get_attachments(project_id: int, xml_form_id: str, draft: bool = False, version: str | None = None) -> Response:
    shown = load_version(reading(), caller(), project_id, xml_form_id, draft, version)
    rows = list_attachments(reading(), shown.project, shown.version, reach_of(caller(), shown.project, today()))
    return central_json.reply([forms_json.attachment(row) for row in rows])


@form_files.get(FORM + "/attachments/<name>")
def get_attachment(project_id: int, xml_form_id: str, name: str) -> Response:
    """What phones ask for once for each picture."""
    shown = load_shown(reading(), asker(), project_id, xml_form_id)
    return send_attachment(shown.project, shown.version, name)


@form_files.get(FORM + "/draft/attachments/<name>", defaults={"draft": True}, endpoint="get_draft_attachment")
@form_files.get(VERSIONS + "/attachments/<name>", endpoint="get_version_attachment")
def get_attachment_of_version(
    project_id: int, xml_form_id: str, name: str, draft: bool = False, version: str | None = None
) -> Response:
    shown = load_version(reading(), caller(), project_id, xml_form_id, draft, version)
    return send_attachment(shown.project, shown.version, name)


@form_files.get(FORM + "/dataset-diff", endpoint="get_dataset_diff")
@form_files.get(FORM + "/draft/dataset-diff", defaults={"draft": True}, endpoint="get_draft_dataset_diff")
def get_dataset_diff(project_id: int, xml_form_id: str, draft: bool = False) -> Response:
    """What publishing this form makes of the project's entity lists."""
    shown = load_version(reading(), caller(), project_id, xml_form_id, draft)
    load_project(reading(), caller(), "dataset.list", project_id)
    uses = [] if shown.version.encrypted else definition_of_xml(bytes(shown.version.xml)).xform.datasets
    changes = compare_datasets(reading(), shown.project, uses)
    return central_json.reply([forms_json.dataset_change(change) for change in changes])


@form_files.get(FORM + "/draft/diff")
def get_draft_diff(project_id: int, xml_form_id: str) -> Response:
    """What publishing the draft changes of the form that is out. Not in Central; beside its `dataset-diff`."""
    shown = load_version(reading(), caller(), project_id, xml_form_id, draft=True)
    return central_json.reply(changes_json.changes(changes_of_draft(reading(), shown.form)))
