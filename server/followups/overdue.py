"""What is overdue, village by village, with how many people that says something about: what the map's bands are made of."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import and_, case, distinct, func, select
from sqlalchemy.orm import Session

from server.followups.queries import is_late, still_to_do, within
from server.models import FollowUp
from server.places.successors import rolled_up, successor_codes


@dataclass(frozen=True)
class Overdue:
    """`tasks` that are overdue, of how many women and households (`late`), among how many that anything is asked for."""

    tasks: int = 0
    late: int = 0
    people: int = 0

    def __add__(self, other: "Overdue") -> "Overdue":
        """Of two villages that are one now; somebody who is in both counts twice."""
        return Overdue(self.tasks + other.tasks, self.late + other.late, self.people + other.people)


def overdue_in_villages(db: Session, project_id: int, today: date) -> dict[str, Overdue]:
    """By village code; a village for which nothing is asked is not named. Two queries, however many villages there are.

    One that stands inside another is not counted, as on lists, nor is one of a woman who does not agree to be counted, or
    whose consent has run out.
    """
    late = and_(is_late(today), FollowUp.inside.is_(None))
    query = (
        select(
            FollowUp.village_code,
            func.sum(case((late, 1), else_=0)),
            func.count(distinct(case((late, FollowUp.subject)))),
            func.count(distinct(FollowUp.subject)),
        )
        .where(within(project_id, None), *still_to_do(today, to_be_counted=True))
        .group_by(FollowUp.village_code)
    )
    found = {code: Overdue(int(tasks), late, people) for code, tasks, late, people in db.execute(query)}
    return rolled_up(found, successor_codes(db, project_id))
