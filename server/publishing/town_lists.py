"""The town's own lists beside the forms that come with Fangshi: villages.csv, clinics.csv, workers.csv, supply_points.csv,
destinations.csv.

A list is a file of a form, not a part of it: the form's version stays, and phones fetch the file anew by its hash.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from forms.library import library_ids
from forms.media import choice_csv
from server.access.roles import CLINICIAN, VILLAGE_WORKER
from server.blobs import BlobStore, remember
from server.models import AppUser, Assignment, Form, FormAttachment, FormVersion, Project, Village
from server.registry.entities import Author
from server.registry.workers import find_workers, people_who_work
from server.registry.workers_list import keep_workers

VILLAGES, CLINICS, WORKERS = "villages.csv", "clinics.csv", "workers.csv"
SUPPLY_POINTS: Final = "supply_points.csv"
DESTINATIONS: Final = "destinations.csv"

NO_CLINICS: Final = ("none", "名单还没有填，请镇里补上 / The town has not filled this list yet", "")
"""The one row of clinics.csv until the town has uploaded its own."""
NO_SUPPLY_POINTS: Final = NO_CLINICS
"""The same of supply_points.csv: a point of no village."""
NO_DESTINATIONS: Final = ("none", NO_CLINICS[1], "prov", "")
"""The same of destinations.csv, where she would choose a province: nothing lies in it, so the package is hers to take along."""


def refresh_lists(db: Session, store: BlobStore, project: Project, now: datetime) -> None:
    """Gives the project's library forms its present villages, clinics and workers to choose from."""
    refresh_villages(db, store, project, now)
    refresh_clinics(db, store, project, now)
    refresh_supply_points(db, store, project, now)
    refresh_destinations(db, store, project, now)
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


def refresh_clinics(db: Session, store: BlobStore, project: Project, now: datetime) -> None:
    """The list that the town uploaded last beside any of these forms, for them all; until then a note in its place.

    Its columns are name,label,phone: the phone numbers stand in the advice on danger signs.
    """
    refresh_own(db, store, project, CLINICS, choice_csv(["name", "label", "phone"], [NO_CLINICS]), now)


def refresh_supply_points(db: Session, store: BlobStore, project: Project, now: datetime) -> None:
    """The same for where things are handed out. Its columns are name,label,village_code: the village is all that a record
    without a name says of a place."""
    note = choice_csv(["name", "label", "village_code"], [NO_SUPPLY_POINTS])
    refresh_own(db, store, project, SUPPLY_POINTS, note, now)


def refresh_destinations(db: Session, store: BlobStore, project: Project, now: datetime) -> None:
    """The same for where care may be passed on to. Its columns are name,label,level,parent: a province (level prov), a county
    in it, a place that takes over (site) in that; no street, and no other town's people."""
    note = choice_csv(["name", "label", "level", "parent"], [NO_DESTINATIONS])
    refresh_own(db, store, project, DESTINATIONS, note, now)


def refresh_own(db: Session, store: BlobStore, project: Project, name: str, note: bytes, now: datetime) -> None:
    """A list of the town's own making, or the note that stands in its place."""
    placeholder = store.put(note).sha256
    own = newest_upload(slots_of(db, project, name), placeholder)
    if own is None:
        put_list(db, store, project, name, note, now)
        return
    for slot in slots_of(db, project, name):
        fill(slot, own, now)
    db.flush()


def newest_upload(slots: Iterable[FormAttachment], placeholder: str) -> str | None:
    """The hash of what was put last into one of these slots by somebody else than us."""
    filled = [one for one in slots if one.blob_sha256 not in (None, placeholder) and one.updated_at is not None]
    return max(filled, key=lambda one: (one.updated_at, one.id)).blob_sha256 if filled else None


def put_list(db: Session, store: BlobStore, project: Project, name: str, content: bytes, now: datetime) -> None:
    slots = slots_of(db, project, name)
    if not slots:
        return
    stored = store.put(content)
    remember(db, stored, "text/csv", now)
    for slot in slots:
        fill(slot, stored.sha256, now)
    db.flush()


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
