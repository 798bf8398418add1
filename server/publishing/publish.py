"""From draft to phones, and a form's later life: state, taking away, bringing back."""

from datetime import datetime

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from forms.xform import hashes, read_xform, set_version
from server.access.audit import record
from server.blobs import BlobStore
from server.errors import NotFound, RestoreBlocked, UnexpectedValue, VersionAlreadyPublished
from server.models import WORKERS, Form, FormVersion, Project
from server.publishing.datasets import link_by_name, take_datasets
from server.publishing.draft import clear_draft, get_draft, hold_form
from server.publishing.file_words import refuse_forbidden_files
from server.publishing.list_editing import refuse_bad_lists
from server.publishing.pictures import offer_pictures
from server.publishing.queries import find_published
from server.publishing.recordings import refresh_recordings
from server.publishing.rights import refuse_forbidden_xml
from server.publishing.sources import lacks_list
from server.publishing.town_lists import hold_lists, offer_lists, offer_rows
from server.publishing.trials import wipe_trials
from server.publishing.versions import find_form

STATES = ("open", "closing", "closed")


def publish_draft(
    db: Session, store: BlobStore, project: Project, form: Form, version: str | None, by: int | None, now: datetime
) -> FormVersion:
    """Gives the draft to phones. A version string, when given, is written into the XML first, nothing else is changed.

    Makes the entity lists and properties that the form declares, and links its files to them by name. Raises NotFound
    (no draft), VersionAlreadyPublished (409.6), XFormInvalid (a version that cannot be used), RedLine (400.8: what
    a care project never asks, in a draft from before the project was one or a file of it), UnexpectedValue (400.8: a list
    of the town beside a form of ours that phones could not go by), DatasetNameCase, PropertyNameCase.
    """
    refuse_forbidden_files(db, store, project, form)  # read before the form is held
    if project.kind == "care":
        hold_lists(db, project)  # an edit under way is in the lists that this form goes out with
    hold_form(db, form)
    draft = get_draft(db, form)
    refuse_bad_lists(db, store, project, form)
    if version is not None and version != draft.version:
        rename_version(draft, version)
    if find_published(db, form, draft.version) is not None:
        raise VersionAlreadyPublished(form=form.xml_form_id, version=draft.version)
    xform = read_xform(bytes(draft.xml))
    refuse_forbidden_xml(db, project, bytes(draft.xml))
    if draft.entity_related and not draft.encrypted:
        take_datasets(db, project, xform.datasets, by, now)
    link_by_name(db, project, draft, now)
    if any(one.name == WORKERS for one in xform.datasets):
        offer_rows(db, project, now)
    wipe_trials(db, form.id)
    before = form.current_version_id
    draft.published_at = now
    db.flush()
    form.current_version_id = draft.id
    clear_draft(form)
    form.updated_at = now
    db.flush()
    offer_pictures(db, store, form, draft, now)
    if project.kind == "care":
        offer_lists(db, store, project, form, now)
        refresh_recordings(db, project, now)
    details = {"oldDefId": before, "newDefId": draft.id}
    record(db, "form.update.publish", actor_id=by, project_id=project.id, form_id=form.id, details=details, now=now)
    return draft


def rename_version(draft: FormVersion, version: str) -> None:
    xml = set_version(bytes(draft.xml), version)
    xform, digest = read_xform(xml), hashes(xml)
    draft.xml, draft.version = xml, xform.version
    draft.md5, draft.sha1, draft.sha256 = digest.md5, digest.sha1, digest.sha256
    draft.schema_json = orjson.dumps(xform.schema.to_json()).decode()


def set_state(db: Session, form: Form, state: str, by: int | None, now: datetime) -> None:
    """Open, closing (hidden from phones, still taking records) or closed. Raises UnexpectedValue."""
    if state not in STATES:
        raise UnexpectedValue(field="state", value=state, reason="it is open, closing or closed")
    update_form(db, form, {"state": state}, by, now)


def update_form(db: Session, form: Form, changes: dict[str, object], by: int | None, now: datetime) -> None:
    for name, value in changes.items():
        setattr(form, name, value)
    form.updated_at = now
    db.flush()
    record(
        db,
        "form.update",
        actor_id=by,
        project_id=form.project_id,
        form_id=form.id,
        details={"data": changes},
        now=now,
    )


def delete_form(db: Session, form: Form, by: int | None, now: datetime) -> None:
    """Into the trash: nobody finds it, its records stay."""
    form.deleted_at = now
    db.flush()
    record(db, "form.delete", actor_id=by, project_id=form.project_id, form_id=form.id, now=now)


def find_deleted(db: Session, project: Project, form_id: int) -> Form:
    """A form of the project's trash by its number, which is not emptied of it meanwhile. Raises NotFound."""
    in_trash = Form.deleted_at.is_not(None) & Form.purged_at.is_(None)
    here = select(Form).where(Form.id == form_id, Form.project_id == project.id, in_trash)
    form = db.scalar(here.with_for_update())
    if form is None:
        raise NotFound()
    return form


def restore_form(db: Session, form: Form, by: int | None, now: datetime) -> None:
    """Out of the trash. Raises RestoreBlocked (409.23) when another form of that name was made meanwhile, or a list that it
    reads or writes was deleted.
    """
    if find_form(db, form.project_id, form.xml_form_id) is not None:
        raise RestoreBlocked()
    if lacks_list(db, form):
        raise RestoreBlocked("It cannot be brought back, since an entity list that it uses was deleted.")
    form.deleted_at = None
    db.flush()
    record(db, "form.restore", actor_id=by, project_id=form.project_id, form_id=form.id, now=now)
