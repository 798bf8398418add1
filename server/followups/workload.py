"""How many due visits each village worker has, and to whom one of a village can be given."""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from server.access.audit import record
from server.access.leave import is_away, leave_between
from server.access.village_workers import village_workers
from server.errors import UnexpectedValue
from server.followups.queries import is_woman, of_the_team, still_asked, within
from server.followups.recipients import staff_of
from server.models import Actor, FollowUp, Project, Woman

CALENDAR: Final = timedelta(days=92)
"""How far ahead leave is shown: no hand-over is planned further."""


LOWEST_CAP: Final = 20
"""A lower one would let who sets it find out how few women somebody cares for: whether it is reached is shown."""
HIGHEST_CAP: Final = 200


@dataclass(frozen=True)
class Candidate:
    """A worker who has the village. `due` are her due visits, `leave` the days she is away; `is_full` at the town's cap."""

    person: int
    name: str
    due: int
    is_full: bool
    is_away: bool
    leave: tuple[tuple[date, date], ...] = ()


def count_due(db: Session, project_id: int, today: date) -> Counter[int]:
    """Due and overdue visits by the worker who goes; where two share a village, each has them. Asked in groups."""
    query = (
        select(FollowUp.village_code, Woman.assigned_worker, FollowUp.given_to_id, func.count())
        .outerjoin(Woman, is_woman())
        .where(within(project_id, None), *still_asked(today), FollowUp.due_on <= today)
        .where(FollowUp.inside.is_(None), of_the_team())
        .group_by(FollowUp.village_code, Woman.assigned_worker, FollowUp.given_to_id)
    )
    staff, found = staff_of(db, project_id, today), Counter[int]()
    for village, chosen, given_to, number in db.execute(query):
        for person in staff.recipients(village, chosen, given_to=given_to).workers:
            found[person] += number
    return found


def candidates_for(
    db: Session, project: Project, village_code: str, today: date, until: date | None = None
) -> list[Candidate]:
    """The workers who have the village, by name, as they are from today until that day (None: today)."""
    workers = village_workers(project.id).subquery()
    here = select(workers.c.person).where(or_(workers.c.code.is_(None), workers.c.code == village_code))
    people = db.execute(
        select(Actor.id, Actor.display_name).where(Actor.id.in_(here)).order_by(Actor.display_name, Actor.id)
    ).all()
    due, leave = count_due(db, project.id, today), leave_between(db, project.id, today, today + CALENDAR)
    return [
        Candidate(
            person,
            name,
            due[person],
            due[person] >= project.workload_cap,
            is_away(leave, person, today, until or today),
            tuple(leave.get(person, ())),
        )
        for person, name in people
    ]


def set_workload_cap(db: Session, project: Project, cap: int, by: int, now: datetime) -> None:
    """How many due visits a worker of the town may have before a supervisor has to give her more."""
    if not LOWEST_CAP <= cap <= HIGHEST_CAP:
        raise UnexpectedValue(field="cap", value=cap, reason="it is a number from 20 to 200")
    project.workload_cap, project.updated_at = cap, now
    db.flush()
    record(db, "project.update", actor_id=by, project_id=project.id, now=now, details={"data": ["workload_cap"]})
