"""Entities made, changed and deleted by people and programs: by REST, not by a submission. Facts: odk-contract.md 6.9."""

import uuid as uuids
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from forms.entities import EntityAct
from server.access.audit import record
from server.access.changes import note_changes
from server.errors import (
    EntityInvalid,
    EntityVersionConflict,
    MissingParameter,
    NoConflict,
    NotFound,
    UnexpectedAttributes,
    UnexpectedValue,
    WrongType,
)
from server.models import Dataset, Entity, EntityVersion
from server.registry.entities import Author, add_entities, create_entity, properties_of, touch, write_update
from server.registry.queries import checked_uuid

KEYS = ("label", "uuid", "data")


def make_entity(db: Session, dataset: Dataset, sent: Mapping[str, Any], author: Author) -> str:
    """One entity from `{uuid?, label, data?}`; returns its uuid. Raises the Problem that names what is wrong."""
    act = act_of(dataset, sent, properties_of(db, dataset.id))
    create_entity(db, dataset, act, author)
    return act.uuid


def make_entities(db: Session, dataset: Dataset, sent: Any, author: Author) -> list[str]:
    """Many at once: the uuids of all of them, or none and the Problem of the first that cannot be.

    Raises UnexpectedAttributes (400.31) for what is no list of objects, or an empty one.
    """
    if not isinstance(sent, list) or not sent:
        found = "empty array" if isinstance(sent, list) else "not an array"
        raise UnexpectedAttributes(expected=["entities: [...]"], actual=[found])
    known = properties_of(db, dataset.id)
    acts = [act_of(dataset, one, known) for one in sent]
    add_entities(db, dataset, acts, author)
    return [act.uuid for act in acts]


def act_of(dataset: Dataset, sent: Any, known: Collection[str]) -> EntityAct:
    """A creation as it was sent, checked. `known` are the list's properties."""
    if not isinstance(sent, dict):
        raise UnexpectedAttributes(expected=list(KEYS), actual=["not an object"])
    check_keys(sent)
    key = uuid_of(sent.get("uuid"))
    if sent.get("label") is None:
        raise MissingParameter(field="label")
    label, data = checked_label(sent["label"]), checked_data(known, sent.get("data"))
    return EntityAct(dataset.name, key, True, False, None, None, None, label, data)


def checked_source(sent: Mapping[str, Any] | None) -> dict[str, Any]:
    """Where many entities came from: the name of a file, and its size where it is told. Raises MissingParameter, WrongType."""
    if sent is None:
        raise MissingParameter(field="source")
    name, size = sent.get("name"), sent.get("size")
    if name in (None, ""):
        raise MissingParameter(field="source.name")
    if not isinstance(name, str):
        raise WrongType(field="name", expected="string")
    if size is not None and (isinstance(size, bool) or not isinstance(size, int | float)):
        raise WrongType(field="size", expected="number")
    return {"name": name, **({"size": size} if size else {})}


def check_keys(sent: Mapping[str, Any]) -> None:
    """Raises UnexpectedAttributes (400.31)."""
    if not sent.keys() <= set(KEYS):
        raise UnexpectedAttributes(expected=list(KEYS), actual=list(sent))


def uuid_of(value: Any) -> str:
    """What was sent, or a new one. Raises WrongType (400.11)."""
    return str(uuids.uuid4()) if value in (None, "") else checked_uuid(value)


def checked_label(value: Any) -> str:
    if not isinstance(value, str):
        raise WrongType(field="label", expected="string")
    if not value.strip():
        raise UnexpectedValue(field="label", value="", reason="it is empty")
    return value


def checked_data(known: Collection[str], data: Any) -> dict[str, str]:
    """Values are JSON strings (400.11) of properties that the list has (400.28). Nothing is no properties."""
    if data is None:
        return {}
    if not isinstance(data, dict):
        raise WrongType(field="data", expected="object")
    for name, value in data.items():
        if not isinstance(value, str):
            raise WrongType(field=name, expected="string")
        if name not in known:
            raise EntityInvalid(reason=f"the list has no property named {name}")
    return data


def change_entity(
    db: Session,
    dataset: Dataset,
    entity: Entity,
    sent: Mapping[str, Any],
    base_version: int | None,
    force: bool,
    resolve: bool,
    author: Author,
) -> None:
    """PATCH: on top of the version named, or by force on whatever is there; `resolve` clears a conflict.

    Raises NoConflict (400.32), EntityVersionConflict (409.15), EntityInvalid (400.28) where nothing is to be changed, or
    what is wrong with label and data.
    """
    if resolve and entity.conflict is None:
        raise NoConflict(uuid=entity.uuid)
    if not force and base_version != entity.version:
        raise EntityVersionConflict(current=entity.version, provided=base_version)
    check_keys(sent)
    if sent or not resolve:
        write_sent(db, dataset, entity, sent, author)
    if resolve:
        entity.conflict, entity.updated_at = None, author.now
        note(db, "entity.update.resolve", dataset, entity, author, {"entityDefId": current_version(db, entity)})


