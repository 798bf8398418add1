"""A list's own filter, for whoever may not list entities (odk-contract.md 5.4): phones, people who fill in forms, links.

It cuts what a care project's villages and roles leave, and gives nobody more. What entities say is sealed, so that the
database compares none of it: the rules are held against rows here, as they are read.
"""

from collections.abc import Mapping
from typing import NamedTuple

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from server.models import ActorProperty, ActorPropertyValue, Dataset, DatasetProperty, DatasetRule
from server.registry.reach import Reach, is_filtered


class Rule(NamedTuple):
    """Rows are told where `dataset_property` says what the asker's `actor_property` says."""

    dataset_property: str
    actor_property: str


Wanted = tuple[tuple[str, str | None], ...]
"""By rule: a property of the list and what it must say for this asker; None where the asker has no such property."""


def rules_of(db: Session, dataset: Dataset) -> list[Rule]:
    """The rules of a list, by the names of its properties."""
    query = (
        select(DatasetProperty.name, ActorProperty.name)
        .join(DatasetRule, DatasetRule.property_id == DatasetProperty.id)
        .join(ActorProperty, ActorProperty.id == DatasetRule.actor_property_id)
        .where(DatasetRule.dataset_id == dataset.id)
        .order_by(DatasetProperty.name, ActorProperty.name)
    )
    return [Rule(*row) for row in db.execute(query)]


def wanted_of(db: Session, dataset: Dataset, reach: Reach) -> Wanted | None:
    """What the rules of a list ask of a row that this asker is told; None where no rule holds for him."""
    if not is_filtered(dataset, reach):
        return None
    hers = (ActorPropertyValue.property_id == DatasetRule.actor_property_id) & (
        ActorPropertyValue.actor_id == (reach.actor_id or 0)
    )
    query = (
        select(DatasetProperty.name, ActorPropertyValue.value)
        .join(DatasetRule, DatasetRule.property_id == DatasetProperty.id)
        .outerjoin(ActorPropertyValue, hers)
        .where(DatasetRule.dataset_id == dataset.id)
        .order_by(DatasetRule.property_id, DatasetRule.actor_property_id)
    )
    return tuple((name, value) for name, value in db.execute(query)) or None


def meets(wanted: Wanted | None, data: Mapping[str, str | None]) -> bool:
    """Whether one of the rules holds for a row with these properties."""
    return wanted is None or any(value is not None and data.get(name) == value for name, value in wanted)


def clear_rules(db: Session, dataset: Dataset) -> None:
    db.execute(delete(DatasetRule).where(DatasetRule.dataset_id == dataset.id))
