"""How the staff did in the quiz, summed up, and who takes it again: two things that never stand in one row."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

import orjson
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.followups.office_rules import TRAINING
from server.followups.retakes import days_of, is_passed, retake_rule
from server.followups.supply_facts import plausible
from server.followups.working_days import Calendar
from server.models import WORKERS, Dataset, Entity, OfficeAct


@dataclass(frozen=True)
class Quiz:
    """The last quiz of one of the staff: the days of her retake, None where she passed."""

    label: str
    passed: bool
    retake: tuple[date, date, date] | None


@dataclass(frozen=True)
class Results:
    """Of how many people, who passed, who takes it again, and for whom that is late."""

    taken: int
    passed: int
    again: int
    late: int


def read_quizzes(db: Session, project_id: int, calendar: Calendar) -> Iterator[Quiz]:
    """By name, as the list of workers has them; of who took none nothing is said."""
    here = Dataset.project_id == project_id, Dataset.name == WORKERS, Entity.deleted_at.is_(None)
    rows = db.execute(
        select(Entity.label, Entity.data_json).join(Dataset, Dataset.id == Entity.dataset_id).where(*here)
    )
    rule = retake_rule()
    for label, data in sorted((label, data) for label, data in rows):
        told = orjson.loads(data)
        if plausible(told.get("quiz_on")) is not None:
            yield Quiz(label, is_passed(told), days_of(told, rule, calendar))


def results_of(quizzes: list[Quiz], today: date) -> Results:
    again = [one.retake for one in quizzes if one.retake is not None]
    passed = sum(one.passed for one in quizzes)
    return Results(len(quizzes), passed, len(again), sum(closes < today for _, _, closes in again))


def count_sessions(db: Session, project_id: int, day: date) -> int:
    """Those held in the quarter of that day, up to it."""
    quarter = day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)
    stands = OfficeAct.project_id == project_id, OfficeAct.rule == TRAINING, OfficeAct.undone_at.is_(None)
    query = select(func.count(func.distinct(OfficeAct.on_day))).where(*stands, OfficeAct.on_day.between(quarter, day))
    return db.scalar(query) or 0
