"""A conflict of two versions settled: a new version of what somebody chose, and all that follows from it, in one transaction."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from server.clock import today
from server.errors import NoConflict
from server.followups.recalculate import recalculate_many
from server.models import Dataset, Entity, Project
from server.registry.care_records import bring_in_line
from server.registry.conflicts import LABEL, chosen_values, sides_of, versions_of
from server.registry.editing import author_of, change_entity
from server.registry.sealing import stand_in_line


def resolve(
    db: Session,
    project: Project,
    dataset: Dataset,
    entity: Entity,
    seen: int,
    chosen: Mapping[str, int],
    by: int,
    now: datetime,
) -> None:
    """`chosen` are version numbers by property (or `label`), `seen` is the newest version that whoever chose had before her.

    As Central does with resolve=true: a version is written on top of the newest one, and the conflict is over.
    Raises EntityVersionConflict when another change came meanwhile, NoConflict.
    """
    stand_in_line(db, project.id)
    db.refresh(entity, with_for_update=True)
    if entity.conflict is None:
        raise NoConflict(uuid=entity.uuid)
    values = chosen_values(sides_of(db, dataset, entity, versions_of(db, dataset, entity)), chosen)
    label = values.pop(LABEL, entity.label) or entity.label
    sent = {"label": label, "data": values}
    change_entity(db, dataset, entity, sent, seen, force=False, resolve=True, author=author_of(by, None, now))
    for subject in subjects_of(dataset, entity):
        bring_in_line(db, project.id, subject, now, of_consent=True)
        recalculate_many(db, project, [subject], today(now), now)


def subjects_of(dataset: Dataset, entity: Entity) -> list[tuple[str, str]]:
    """Whose rows and follow-ups hang on it."""
    if dataset.name in ("women", "households"):
        return [(dataset.name, entity.uuid)]
    return [("women", entity.about)] if entity.about else []
