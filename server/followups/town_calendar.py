"""The calendar of a town: the product's years and those that the town added itself, and what changes with one of them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Integer,
    String,
    bindparam,
    cast,
    func,
    literal,
    or_,
    select,
    union_all,
    update,
)
from sqlalchemy.orm import Session

from server.access.audit import record
from server.db import Asked, ask
from server.errors import NotFound, UnexpectedValue
from server.followups.calendar_files import calendar_with, read_again, read_year, shipped_years
from server.followups.due import Step
from server.followups.explaining import read_steps
from server.followups.ruleset import Rule
from server.followups.town_rules import MARKS, Mark, TownRules, rules_by, rules_of
from server.followups.windows import Window, propose_day
from server.followups.working_days import Calendar, CalendarYear
from server.models import Actor, FollowUp, Project, TownCalendar

NEAR: Final = timedelta(days=21)
"""How far from a year the days that depend on it lie: the longest break with a swapped week on each side."""

_NOTICES: Final = select(TownCalendar.notice).where(
    TownCalendar.project_id == bindparam("project"), TownCalendar.removed_at.is_(None)
)
"""Built once: it is asked at every record."""


_YEAR: Final = "year"
_WHOLE: Final[CompoundSelect[Any, Any, Any, Any]] = union_all(
    *MARKS.selects,
    select(literal(_YEAR), TownCalendar.notice, TownCalendar.year, cast(literal(""), String)).where(
        TownCalendar.project_id == bindparam("project", type_=Integer), TownCalendar.removed_at.is_(None)
    ),
)
"""The marks of a town's rules, and its years: one question at every record, and not two."""


def rules_and_calendar_of(db: Asked, project_id: int) -> tuple[TownRules, Calendar]:
    """What every recalculation goes by."""
    marks = [Mark(*row) for row in ask(db, _WHOLE, {"project": project_id})]
    years = sorted((one for one in marks if one.kind == _YEAR), key=lambda one: one.number)
    rules = rules_by(db, project_id, (one for one in marks if one.kind != _YEAR))
    return rules, calendar_with(*(one.rule for one in years))


@dataclass(frozen=True)
class TownYear:
    """A year that the town added: what it says, who added it and when."""

    year: CalendarYear
    added_by: str
    added_at: datetime


def calendar_of(db: Session, project_id: int) -> Calendar:
    """One question, whatever the number of years; the files are read once a process."""
    return calendar_with(*db.scalars(_NOTICES, {"project": project_id}))


def list_town_years(db: Session, project_id: int) -> list[TownYear]:
    query = (
        select(TownCalendar.notice, Actor.display_name, TownCalendar.added_at)
        .join(Actor, Actor.id == TownCalendar.added_by)
        .where(TownCalendar.project_id == project_id, TownCalendar.removed_at.is_(None))
        .order_by(TownCalendar.year)
    )
    return [TownYear(read_again(notice), name, at) for notice, name, at in db.execute(query)]


def check_year(db: Session, project: Project, text: str) -> CalendarYear:
    """What somebody wants to add. Raises CalendarInvalid, and UnexpectedValue for a year that is there already."""
    year = read_year(text, "YAML")
    if year.year in shipped_years():
        raise UnexpectedValue(field="year", value=str(year.year), reason="the product brings this year itself")
    if _find(db, project, year.year):
        raise UnexpectedValue(field="year", value=str(year.year), reason="this town has it already; remove that first")
    return year


def add_year(db: Session, actor_id: int, project: Project, text: str, today: date, now: datetime) -> CalendarYear:
    """Raises as `check_year`. What it moves is moved by the daily step."""
    year = check_year(db, project, text)
    db.add(TownCalendar(project_id=project.id, year=year.year, notice=text, added_by=actor_id, added_at=now))
    db.flush()
    note = {"project_id": project.id, "details": {"year": year.year}}
    record(db, "calendar.create", actor_id=actor_id, now=now, **note)
    look_again(db, project.id, year.year, today)
    return year


