"""A worker who did not pass a quiz several times gets help: her town's trainers are asked once a try (domain.md 2.6, TRN-RT).

It is a word to a trainer about one person, with no score and beside nobody else's, and a pass takes it back.
"""

from typing import Final

import orjson
from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from server.access.her_worker import accounts
from server.access.roles import TRAINER
from server.followups.plain_notices import COACHING, tell
from server.followups.retakes import is_passed, number, retake_rule
from server.models import WORKERS, Assignment, Dataset, Entity, Notification
from server.reading import Reading
from server.registry.workers import person_of, worker_uuid

PREFIX: Final = "coaching"


def ask_for_coaching(db: Session, reading: Reading) -> None:
    """The deriver; it comes after the one that wrote the row, goes by the row as it stands, and does nothing twice."""
    person_id = person_of(db, reading.actor_id)
    row = find_row(db, reading.project.id, worker_uuid(reading.project.id, person_id)) if person_id else None
    if row is None or row.deleted_at is not None:
        return
    results, rule = orjson.loads(row.data_json), retake_rule()
    if is_passed(results):
        take_back(db, reading, row.uuid)
    elif (number(results.get("fails")) or 0) >= rule.limits["coaching_from"]:
        trainers = set(db.scalars(trainers_of(reading.project.id))) - {person_id}
        occasion = f"{PREFIX}:{row.uuid}:{results.get('quiz_on', '')[:10]}"
        tell(db, reading.project.id, trainers, COACHING, occasion, reading.now)


def trainers_of(project_id: int) -> Select[int]:
    """The trainers whose account works."""
    return select(Assignment.actor_id).where(
        Assignment.project_id == project_id,
        Assignment.form_id.is_(None),
        Assignment.role_id == TRAINER,
        Assignment.actor_id.in_(accounts()),
    )


def find_row(db: Session, project_id: int, worker: str) -> Entity | None:
    here = Dataset.project_id == project_id, Dataset.name == WORKERS, Entity.uuid == worker
    return db.scalar(select(Entity).join(Dataset, Dataset.id == Entity.dataset_id).where(*here))


def take_back(db: Session, reading: Reading, worker: str) -> None:
    open_ones = select(Notification).where(
        Notification.project_id == reading.project.id,
        Notification.kind == COACHING,
        Notification.occasion.startswith(f"{PREFIX}:{worker}:", autoescape=True),
        Notification.taken_back_at.is_(None),
    )
    for notice in db.scalars(open_ones):
        notice.state, notice.taken_back_at = "taken_back", reading.now
    db.flush()


def who_is_meant(db: Session, project_id: int, occasion: str) -> str:
    """The name of the worker whom such a word is about; "" for any other occasion."""
    prefix, _, rest = occasion.partition(":")
    row = find_row(db, project_id, rest.partition(":")[0]) if prefix == PREFIX else None
    return row.label if row is not None else ""
