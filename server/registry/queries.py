"""Entities as the REST doors list them. Every query takes the list and what the caller reaches."""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Final, NamedTuple

import orjson
from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Bundle, Session

from server.errors import NotFound, WrongType
from server.models import Actor, Dataset, Entity, EntityVersion
from server.registry.reach import Reach, visible

BATCH = 500
UUID = re.compile(r"(?:uuid:)?([0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12})")


class Listed(NamedTuple):
    """An entity with its current version."""

    entity: Entity
    version: EntityVersion


def within(db: Session, dataset: Dataset, reach: Reach, deleted: bool) -> ColumnElement[bool]:
    here = (Entity.dataset_id == dataset.id) & visible(db, dataset, reach)
    return here & (Entity.deleted_at.is_not(None) if deleted else Entity.deleted_at.is_(None))


IN_A_LIST: Final[tuple[Any, ...]] = (
    Bundle(
        "entity",
        Entity.uuid,
        Entity.version,
        Entity.conflict,
        Entity.creator_id,
        Entity.created_at,
        Entity.updated_at,
        Entity.deleted_at,
    ),
    Bundle(
        "version",
        EntityVersion.version,
        EntityVersion.label,
        EntityVersion.creator_id,
        EntityVersion.user_agent,
        EntityVersion.created_at,
        EntityVersion.base_version,
        EntityVersion.branch_id,
        EntityVersion.trunk_version,
        EntityVersion.branch_base_version,
        EntityVersion.conflicting_json,
    ),
)
"""What a list tells of an entity: of five sealed texts one is opened, and no objects are made."""


def listing(db: Session, dataset: Dataset, reach: Reach, deleted: bool, *told: Any) -> Select[Any, Any]:
    current = (EntityVersion.entity_id == Entity.id) & (EntityVersion.version == Entity.version)
    query = select(*(told or (Entity, EntityVersion))).select_from(Entity)
    return query.join(EntityVersion, current).where(within(db, dataset, reach, deleted))


def iterate_entities(
    db: Session, dataset: Dataset, reach: Reach, deleted: bool, offset: int, limit: int | None
) -> Iterator[Listed]:
    """The newest first, read in batches, each with what IN_A_LIST names and no more."""
    query = listing(db, dataset, reach, deleted, *IN_A_LIST).order_by(Entity.created_at.desc(), Entity.id.desc())
    for row in db.execute(query.offset(offset).limit(limit), execution_options={"yield_per": BATCH}):
        yield Listed(*row)


def get_entity(db: Session, dataset: Dataset, reach: Reach, uuid: str, deleted: bool = False) -> Listed:
    """Raises NotFound, also for one that the caller does not reach; WrongType (400.11) for what is no id of an entity."""
    wanted = uuid.lower().removeprefix("uuid:")
    row = db.execute(listing(db, dataset, reach, deleted).where(Entity.uuid == wanted)).first()
    if row is None:
        checked_uuid(wanted)
        raise NotFound()
    return Listed(*row)


def checked_uuid(value: Any) -> str:
    """An id as it is stored. Raises WrongType (400.11) for what phones and people never make one of (5.2)."""
    found = UUID.fullmatch(value.lower()) if isinstance(value, str) else None
    if found is None:
        raise WrongType(field="uuid", expected="valid version 4 UUID")
    return found[1]


def check_reached(db: Session, dataset: Dataset, reach: Reach, uuids: Sequence[str]) -> None:
    """Raises NotFound where one of them lies beyond the caller's reach: nobody writes what he may not read."""
    if not reach.care:
        return
    for start in range(0, len(uuids), BATCH):
        part = set(uuids[start : start + BATCH])
        query = select(func.count()).select_from(Entity)
        if db.scalar(query.where(within(db, dataset, reach, False), Entity.uuid.in_(part))) != len(part):
            raise NotFound()


def entities_among(db: Session, dataset: Dataset, reach: Reach, uuids: Sequence[str], deleted: bool) -> list[Entity]:
    """Those of these that the caller reaches, or that were deleted and can be restored; others are passed over."""
    wanted = sorted({one.lower().removeprefix("uuid:") for one in uuids})
    here = select(Entity).where(within(db, dataset, reach, deleted)).order_by(Entity.id)
    parts = (wanted[start : start + BATCH] for start in range(0, len(wanted), BATCH))
    return [one for part in parts for one in db.scalars(here.where(Entity.uuid.in_(part)))]


def list_creators(db: Session, dataset: Dataset, reach: Reach) -> list[Actor]:
    """Who made the entities that the caller reaches, by name."""
    made = select(Entity.creator_id).where(within(db, dataset, reach, deleted=False))
    return list(db.scalars(select(Actor).where(Actor.id.in_(made)).order_by(Actor.display_name, Actor.id)))


def makers_of(db: Session, dataset: Dataset, reach: Reach, deleted: bool) -> dict[int, Actor]:
    """Who made the entities that the caller reaches, or their current versions, by actor id."""
    current = (EntityVersion.entity_id == Entity.id) & (EntityVersion.version == Entity.version)
    here = within(db, dataset, reach, deleted)
    of_versions = select(EntityVersion.creator_id).join(Entity, current).where(here)
    made = Actor.id.in_(select(Entity.creator_id).where(here)) | Actor.id.in_(of_versions)
    return {one.id: one for one in db.scalars(select(Actor).where(made))}


def list_versions(db: Session, entity: Entity) -> list[EntityVersion]:
    """All versions, the oldest first."""
    query = select(EntityVersion).where(EntityVersion.entity_id == entity.id).order_by(EntityVersion.version)
    return list(db.scalars(query))


PLACES: Final = {"women": "household", "households": "geometry"}
"""What tells where somebody lives, by list of a care project."""


def taken_back(dataset: Dataset, entity: Entity) -> frozenset[str]:
    """The properties that versions before the current one tell no more: her place, once she does not agree to it."""
    name = PLACES.get(dataset.name)
    return frozenset() if name is None or orjson.loads(entity.data_json).get(name) else frozenset({name})


class ListFigures(NamedTuple):
    """How many entities a list has, when the newest was made, how many of them are in conflict."""

    entities: int
    latest: datetime | None
    conflicts: int


def figures_of(db: Session, dataset: Dataset, reach: Reach) -> ListFigures:
    """Of what the caller reaches."""
    counted = select(func.count(), func.max(Entity.created_at), func.count(Entity.conflict)).select_from(Entity)
    return ListFigures(*db.execute(counted.where(within(db, dataset, reach, False))).one())
