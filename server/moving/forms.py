"""Forms with all versions in their order, workbooks and files, and the draft with the address at which it is tried."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from forms.errors import FormError
from server.access import tokens
from server.access.audit import record
from server.blobs import remember
from server.models import Form, FormAttachment, FormVersion, Project
from server.moving.bringing import Bringing, Row, read_time
from server.moving.central_client import CameFile
from server.moving.people import actor_of
from server.publishing.definition import Definition, Excel, definition_of_xml
from server.publishing.draft import add_form, add_version
from server.publishing.media import add_files
from server.publishing.queries import find_published
from server.publishing.versions import find_form
from server.registry.lists import find_dataset


@dataclass(frozen=True)
class FormFile:
    """A file beside a form: its bytes, or an entity list, or nothing yet."""

    name: str
    came: CameFile | None
    dataset: str | None
    updated_at: datetime | None


@dataclass(frozen=True)
class ComingVersion:
    """One version of a form as the other server has it. `published_at` is None for a draft."""

    version: str
    xml: bytes
    workbook: CameFile | None
    files: Sequence[FormFile]
    created_at: datetime | None
    published_at: datetime | None
    by: Row | None


def read_coming(bringing: Bringing, form_id: str, coming: ComingVersion) -> Definition | None:
    """The form as it will be kept, None and a line of the report where it cannot be."""
    try:
        definition = definition_of_xml(coming.xml)
    except FormError as error:
        bringing.report.leave("form_versions", f"{form_id} {coming.version}", "unreadable", error.message)
        return None
    if definition.xform.form_id != form_id:
        bringing.report.leave("form_versions", f"{form_id} {coming.version}", "unreadable", definition.xform.form_id)
        return None
    if coming.workbook is not None:
        definition = replace(definition, excel=Excel(coming.workbook.stored, coming.workbook.content_type))
    return definition


def bring_version(db: Session, bringing: Bringing, told: Row, coming: ComingVersion) -> None:
    """A published version; one that is here already stays as it is. The newest of all is what phones get."""
    definition = read_coming(bringing, told["xmlFormId"], coming)
    if definition is None:
        return
    form = get_or_add_form(db, bringing, told)
    if find_published(db, form, definition.xform.version) is not None:
        return
    version = keep_version(db, bringing, form, definition, coming)
    version.published_at = coming.published_at or bringing.now
    db.flush()
    newest = db.get(FormVersion, form.current_version_id) if form.current_version_id else None
    if newest is None or newest.published_at is None or newest.published_at <= version.published_at:
        form.current_version_id = version.id
    bringing.report.came["form_versions"] += 1
    note(db, bringing, form, "form.update.publish", {"newDefId": version.id})


def bring_draft(db: Session, bringing: Bringing, told: Row, coming: ComingVersion, key: bytes) -> None:
    """A draft, at the address where testers have it. One that is here already is somebody's work and stays."""
    definition = read_coming(bringing, told["xmlFormId"], coming)
    if definition is None:
        return
    form = get_or_add_form(db, bringing, told)
    if form.draft_version_id is not None:
        return
    version = keep_version(db, bringing, form, definition, coming)
    token = told.get("draftToken")
    if not token or not tokens.is_token(token) or is_in_use(db, token):
        token = tokens.make_token()
    form.draft_version_id = version.id
    form.draft_token_hash, form.draft_token_sealed = tokens.hash_token(token), tokens.seal(key, token)
    db.flush()
    bringing.report.came["form_versions"] += 1
    note(db, bringing, form, "form.update.draft.set", {"newDraftDefId": version.id})


def is_in_use(db: Session, token: str) -> bool:
    return db.scalar(select(Form.id).where(Form.draft_token_hash == tokens.hash_token(token))) is not None


def keep_version(
    db: Session, bringing: Bringing, form: Form, definition: Definition, coming: ComingVersion
) -> FormVersion:
    by = actor_of(db, bringing, coming.by)
    version = add_version(db, form, definition, by, coming.created_at or bringing.now)
    add_files(db, version, definition, {}, bringing.now)
    slots = {one.name: one for one in db.scalars(select(FormAttachment).filter_by(form_version_id=version.id))}
    for file in coming.files:
        if file.name in slots:
            fill(db, bringing, slots[file.name], file)
    return version


def fill(db: Session, bringing: Bringing, slot: FormAttachment, file: FormFile) -> None:
    if file.came is not None:
        remember(db, file.came.stored, file.came.content_type, bringing.now)
        slot.blob_sha256 = file.came.stored.sha256
        bringing.report.came["form_files"] += 1
    elif file.dataset is not None:
        dataset = find_dataset(db, bringing.project_id, file.dataset)
        slot.dataset_id = dataset.id if dataset else None
    slot.updated_at = file.updated_at
    db.flush()


def get_or_add_form(db: Session, bringing: Bringing, told: Row) -> Form:
    found = find_form(db, bringing.project_id, told["xmlFormId"])
    if found is not None:
        return found[1]
    form = add_form(db, db.get_one(Project, bringing.project_id), told["xmlFormId"], None, bringing.now)
    form.created_at = read_time(told.get("createdAt")) or bringing.now
    form.updated_at = read_time(told.get("updatedAt"))
    form.state = told.get("state") or "open"
    form.webforms_enabled = bool(told.get("webformsEnabled"))
    db.flush()
    bringing.report.came["forms"] += 1
    return form


def note(db: Session, bringing: Bringing, form: Form, action: str, details: dict[str, object]) -> None:
    record(db, action, actor_id=None, project_id=form.project_id, form_id=form.id, details=details, now=bringing.now)
