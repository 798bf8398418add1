"""What the office is asked for, with the dates written out: the first day, the target day, the last one and the day after."""

from collections.abc import Iterable
from datetime import date, timedelta

import pytest

from server.followups.calendar_files import calendar_with
from server.followups.office_rules import COUNT, MEETING, TRAINING, shipped_office_rules
from server.followups.office_tasks import Done, OfficeTask, office_tasks
from server.followups.working_days import WEEKENDS_ONLY, Calendar
from tests.server.followups.samples import day

KNOWN = calendar_with()
RULES = shipped_office_rules()
DAY = timedelta(days=1)


def asked(rule: str, today: str, done: Iterable[Done] = (), calendar: Calendar = KNOWN) -> dict[date, OfficeTask]:
    return {one.period: one for one in office_tasks([RULES[rule]], calendar, list(done), day(today))}


@pytest.mark.parametrize(
    ("calendar", "period", "opens", "due", "closes"),
    [
        # 14 and 28 February are Saturdays on which people work; 15 to 23 February are Spring Festival.
        (KNOWN, "2026-02-01", "2026-02-25", "2026-02-27", "2026-02-28"),
        (KNOWN, "2026-01-01", "2026-01-27", "2026-01-29", "2026-01-30"),
        (KNOWN, "2026-05-01", "2026-05-26", "2026-05-28", "2026-05-29"),
        (KNOWN, "2026-09-01", "2026-09-24", "2026-09-29", "2026-09-30"),  # Mid-Autumn is on 25 to 27 September
        (KNOWN, "2026-10-01", "2026-10-27", "2026-10-29", "2026-10-30"),
        (KNOWN, "2026-12-01", "2026-12-28", "2026-12-30", "2026-12-31"),
        (KNOWN, "2027-01-01", "2027-01-26", "2027-01-28", "2027-01-29"),  # of a year without a notice
        (WEEKENDS_ONLY, "2026-02-01", "2026-02-24", "2026-02-26", "2026-02-27"),
        (WEEKENDS_ONLY, "2028-02-01", "2028-02-24", "2028-02-28", "2028-02-29"),
    ],
)
def test_a_meeting_s_papers_are_asked_for_three_working_days_ahead(
    calendar: Calendar, period: str, opens: str, due: str, closes: str
) -> None:
    assert day(period) not in asked(MEETING, str(day(opens) - DAY), calendar=calendar)
    for today in (opens, due, closes, str(day(closes) + DAY)):
        task = asked(MEETING, today, calendar=calendar)[day(period)]
        assert (task.opens_on, task.due_on, task.closes_on) == (day(opens), day(due), day(closes))
        assert (task.severity, task.left) == ("info", 1)


@pytest.mark.parametrize(
    ("period", "due", "closes"),
    [
        ("2026-01-01", "2026-02-15", "2026-03-31"),
        ("2026-04-01", "2026-05-15", "2026-06-30"),
        ("2026-07-01", "2026-08-15", "2026-09-30"),
        ("2026-10-01", "2026-11-15", "2026-12-31"),
        ("2027-01-01", "2027-02-15", "2027-03-31"),
        ("2028-01-01", "2028-02-15", "2028-03-31"),
    ],
)
def test_sessions_are_asked_for_in_their_quarter_and_amber_after_it(period: str, due: str, closes: str) -> None:
    assert day(period) not in asked(TRAINING, str(day(period) - DAY))
    for today in (period, due, closes):
        task = asked(TRAINING, today)[day(period)]
        assert (task.opens_on, task.due_on, task.closes_on) == (day(period), day(due), day(closes))
        assert (task.severity, task.left) == ("info", 2)
    assert asked(TRAINING, str(day(closes) + DAY))[day(period)].severity == "amber"


def test_at_the_turn_of_the_year_the_old_quarter_stays_beside_the_new_one() -> None:
    assert {one.severity for one in asked(TRAINING, "2026-12-31").values()} == {"info", "amber"}
    assert set(asked(TRAINING, "2026-12-31")) == {day("2026-07-01"), day("2026-10-01")}
    assert set(asked(TRAINING, "2027-01-01")) == {day("2026-10-01"), day("2027-01-01")}
    assert set(asked(TRAINING, "2027-04-01")) == {day("2027-01-01"), day("2027-04-01")}


def test_papers_that_were_never_issued_are_asked_for_until_the_next_month_is_over() -> None:
    assert set(asked(MEETING, "2027-01-31")) == {day("2026-12-01"), day("2027-01-01")}
    assert set(asked(MEETING, "2027-02-01")) == {day("2027-01-01")}


@pytest.mark.parametrize(("held", "left"), [((), 2), (("2026-02-03",), 1), (("2026-02-03", "2026-03-31"), None)])
def test_two_sessions_end_it_and_one_does_not(held: tuple[str, ...], left: int | None) -> None:
    done = [Done(TRAINING, day("2026-01-01"), day(on)) for on in held]
    task = asked(TRAINING, "2026-03-31", done).get(day("2026-01-01"))
    assert (task.left if task else None) == left
    assert task is None or task.done_on == tuple(map(day, held))


def test_what_was_done_for_another_period_or_by_another_rule_or_is_to_come_does_not_count() -> None:
    done = [
        Done(MEETING, day("2026-01-01"), day("2026-02-26")),
        Done(TRAINING, day("2026-02-01"), day("2026-02-26")),
        Done(MEETING, day("2026-02-01"), day("2026-02-28")),
    ]
    assert asked(MEETING, "2026-02-27", done)[day("2026-02-01")].left == 1
    assert day("2026-02-01") not in asked(MEETING, "2026-02-28", done)


def test_a_session_that_was_held_late_ends_it_too() -> None:
    done = [Done(TRAINING, day("2026-01-01"), day(on)) for on in ("2026-03-31", "2026-04-02")]
    assert set(asked(TRAINING, "2026-04-02", done)) == {day("2026-04-01")}


def test_nothing_is_asked_for_from_before_a_rule_was_in_force() -> None:
    assert set(asked(TRAINING, "2025-01-01")) == {day("2025-01-01")}


def test_rules_without_a_period_ask_for_nothing_here() -> None:
    assert {one.rule.id for one in office_tasks(RULES.values(), KNOWN, [], day("2026-02-28"))} == {
        TRAINING,
        MEETING,
        COUNT,
    }
    assert office_tasks([RULES["TRN-RT"], RULES["BACK"], RULES["GRV"]], KNOWN, [], day("2026-02-28")) == []