def remove_year(db: Session, actor_id: int, project: Project, year: int, today: date, now: datetime) -> None:
    """Takes a town's year out of force; the row stays. Raises NotFound."""
    row = _find(db, project, year)
    if row is None:
        raise NotFound()
    row.removed_by, row.removed_at = actor_id, now
    db.flush()
    record(db, "calendar.delete", actor_id=actor_id, now=now, project_id=project.id, details={"year": year})
    look_again(db, project.id, year, today)


def _find(db: Session, project: Project, year: int) -> TownCalendar | None:
    here = TownCalendar.project_id == project.id, TownCalendar.year == year, TownCalendar.removed_at.is_(None)
    return db.scalar(select(TownCalendar).where(*here))


def look_again(db: Session, project_id: int, year: int, today: date) -> None:
    """Has the daily step look at whatever may stand otherwise by that year's days."""
    later = or_(FollowUp.look_on.is_(None), FollowUp.look_on > today)
    touched = FollowUp.project_id == project_id, FollowUp.ended.is_(False), *_reaches_into(year), later
    db.execute(update(FollowUp).where(*touched).values(look_on=today).execution_options(synchronize_session=False))


def _reaches_into(year: int) -> tuple[ColumnElement[bool], ...]:
    return FollowUp.opens_on <= date(year, 12, 31), FollowUp.overdue_from >= date(year, 1, 1) - NEAR


def count_moved(db: Session, project_id: int, before: Calendar, after: Calendar, year: int) -> int:
    """How many tasks that are asked for would be proposed for another day. Asked once, and counted by days, not by rows."""
    rules = {(one.id, one.version): one for one in rules_of(db, project_id).every}
    moved = 0
    for rule_id, version, opens_on, due_on, closes_on, number in _counted(db, project_id, year):
        rule = rules.get((rule_id, version))
        if rule and not rule.in_working_days:
            window = Window(opens_on, due_on, closes_on, 0, None)
            moved += number * (_proposed(rule, window, before) != _proposed(rule, window, after))
    return moved + sum(_moves(*one, before, after) for one in _in_working_days(db, project_id, year, rules))


def _counted(db: Session, project_id: int, year: int) -> Iterator[Any]:
    """(rule, its version, first, target and last day, how many of them)."""
    which = FollowUp.rule, FollowUp.rule_version, FollowUp.opens_on, FollowUp.due_on, FollowUp.closes_on
    near = FollowUp.due_on.between(date(year, 1, 1) - NEAR, date(year, 12, 31) + NEAR)
    asked = FollowUp.project_id == project_id, FollowUp.ended.is_(False), near
    yield from db.execute(select(*which, func.count()).where(*asked).group_by(*which))


def _in_working_days(
    db: Session, project_id: int, year: int, rules: Mapping[tuple[str, int], Rule]
) -> Iterator[tuple[Rule, tuple[Step, ...]]]:
    """The few whose windows themselves are counted in working days: tasks of the office."""
    ids = {one.id for one in rules.values() if one.in_working_days}
    asked = FollowUp.project_id == project_id, FollowUp.ended.is_(False), FollowUp.rule.in_(ids), *_reaches_into(year)
    for rule_id, version, why in db.execute(
        select(FollowUp.rule, FollowUp.rule_version, FollowUp.why_json).where(*asked)
    ):
        if (rule_id, version) in rules:
            yield rules[rule_id, version], read_steps(why)


def _moves(rule: Rule, steps: tuple[Step, ...], before: Calendar, after: Calendar) -> bool:
    first, second = (_proposed(rule, _window_by(steps, one), one) for one in (before, after))
    return first != second


def _window_by(steps: tuple[Step, ...], calendar: Calendar) -> Window:
    def edge(what: str) -> date:
        return max(calendar.add_working_days(one.on, one.days) for one in steps if one.what == what)

    return Window(edge("opens_on"), edge("due_on"), edge("closes_on"), 0, None)


def _proposed(rule: Rule, window: Window, calendar: Calendar) -> date:
    return propose_day(rule.kind, window, calendar.is_rest_day)
