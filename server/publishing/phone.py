"""What a phone is offered: the form list, a form's files. Read at every sync, so queries are few and hashes are stored."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.access.allow import may, scope_of
from server.access.caller import Caller
from server.models import Blob, Dataset, Form, FormAttachment, FormVersion, Project
from server.registry.lists import list_hash


@dataclass(frozen=True)
class Offered:
    """A form as the list shows it."""

    form: Form
    version: FormVersion
    has_files: bool


@dataclass(frozen=True)
class OfferedFile:
    """A file of the manifest: a blob's or an entity list's."""

    name: str
    md5: str
    dataset: Dataset | None


def offered_forms(db: Session, caller: Caller, project: Project, only: str | None = None) -> list[Offered]:
    """Open forms with a published version that the caller may read, by name."""
    needs = select(FormAttachment.id).where(FormAttachment.form_version_id == FormVersion.id).exists()
    query = (
        select(Form, FormVersion, needs)
        .join(FormVersion, FormVersion.id == Form.current_version_id)
        .where(Form.project_id == project.id, Form.deleted_at.is_(None), Form.state == "open")
        .order_by(FormVersion.name, Form.xml_form_id)
    )
    if only is not None:
        query = query.where(Form.xml_form_id == only)
    return [
        Offered(form, version, has_files)
        for form, version, has_files in db.execute(query)
        if may(caller, "open_form.read", project, form) or may(caller, "form.read", project, form)
    ]


def offered_files(db: Session, caller: Caller, project: Project, version: FormVersion) -> list[OfferedFile]:
    """The files of a version that have content, by name. One whose content is missing is left out (2.6)."""
    rows = db.execute(
        select(FormAttachment.name, Blob.md5, Dataset)
        .outerjoin(Blob, Blob.sha256 == FormAttachment.blob_sha256)
        .outerjoin(Dataset, Dataset.id == FormAttachment.dataset_id)
        .where(FormAttachment.form_version_id == version.id)
        .order_by(FormAttachment.name)
    )
    scope = scope_of(caller, project)
    return [
        OfferedFile(name, list_hash(dataset, scope) if dataset else md5, dataset)
        for name, md5, dataset in rows
        if dataset or md5
    ]
