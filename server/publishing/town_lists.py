"""The town's own lists beside the forms that come with Fangshi: villages.csv, workers.csv, and those of list_kinds.py.

A list is a file of a form, not a part of it: the form's version stays, and phones fetch the file anew by its hash.
What people write into the lists: list_editing.py.
"""

import hashlib
from collections.abc import Iterable
from datetime import datetime
from typing import Final

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from forms.library import library_ids
from forms.media import choice_csv
from server.access.roles import CLINICIAN, VILLAGE_WORKER
from server.blobs import BlobStore, remember
from server.models import AppUser, Assignment, Audit, Form, FormAttachment, FormVersion, Project, Village
from server.publishing.list_kinds import CLINICS, TOWN_LISTS, TownList
from server.registry.entities import Author
from server.registry.workers import find_workers, people_who_work
from server.registry.workers_list import keep_workers

VILLAGES, WORKERS = "villages.csv", "workers.csv"

LIST_CHANGED: Final = "town_list.update"
"""An audit row's action. Its details: name (of the file), before and after (hashes), undoes (the row that was taken back)."""
NO_CLINICS: Final = CLINICS.rows[0]
"""The one row of clinics.csv until the town has filled its own."""


def refresh_lists(db: Session, store: BlobStore, project: Project, now: datetime) -> None:
    """Gives the project's library forms its present villages, clinics and workers to choose from."""
    refresh_villages(db, store, project, now)
    for kind in TOWN_LISTS:
        refresh_own(db, store, project, kind, now)
    refresh_workers(db, store, project, now)


def refresh_villages(db: Session, store: BlobStore, project: Project, now: datetime) -> None:
    """Called again after boundaries were imported."""
    put_list(db, store, project, VILLAGES, choice_csv(["name", "label"], villages_of(db, project)), now)


def refresh_workers(db: Session, store: BlobStore, project: Project, now: datetime) -> None:
    """Called again when somebody becomes or ceases to be a worker. Where the town has the entity list, it is that one's rows."""
    if not offer_rows(db, project, now):
        put_list(db, store, project, WORKERS, choice_csv(["name", "label"], workers_of(db, project)), now)


def offer_rows(db: Session, project: Project, now: datetime) -> bool:
    """Brings the entity list `workers` of a care project in line and puts it beside every form; whether there is one.

    Collect reads an entity list of that name instead of any file (odk-contract.md 2.8): so all forms have the list at once.
    """
    dataset = find_workers(db, project)
    if dataset is None:
        return False
    keep_workers(db, project, Author(None, None, None, None, now))
    for slot in db.scalars(unlinked(project, WORKERS)):
        slot.dataset_id, slot.blob_sha256, slot.updated_at = dataset.id, None, now
    db.flush()
    return True


def towns_of_worker(db: Session, person_id: int) -> list[Project]:
    """The projects whose workers somebody may be one of. Asked before an account is taken away: its roles go with it."""
    granted = select(Assignment.project_id).where(
        Assignment.actor_id == person_id, Assignment.role_id.in_((VILLAGE_WORKER, CLINICIAN))
    )
    carrying = select(AppUser.project_id).where(AppUser.person_id == person_id)
    here = Project.id.in_(granted) | Project.id.in_(carrying)
    return list(db.scalars(select(Project).where(here, Project.deleted_at.is_(None)).order_by(Project.id)))


def refresh_workers_in(db: Session, store: BlobStore, towns: Iterable[Project], now: datetime) -> None:
    """Called when somebody's account stops or works again, or has another name."""
    for project in towns:
        refresh_workers(db, store, project, now)


def hold_lists(db: Session, project: Project) -> None:
    """Nobody else changes the project's lists, or puts them beside a form, until this transaction ends.

    Whoever holds a form too holds it after this. Records that come meanwhile wait for nothing.
    """
    db.flush()
    db.execute(select(Project.id).where(Project.id == project.id).with_for_update(key_share=True))


def refresh_own(db: Session, store: BlobStore, project: Project, kind: TownList, now: datetime) -> None:
    """A list that the town keeps, or what stands in its place. What changed last counts: an edit, or a file beside a form."""
    own = own_list(db, project, kind)
    if own is None:
        put_list(db, store, project, kind.file, as_it_comes(kind), now)
        return
    for slot in slots_of(db, project, kind.file):
        fill(slot, own, now)
    db.flush()


