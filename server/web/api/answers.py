"""What each view answers when all is well: the name of a schema (in square brackets: a list of them), or kinds of files.

Whatever answers `{"success": true}` and nothing else is not in it: the code says so (asked.py).
"""

from typing import Final

from server.web.wire.geojson import GEOJSON_TYPE
from server.web.wire.ogc_json import OPENAPI_TYPE

ANY_FILE, XML, HTML = "*/*", "application/xml", "text/html"
CSV, ZIP = "text/csv", "application/zip"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
XLS = "application/vnd.ms-excel"
PHONE = "text/xml"  # a phone takes no other kind
MAPS = (GEOJSON_TYPE,)

# Views by their schema. A view that is called by several addresses has an endpoint for each, or one for all.
IN_JSON: Final[dict[str, str]] = {
    "Session": "sessions.open_session",
    "SessionTimes": "sessions.restore_session",
    "[User]": "users.get_users",
    "User": "users.post_user users.get_user users.patch_user",
    "CurrentUser": "users.get_current",
    "[Role]": "roles.get_roles",
    "Role": "roles.get_role",
    "[Assignment]": "roles.get_assignments",
    "[FormAssignment]": "roles.get_form_assignments",
    "[Actor]": "roles.get_holders entities.get_creators submissions.list_submitters",
    "[Project]": "projects.get_projects",
    "Project": "projects.post_project projects.get_project projects.patch_project projects.put_project",
    "[ActorProperty]": "actor_properties.get_actor_properties",
    "[AppUser]": "app_users.get_app_users",
    "AppUser": "app_users.post_app_user app_users.get_app_user app_users.patch_app_user",
    "Carer": "app_users.get_carer app_users.put_carer",
    "[Audit]": "audits.get_audits entity_history.get_acts submissions.list_acts",
    "Changes": "changes.get_changes",
    "[Dataset]": "datasets.get_datasets",
    "DatasetDetail": "datasets.post_dataset datasets.get_dataset datasets.patch_dataset",
    "[FormAttachment]": (
        "form_files.get_attachments form_files.get_draft_attachments form_files.get_version_attachments"
    ),
    "FormAttachment": "drafts.post_file drafts.patch_file",
    "[Entity]": "entities.get_entities",
    "Entity": "entities.get_entity entities.patch_entity",
    "Entity|Success": "entities.post_entities",
    "Count": "entities.delete_entities entities.restore_entities",
    "[EntityVersion]": "entity_history.get_versions",
    "EntityDiffs": "entity_history.get_diffs",
    "[Field]": "form_files.get_fields form_files.get_draft_fields form_files.get_version_fields",
    "[DatasetChange]": "form_files.get_dataset_diff form_files.get_draft_dataset_diff",
    "DraftChanges": "form_files.get_draft_diff",
    "[Form]": "forms.get_forms forms.get_versions",
    "Form": "forms.post_form forms.get_form forms.get_draft forms.get_version forms.patch_form",
    "[Indicator]": "indicators.get_indicators",
    "Indicator": "indicators.get_one",
    "PublicConfig": "left_out.get_public_config",
    "ODataService": "odata.get_service odata.get_draft_service odata_entities.get_service",
    "ODataPage": "odata.get_table odata.get_draft_table odata_entities.get_table odata_entities.get_row",
    "OgcDocument": "ogc.get_landing ogc.get_conformance ogc.get_collections ogc.get_collection",
    "[PublicLink]": "public_links.get_links",
    "PublicLink": "public_links.post_link public_links.get_link public_links.patch_link",
    "[Submission]": "submissions.list_submissions",
    "Submission": (
        "submissions.get_submission submissions.review_submission sending.send_submission sending.correct_submission"
    ),
    "[Comment]": "submissions.list_comments",
    "Comment": "submissions.add_comment",
    "[SubmissionVersion]": "submissions.list_versions",
    "SubmissionVersion": "submissions.get_one_version",
    "SubmissionDiffs": "submissions.get_differences",
    "[SubmissionFile]": "submissions.list_files",
    "[PublicKey]": "submissions.list_keys",
    "[Village]": "villages.get_villages",
    "[Seer]": "who_sees.get_who_sees_record who_sees.get_who_sees_woman",
    "FeatureCollection": (
        "entity_files.get_map entity_files.get_one_on_map exports.get_map exports.draft_map exports.one_on_map"
        " exports.one_of_draft_on_map exports.version_on_map exports.draft_version"
    ),
}
IN_FILES: Final[dict[tuple[str, ...], str]] = {
    (CSV,): "entity_files.get_csv exports.export_csv exports.export_draft_csv",
    (ZIP,): "exports.export_zip exports.export_draft_zip",
    (XLSX,): "exports.export_xlsx exports.export_draft_xlsx",
    (XLSX, XLS): "forms.get_xls forms.get_draft_xls forms.get_version_xls",
    (XML,): (
        "forms.get_xml forms.get_draft_xml forms.get_version_xml submissions.get_xml openrosa.draft_xml"
        " odata.get_metadata odata.get_draft_metadata odata_entities.get_metadata"
    ),
    (PHONE,): (
        "openrosa.form_list openrosa.manifest openrosa.manifest_of_version openrosa.integrity"
        " openrosa.draft_form_list openrosa.draft_manifest openrosa.post_submission openrosa.post_draft_submission"
    ),
    (ANY_FILE,): (
        "form_files.get_attachment form_files.get_draft_attachment form_files.get_version_attachment"
        " submissions.get_file openrosa.draft_attachment"
    ),
    MAPS: "ogc.get_items ogc.get_item",
    (OPENAPI_TYPE, HTML): "ogc.get_api",
    ("application/json",): "definition.get_document",
    (HTML,): "definition.get_page",
}
NOTHING_COMES: Final = ["openrosa.ready", "openrosa.draft_ready"]
LEADS_ELSEWHERE: Final = {"submissions.get_submission": "301", "submissions.edit_in_browser": "302"}
CREATED: Final = ["openrosa.post_submission", "openrosa.post_draft_submission"]

SCHEMA_OF: Final = {view: schema for schema, views in IN_JSON.items() for view in views.split()}
FILES_OF: Final = {view: kinds for kinds, views in IN_FILES.items() for view in views.split()}
