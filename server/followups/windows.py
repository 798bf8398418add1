"""The arithmetic of days: a rule's window, when it is overdue, how severe that is, and the working day to propose."""

from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from server.followups.due import Step
from server.followups.ruleset import LEVELS, Offset, Rule, SeverityStep
from server.followups.working_days import WEEKENDS_ONLY, Calendar, RestDay


def add_months(day: date, count: int) -> date:
    """The same day of a later or earlier month, or that month's last day where it has no such day."""
    if not count:
        return day
    months = day.year * 12 + day.month - 1 + count
    year, month = divmod(months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


@dataclass(frozen=True)
class Window:
    """First day, target day, last on-time day, days of grace, and the day after which nobody asks any more, if any."""

    opens_on: date
    due_on: date
    closes_on: date
    grace: int
    latest_on: date | None

    @property
    def overdue_from(self) -> date:
        return self.closes_on + timedelta(days=self.grace + 1)


def is_overdue(today: date, closes_on: date, grace: int) -> bool:
    """The one definition of overdue (domain.md 2.0): today is later than the last on-time day plus grace."""
    return today > closes_on + timedelta(days=grace)


def window_of(rule: Rule, days: Mapping[str, date], calendar: Calendar = WEEKENDS_ONLY) -> Window:
    """The window of a rule counted from the named days; of several offsets the latest day counts.

    The calendar is asked by rules that count in working days alone.
    """

    opens_on = latest_of(rule.open, rule, days, calendar)
    due_on = latest_of(rule.due, rule, days, calendar)
    closes_on = latest_of(rule.close, rule, days, calendar)
    latest_on = latest_of(rule.latest, rule, days, calendar) if rule.latest else None
    return Window(opens_on, due_on, closes_on, rule.grace, latest_on)


def latest_of(offsets: tuple[Offset, ...], rule: Rule, days: Mapping[str, date], calendar: Calendar) -> date:
    if len(offsets) == 1:
        return edge_day(offsets[0], rule, days, calendar)
    return max([edge_day(one, rule, days, calendar) for one in offsets])


def state_on(today: date, window: Window) -> str:
    """Where a follow-up without an answer stands: scheduled, open, due, overdue or expired."""
    if window.latest_on is not None and today > window.latest_on:
        return "expired"
    if is_overdue(today, window.closes_on, window.grace):
        return "overdue"
    if today >= window.due_on:
        return "due"
    return "open" if today >= window.opens_on else "scheduled"


def severity_on(
    today: date, rule: Rule, days: Mapping[str, date], window: Window
) -> tuple[SeverityStep, tuple[Step, ...]] | None:
    """The highest step of the rule's ladder that is reached that day; None is the level info.

    With it come the sums of all reached steps of its level: the first is since when the level stands, the last its own.
    """
    if today < window.opens_on:
        return None
    edges = {**days, "open": window.opens_on, "due": window.due_on, "close": window.closes_on}
    reached = [step for step in rule.severity if day_of(step.since, edges) <= today]
    if not reached:
        return None
    highest = max(LEVELS.index(step.level) for step in reached)
    level = [step for step in reached if LEVELS.index(step.level) == highest]
    return level[-1], tuple(sum_of(f"severity.{step.level}", step.since, edges) for step in level)


def next_change(today: date, rule: Rule, days: Mapping[str, date], window: Window) -> date | None:
    """The next day on which a task without an answer stands otherwise by the calendar alone; None after the last such day.

    The day after the window is one of them: from then on a missed contact may be merged into the next.
    """
    edges = {**days, "open": window.opens_on, "due": window.due_on, "close": window.closes_on}
    steps = (day_of(step.since, edges) for step in rule.severity)
    found = [
        *(window.opens_on, window.due_on, window.closes_on + timedelta(days=1), window.overdue_from),
        *(max(step, window.opens_on) for step in steps),
        *((window.latest_on + timedelta(days=1),) if window.latest_on else ()),
    ]
    return min((day for day in found if day > today), default=None)


def sum_of(what: str, offset: Offset, days: Mapping[str, date], counts: bool = True) -> Step:
    return Step(what, offset.fact, days[offset.fact], offset.days, day_of(offset, days), counts, offset.months)


def day_of(offset: Offset, days: Mapping[str, date]) -> date:
    on = days[offset.fact]
    return (add_months(on, offset.months) if offset.months else on) + offset.span


def edge_sum(
    what: str, offset: Offset, rule: Rule, days: Mapping[str, date], calendar: Calendar, counts: bool = True
) -> Step:
    """The sum of one edge of a window, in working days where the rule counts so."""
    if not rule.in_working_days:
        return sum_of(what, offset, days, counts)
    on, gives = days[offset.fact], edge_day(offset, rule, days, calendar)
    guessed = calendar.is_provisional(on.year) or calendar.is_provisional(gives.year)
    return Step(what, offset.fact, on, offset.days, gives, counts, offset.months, provisional=guessed)


def edge_day(offset: Offset, rule: Rule, days: Mapping[str, date], calendar: Calendar) -> date:
    """What that sum gives."""
    if rule.in_working_days:
        return calendar.add_working_days(add_months(days[offset.fact], offset.months), offset.days)
    return day_of(offset, days)


def propose_day(kind: str, window: Window, is_rest_day: RestDay | None) -> date:
    """The day to propose instead of a target day on which nobody works.

    A clinical task goes to the working day before, inside its window, and never later; an administrative one to the
    next working day inside its window. Where there is none the target day stays.
    """
    if is_rest_day is None or not is_rest_day(window.due_on):
        return window.due_on
    step = timedelta(days=-1 if kind == "clinical" else 1)
    day = window.due_on + step
    while window.opens_on <= day <= window.closes_on:
        if not is_rest_day(day):
            return day
        day += step
    return window.due_on


def proposed_step(window: Window, proposed_on: date, calendar: Calendar) -> Step | None:
    """What the calendar did to the target day and why; None where it is a working day of a year whose notice is known."""
    cause = calendar.cause_of(window.due_on)
    provisional = any(calendar.is_provisional(day.year) for day in (window.due_on, proposed_on))
    if not cause and not provisional:
        return None
    moved = (proposed_on - window.due_on).days
    return Step("proposed_on", "due_on", window.due_on, moved, proposed_on, because=cause, provisional=provisional)


def window_steps(rule: Rule, days: Mapping[str, date], window: Window, calendar: Calendar) -> tuple[Step, ...]:
    """The sums behind the edges of a window."""
    steps: list[Step] = []
    edges = (
        ("opens_on", rule.open, window.opens_on),
        ("due_on", rule.due, window.due_on),
        ("closes_on", rule.close, window.closes_on),
    )
    for what, offsets, gives in edges:
        if len(offsets) == 1 and not rule.in_working_days:  # as nearly all have it: the sum is known
            (one,) = offsets
            steps.append(Step(what, one.fact, days[one.fact], one.days, gives, True, one.months))
            continue
        used = max(offsets, key=lambda one: edge_day(one, rule, days, calendar))
        steps += (edge_sum(what, one, rule, days, calendar, counts=one is used) for one in offsets)
    steps.append(Step("overdue_from", "closes_on", window.closes_on, window.grace + 1, window.overdue_from))
    return tuple(steps)
