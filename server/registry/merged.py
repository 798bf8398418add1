"""Two registrations that count as one woman's (PersonMerge): which uuid is kept, and what of lists goes along.

Records stay as they were sent. What is told of the other uuid is told of the kept one: `CareEvent.told_of` remembers it.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Final

import orjson
from sqlalchemy import Select, bindparam, delete, or_, select
from sqlalchemy.orm import Session

from forms.entities import EntityAct
from server.db import ask
from server.models import Dataset, Entity, EntityVersion, PersonMerge, PersonPair, PersonWait, PersonWord
from server.registry.entities import HER, Author, about_of, write_update

# Built once: they are asked at every record about a woman.
_NOW: Final = select(PersonMerge.other_uuid, PersonMerge.kept_uuid).where(
    PersonMerge.project_id == bindparam("project"),
    PersonMerge.undone_at.is_(None),
    PersonMerge.other_uuid.in_(bindparam("uuids", expanding=True)),
)
_INTO: Final = select(PersonMerge.other_uuid).where(
    PersonMerge.project_id == bindparam("project"),
    PersonMerge.undone_at.is_(None),
    PersonMerge.kept_uuid.in_(bindparam("uuids", expanding=True)),
)


def who_now(db: Session, project_id: int, uuid: str) -> str:
    """The uuid under which a woman is kept; most are their own."""
    return who_are_now(db, project_id, [uuid]).get(uuid, uuid)


def who_are_now(db: Session, project_id: int, uuids: Collection[str]) -> dict[str, str]:
    """Of those that count as another's, the one that is kept. One question where there are none."""
    found: dict[str, str] = {}
    asked = set(uuids)
    while asked:
        step: dict[str, str] = dict(ask(db, _NOW, {"project": project_id, "uuids": sorted(asked)}).all())
        found = step | {one: step.get(kept, kept) for one, kept in found.items()}
        asked = set(step.values())
    return {one: found[one] for one in uuids if one in found}


def merged_into(db: Session, project_id: int, uuid: str) -> set[str]:
    """The registrations that count as this one's, those among them that others were merged into, too."""
    found: set[str] = set()
    asked = {uuid}
    while asked:
        asked = set(ask(db, _INTO, {"project": project_id, "uuids": sorted(asked)}).scalars()) - found
        found |= asked
    return found


def counted_elsewhere(project_id: int) -> Select[str]:
    """The registrations that count as another's now."""
    return select(PersonMerge.other_uuid).where(PersonMerge.project_id == project_id, PersonMerge.undone_at.is_(None))


def labels_of(db: Session, project_id: int, uuids: Collection[str]) -> list[str]:
    """How lists call these registrations."""
    here = select(Entity.label).join(Dataset, Dataset.id == Entity.dataset_id).where(Dataset.project_id == project_id)
    found = here.where(Dataset.name == "women", Entity.uuid.in_(uuids)).order_by(Entity.id)
    return list(db.scalars(found)) if uuids else []


def take_along(db: Session, project_id: int, kept: str, now: datetime) -> None:
    """What lists keep about her other registrations is listed as hers: phones choose by it. Each is a new version."""
    others = merged_into(db, project_id, kept)
    for entity in listed_about(db, project_id, others) if others else []:
        name_whose(db, entity, kept, now)


def listed_about(db: Session, project_id: int, women: Collection[str]) -> list[Entity]:
    """Deleted ones, too: they may be restored."""
    here = select(Entity).join(Dataset, Dataset.id == Entity.dataset_id).where(Dataset.project_id == project_id)
    return list(db.scalars(here.where(Entity.about.in_(women)).order_by(Entity.id)))


def name_whose(db: Session, entity: Entity, woman: str, now: datetime) -> None:
    dataset = db.get_one(Dataset, entity.dataset_id)
    act = EntityAct(dataset.name, entity.uuid, False, True, entity.version, None, None, "", {HER: woman})
    write_update(db, dataset, entity, entity.version, act, Author(None, None, None, None, now))


def told_as(db: Session, entity: Entity) -> str | None:
    """Whose it is by the last record that said so, or by what made it: what we wrote later does not count."""
    by_record = EntityVersion.submission_version_id.is_not(None) | (EntityVersion.version == 1)
    versions = select(EntityVersion.received_json).where(EntityVersion.entity_id == entity.id, by_record)
    for received in db.scalars(versions.order_by(EntityVersion.version.desc())):
        told: dict[str, str] = orjson.loads(received)
        if HER in told:
            return about_of(told)
    return None


def forget_registrations(db: Session, project_id: int, uuids: Collection[str]) -> None:
    """Nothing says any more that these were found, compared or merged: they are removed."""
    for model in (PersonWord, PersonWait):
        db.execute(delete(model).where(model.project_id == project_id, model.woman_uuid.in_(uuids)))
    pairs = or_(PersonPair.first_uuid.in_(uuids), PersonPair.second_uuid.in_(uuids))
    db.execute(delete(PersonPair).where(PersonPair.project_id == project_id, pairs))
    merges = or_(PersonMerge.kept_uuid.in_(uuids), PersonMerge.other_uuid.in_(uuids))
    db.execute(delete(PersonMerge).where(PersonMerge.project_id == project_id, merges))
