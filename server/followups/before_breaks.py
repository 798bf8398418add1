"""Before Spring Festival and National Day: whose tasks close in the break is told once, five working days ahead.

Numbers alone (domain.md 2.2): the list behind them is a page for those who may see follow-ups.
"""

from collections import Counter
from datetime import date, datetime
from typing import Final

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from server.followups.lists_for_pages import Visit, is_her_home, name_cases, visit_of
from server.followups.plain_notices import BEFORE_BREAK, tell
from server.followups.queries import Reached, is_woman, of_the_team, still_to_do, within
from server.followups.recipients import care_towns, staff_of
from server.followups.town_calendar import calendar_of
from server.followups.working_days import Break, Calendar
from server.models import FollowUp, Household, Woman

AHEAD: Final = 5
"""Working days before the break."""


def told_on(calendar: Calendar, found: Break) -> date:
    return calendar.add_working_days(found.first, -AHEAD)


def break_ahead(calendar: Calendar, today: date) -> Break | None:
    """The long break that is to be told of: from the fifth working day before it, which may have been missed, to its eve."""
    found = calendar.next_long_break(today)
    return found if found and told_on(calendar, found) <= today < found.first else None


def tell_before_breaks(db: Session, today: date, now: datetime) -> int:
    """Tells everybody once an occasion, in every town; how many people have such tasks now, told just now or before."""
    told = 0
    for project_id in care_towns(db):
        found = break_ahead(calendar_of(db, project_id), today)
        people = closing_by_person(db, project_id, found, today) if found else {}
        if found and people:
            tell(db, project_id, people, BEFORE_BREAK, occasion_of(project_id, found), now)
        told += len(people)
    return told


def occasion_of(project_id: int, found: Break) -> str:
    return f"break:{project_id}:{found.first.isoformat()}"


def break_of(calendar: Calendar, occasion: str) -> Break | None:
    """The break that a word was about; None where the calendar knows it no more."""
    return calendar.break_around(date.fromisoformat(occasion.split(":")[2]))


def closing_by_person(db: Session, project_id: int, found: Break, today: date) -> dict[int, int]:
    """How many tasks that close in the break each person is responsible for; who has none is not named."""
    staff = staff_of(db, project_id, today)
    query = (
        select(FollowUp, Woman.assigned_worker)
        .outerjoin(Woman, is_woman())
        .where(FollowUp.project_id == project_id, *closing_in(found, today))
        .where(or_(of_the_team(), Woman.consent_share_clinic))
    )
    return Counter(person for row, chosen in db.execute(query) for person in staff.of(row, chosen).workers)


def closing_in(found: Break, today: date) -> tuple[ColumnElement[bool], ...]:
    """What is still to be done and has its last day in the break, whether or not its window is open yet."""
    closes = FollowUp.closes_on.between(found.first, found.last)
    return *still_to_do(today), FollowUp.inside.is_(None), closes


def count_closing(db: Session, project_id: int, whose: Reached, found: Break, today: date) -> int:
    query = select(func.count()).select_from(FollowUp).where(within(project_id, whose), *closing_in(found, today))
    return db.scalar(query) or 0


def list_closing(
    db: Session, project_id: int, whose: Reached, found: Break, today: date, offset: int, limit: int
) -> list[Visit]:
    """The same as lines of a list, by last day and village."""
    query = (
        select(FollowUp, Woman.label, Household, Woman.uuid)
        .outerjoin(Woman, is_woman())
        .outerjoin(Household, is_her_home())
        .where(within(project_id, whose), *closing_in(found, today))
        .order_by(FollowUp.closes_on, FollowUp.village_code, FollowUp.id)
    )
    visits = [
        visit_of(row, label, home, woman, 0)
        for row, label, home, woman in db.execute(query.offset(offset).limit(limit))
    ]
    return name_cases(db, project_id, visits)
