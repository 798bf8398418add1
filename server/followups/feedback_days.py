"""GRV: by which day feedback (F9) is answered (domain.md 2.6, and 6.3 P9 for a word of pressure)."""

from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from itertools import groupby

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from server.followups.office_rules import FEEDBACK, shipped_office_rules
from server.followups.town_calendar import calendar_of
from server.followups.working_days import Calendar
from server.models import Feedback


def pressed_days() -> int:
    """Days in which a word of pressure is answered."""
    return shipped_office_rules()[FEEDBACK].limits["pressed_days"]


def due_day(urgent: bool, received_on: date, calendar: Calendar) -> date:
    """The last day on which it is answered in time: of a word of pressure without regard to who works when."""
    if urgent:
        return received_on + timedelta(days=pressed_days())
    return shipped_office_rules()[FEEDBACK].edges({"received_on": received_on}, calendar)[1]


def due_days_by(calendar: Calendar) -> Callable[[bool, date], date]:
    """`due_day` of one town, for those who take in what came."""
    return partial(due_day, calendar=calendar)


def count_again(db: Session) -> None:
    """Moves the day of what is not answered where a calendar says otherwise by now: a year was added, or taken out.

    Once a night and for each day on which something came, not for each piece. How many moved is not said: whoever may see
    the timetable would learn that there was something.
    """
    counted = Feedback.answered_on.is_(None), ~Feedback.urgent
    which = Feedback.project_id, Feedback.received_on, Feedback.due_on
    waiting = db.execute(select(*which).where(*counted).distinct().order_by(*which)).all()
    for project_id, days in groupby(waiting, key=lambda one: one.project_id):
        due_by_calendar = due_days_by(calendar_of(db, project_id))
        for _, received_on, due_on in days:
            due = due_by_calendar(False, received_on)
            if due != due_on:
                here = Feedback.project_id == project_id, Feedback.received_on == received_on
                db.execute(update(Feedback).where(*counted, *here).values(due_on=due))