def write_sent(db: Session, dataset: Dataset, entity: Entity, sent: Mapping[str, Any], author: Author) -> None:
    if sent.get("label") is None and sent.get("data") is None:
        raise EntityInvalid(reason="neither a label nor data was sent")
    label = checked_label(sent["label"]) if sent.get("label") is not None else ""
    data = checked_data(properties_of(db, dataset.id), sent.get("data"))
    act = EntityAct(dataset.name, entity.uuid, False, True, entity.version, None, None, label, data)
    write_update(db, dataset, entity, entity.version, act, author)


def current_version(db: Session, entity: Entity) -> int | None:
    here = EntityVersion.entity_id == entity.id, EntityVersion.version == entity.version
    return db.scalar(select(EntityVersion.id).where(*here))


def delete_entity(db: Session, dataset: Dataset, entity: Entity, author: Author) -> None:
    """It leaves the lists at once; phones are told by the integrity address. Its versions stay."""
    entity.deleted_at = author.now
    touch(db, dataset.id, author.now)
    note(db, "entity.delete", dataset, entity, author)


def restore_entity(db: Session, dataset: Dataset, entity: Entity, author: Author) -> None:
    """Raises NotFound where the trash is emptied of it in this very moment."""
    hold(db, [entity])
    entity.deleted_at, entity.updated_at = None, author.now
    touch(db, dataset.id, author.now)
    note(db, "entity.restore", dataset, entity, author)


def delete_entities(db: Session, dataset: Dataset, entities: Sequence[Entity], author: Author) -> None:
    """As `delete_entity`, of many, written down once."""
    if len(entities) == 1:
        return delete_entity(db, dataset, entities[0], author)
    for one in entities:
        one.deleted_at = author.now
    return note_many(db, "entity.bulk.delete", "entity.delete", dataset, entities, author)


def restore_entities(db: Session, dataset: Dataset, entities: Sequence[Entity], author: Author) -> None:
    if len(entities) == 1:
        return restore_entity(db, dataset, entities[0], author)
    hold(db, entities)
    for one in entities:
        one.deleted_at, one.updated_at = None, author.now
    return note_many(db, "entity.bulk.restore", "entity.restore", dataset, entities, author)


def hold(db: Session, entities: Sequence[Entity]) -> None:
    """Nobody takes them away meanwhile. Raises NotFound when one is gone."""
    ids = [one.id for one in entities]
    if len(db.scalars(select(Entity.id).where(Entity.id.in_(ids)).with_for_update()).all()) < len(ids):
        raise NotFound()


def note_many(
    db: Session, action: str, change: str, dataset: Dataset, entities: Sequence[Entity], author: Author
) -> None:
    """One row of the audit names them all; programs hear of each (`change`)."""
    if not entities:
        return
    touch(db, dataset.id, author.now)
    note_changes(db, dataset.project_id, change, [one.id for one in entities], author.now)
    here: dict[str, Any] = {"project_id": dataset.project_id, "dataset_id": dataset.id}
    details = {"entityUuids": [one.uuid for one in entities]}
    record(db, action, actor_id=author.actor_id, details=details, now=author.now, **here)


def note_bulk(db: Session, dataset: Dataset, source: Mapping[str, Any] | None, count: int, author: Author) -> None:
    """Writes down how many came from where. Raises as checked_source."""
    told = checked_source(source)
    record(
        db,
        "entity.bulk.create",
        actor_id=author.actor_id,
        project_id=dataset.project_id,
        dataset_id=dataset.id,
        details={"source": told, "count": count},
        now=author.now,
    )


def note(
    db: Session,
    action: str,
    dataset: Dataset,
    entity: Entity,
    author: Author,
    more: Mapping[str, object] | None = None,
) -> None:
    record(
        db,
        action,
        actor_id=author.actor_id,
        project_id=dataset.project_id,
        dataset_id=dataset.id,
        entity_id=entity.id,
        details={"entity": {"uuid": entity.uuid, "dataset": dataset.name}, **(more or {})},
        now=author.now,
    )


def author_of(actor_id: int | None, user_agent: str | None, now: datetime) -> Author:
    """Whoever acts here, without a submission."""
    return Author(actor_id, user_agent, None, None, now)
