"""Entity lists as phones read them: CSV, hash, integrity; cut to the caller's villages in a care project."""

import hashlib
from collections.abc import Iterator, Sequence

import orjson
from sqlalchemy import ColumnElement, Select, select, true
from sqlalchemy.orm import Session

from forms.media import entity_csv
from server.access.allow import Scope
from server.models import Dataset, Entity, Village
from server.registry.entities import properties_of


def find_dataset(db: Session, project_id: int, name: str) -> Dataset | None:
    return db.scalar(select(Dataset).where(Dataset.project_id == project_id, Dataset.name == name))


def visible(db: Session, scope: Scope) -> ColumnElement[bool]:
    """Entities that a scope reaches: in a care project those whose village_code is one of its villages'."""
    if scope.everything:
        return true()
    return Entity.village_code.in_(select(Village.code).where(Village.id.in_(scope.village_ids)))


def entities_in(db: Session, dataset: Dataset, scope: Scope) -> Select[Entity]:
    return (
        select(Entity)
        .where(Entity.dataset_id == dataset.id, Entity.deleted_at.is_(None), visible(db, scope))
        .order_by(Entity.id)
    )


def list_hash(dataset: Dataset, scope: Scope) -> str:
    """MD5 that changes when the list changes, and differs between scopes; phones fetch the CSV only then (2.8)."""
    cut = "" if scope.everything else ",".join(map(str, sorted(scope.village_ids)))
    return hashlib.md5(f"{dataset.id}:{dataset.revision}:{cut}".encode(), usedforsecurity=False).hexdigest()


def list_csv(db: Session, dataset: Dataset, scope: Scope) -> bytes:
    """The list as Collect imports it: name,label,__version and the properties in order of making."""
    return entity_csv(properties_of(db, dataset.id), rows_of(db, dataset, scope))


def rows_of(db: Session, dataset: Dataset, scope: Scope) -> Iterator[tuple[str, str, int, dict[str, str | None]]]:
    for entity in db.scalars(entities_in(db, dataset, scope)):
        yield entity.uuid, entity.label, entity.version, orjson.loads(entity.data_json)


def integrity_of(db: Session, dataset: Dataset, scope: Scope, uuids: Sequence[str] | None) -> list[tuple[str, bool]]:
    """Which of these (or of all) are gone for this caller. Ids never received are left out: their records may be underway."""
    query = select(Entity.uuid, Entity.deleted_at.is_not(None) | ~visible(db, scope)).where(
        Entity.dataset_id == dataset.id
    )
    if uuids is not None:
        query = query.where(Entity.uuid.in_([uuid.lower().removeprefix("uuid:") for uuid in uuids]))
    return [(uuid, bool(gone)) for uuid, gone in db.execute(query)]


def labels_of(db: Session, project_id: int, uuids: Sequence[str], scope: Scope) -> dict[str, dict[str, str]]:
    """The labels of these entities by list name and uuid, as far as the scope reaches: what an answer that chose one says."""
    if not uuids:
        return {}
    found: dict[str, dict[str, str]] = {}
    rows = db.execute(
        select(Dataset.name, Entity.uuid, Entity.label)
        .join(Entity, Entity.dataset_id == Dataset.id)
        .where(Dataset.project_id == project_id, Entity.uuid.in_(uuids), visible(db, scope))
    )
    for name, uuid, label in rows:
        found.setdefault(name, {})[uuid] = label
    return found
