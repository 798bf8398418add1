"""Every version of every rule that ships has a table with its days written out: its edges, its severities, and the days that
are easily miscounted. What is asked again and again has it for each time, and what ships switched off has one, too."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest

from server.followups.due import Due
from server.followups.ruleset import WINDOW_DAYS, Rule
from tests.server.followups.every_table import EVERY_ROW, SHIPPED, Row, Time, due_on, each_time
from tests.server.followups.samples import day
from tests.server.followups.table import CROSSED

EACH_TIME = list(each_time())


@pytest.mark.parametrize("row", EVERY_ROW, ids=str)
def test_a_follow_up_nobody_answered_stands_so_on_that_day(row: Row) -> None:
    due = due_on(row)
    assert (due.state, due.severity) == (row.state, row.severity)


@pytest.mark.parametrize("time", EACH_TIME, ids=str)
def test_the_table_has_each_edge_and_each_severity_of_every_rule(time: Time) -> None:
    """Open, target, close, the day after, each step, and the day after the latest, in one story at least."""
    rows = rows_of(time)
    looked = {id(row.facts): {day(one.today) for one in rows if one.facts is row.facts} for row in rows}
    rule = SHIPPED[time.rule, time.version]
    missing = [sorted(str(on) for on in {*days_that_matter(rule, due_on(row))} - looked[id(row.facts)]) for row in rows]
    assert [] in missing, missing


@pytest.mark.parametrize("name", CROSSED)
@pytest.mark.parametrize("time", EACH_TIME, ids=str)
def test_the_table_counts_every_rule_over_each_day_that_is_easily_miscounted(time: Time, name: str) -> None:
    """From the day that the window counts from to the first day that it is overdue."""
    dues = map(due_on, rows_of(time))
    spans = [(min(step.on for step in due.why if step.what == "opens_on"), due.overdue_from) for due in dues]
    assert any(first <= day(on) <= last for first, last in spans for on in CROSSED[name])


def rows_of(time: Time) -> list[Row]:
    return [row for row in EVERY_ROW if row.time == time]


def days_that_matter(rule: Rule, due: Due) -> Iterator[date]:
    edges = {step.fact: step.on for step in due.why}
    edges |= {"open": due.opens_on, "due": due.due_on, "close": due.closes_on}
    assert not rule.repeat or all(step.since.fact in WINDOW_DAYS for step in rule.severity)
    yield from (due.opens_on, due.due_on, due.closes_on, due.closes_on + timedelta(days=1))
    yield from (max(due.opens_on, edges[step.since.fact] + timedelta(days=step.since.days)) for step in rule.severity)
    if due.latest_on:
        yield due.latest_on + timedelta(days=1)