def offer_lists(db: Session, store: BlobStore, project: Project, form: Form, now: datetime) -> None:
    """Gives a form that has just gone out the town's lists as they are: ours always, another where it has no file yet."""
    slots = list(db.scalars(select(FormAttachment).where(FormAttachment.form_version_id == form.current_version_id)))
    for kind in TOWN_LISTS:
        mine = [one for one in slots if one.name == kind.file and one.dataset_id is None]
        if mine and form.xml_form_id in library_ids():
            refresh_own(db, store, project, kind, now)
        elif mine and mine[0].blob_sha256 is None:
            fill(mine[0], own_list(db, project, kind) or put_file(db, store, as_it_comes(kind), now), now)
    db.flush()


def as_it_comes(kind: TownList) -> bytes:
    """The file that stands until the town has its own."""
    return choice_csv(kind.header, kind.rows)


def hash_as_it_comes(kind: TownList) -> str:
    """By which that file is known, whether or not it is stored."""
    return hashlib.sha256(as_it_comes(kind)).hexdigest()


def own_list(db: Session, project: Project, kind: TownList) -> str | None:
    """The hash of the town's own list as it is now, None while it has none."""
    placeholder = hash_as_it_comes(kind)
    edit, upload = last_edit(db, project, kind.file), newest_upload(slots_of(db, project, kind.file), placeholder)
    if edit is not None and (upload is None or upload.updated_at is None or upload.updated_at <= edit.logged_at):
        return edited_to(edit) if edited_to(edit) != placeholder else None
    return upload.blob_sha256 if upload else None


def last_edit(db: Session, project: Project, name: str) -> Audit | None:
    """The newest change of a list by its page: the audit says what it became, also before any form has the file."""
    here = select(Audit).where(Audit.project_id == project.id, Audit.action == LIST_CHANGED)
    rows = db.scalars(here.order_by(Audit.id.desc()))
    return next((row for row in rows if (row.details or {}).get("name") == name), None)


def edited_to(edit: Audit) -> str | None:
    return (edit.details or {}).get("after")


def newest_upload(slots: Iterable[FormAttachment], placeholder: str) -> FormAttachment | None:
    """What was put last into one of these slots by somebody else than us."""
    filled = [one for one in slots if one.blob_sha256 not in (None, placeholder) and one.updated_at is not None]
    return max(filled, key=lambda one: (one.updated_at, one.id)) if filled else None


def put_list(db: Session, store: BlobStore, project: Project, name: str, content: bytes, now: datetime) -> None:
    slots = slots_of(db, project, name)
    if not slots:
        return
    sha256 = put_file(db, store, content, now)
    for slot in slots:
        fill(slot, sha256, now)
    db.flush()


def put_file(db: Session, store: BlobStore, content: bytes, now: datetime) -> str:
    """Stores a list's file; its hash."""
    stored = store.put(content)
    remember(db, stored, "text/csv", now)
    return stored.sha256


def fill(slot: FormAttachment, sha256: str, now: datetime) -> None:
    if slot.blob_sha256 != sha256:
        slot.blob_sha256, slot.updated_at = sha256, now


def slots_of(db: Session, project: Project, name: str) -> list[FormAttachment]:
    """The files of this name that published versions of library forms expect, unless an entity list fills them."""
    ours = Form.xml_form_id.in_(library_ids()), FormVersion.published_at.is_not(None)
    return list(db.scalars(unlinked(project, name).where(*ours).order_by(FormAttachment.id)))


def unlinked(project: Project, name: str) -> Select[FormAttachment]:
    """The files of this name that any form of the project expects, drafts too, unless an entity list fills them."""
    return (
        select(FormAttachment)
        .join(FormVersion, FormVersion.id == FormAttachment.form_version_id)
        .join(Form, Form.id == FormVersion.form_id)
        .where(Form.project_id == project.id, FormAttachment.name == name, FormAttachment.dataset_id.is_(None))
    )


def villages_of(db: Session, project: Project) -> list[tuple[str, str]]:
    """(code, name) of the villages that are not retired, in the order of codes."""
    here = select(Village.code, Village.name).where(Village.project_id == project.id, Village.retired_at.is_(None))
    return [(code, name) for code, name in db.execute(here.order_by(Village.code))]


def workers_of(db: Session, project: Project) -> list[tuple[str, str]]:
    """(actor id, name) of the project's workers, by name: until there is the entity list, `me` calls them so, too."""
    return [(str(number), name) for number, name in people_who_work(db, project)]
