"""Entity lists with their properties, and entities with all their versions, each beside the record that made it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import orjson
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from server.access.audit import record
from server.models import Dataset, DatasetProperty, Entity, EntityVersion, Project
from server.moving.bringing import Bringing, Row, read_time
from server.moving.filters import bring_settings
from server.moving.makers import Makers
from server.moving.people import actor_of
from server.publishing.datasets import create_dataset
from server.registry.entities import VILLAGE_PROPERTY, about_of, properties_of, touch, was_removed
from server.registry.lists import find_dataset


def bring_dataset(db: Session, bringing: Bringing, told: Row) -> Dataset:
    """A list with its properties in their order; what is here already keeps what it has and gets what it lacks.

    In the caller's one transaction also who is told what of it: before an entity is on it.
    """
    dataset = find_dataset(db, bringing.project_id, told["name"])
    if dataset is None:
        dataset = create_dataset(
            db,
            db.get_one(Project, bringing.project_id),
            told["name"],
            None,
            bringing.now,
            bool(told.get("approvalRequired")),
        )
        dataset.created_at = read_time(told.get("createdAt")) or bringing.now
        bringing.report.came["datasets"] += 1
    known = set(properties_of(db, dataset.id))
    for one in told.get("properties") or ():
        if one["name"] not in known:
            at = read_time(one.get("publishedAt")) or bringing.now
            db.add(DatasetProperty(dataset_id=dataset.id, name=one["name"], published_at=at))
    db.flush()
    bring_settings(db, bringing, dataset, told)
    return dataset


@dataclass(frozen=True)
class ComingEntity:
    """An entity as its list tells it, and its versions, the oldest first."""

    told: Row
    versions: Sequence[Row]


def is_settled(db: Session, dataset: Dataset, told: Row) -> bool:
    """Whether it is here as it is there: then nothing more is asked for."""
    entity = find(db, dataset, told["uuid"])
    return (
        entity is not None
        and entity.version == told["currentVersion"]["version"]
        and entity.conflict == told.get("conflict")
    )


def bring_entity(db: Session, bringing: Bringing, dataset: Dataset, coming: ComingEntity, makers: Makers) -> None:
    """An entity, or the versions that came there since. One that was changed here meanwhile stays as it is here, and one
    that went out of the trash here stays away.
    """
    told, newest = coming.told, coming.versions[-1]
    entity = find(db, dataset, told["uuid"])
    here = 0 if entity is None else entity.version
    went = was_removed(db, dataset, told["uuid"], entity)
    if went or (entity is not None and was_changed_here(db, entity, coming)):
        bringing.report.leave("entities", f"{dataset.name} {told['uuid']}", "changed_here")
        return
    new = [one for one in coming.versions if one["version"] > here]
    if entity is None:
        entity = add_entity(db, bringing, dataset, told, newest)
        note(db, bringing, dataset, entity, "entity.create")
    elif new:
        note(db, bringing, dataset, entity, "entity.update.version")
    entity.version, entity.label, entity.conflict = newest["version"], newest["label"], told.get("conflict")
    take_data(entity, data_of(newest))
    entity.updated_at = read_time(told.get("updatedAt"))
    db.flush()
    for one in new:
        db.execute(insert(EntityVersion).values(version_row(db, bringing, dataset, entity, one, makers)))
        bringing.report.came["entity_versions"] += 1


def was_changed_here(db: Session, entity: Entity, coming: ComingEntity) -> bool:
    """Deleted, corrected, or a conflict of it settled here, since it came."""
    ours, theirs = entity.updated_at, read_time(coming.told.get("updatedAt"))
    later = ours is not None and (theirs is None or ours > theirs)
    return later or entity.deleted_at is not None or not is_a_beginning(db, entity, coming.versions)


def is_a_beginning(db: Session, entity: Entity, versions: Sequence[Row]) -> bool:
    """Whether what is here is how it began there: the same instants of the versions that both have."""
    here = dict(
        db.execute(
            select(EntityVersion.version, EntityVersion.created_at).where(EntityVersion.entity_id == entity.id)
        ).all()
    )
    there = {one["version"]: read_time(one["createdAt"]) for one in versions}
    return all(there.get(number) == at for number, at in here.items())


def find(db: Session, dataset: Dataset, uuid: str) -> Entity | None:
    return db.scalar(select(Entity).where(Entity.dataset_id == dataset.id, Entity.uuid == uuid))


def add_entity(db: Session, bringing: Bringing, dataset: Dataset, told: Row, newest: Row) -> Entity:
    entity = Entity(
        dataset_id=dataset.id,
        uuid=told["uuid"],
        version=newest["version"],
        label=newest["label"],
        data_json="{}",
        creator_id=actor_of(db, bringing, told.get("creator"), told.get("creatorId")),
        created_at=read_time(told["createdAt"]) or bringing.now,
    )
    db.add(entity)
    db.flush()
    bringing.report.came["entities"] += 1
    return entity


def take_data(entity: Entity, data: dict[str, str]) -> None:
    entity.data_json = orjson.dumps(data).decode()
    entity.about, entity.village_code = about_of(data), data.get(VILLAGE_PROPERTY) or None


def version_row(
    db: Session, bringing: Bringing, dataset: Dataset, entity: Entity, told: Row, makers: Makers
) -> dict[str, Any]:
    clashing = told.get("conflictingProperties")
    by = actor_of(db, bringing, told.get("creator"), told.get("creatorId"))
    return {
        "entity_id": entity.id,
        "version": told["version"],
        "label": told["label"],
        "data_json": orjson.dumps(data_of(told)).decode(),
        "received_json": orjson.dumps(received_of(told)).decode(),
        "base_version": told.get("baseVersion"),
        "branch_id": told.get("branchId"),
        "trunk_version": told.get("trunkVersion"),
        "branch_base_version": told.get("branchBaseVersion"),
        "conflicting_json": orjson.dumps(clashing).decode() if clashing else None,
        "submission_version_id": makers.maker_of(db, dataset.name, entity.uuid, told, by),
        "creator_id": by,
        "user_agent": told.get("userAgent") or None,
        "created_at": read_time(told["createdAt"]),
    }


def data_of(told: Row) -> dict[str, str]:
    return texts(told.get("data") or {})


def received_of(told: Row) -> dict[str, str]:
    """What was received beside the label, which Central puts among the properties."""
    return {name: value for name, value in texts(told.get("dataReceived") or {}).items() if name != "label"}


def texts(data: Mapping[str, object]) -> dict[str, str]:
    return {name: str(value) for name, value in data.items() if value is not None}


def note(db: Session, bringing: Bringing, dataset: Dataset, entity: Entity, action: str) -> None:
    record(
        db,
        action,
        actor_id=None,
        project_id=bringing.project_id,
        dataset_id=dataset.id,
        entity_id=entity.id,
        details={"entity": {"uuid": entity.uuid, "dataset": dataset.name}},
        now=bringing.now,
    )


def bring_entities(
    db: Session, bringing: Bringing, dataset: Dataset, coming: Iterable[ComingEntity], makers: Makers
) -> None:
    """Some of a list, in the caller's one transaction; phones fetch the list again."""
    for one in coming:
        which = f"{dataset.name} {one.told['uuid']}"
        bringing.write_one(db, "entities", which, partial(bring_entity, db, bringing, dataset, one, makers))
    touch(db, dataset.id, bringing.now)
    db.flush()
