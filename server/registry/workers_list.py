"""The rows of the list `workers`, made and kept current by the server; what of them a caller is told."""

from collections.abc import Iterable, Iterator
from datetime import datetime

import orjson
from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from forms.entities import EntityAct
from server.access.caller import Caller
from server.access.carers import set_carer
from server.models import WORKERS, AppUser, Dataset, Entity, EntityVersion, Project, Woman
from server.registry.entities import Author, add_entity, find_entity, note, touch, write_update
from server.registry.sealing import stand_in_line
from server.registry.workers import CHOSEN, find_workers, people_who_work, stand_in_line_of_workers, worker_uuid


def keep_workers(db: Session, project: Project, author: Author) -> bool:
    """Brings the rows in line with who works now, in any project that has the list; whether it has.

    Who works no longer leaves the list; phones drop the row, and her results are kept for when she comes back. Women who
    chose somebody by her number are given the name of the new row.
    """
    dataset = find_workers(db, project)
    if dataset is None:
        return False
    stand_in_line_of_workers(db, project.id)
    known = {row.uuid: row for row in db.scalars(select(Entity).where(Entity.dataset_id == dataset.id))}
    people = {worker_uuid(project.id, number): (number, name) for number, name in people_who_work(db, project)}
    for key, (number, name) in people.items():
        if bring(db, dataset, known.get(key), act_upon(key, name), author):
            rename_choice(db, project.id, number, author)
    for key, row in known.items():
        if key not in people and row.deleted_at is None:
            row.deleted_at = author.now
            touch(db, dataset.id, author.now)
            note(db, "entity.delete", dataset, row.id, act_upon(key), author)
    db.flush()
    return True


def act_upon(key: str, label: str = "", properties: dict[str, str] | None = None) -> EntityAct:
    return EntityAct(WORKERS, key, False, True, None, None, None, label, properties or {})


def bring(db: Session, dataset: Dataset, known: Entity | None, act: EntityAct, author: Author) -> bool:
    """One worker's row as it should be; whether it is new."""
    if known is None:
        add_entity(db, dataset, act, act.label, author, made_up=False)
        return True
    if known.deleted_at is not None:
        known.deleted_at = None
        touch(db, dataset.id, author.now)
        note(db, "entity.restore", dataset, known.id, act, author)
    if known.label != act.label.strip():
        write_update(db, dataset, known, known.version, act, author)
    return False


def rename_choice(db: Session, project_id: int, person_id: int, author: Author) -> None:
    """Women of the list who chose this person by her number name her row from now on: phones offer no numbers any more."""
    women = db.scalar(select(Dataset).where(Dataset.project_id == project_id, Dataset.name == "women"))
    chose = select(Woman.uuid).where(Woman.project_id == project_id, Woman.assigned_worker == str(person_id))
    if women is None or db.scalar(chose.limit(1)) is None:
        return
    stand_in_line(db, project_id)  # a record of hers may be on its way
    for row in db.scalars(select(Entity).where(Entity.dataset_id == women.id, Entity.uuid.in_(chose))).all():
        if orjson.loads(row.data_json).get(CHOSEN) == str(person_id):
            told = {CHOSEN: worker_uuid(project_id, person_id)}
            act = EntityAct(women.name, row.uuid, False, True, row.version, None, None, "", told)
            write_update(db, women, row, row.version, act, author)


def show_anew(db: Session, project: Project, people: Iterable[int | None], author: Author) -> None:
    """Gives these people's rows a higher version: Collect takes a row that it has with no other (odk-contract.md 5.3).

    A phone went from one to another: it is to forget the one's results and to learn the other's.
    """
    dataset = find_workers(db, project)
    if dataset is None:
        return
    stand_in_line_of_workers(db, project.id)
    for person_id in sorted(one for one in set(people) if one is not None):
        row = find_entity(db, dataset, worker_uuid(project.id, person_id))
        if row is not None:
            write_update(db, dataset, row, row.version, act_upon(row.uuid), author)


def hand_phone(
    db: Session, caller: Caller, project: Project, actor_id: int, person_id: int | None, care_role: str, now: datetime
) -> None:
    """As access/carers.py set_carer, and the phone forgets the results of who carried it. Raises what that does."""
    phone = db.get(AppUser, actor_id)
    before = phone.person_id if phone is not None else None
    set_carer(db, caller, project, actor_id, person_id, care_role, now)
    if person_id != before:
        show_anew(db, project, (before, person_id), Author(caller.actor_id, None, None, None, now))


def own_row(project_id: int, worker: str) -> str | None:
    """The uuid of the caller's own row; `worker` is access/her_worker.py Carer.worker."""
    return worker_uuid(project_id, int(worker)) if worker else None


def told_rows(
    db: Session, own: str | None, where: Iterable[ColumnElement[bool]]
) -> Iterator[tuple[str, str, int, dict[str, str | None]]]:
    """(uuid, label, version, results): results in the caller's own row alone.

    Of another's row the version is the newest that the server itself made: each quiz makes one more, and how often
    somebody tried is told to nobody.
    """
    made_here = EntityVersion.entity_id == Entity.id, EntityVersion.submission_version_id.is_(None)
    newest = select(func.max(EntityVersion.version)).where(*made_here).correlate(Entity).scalar_subquery()
    for row, version in db.execute(select(Entity, newest).where(*where).order_by(Entity.id)):
        if row.uuid == own:
            yield row.uuid, row.label, row.version, orjson.loads(row.data_json)
        else:
            yield row.uuid, row.label, version or 1, {}
