"""What doors ask about forms: lists, versions, files, figures. As many queries for a hundred forms as for one."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from server.access.allow import Scope
from server.access.projects import submissions_within
from server.db import ask
from server.models import (
    Actor,
    Audit,
    Blob,
    Dataset,
    Form,
    FormAttachment,
    FormVersion,
    Project,
    Submission,
    table_of,
)
from server.models.facts import AnyProject, AnyVersion
from server.publishing.made_lists import is_made_file
from server.registry.lists import list_hash
from server.registry.reach import Reach


@dataclass(frozen=True)
class ListedForm:
    """A form with the version a list shows: the published one, else the draft."""

    form: Form
    version: FormVersion


@dataclass(frozen=True)
class FormFigures:
    """What was sent to a form, within a scope, and who made the version shown."""

    submissions: int = 0
    last_submission: datetime | None = None
    review_states: dict[str | None, int] = field(default_factory=dict)
    created_by: Actor | None = None


class Slot(NamedTuple):
    """What a version says of a file that it expects."""

    name: str
    type: str
    updated_at: datetime | None
    dataset_id: int | None


class BlobFacts(NamedTuple):
    """What is told of a file's bytes."""

    sha256: str
    md5: str
    size: int
    content_type: str


@dataclass(frozen=True)
class ListedAttachment:
    """A file that a version expects, with what fills it: a blob, an entity list, the server for each phone, or nothing."""

    row: Slot
    blob: BlobFacts | None
    dataset: Dataset | None
    hash: str | None
    made: bool = False

    @property
    def exists(self) -> bool:
        return self.made or self.blob is not None or self.dataset is not None


def find_published(db: Session, form: Form, version: str) -> FormVersion | None:
    return db.scalar(
        select(FormVersion).where(
            FormVersion.form_id == form.id, FormVersion.version == version, FormVersion.published_at.is_not(None)
        )
    )


def find_version_of(db: Session, form: Form, draft: bool) -> FormVersion | None:
    """The draft, or what a form is when nobody says which version: published, else draft."""
    version_id = form.draft_version_id if draft else form.current_version_id or form.draft_version_id
    return db.get(FormVersion, version_id) if version_id is not None else None


def list_forms(db: Session, project: Project, deleted: bool = False) -> list[ListedForm]:
    """All forms of a project by name, or all that were deleted."""
    shown = func.coalesce(Form.current_version_id, Form.draft_version_id)
    rows = db.execute(
        select(Form, FormVersion)
        .join(FormVersion, FormVersion.id == shown)
        .where(Form.project_id == project.id, Form.purged_at.is_(None))
        .where(Form.deleted_at.is_not(None) if deleted else Form.deleted_at.is_(None))
        .order_by(func.coalesce(FormVersion.name, Form.xml_form_id), Form.id)
    )
    return [ListedForm(form, version) for form, version in rows]


def list_versions(db: Session, form: Form) -> list[FormVersion]:
    """What was published, newest first."""
    return list(
        db.scalars(
            select(FormVersion)
            .where(FormVersion.form_id == form.id, FormVersion.published_at.is_not(None))
            .order_by(FormVersion.published_at.desc(), FormVersion.id.desc())
        )
    )


# Built once: phones ask for each picture of a form.
SLOT, BLOB = map(table_of, (FormAttachment, Blob))
SLOTS = (
    select(SLOT.c.name, SLOT.c.type, SLOT.c.updated_at, SLOT.c.dataset_id)
    .add_columns(BLOB.c.sha256, BLOB.c.md5, BLOB.c.size, BLOB.c.content_type)
    .select_from(SLOT.outerjoin(BLOB, BLOB.c.sha256 == SLOT.c.blob_sha256))
    .where(SLOT.c.form_version_id == bindparam("version_id"))
    .order_by(SLOT.c.name)
)
SLOT_OF_NAME = SLOTS.where(SLOT.c.name == bindparam("name"))


def list_attachments(db: Session, project: AnyProject, version: AnyVersion, reach: Reach) -> list[ListedAttachment]:
    """Every file that a version expects; an entity list's hash is that of the caller's part of it.

    One that the server makes for each phone has no hash here: publishing/phone.py makes it.
    """
    found = ask(db, SLOTS, {"version_id": version.id}).all()
    return [with_list(db, filled(project, row), reach) for row in found]


def find_attachment(db: Session, project: AnyProject, version: AnyVersion, name: str) -> ListedAttachment | None:
    """The file of a name. What list fills it is not looked for yet: `with_list`."""
    row = ask(db, SLOT_OF_NAME, {"version_id": version.id, "name": name}).first()
    return filled(project, row) if row else None


def filled(project: AnyProject, row: Sequence[Any]) -> ListedAttachment:
    slot, blob = Slot(*row[:4]), BlobFacts(*row[4:]) if row[4] is not None else None
    if is_made_file(project, slot):
        return ListedAttachment(slot, None, None, None, made=True)
    return ListedAttachment(slot, blob, None, blob.md5 if blob else None)


def with_list(db: Session, listed: ListedAttachment, reach: Reach) -> ListedAttachment:
    """The same with the entity list that fills it, and the hash of the caller's part."""
    if listed.made or listed.row.dataset_id is None:
        return listed
    dataset = db.get_one(Dataset, listed.row.dataset_id)
    return replace(listed, dataset=dataset, hash=list_hash(db, dataset, reach))


def count_of_forms(db: Session, forms: Sequence[ListedForm], scope: Scope) -> dict[int, FormFigures]:
    """Figures by form id, of the records that the scope reaches."""
    rows = db.execute(
        select(Submission.form_id, Submission.review_state, func.count(Submission.id), func.max(Submission.created_at))
        .where(
            Submission.form_id.in_([listed.form.id for listed in forms]),
            Submission.draft.is_(False),
            Submission.deleted_at.is_(None),
            submissions_within(scope),
        )
        .group_by(Submission.form_id, Submission.review_state)
    ).all()
    makers = makers_of(db, forms)
    return {
        listed.form.id: FormFigures(
            sum(count for form_id, _, count, _ in rows if form_id == listed.form.id),
            max((latest for form_id, *_, latest in rows if form_id == listed.form.id), default=None),
            {state: count for form_id, state, count, _ in rows if form_id == listed.form.id},
            makers.get(listed.version.created_by_id or 0),
        )
        for listed in forms
    }


def makers_of(db: Session, forms: Sequence[ListedForm]) -> dict[int, Actor]:
    ids = {listed.version.created_by_id for listed in forms} - {None}
    return {actor.id: actor for actor in db.scalars(select(Actor).where(Actor.id.in_(ids)))}


def publish_notes_of(db: Session, form: Form) -> str | None:
    """What was written beside the last publishing."""
    return db.scalar(
        select(Audit.notes)
        .where(Audit.form_id == form.id, Audit.action == "form.update.publish")
        .order_by(Audit.id.desc())
        .limit(1)
    )
