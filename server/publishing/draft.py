"""A form's draft: what was uploaded, tried on test records, and not yet given to phones."""

from datetime import datetime

import orjson
from sqlalchemy import delete
from sqlalchemy.orm import Session

from forms.xform import hashes
from server.access import tokens
from server.access.audit import record
from server.blobs import remember
from server.errors import NotFound, NothingPublished, UnexpectedValue, UniqueViolation
from server.models import Form, FormAttachment, FormVersion, Project
from server.publishing.datasets import link_by_name
from server.publishing.definition import Definition, definition_of_xml
from server.publishing.media import add_files, files_before
from server.publishing.rights import refuse_forbidden
from server.publishing.trials import wipe_trials
from server.publishing.versions import find_form
from server.publishing.warnings import refuse_type_changes, refuse_with_warnings


def put_draft(
    db: Session,
    project: Project,
    form: Form | None,
    definition: Definition,
    by: int | None,
    now: datetime,
    key: bytes,
    ignore_warnings: bool = False,
) -> Form:
    """Makes a definition the draft of a form, or of a new form when none is given.

    An earlier draft and the records that tried it are gone; files that filled the same slots are carried over.
    Raises UniqueViolation (409.3), UnexpectedValue (400.8), FormWarnings (400.16), FieldTypeConflict (400.17).
    """
    refuse_forbidden(db, project, definition)
    if form is None:
        refuse_known_id(db, project, definition.xform.form_id)
    elif definition.xform.form_id != form.xml_form_id:
        raise UnexpectedValue(
            "The uploaded form is named {value}, but a draft must keep the form's name {expected}.",
            field="xmlFormId",
            value=definition.xform.form_id,
            expected=form.xml_form_id,
            reason="a draft must keep the form's name",
        )
    else:
        hold_form(db, form)
        refuse_type_changes(db, form, definition.xform.schema)
    if not ignore_warnings:
        refuse_with_warnings(db, project, form, definition)
    if form is None:
        form = add_form(db, project, definition.xform.form_id, by, now)
    replace_draft(db, project, form, definition, by, now, key)
    return form


def hold_form(db: Session, form: Form) -> None:
    """Nobody else changes the form until this transaction ends, and we see what others did before."""
    db.flush()
    db.refresh(form, with_for_update=True)


def refuse_known_id(db: Session, project: Project, form_id: str) -> None:
    if find_form(db, project.id, form_id) is not None:
        raise UniqueViolation(fields=["projectId", "xmlFormId"], values=[project.id, form_id])


def add_form(db: Session, project: Project, form_id: str, by: int | None, now: datetime) -> Form:
    form = Form(project_id=project.id, xml_form_id=form_id, state="open", created_at=now)
    db.add(form)
    db.flush()
    record(db, "form.create", actor_id=by, project_id=project.id, form_id=form.id, now=now)
    return form


def replace_draft(
    db: Session, project: Project, form: Form, definition: Definition, by: int | None, now: datetime, key: bytes
) -> FormVersion:
    """The new draft's row with its files, the old one's gone; a test address in use stays good for nothing older."""
    before = form.draft_version_id
    version = add_version(db, form, definition, by, now)
    add_files(db, version, definition, files_before(db, form), now)
    link_by_name(db, project, version, now)
    wipe_trials(db, form.id)
    token = tokens.make_token()
    form.draft_version_id = version.id
    form.draft_token_hash, form.draft_token_sealed = tokens.hash_token(token), tokens.seal(key, token)
    form.updated_at = now
    db.flush()
    if before is not None:
        delete_version(db, before)
    details = {"newDraftDefId": version.id, "oldDraftDefId": before}
    record(db, "form.update.draft.set", actor_id=by, project_id=project.id, form_id=form.id, details=details, now=now)
    return version


def add_version(db: Session, form: Form, definition: Definition, by: int | None, now: datetime) -> FormVersion:
    xform, excel = definition.xform, definition.excel
    if excel is not None:
        remember(db, excel.stored, excel.content_type, now)
    digest = hashes(definition.xml)
    version = FormVersion(
        form_id=form.id,
        version=xform.version,
        name=xform.title,
        xml=definition.xml,
        md5=digest.md5,
        sha1=digest.sha1,
        sha256=digest.sha256,
        schema_json=orjson.dumps(xform.schema.to_json()).decode(),
        entity_related=bool(xform.datasets),
        encrypted=xform.encrypted,
        xls_sha256=excel.stored.sha256 if excel else None,
        xls_content_type=excel.content_type if excel else None,
        created_by_id=by,
        created_at=now,
    )
    db.add(version)
    db.flush()
    return version


def delete_version(db: Session, version_id: int) -> None:
    """Takes a draft that nothing points at any more out of the database."""
    db.execute(delete(FormAttachment).where(FormAttachment.form_version_id == version_id))
    db.execute(delete(FormVersion).where(FormVersion.id == version_id, FormVersion.published_at.is_(None)))


def copy_published(db: Session, form: Form) -> Definition:
    """The published version as a definition: an empty upload makes it the draft. Raises NotFound when nothing is out."""
    version = db.get(FormVersion, form.current_version_id) if form.current_version_id else None
    if version is None:
        raise NotFound()
    return definition_of_xml(bytes(version.xml))


def keep_workbook(db: Session, form: Form, source: FormVersion) -> None:
    """The draft was copied without change, so the workbook it came from is still its own."""
    draft = get_draft(db, form)
    draft.xls_sha256, draft.xls_content_type = source.xls_sha256, source.xls_content_type
    db.flush()


def get_draft(db: Session, form: Form) -> FormVersion:
    """Raises NotFound when the form has no draft."""
    draft = db.get(FormVersion, form.draft_version_id) if form.draft_version_id else None
    if draft is None:
        raise NotFound()
    return draft


def clear_draft(form: Form) -> None:
    form.draft_version_id = None
    form.draft_token_hash = form.draft_token_sealed = None


def delete_draft(db: Session, form: Form, by: int | None, now: datetime) -> None:
    """Goes back to what is published. Raises NothingPublished (409.7), NotFound when there is no draft."""
    hold_form(db, form)
    if form.current_version_id is None:
        raise NothingPublished()
    old = get_draft(db, form)
    wipe_trials(db, form.id)
    clear_draft(form)
    form.updated_at = now
    db.flush()
    delete_version(db, old.id)
    details = {"oldDraftDefId": old.id}
    record(
        db,
        "form.update.draft.delete",
        actor_id=by,
        project_id=form.project_id,
        form_id=form.id,
        details=details,
        now=now,
    )
