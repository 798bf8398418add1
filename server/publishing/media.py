"""The files beside a draft: carried over, filled by an upload, linked to an entity list, or emptied."""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from forms.lint_places import Located
from forms.xform import MediaNeed
from server.access.audit import record
from server.blobs import Stored, remember
from server.errors import DatasetLinkNotAllowed, NotFound, UnexpectedValue
from server.models import Form, FormAttachment, FormVersion
from server.publishing.datasets import list_name_of
from server.publishing.definition import Definition
from server.publishing.file_words import refuse_forbidden_words
from server.publishing.made_lists import is_made_file
from server.publishing.recordings import FILES
from server.registry.lists import find_dataset


class Content(NamedTuple):
    """What fills a form's file."""

    blob_sha256: str | None
    dataset_id: int | None
    updated_at: datetime | None


NOTHING = Content(None, None, None)


def files_before(db: Session, form: Form) -> dict[tuple[str, str], Content]:
    """What fills the slots of the draft, else of the published version, by name and type."""
    source = form.draft_version_id or form.current_version_id
    rows = db.scalars(select(FormAttachment).where(FormAttachment.form_version_id == source))
    return {(row.name, row.type): Content(row.blob_sha256, row.dataset_id, row.updated_at) for row in rows}


def add_files(
    db: Session,
    version: FormVersion,
    definition: Definition,
    carried: Mapping[tuple[str, str], Content],
    now: datetime,
) -> None:
    """A slot for every file that the form names, filled by what came with it or by what filled it before."""
    came = {}
    for name, stored in definition.files:
        remember(db, stored, "text/csv", now)
        came[name] = Content(stored.sha256, None, now)
    for need in one_per_name(definition.xform.media):
        content = came.get(need.name) or carried.get((need.name, need.type), NOTHING)
        db.add(FormAttachment(form_version_id=version.id, name=need.name, type=need.type, **content._asdict()))
    db.flush()


def one_per_name(needs: list[MediaNeed]) -> list[MediaNeed]:
    return list({need.name: need for need in reversed(needs)}.values())[::-1]


def get_slot(db: Session, form: Form, name: str) -> FormAttachment:
    """A file that the form's draft expects. Raises NotFound for any other name."""
    slot = db.scalar(
        select(FormAttachment).where(
            FormAttachment.form_version_id == form.draft_version_id, FormAttachment.name == name
        )
    )
    if slot is None:
        raise NotFound()
    return slot


def put_file(
    db: Session,
    form: Form,
    name: str,
    stored: Stored,
    content_type: str,
    words: tuple[Located, ...],
    by: int | None,
    now: datetime,
) -> FormAttachment:
    """Fills a slot with bytes that are on disk already. Raises NotFound, UnexpectedValue (400.8), RedLine (400.8).

    `words` are what `read_words` found in them: read before the database is held.
    A plain file may not have the name of an entity list: phones would take the list's rows instead of it.
    """
    slot = get_slot(db, form, name)
    refuse_made(form, slot)
    refuse_name_of_list(db, form, slot)
    refuse_forbidden_words(form.project, words)
    remember(db, stored, content_type, now)
    fill_slot(db, form, slot, stored.sha256, None, by, now)
    return slot


def refuse_made(form: Form, slot: FormAttachment) -> None:
    """Raises UnexpectedValue (400.8) for a file that the server makes for each phone, or that the town puts in elsewhere."""
    if is_made_file(form.project, slot):
        raise UnexpectedValue(
            field="name", value=slot.name, reason="the server makes this file for each phone, so nobody uploads it"
        )
    if form.project.kind == "care" and slot.name in FILES.values():
        reason = "this recording has a page of its own under Forms, The town's lists: put it in there"
        raise UnexpectedValue(field="name", value=slot.name, reason=reason)


def refuse_name_of_list(db: Session, form: Form, slot: FormAttachment) -> None:
    listed = list_name_of(slot.name) if slot.type == "file" else None
    if listed and find_dataset(db, form.project_id, listed) is not None:
        raise UnexpectedValue(
            field="name", value=slot.name, reason="an entity list has this name, and phones would read it instead"
        )


def link_file(db: Session, form: Form, name: str, link: bool, by: int | None, now: datetime) -> FormAttachment:
    """Links a slot to the entity list of its name, or unlinks it. Raises NotFound, DatasetLinkNotAllowed (400.26).

    And UnexpectedValue (400.8) for one that the server makes.
    """
    slot = get_slot(db, form, name)
    refuse_made(form, slot)
    if not link:
        fill_slot(db, form, slot, slot.blob_sha256, None, by, now)
        return slot
    listed = list_name_of(slot.name)
    if slot.type != "file" or listed is None:
        raise DatasetLinkNotAllowed()
    dataset = find_dataset(db, form.project_id, listed)
    if dataset is None:
        raise NotFound()
    fill_slot(db, form, slot, None, dataset.id, by, now)
    return slot


def clear_file(db: Session, form: Form, name: str, by: int | None, now: datetime) -> None:
    """Empties a slot. Raises NotFound when it is unknown or empty."""
    slot = get_slot(db, form, name)
    if slot.blob_sha256 is None and slot.dataset_id is None:
        raise NotFound()
    fill_slot(db, form, slot, None, None, by, now)


def fill_slot(
    db: Session,
    form: Form,
    slot: FormAttachment,
    blob_sha256: str | None,
    dataset_id: int | None,
    by: int | None,
    now: datetime,
) -> None:
    slot.blob_sha256, slot.dataset_id, slot.updated_at = blob_sha256, dataset_id, now
    db.flush()
    record(
        db,
        "form.attachment.update",
        actor_id=by,
        project_id=form.project_id,
        form_id=form.id,
        details={"formDefId": slot.form_version_id, "name": slot.name, "datasetId": dataset_id},
        now=now,
    )
