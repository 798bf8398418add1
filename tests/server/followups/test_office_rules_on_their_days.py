"""Every rule about staff and the office has a table with its days written out: its edges, its level after the last day, and the
days that are easily miscounted."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from server.followups.calendar_files import calendar_with
from server.followups.check_asking import Visit
from server.followups.check_list import drawn_of
from server.followups.feedback_days import due_day
from server.followups.office_rules import BACK, FEEDBACK, RETAKE, OfficeRule, shipped_office_rules
from server.followups.office_tasks import MONTHS_OF, office_tasks
from server.followups.office_tasks import days_of as days_of_period
from server.followups.retakes import days_of as days_of_retake
from server.followups.windows import Window, state_on
from tests.server.followups.samples import VILLAGE, day
from tests.server.followups.table import CROSSED
from tests.server.followups.table_of_the_office import OF_THE_OFFICE

RULES = shipped_office_rules()
KNOWN = calendar_with()
DAY = timedelta(days=1)


def edges_of(rule: OfficeRule, since: date) -> tuple[date, date, date]:
    """As those ask for it whose it is."""
    if rule.id == RETAKE:
        found = days_of_retake({"passed": "0", "quiz_on": str(since)}, rule, KNOWN)
        assert found
        return found
    if rule.id == BACK:
        drawn = drawn_of(Visit(1, "v1", None, since, "households", "h1", "12 河湾", VILLAGE, 1), KNOWN)
        return drawn.opens_on, drawn.due_on, drawn.closes_on
    if rule.opens.fact in MONTHS_OF:
        return rule.edges(days_of_period(since, MONTHS_OF[rule.opens.fact], KNOWN), KNOWN)
    edges = rule.edges({rule.opens.fact: since}, KNOWN)
    if rule.id == FEEDBACK:
        assert due_day(False, since, KNOWN) == edges[1]
    return edges


def level_on(rule: OfficeRule, today: date, since: date, closes: date) -> str:
    return rule.level_on(today, {rule.opens.fact: since}, closes)


@pytest.mark.parametrize(("rule", "since", "today", "state", "severity"), OF_THE_OFFICE)
def test_what_nobody_did_stands_so_on_that_day(rule: str, since: str, today: str, state: str, severity: str) -> None:
    opens, due, closes = edges_of(RULES[rule], day(since))
    assert state_on(day(today), Window(opens, due, closes, 0, None)) == state
    assert level_on(RULES[rule], day(today), day(since), closes) == severity


OF_PERIODS = [row for row in OF_THE_OFFICE if RULES[row[0]].opens.fact in MONTHS_OF]


@pytest.mark.parametrize(("rule", "since", "today", "state", "severity"), OF_PERIODS)
def test_what_belongs_to_a_month_or_a_quarter_is_asked_of_the_office_so(
    rule: str, since: str, today: str, state: str, severity: str
) -> None:
    known = replace(RULES[rule], effective_from=date.min)
    asked = {one.period: one for one in office_tasks([known], KNOWN, [], day(today))}
    task = asked.get(day(since))
    assert (task.severity if task else "info", task is None) == (severity, state == "scheduled")


@pytest.mark.parametrize("rule", RULES)
def test_the_table_has_each_edge_of_every_rule_and_the_day_after_the_last(rule: str) -> None:
    looked: dict[str, set[date]] = {}
    for name, since, today, *_ in OF_THE_OFFICE:
        if name == rule:
            looked.setdefault(since, set()).add(day(today))
    wanted = {since: edges_of(RULES[rule], day(since)) for since in looked}
    missing = [sorted({*days, days[-1] + DAY} - looked[since]) for since, days in wanted.items()]
    assert [] in missing, missing


@pytest.mark.parametrize("name", CROSSED)
@pytest.mark.parametrize("rule", RULES)
def test_the_table_counts_every_rule_over_each_day_that_is_easily_miscounted(rule: str, name: str) -> None:
    """From the day that it counts from, or its first one where it counts back, to the day after the last."""
    since = {day(row[1]) for row in OF_THE_OFFICE if row[0] == rule}
    days = {one: edges_of(RULES[rule], one) for one in since}
    spans = [(min(one, edges[0]), edges[-1] + DAY) for one, edges in days.items()]
    assert any(first <= day(on) <= last for first, last in spans for on in CROSSED[name])
