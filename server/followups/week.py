"""The next seven days as a plan: how many doors wait in which hamlet on which day. It judges nobody: it is there to plan ways by.

`village_codes`, `today` and the state of a row are those of server/followups/queries.py.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from server.followups.lists_for_pages import is_her_home
from server.followups.queries import Reached, is_woman, still_to_do, within
from server.followups.trips import by_number
from server.models import FollowUp, Household, Woman

DAYS: Final = 7

Hamlet = tuple[str, str]
"""The code of a village and the name of a hamlet in it, "" where none is known."""


@dataclass(frozen=True)
class Load:
    """What waits on a day: by hamlet the doors, and how many visits behind all of them."""

    doors: Mapping[Hamlet, int]
    visits: int

    @property
    def all_doors(self) -> int:
        return sum(self.doors.values())


@dataclass(frozen=True)
class Week:
    """`days` in order, today first; `later`: what can be done in this week, but is proposed for after it."""

    days: Mapping[date, Load]
    later: Load


def plan_week(db: Session, project_id: int, village_codes: Reached, today: date) -> Week:
    """Each door once, on the proposed day of its most urgent contact; what is overdue or was proposed before is today's.

    Everything that waits behind a door goes with it, so the numbers are ways to go. One query.
    """
    last = today + timedelta(days=DAYS - 1)
    soonest = case((FollowUp.proposed_on > FollowUp.opens_on, FollowUp.proposed_on), else_=FollowUp.opens_on)
    village = func.coalesce(Household.village_code, FollowUp.village_code)
    place = func.coalesce(Household.uuid, FollowUp.subject)
    query = (
        select(village, Household.hamlet, func.min(soonest), func.count())
        .outerjoin(Woman, is_woman())
        .outerjoin(Household, is_her_home())
        .where(within(project_id, village_codes), *still_to_do(today), FollowUp.inside.is_(None))
        .where(FollowUp.opens_on <= last)
        .group_by(village, Household.hamlet, place)
    )
    doors: dict[date | None, dict[Hamlet, int]] = {}
    visits: dict[date | None, int] = {}
    for code, hamlet, soonest_on, number in db.execute(query):
        on = max(soonest_on, today) if soonest_on <= last else None
        there = doors.setdefault(on, {})
        there[code, hamlet or ""] = there.get((code, hamlet or ""), 0) + 1
        visits[on] = visits.get(on, 0) + number
    days = [today + timedelta(days=number) for number in range(DAYS)]
    return Week({day: load_of(day, doors, visits) for day in days}, load_of(None, doors, visits))


def load_of(
    day: date | None, doors: Mapping[date | None, Mapping[Hamlet, int]], visits: Mapping[date | None, int]
) -> Load:
    there = sorted(doors.get(day, {}).items(), key=lambda one: (one[0][0], *by_number(one[0][1])))
    return Load(dict(there), visits.get(day, 0))
