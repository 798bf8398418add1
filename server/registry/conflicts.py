"""Two changes of one entity made without knowing of each other, side by side. Facts: odk-contract.md 5.3, 6.9.

Whoever looks chooses, property by property, what is to stand (intake/resolving.py).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import orjson
from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session

from server.errors import NotFound
from server.models import PURPOSES, Actor, Audit, Dataset, Entity, EntityVersion
from server.registry.entities import HER
from server.registry.queries import list_versions, taken_back
from server.registry.reach import CARE_LISTS, Reach, visible

LISTS: Final = (*CARE_LISTS, "households")
LABEL: Final = "label"
KEPT_BY_SERVER: Final = {
    "women": frozenset((*(f"consent_{one}" for one in PURPOSES), "consent_until", "household")),
    "pregnancies": frozenset(("status", "ga_anchor", HER)),
    "contraception_episodes": frozenset((HER,)),
    "referrals": frozenset((HER, "status", "outcome", "outcome_on")),
    "transfers": frozenset((HER, "status")),
}
"""Properties that the server writes as all records say: nobody chooses her consent from a list, nor whose something is."""


@dataclass(frozen=True)
class Version:
    """A version as somebody reads it: who made it, by which way; `values` are label and properties. `base` is the version
    that it was made from, None for the first."""

    number: int
    values: Mapping[str, str]
    by: str
    made_at: datetime
    base: int | None
    clashes: frozenset[str]

    @property
    def is_late(self) -> bool:
        """Whether whoever made it did not know of the version before."""
        return self.base is not None and self.base < self.number - 1


@dataclass(frozen=True)
class Sides:
    """The versions that a conflict is between, the last one that all agree on first; and what they say differently."""

    versions: tuple[Version, ...]
    names: tuple[str, ...]


def within(db: Session, reach: Reach) -> dict[int, ColumnElement[bool]]:
    """By list: the entities of women and homes that the caller reaches, those about homes among them."""
    here = Dataset.project_id == reach.scope.project_id, Dataset.name.in_(LISTS)
    return {one.id: visible(db, one, reach) for one in db.scalars(select(Dataset).where(*here))}


def in_conflict(db: Session, reach: Reach) -> Select[Entity, Dataset]:
    reached = [(Entity.dataset_id == one) & which for one, which in within(db, reach).items()]
    return (
        select(Entity, Dataset)
        .join(Dataset, Dataset.id == Entity.dataset_id)
        .where(Entity.conflict.is_not(None), Entity.deleted_at.is_(None), or_(False, *reached))
    )


def list_conflicts(db: Session, reach: Reach, offset: int, limit: int) -> list[tuple[Entity, Dataset]]:
    """The newest first."""
    query = in_conflict(db, reach).order_by(Entity.updated_at.desc(), Entity.id.desc())
    return [(entity, dataset) for entity, dataset in db.execute(query.offset(offset).limit(limit))]


def count_conflicts(db: Session, reach: Reach) -> int:
    return db.scalar(select(func.count()).select_from(in_conflict(db, reach).subquery())) or 0


def get_entry(db: Session, reach: Reach, entity_id: int) -> tuple[Entity, Dataset]:
    """An entity by its number. Raises NotFound, also for one of another list or beyond the caller's reach."""
    query = select(Entity, Dataset).join(Dataset, Dataset.id == Entity.dataset_id)
    row = db.execute(query.where(Entity.id == entity_id, Entity.deleted_at.is_(None))).first()
    lists = within(db, reach)
    if row is None or row.Dataset.id not in lists:
        raise NotFound()
    if db.scalar(select(Entity.id).where(Entity.id == entity_id, lists[row.Dataset.id])) is None:
        raise NotFound()
    return row.Entity, row.Dataset


def entries_about(db: Session, reach: Reach, woman: str) -> list[Entity]:
    """Her own entry, and what lists keep about her, as far as the caller reaches; her own first."""
    reached = [(Entity.dataset_id == one) & which for one, which in within(db, reach).items()]
    hers = or_(Entity.uuid == woman, Entity.about == woman), Entity.deleted_at.is_(None), or_(False, *reached)
    return sorted(db.scalars(select(Entity).where(*hers).order_by(Entity.id)), key=lambda one: one.uuid != woman)


def versions_of(db: Session, dataset: Dataset, entity: Entity) -> list[Version]:
    """All of them, the oldest first, without a place that she does not agree to any more."""
    rows = list_versions(db, entity)
    makers = {row.creator_id for row in rows if row.creator_id}
    names = dict(db.execute(select(Actor.id, Actor.display_name).where(Actor.id.in_(makers))).all())
    hidden = taken_back(dataset, entity)
    return [version_of(row, names, hidden) for row in rows]


def version_of(row: EntityVersion, names: Mapping[int, str], hidden: frozenset[str]) -> Version:
    told: dict[str, str] = orjson.loads(row.data_json)
    return Version(
        number=row.version,
        values={LABEL: row.label} | {name: value for name, value in told.items() if name not in hidden},
        by=names.get(row.creator_id or 0, ""),
        made_at=row.created_at,
        base=row.base_version,
        clashes=frozenset(orjson.loads(row.conflicting_json)) if row.conflicting_json else frozenset(),
    )


def sides_of(db: Session, dataset: Dataset, entity: Entity, versions: Sequence[Version]) -> Sides:
    """What the conflict is between: from the version that the first late one was made from, since it was last resolved."""
    resolved = db.scalar(
        select(func.max(Audit.logged_at)).where(Audit.entity_id == entity.id, Audit.action == "entity.update.resolve")
    )
    late = [one for one in versions if one.is_late and (resolved is None or one.made_at > resolved)]
    start = min((one.base for one in late if one.base is not None), default=entity.version)
    between = tuple(one for one in versions if one.number >= start)
    return Sides(between, names_that_differ(dataset, between))


def names_that_differ(dataset: Dataset, versions: Sequence[Version]) -> tuple[str, ...]:
    """Label and properties that are not the same in all of them, without those that the server keeps itself."""
    left_out = KEPT_BY_SERVER.get(dataset.name, frozenset())
    names = dict.fromkeys(name for one in versions for name in one.values)
    return tuple(
        name for name in names if name not in left_out and len({one.values.get(name, "") for one in versions}) > 1
    )


def chosen_values(sides: Sides, chosen: Mapping[str, int]) -> dict[str, str]:
    """What is to stand: of each name the value of the version that somebody chose, of the newest where nobody did."""
    by_number = {one.number: one for one in sides.versions}
    newest = sides.versions[-1]
    return {name: by_number.get(chosen.get(name, 0), newest).values.get(name, "") for name in sides.names}
