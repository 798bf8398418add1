"""Forms with all versions in their order, workbooks and files, and the draft with the address at which it is tried."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, exists, select
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
    """A published version; one that is here already gets the files that it lacks. The newest of all is what phones get."""
    definition = read_coming(bringing, told["xmlFormId"], coming)
    if definition is None:
        return
    form = get_or_add_form(db, bringing, told)
    known = find_published(db, form, definition.xform.version)
    if known is not None:
        fill_slots(db, bringing, known, coming)
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
    fill_slots(db, bringing, version, coming)
    return version


def fill_slots(db: Session, bringing: Bringing, version: FormVersion, coming: ComingVersion) -> None:
    slots = {one.name: one for one in db.scalars(select(FormAttachment).where(*is_empty(version.id)))}
    for file in coming.files:
        if file.name in slots:
            fill(db, bringing, slots[file.name], file)


def is_empty(version_id: Any) -> tuple[ColumnElement[bool], ...]:
    slot = FormAttachment
    return slot.form_version_id == version_id, slot.blob_sha256.is_(None), slot.dataset_id.is_(None)


def lacking_files(db: Session, project_id: int, form_id: str) -> set[str]:
    """The published versions of a form that lack a file: it may have been on its way when an import broke off."""
    found = find_form(db, project_id, form_id)
    published = FormVersion.published_at.is_not(None) & exists().where(*is_empty(FormVersion.id))
    wanted = select(FormVersion.version).where(FormVersion.form_id == (found[1].id if found else 0), published)
    return set(db.scalars(wanted))


def was_deleted(db: Session, project_id: int, form_id: str) -> bool:
    """Whether somebody here put the form into the trash, and there is no other by that name."""
    named = (Form.project_id == project_id) & (Form.xml_form_id == form_id)
    return find_form(db, project_id, form_id) is None and db.scalar(select(Form.id).where(named).limit(1)) is not None


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
