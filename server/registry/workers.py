"""The list `workers` of a care project: one row a worker, made by the server; her results are shown to her alone.

A row's uuid follows from the project and the person, so that somebody who comes back has the row that was hers. It is what
`me` calls `worker` and what a woman's record says of whom she chose (F2, `named_worker`). Before a town has the list, and in
records that phones made before, it is the person's number; `person_named` understands both.
"""

import hashlib
import uuid
from dataclasses import replace
from datetime import datetime
from functools import lru_cache
from typing import Final

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from forms.entities import EntityAct
from server.access.care_roles import CARE_ROLES, members_of
from server.access.roles import CLINICIAN, VILLAGE_WORKER
from server.errors import EntityActionForbidden
from server.models import WORKERS, Actor, AppUser, Assignment, Dataset, Project, User
from server.models.facts import AnyProject
from server.registry.entities import Author, find_entity, write_update

CHOSEN: Final = "assigned_worker"
"""The property of the list `women` that names the worker whom she chose."""
WORKERS_LOCK: Final = 0x574F524B
MOST_DIGITS: Final = 18  # what a number of the database has at most


def people_who_work(db: Session, project: Project) -> list[tuple[int, str]]:
    """(actor id, name) of who has a care role in the project or carries one of its phones for it, by name."""
    granted = select(Assignment.actor_id).where(
        Assignment.project_id == project.id,
        Assignment.form_id.is_(None),
        Assignment.role_id.in_((VILLAGE_WORKER, CLINICIAN)),
    )
    carrying = select(AppUser.person_id).where(
        AppUser.project_id == project.id,
        AppUser.care_role.in_(CARE_ROLES),
        AppUser.revoked_at.is_(None),
        AppUser.person_id.in_(members_of(project.id)),
    )
    rows = db.execute(
        select(Actor.id, Actor.display_name)
        .join(User, User.actor_id == Actor.id)
        .where(
            or_(Actor.id.in_(granted), Actor.id.in_(carrying)), Actor.deleted_at.is_(None), User.disabled_at.is_(None)
        )
        .order_by(Actor.display_name, Actor.id)
    )
    return [(number, name) for number, name in rows]


@lru_cache(maxsize=65536)
def worker_uuid(project_id: int, person_id: int) -> str:
    """A uuid that stays the person's in that project."""
    digest = hashlib.sha256(f"worker:{project_id}:{person_id}".encode()).digest()
    return str(uuid.UUID(bytes=digest[:16], version=4))


def find_workers(db: Session, project: AnyProject) -> Dataset | None:
    """The list, where the project is one that cares and a form of it has made the list."""
    if project.kind != "care":
        return None
    return db.scalar(select(Dataset).where(Dataset.project_id == project.id, Dataset.name == WORKERS))


def is_list_of_workers(project: AnyProject, name: str) -> bool:
    """Whether the server writes the rows of the list of this name."""
    return project.kind == "care" and name == WORKERS


def name_of(db: Session, project: AnyProject, person_id: int) -> str:
    """What `me` calls `worker`: the name of her row, the person's number until the town has the list."""
    return str(person_id) if find_workers(db, project) is None else worker_uuid(project.id, person_id)


def person_named(db: Session, project_id: int, name: str | None, before: str | None = None) -> str | None:
    """Whom a record names as a worker: the person's number as text, by which rights go. What is nobody's is left as it is.

    `before` is what was found the last time: where the record names the same, nobody is looked for.
    """
    told = (name or "").strip().lower().removeprefix("uuid:")
    if not told or told.isdigit() or name == before:
        return name
    if before and is_number(before) and worker_uuid(project_id, int(before)) == told:
        return before
    for among in who_may_be_meant(project_id):
        for person_id in db.scalars(among):
            if worker_uuid(project_id, person_id) == told:
                return str(person_id)
    return name


def who_may_be_meant(project_id: int) -> tuple[Select[int], ...]:
    """Queries of numbers of people: who works here, and only then everybody, since who left has no role any more."""
    here = select(Assignment.actor_id).where(Assignment.project_id == project_id, Assignment.form_id.is_(None))
    return here, select(User.actor_id)


def is_number(name: str) -> bool:
    return name.isascii() and name.isdigit() and len(name) <= MOST_DIGITS


def as_written_now(db: Session, project: AnyProject, act: EntityAct) -> EntityAct:
    """A record of a phone that still has the old list names a worker by her number: the row is meant."""
    number = act.properties.get(CHOSEN, "") if act.dataset == "women" else ""
    if not is_number(number):
        return act
    dataset = find_workers(db, project)
    if dataset is None or find_entity(db, dataset, key := worker_uuid(project.id, int(number))) is None:
        return act
    return replace(act, properties={**act.properties, CHOSEN: key})


def name_again(db: Session, dataset: Dataset, act: EntityAct, now: datetime) -> None:
    """After a phone made a woman's row with the number: a second version says the row that is meant.

    The phone has its own first version, and takes another answer with a higher one only.
    """
    row = find_entity(db, dataset, act.uuid)
    if row is not None:
        told = {CHOSEN: act.properties[CHOSEN]}
        renamed = EntityAct(dataset.name, row.uuid, False, True, row.version, None, None, "", told)
        write_update(db, dataset, row, row.version, renamed, Author(None, None, None, None, now))


def only_her_own(db: Session, project: AnyProject, actor_id: int | None, act: EntityAct) -> EntityAct:
    """What a record may do to the list: write results into the row of who sent it, and nothing else.

    Raises EntityActionForbidden (403.2): then the record is kept as it came, and no row changes. Who sends is who carries
    the phone now.
    """
    if not is_list_of_workers(project, act.dataset):
        return act
    person_id = person_of(db, actor_id)
    if act.create or person_id is None or act.uuid != worker_uuid(project.id, person_id):
        raise EntityActionForbidden(
            "A record writes results into the row of who sends it, and into no other.",
            action="create" if act.create else "update",
        )
    stand_in_line_of_workers(db, project.id)
    return replace(act, label="")


def person_of(db: Session, actor_id: int | None) -> int | None:
    """Who sends: the person who carries this phone, or the person herself."""
    phone = db.get(AppUser, actor_id) if actor_id is not None else None
    return phone.person_id if phone is not None else actor_id


def stand_in_line_of_workers(db: Session, project_id: int) -> None:
    """Who works and who took a quiz is written one after the other. SQLite has one writer anyway."""
    if db.get_bind().dialect.name == "postgresql":
        db.execute(select(func.pg_advisory_xact_lock(WORKERS_LOCK, project_id)))
