"""Follow-ups as numbers of our work: on time, gaps, and whom we lost."""

from dataclasses import replace
from datetime import timedelta

import pytest

from server.followups.rule_files import load_rules
from server.reports.indicators import contacts
from server.reports.indicators.contacts import Asked
from tests.server.followups.samples import day

FIRST, LAST = day("2026-01-01"), day("2026-01-31")
ONE = Asked("PILL-R", "w1", "", due_on=day("2026-01-10"), closes_on=day("2026-01-20"), overdue_from=day("2026-01-21"))


def outcome(cases):
    found = [case.done for case in cases]
    return found[0] if found else None


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"done_on": day("2026-01-20")}, True),
        ({"done_on": day("2026-01-21")}, False),
        ({}, False),
        ({"closes_on": day("2025-12-31")}, None),
        ({"closes_on": day("2026-02-01")}, None),
        ({"rule": "ANC1"}, None),
    ],
)
def test_a_contact_is_on_time_by_its_last_day(given, expected):
    assert outcome(contacts.on_time([replace(ONE, **given)], contacts.OF_METHODS, FIRST, LAST)) is expected


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"done_on": day("2026-01-24")}, False),
        ({"done_on": day("2026-01-25")}, True),
        ({}, True),
        ({"rule": "PILL-R"}, None),
    ],
)
def test_a_gap_is_more_than_fourteen_days_after_the_target_day(given, expected):
    one = replace(ONE, rule="INJ-DMPA")
    assert outcome(contacts.gaps([replace(one, **given)], FIRST, LAST)) is expected


@pytest.mark.parametrize(
    ("late_for", "seen", "given", "expected"),
    [
        (91, [], {}, True),
        (90, [], {}, False),
        (91, [1], {}, True),
        (91, [-10], {}, False),  # met ten days after it was overdue
        (200, [-109], {}, True),
        (200, [-110], {}, False),
        (-1, [], {}, None),  # not overdue yet
        (91, [], {"done_on": 0}, None),
        (91, [], {"left_on": 0}, None),
        (91, [], {"of_case": True}, None),
        (91, [], {"done_on": 1}, True),  # done after the day that is counted
    ],
)
def test_contact_is_lost_after_ninety_days(late_for, seen, given, expected):
    since = LAST - timedelta(days=late_for)
    days = {name: LAST + timedelta(number) if name != "of_case" else number for name, number in given.items()}
    one = replace(ONE, overdue_from=since, **days)
    visits = {"w1": [since - timedelta(days=number) for number in seen]}
    assert outcome(contacts.lost([one], visits, LAST)) is expected


def test_a_woman_with_two_overdue_visits_is_one():
    later = replace(ONE, overdue_from=LAST)
    first = replace(ONE, overdue_from=LAST - timedelta(days=100))
    (case,) = contacts.lost([later, first], {}, LAST)
    assert case.done


def test_every_rule_that_is_counted_exists():
    known = {rule.id for rule in load_rules()}
    assert known >= contacts.OF_METHODS | contacts.OF_OFFERS | contacts.OF_BENEFITS | contacts.OF_INJECTIONS
