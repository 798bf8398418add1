"""Entities made, changed and deleted by people and programs: by REST, not by a submission. Facts: odk-contract.md 6.9."""

import re
import uuid as uuids
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from forms.entities import EntityAct
from server.access.audit import record
from server.errors import (
    EntityInvalid,
    EntityVersionConflict,
    NoConflict,
    UnexpectedValue,
    WrongType,
)
from server.models import Dataset, Entity
from server.registry.entities import Author, create_entity, properties_of, touch, write_update

UUID = re.compile(r"(?:uuid:)?([0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12})")


def make_entity(db: Session, dataset: Dataset, sent: dict[str, Any], author: Author) -> str:
    """One entity from `{uuid?, label, data}`; returns its uuid. Raises the Problem that names what is wrong."""
    key = checked_uuid(sent.get("uuid"))
    label = checked_label(sent.get("label"))
    data = checked_data(db, dataset, sent.get("data", {}))
    create_entity(db, dataset, EntityAct(dataset.name, key, True, False, None, None, None, label, data), author)
    return key


def make_entities(db: Session, dataset: Dataset, sent: Sequence[Any], author: Author) -> list[str]:
    """Many at once: the uuids of all of them, or none and the Problem of the first that cannot be."""
    made = []
    for one in sent:
        if not isinstance(one, dict):
            raise WrongType(field="entities", expected="array of object")
        made.append(make_entity(db, dataset, one, author))
    return made


def checked_uuid(value: Any) -> str:
    if value is None:
        return str(uuids.uuid4())
    found = UUID.fullmatch(value.lower()) if isinstance(value, str) else None
    if found is None:
        raise WrongType(field="uuid", expected="valid version 4 UUID")
    return found[1]


def checked_label(value: Any) -> str:
    if not isinstance(value, str):
        raise WrongType(field="label", expected="string")
    if not value.strip():
        raise UnexpectedValue(field="label", value="", reason="it is empty")
    return value


def checked_data(db: Session, dataset: Dataset, data: Any) -> dict[str, str]:
    """Values are JSON strings (400.11) of properties that the list has (400.28)."""
    if not isinstance(data, dict):
        raise WrongType(field="data", expected="object")
    known = set(properties_of(db, dataset.id))
    for name, value in data.items():
        if name not in known:
            raise EntityInvalid(reason=f"the list has no property named {name}")
        if not isinstance(value, str):
            raise WrongType(field=name, expected="string")
    return data


def change_entity(
    db: Session,
    dataset: Dataset,
    entity: Entity,
    sent: dict[str, Any],
    base_version: int | None,
    force: bool,
    resolve: bool,
    author: Author,
) -> None:
    """PATCH: on top of the version named, or by force on whatever is there; `resolve` clears a conflict.

    Raises EntityVersionConflict (409.15), NoConflict (400.32), or what is wrong with label and data.
    """
    if not force and base_version != entity.version:
        raise EntityVersionConflict(current=entity.version, provided=base_version)
    if resolve and entity.conflict is None:
        raise NoConflict(uuid=entity.uuid)
    if "label" in sent or "data" in sent:
        label = checked_label(sent["label"]) if "label" in sent else ""
        data = checked_data(db, dataset, sent.get("data", {}))
        act = EntityAct(dataset.name, entity.uuid, False, True, entity.version, None, None, label, data)
        write_update(db, dataset, entity, entity.version, act, author)
    if resolve:
        entity.conflict = None
        note(db, "entity.update.resolve", dataset, entity, author)


def delete_entity(db: Session, dataset: Dataset, entity: Entity, author: Author) -> None:
    """It leaves the lists at once; phones are told by the integrity address. Its versions stay."""
    entity.deleted_at = author.now
    touch(db, dataset.id, author.now)
    note(db, "entity.delete", dataset, entity, author)


def restore_entity(db: Session, dataset: Dataset, entity: Entity, author: Author) -> None:
    entity.deleted_at = None
    touch(db, dataset.id, author.now)
    note(db, "entity.restore", dataset, entity, author)


def note_bulk(db: Session, dataset: Dataset, source: dict[str, Any], count: int, author: Author) -> None:
    """Where many entities came from: the name and size of a file, as the caller tells."""
    told = {key: source[key] for key in ("name", "size") if isinstance(source.get(key), str | int)}
    record(
        db,
        "entity.bulk.create",
        actor_id=author.actor_id,
        project_id=dataset.project_id,
        dataset_id=dataset.id,
        details={"source": told, "count": count},
        now=author.now,
    )


def note(db: Session, action: str, dataset: Dataset, entity: Entity, author: Author) -> None:
    record(
        db,
        action,
        actor_id=author.actor_id,
        project_id=dataset.project_id,
        dataset_id=dataset.id,
        entity_id=entity.id,
        details={"entity": {"uuid": entity.uuid, "dataset": dataset.name}},
        now=author.now,
    )


def author_of(actor_id: int | None, user_agent: str | None, now: datetime) -> Author:
    """Whoever acts here, without a submission."""
    return Author(actor_id, user_agent, None, None, now)
