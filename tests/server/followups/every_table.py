"""All tables of rules as one: every version of every rule that ships, each time that it asks."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from functools import cache
from typing import NamedTuple

from server.followups.calendar_files import calendar_with
from server.followups.due import Due
from server.followups.facts import Facts
from server.followups.rules import due_for
from server.followups.ruleset import Rule
from server.followups.town_rules import shipped_rules
from tests.server.followups.samples import day
from tests.server.followups.table import TABLE
from tests.server.followups.table_of_methods_again import AGAIN
from tests.server.followups.table_of_versions import OF_VERSIONS
from tests.server.followups.table_of_working_days import OF_WORKING_DAYS

SHIPPED = {(rule.id, rule.version): rule for rule in shipped_rules()}
NEWEST = {rule: max(version for name, version in SHIPPED if name == rule) for rule, _ in SHIPPED}
KNOWN = calendar_with()


class Time(NamedTuple):
    """One table of days: which time of which version, and whether the calendar of breaks is known."""

    rule: str
    version: int
    number: int = 1
    by_calendar: bool = False

    def __str__(self) -> str:
        return f"{self.rule} version {self.version} time {self.number}{' by the calendar' * self.by_calendar}"


class Row(NamedTuple):
    """How one stands on a day."""

    time: Time
    facts: Facts
    today: str
    state: str
    severity: str

    def __str__(self) -> str:
        return f"{self.time} on {self.today}"


EVERY_ROW = [
    *(Row(Time(rule, NEWEST[rule]), *row) for rule, *row in TABLE),
    *(Row(Time(rule, NEWEST[rule], number), facts, today, *says) for rule, facts, today, number, *says in AGAIN),
    *(Row(Time(rule, version), *row) for rule, version, *row in OF_VERSIONS),
    *(Row(Time(rule, NEWEST[rule], by_calendar=True), *row) for rule, *row in OF_WORKING_DAYS),
]


def each_time() -> Iterator[Time]:
    """The times that a table is asked of: the first, of what repeats the second and those at places of their own, and the
    last; and once more by the calendar where a window is counted in working days."""
    for (name, version), rule in SHIPPED.items():
        again = rule.repeat
        first = max(2, len(again.first_months) + 1) if again else 1
        last = again.times if again and again.times else 1
        yield from (Time(name, version, number) for number in sorted({*range(1, first + 1), last}))
        if rule.in_working_days:
            yield Time(name, version, by_calendar=True)


@cache
def as_if_in_force(name: str, version: int) -> tuple[Rule, ...]:
    """What comes with the product, with this version in force and switched on, whatever it needs besides."""
    one = replace(SHIPPED[name, version], enabled=True, needs_consent=None, effective_from=date.min)
    return one, *(rule for rule in SHIPPED.values() if rule.id != name)


def due_on(row: Row) -> Due:
    """The follow-up of a row: a story has one occasion for each rule."""
    time, calendar = row.time, KNOWN if row.time.by_calendar else None
    dues = due_for(row.facts, as_if_in_force(time.rule, time.version), day(row.today), calendar)
    (found,) = (one for one in dues if (one.rule, one.occurrence) == (time.rule, time.number))
    return found
