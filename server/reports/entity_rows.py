"""The entities that a report of a list is about: those that the caller reaches, as they are now; the newest first."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Select, and_, func, literal, select, true, tuple_
from sqlalchemy.orm import Session

from server.models import Actor, Dataset, Entity, bytes_of
from server.registry.entities import properties_of
from server.registry.lists import DOOR, list_hash
from server.registry.reach import Reach, is_homes_by_door, visible
from server.reports.records import Narrowed, Position, iterate_in_batches

EntityAnswers = tuple[str, str, dict[str, str | None]]
"""Of an entity its uuid, its label and its data."""


@dataclass(frozen=True)
class EntitySource:
    """Whose entities a report is about, and what of them it tells; `uuid` narrows it to one."""

    dataset: Dataset
    reach: Reach
    properties: tuple[str, ...]
    uuid: str | None = None


@dataclass(unsafe_hash=True)
class EntityRow:
    """An entity in its current version with what OData and CSV say about it. Nobody changes one; not frozen, like a Record."""

    id: int
    uuid: str
    label: str
    created_at: datetime
    updated_at: datetime | None
    deleted_at: datetime | None
    creator_id: int | None
    creator_name: str | None
    version: int
    conflict: str | None
    data_json: str = field(repr=False)

    @cached_property
    def data(self) -> dict[str, str | None]:
        return dict(orjson.loads(self.data_json))

    @property
    def updates(self) -> int:
        return self.version - 1


COLUMNS: tuple[Any, ...] = (
    Entity.id,
    Entity.uuid,
    Entity.label,
    Entity.created_at,
    Entity.updated_at,
    Entity.deleted_at,
    Entity.creator_id,
    Actor.display_name,
    Entity.version,
    Entity.conflict,
    Entity.data_json,
)  # in EntityRow's order
ANSWERS: tuple[Any, ...] = (Entity.uuid, Entity.label, bytes_of(Entity.data_json))  # in the order of EntityAnswers


def source_of(db: Session, dataset: Dataset, reach: Reach, uuid: str | None = None) -> EntitySource:
    """With all properties in the order of making; of homes of which only the door is told, those that lead there."""
    properties = properties_of(db, dataset.id)
    told = [one for one in properties if one in DOOR] if is_homes_by_door(dataset, reach) else properties
    return EntitySource(dataset, reach, tuple(told), uuid)


def meant(db: Session, source: EntitySource, with_deleted: bool = False) -> ColumnElement[bool]:
    """The source as a condition on Entity. What was deleted in a care project is told in no table."""
    shown = Entity.deleted_at.is_(None) if source.reach.care or not with_deleted else true()
    one = Entity.uuid == source.uuid.lower().removeprefix("uuid:") if source.uuid is not None else true()
    return and_(Entity.dataset_id == source.dataset.id, visible(db, source.dataset, source.reach), shown, one)


def listing(db: Session, source: EntitySource, narrowed: Narrowed) -> Select[Any]:
    order = (*narrowed.order, Entity.created_at.desc(), Entity.id.desc())
    query: Select[Any] = (
        select(*COLUMNS)
        .select_from(Entity)
        .outerjoin(Actor, Actor.id == Entity.creator_id)
        .where(meant(db, source, narrowed.with_deleted), *narrowed.conditions)
        .order_by(*order)
    )
    if narrowed.limit is not None:
        query = query.limit(narrowed.limit)
    return query.offset(narrowed.offset) if narrowed.offset else query


def iterate_rows(db: Session, source: EntitySource, narrowed: Narrowed = Narrowed()) -> Iterator[EntityRow]:
    for row in iterate_in_batches(db, listing(db, source, narrowed), narrowed):
        yield EntityRow(*row)


def iterate_answers(db: Session, source: EntitySource, narrowed: Narrowed) -> Iterator[EntityAnswers]:
    """What a map tells of each, which is half of what rows cost."""
    query = listing(db, source, narrowed).with_only_columns(*ANSWERS)
    for uuid, label, text in iterate_in_batches(db, query):
        yield uuid, label, orjson.loads(text)


def count_entities(db: Session, source: EntitySource, narrowed: Narrowed) -> int:
    where = (meant(db, source, narrowed.with_deleted), *narrowed.conditions)
    return db.scalar(select(func.count(Entity.id)).where(*where)) or 0


def find_position(db: Session, source: EntitySource, uuid: str) -> Position | None:
    """Where an entity stands, in a plain project also after it was deleted: a page can go on from there."""
    where = (meant(db, source, with_deleted=True), Entity.uuid == uuid)
    row = db.execute(select(Entity.created_at, Entity.id).where(*where)).first()
    return Position(*row) if row else None


def stands_after(position: Position) -> ColumnElement[bool]:
    """What comes behind a position in the order of the newest first."""
    here = tuple_(Entity.created_at, Entity.id)
    return here < tuple_(literal(position.created_at, Entity.created_at.type), literal(position.id))


def has_entity(db: Session, source: EntitySource) -> bool:
    return count_entities(db, source, Narrowed()) > 0


def read_list_mark(db: Session, source: EntitySource) -> str:
    """A text that changes with whatever a report of this list shows: its entities, conflicts that are settled, names."""
    told = select(func.count(), func.max(Entity.updated_at), func.count(Entity.conflict))
    names = select(func.max(Actor.updated_at)).scalar_subquery()
    seen = db.execute(told.add_columns(names).where(meant(db, source, with_deleted=True))).one()
    return f"{list_hash(db, source.dataset, source.reach)} {source.properties} {tuple(map(str, seen))}"
