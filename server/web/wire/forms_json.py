"""Projects, forms, their fields and files in Central's JSON. Facts: odk-contract.md 6.6, 6.7, 7.1."""

from collections.abc import Sequence

from forms.schema import FormSchema
from server.access.projects import Figures
from server.models import Dataset, DatasetProperty, Form, FormVersion, Project
from server.publishing.datasets import DatasetChange
from server.publishing.figures import ShownFigures
from server.publishing.queries import ListedAttachment
from server.publishing.sources import FormOfList, FormsOfList
from server.registry.list_filters import Rule
from server.registry.queries import ListFigures
from server.reports.entity_fields import property_names
from server.reports.table import odata_paths
from server.web.wire.central_json import Json, instant
from server.web.wire.people_json import actor


def project(row: Project) -> Json:
    """`kind` (plain or care) and `photoMetadata` are ours; clients of Central do not look at them."""
    return {
        "id": row.id,
        "name": row.name,
        "description": row.description,
        "archived": row.archived,
        "keyId": None,
        "kind": row.kind,
        "photoMetadata": row.keeps_photo_metadata,
        "createdAt": instant(row.created_at),
        "updatedAt": instant(row.updated_at),
        "deletedAt": instant(row.deleted_at),
    }


def project_extended(row: Project, figures: Figures) -> Json:
    return {
        **project(row),
        "forms": figures.forms,
        "appUsers": figures.app_users,
        "datasets": figures.datasets,
        "lastSubmission": instant(figures.last_submission),
        "lastEntity": instant(figures.last_entity),
    }


def form(row: Form, version: FormVersion, draft_token: str | None = None) -> Json:
    """A form as one of its versions; `draft_token` goes out with a draft, to those who may change it."""
    return {
        "projectId": row.project_id,
        "xmlFormId": row.xml_form_id,
        "state": row.state,
        "name": version.name,
        "version": version.version,
        "hash": version.md5,
        "sha": version.sha1,
        "sha256": version.sha256,
        "draftToken": draft_token,
        "keyId": None,
        "enketoId": None,
        "enketoOnceId": None,
        "webformsEnabled": row.webforms_enabled,
        "createdAt": instant(row.created_at),
        "updatedAt": instant(row.updated_at),
        "publishedAt": instant(version.published_at),
    }


def deleted_form(row: Form, version: FormVersion) -> Json:
    """A form of the trash; its number is what brings it back."""
    return {**form(row, version), "id": row.id, "deletedAt": instant(row.deleted_at)}


def form_figures(version: FormVersion, figures: ShownFigures, publish_notes: str | None = None) -> Json:
    """What X-Extended-Metadata adds to a form. A number that is hidden from the caller is null."""
    states = figures.review_states
    return {
        "submissions": figures.submissions.value,
        "lastSubmission": instant(figures.last_submission),
        "reviewStates": {
            "received": states["received"].value,
            "hasIssues": states["hasIssues"].value,
            "edited": states["edited"].value,
        },
        "createdBy": actor(figures.created_by) if figures.created_by else None,
        "excelContentType": version.xls_content_type,
        "entityRelated": version.entity_related,
        "publicLinks": figures.public_links,
        "publishNotes": publish_notes,
    }


def fields(schema: FormSchema, odata: bool) -> list[Json]:
    """All fields in the form's order; with `odata` under the names that its tables and `$metadata` give them."""
    paths = odata_paths(schema) if odata else {one.path: one.path for one in schema.fields}
    return [
        {
            "name": paths[one.path].rpartition("/")[2],
            "path": paths[one.path],
            "type": one.type,
            "binary": one.binary or None,
            "selectMultiple": one.select_multiple or None,
        }
        for one in schema.fields
    ]


def attachment(listed: ListedAttachment) -> Json:
    return {
        "name": listed.row.name,
        "type": listed.row.type,
        "hash": listed.hash,
        "exists": listed.exists,
        "blobExists": listed.blob is not None,
        "datasetExists": listed.dataset is not None,
        "updatedAt": instant(listed.row.updated_at),
        "size": listed.blob.size if listed.blob else None,
    }


def dataset_change(change: DatasetChange) -> Json:
    return {
        "name": change.name,
        "isNew": change.is_new,
        "properties": [{"name": one.name, "isNew": one.is_new, "inForm": one.in_form} for one in change.properties],
    }


def dataset(row: Dataset) -> Json:
    """One that was deleted also has its number, since its name may be another's, and when."""
    gone = {"id": row.id, "deletedAt": instant(row.deleted_at)} if row.deleted_at else {}
    return {
        "name": row.called,
        "projectId": row.project_id,
        "createdAt": instant(row.created_at),
        "approvalRequired": row.approval_required,
        "ownerOnly": row.owner_only,
        **gone,
    }


def dataset_figures(figures: ListFigures | None) -> Json:
    """What X-Extended-Metadata adds to an entity list; null for whoever may not read it."""
    if figures is None:
        return {"entities": None, "lastEntity": None, "conflicts": None}
    return {
        "entities": figures.entities,
        "lastEntity": instant(figures.latest),
        "conflicts": figures.conflicts,
    }


def dataset_detail(
    row: Dataset, properties: Sequence[DatasetProperty], forms: FormsOfList, rules: Sequence[Rule]
) -> Json:
    """`accessFilter` is there only where the list has one, as at Central."""
    names = property_names([one.name for one in properties])
    return {
        **dataset(row),
        "lastUpdate": instant(row.updated_at),
        "linkedForms": list(map(form_of_list, forms.linked)),
        "sourceForms": list(map(form_of_list, forms.sources)),
        "draftLinkedForms": list(map(form_of_list, forms.draft_linked)),
        "draftSourceForms": list(map(form_of_list, forms.draft_sources)),
        "properties": [
            {
                "name": one.name,
                "odataName": names[one.name],
                "publishedAt": instant(one.published_at),
                "forms": list(map(form_of_list, forms.filled.get(one.name, ()))),
            }
            for one in properties
        ],
        **access_filter(row, rules),
    }


def access_filter(row: Dataset, rules: Sequence[Rule]) -> Json:
    if row.owner_only:
        return {"accessFilter": {"type": "ownerOnly"}}
    named = [{"datasetProperty": one.dataset_property, "actorProperty": one.actor_property} for one in rules]
    return {"accessFilter": {"type": "property", "rules": named}} if rules else {}


def form_of_list(one: FormOfList) -> Json:
    """The path of a repeat ends in a slash, as Central writes it."""
    repeat = {"repeatPath": f"{one.repeat_path}/"} if one.repeat_path else {}
    return {"name": one.name, "xmlFormId": one.form_id, **repeat}
