"""What the town's office is asked for by the calendar: training sessions of a quarter, papers of a month's meeting. Pure.

Rules with an edge of a quarter or a month (domain.md 2.6, TRN-Q and MTG). A period that was not answered is asked for until
the next one is over; what lies further back nobody can do any more.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final, NamedTuple

from server.followups.office_rules import OfficeRule
from server.followups.windows import add_months
from server.followups.working_days import ONE_DAY, Calendar

MONTHS_OF: Final = {"quarter_start": 3, "month_start": 1, "month_end": 1}
"""How many months a rule's period has, by what its window opens from."""


class Done(NamedTuple):
    """One act for a period of a rule, which is named by its first day: a session held, or papers issued, on that day."""

    rule: str
    period: date
    on: date


@dataclass(frozen=True)
class OfficeTask:
    """A period of a rule that is not done. `done_on` are the days of what was done for it, `left` is what is still to come."""

    rule: OfficeRule
    period: date
    opens_on: date
    due_on: date
    closes_on: date
    severity: str
    done_on: tuple[date, ...]
    left: int


def office_tasks(
    rules: Iterable[OfficeRule], calendar: Calendar, done: Collection[Done], today: date
) -> list[OfficeTask]:
    """What is asked for that day, by last day and rule."""
    found = [task for rule in rules for task in _tasks_of(rule, calendar, done, today)]
    return sorted(found, key=lambda one: (one.closes_on, one.rule.id))


def _tasks_of(rule: OfficeRule, calendar: Calendar, done: Collection[Done], today: date) -> Iterator[OfficeTask]:
    for period in periods_of(rule, today):
        days = days_of(period, MONTHS_OF[rule.opens.fact], calendar)
        opens, due, closes = rule.edges(days, calendar)
        on = sorted(one.on for one in done if (one.rule, one.period) == (rule.id, period) and one.on <= today)
        left = rule.limits.get("times", 1) - len(on)
        if left > 0 and opens <= today and closes >= rule.effective_from:
            severity = rule.level_on(today, days, closes)
            yield OfficeTask(rule, period, opens, due, closes, severity, tuple(on), left)


def periods_of(rule: OfficeRule, today: date) -> tuple[date, ...]:
    """The first days of the last period and of the one that day lies in; none for a rule without periods."""
    months = MONTHS_OF.get(rule.opens.fact)
    if months is None:
        return ()
    now = date(today.year, (today.month - 1) // months * months + 1, 1)
    return add_months(now, -months), now


def days_of(period: date, months: int, calendar: Calendar) -> dict[str, date]:
    """What edges count from. The middle of a quarter is the 15th of its second month."""
    following = add_months(period, months)
    return {
        "quarter_start": period,
        "quarter_middle": add_months(period, 1).replace(day=15),
        "quarter_end": following - ONE_DAY,
        "month_start": period,
        "month_end": calendar.add_working_days(following, -1),
    }
