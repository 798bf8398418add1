"""The arithmetic of days: the edges of windows, and the working day to propose."""

from datetime import date

import pytest

from server.followups.facts import Facts
from server.followups.pregnancies import DangerSign
from server.followups.windows import is_overdue, propose_day, window_of
from server.followups.working_days import Break, Calendar, CalendarYear, Notice
from tests.server.followups.samples import RULES, day, method, pregnancy, standing, supplies, woman
from tests.server.followups.table import (
    COIL,
    HOME,
    LATE,
    LEAP,
    NEW_YEAR,
    PILLS,
    ROUTINE,
    SIGN,
    THREE_MONTHS,
    URGENT,
    VERY_LATE,
)

EDGES = [
    # rule, facts, open, target, close, first day overdue
    ("ANC1", NEW_YEAR, "2026-10-20", "2026-11-24", "2026-11-30", "2026-12-01"),
    ("ANC1", LATE, "2026-12-10", "2026-12-13", "2026-12-17", "2026-12-18"),
    ("ANC2", LEAP, "2028-02-14", "2028-02-28", "2028-03-19", "2028-03-20"),
    ("ANC3", NEW_YEAR, "2027-01-26", "2027-02-02", "2027-02-22", "2027-02-23"),
    ("ANC4", LEAP, "2028-05-08", "2028-05-22", "2028-07-09", "2028-07-10"),
    ("ANC5", LEAP, "2028-07-10", "2028-07-17", "2028-08-06", "2028-08-07"),
    ("ANC6", LEAP, "2028-08-07", "2028-08-07", "2028-08-07", "2028-08-08"),
    ("ANC6", VERY_LATE, "2027-06-18", "2027-06-18", "2027-06-18", "2027-06-19"),
    ("ANC-D", SIGN, "2026-12-31", "2026-12-31", "2027-01-01", "2027-01-02"),
    ("REF-U", URGENT, "2028-02-27", "2028-02-28", "2028-03-01", "2028-03-02"),
    ("REF-R", ROUTINE, "2026-12-23", "2026-12-27", "2027-01-03", "2027-01-04"),
    ("IUD-1", COIL, "2028-02-15", "2028-02-22", "2028-03-07", "2028-03-08"),
    ("INJ-DMPA", THREE_MONTHS, "2028-02-17", "2028-03-02", "2028-03-02", "2028-03-03"),
    ("PILL-R", PILLS, "2028-02-11", "2028-02-25", "2028-03-03", "2028-03-04"),
    ("HH-V", HOME, "2028-03-08", "2028-04-07", "2028-05-07", "2028-05-08"),
]


@pytest.mark.parametrize(("rule", "facts", "opens", "target", "closes", "overdue"), EDGES)
def test_the_days_of_a_window(rule: str, facts: Facts, opens: str, target: str, closes: str, overdue: str) -> None:
    due = standing(facts, overdue)[rule]
    assert [due.opens_on, due.due_on, due.closes_on, due.overdue_from] == [*map(day, (opens, target, closes, overdue))]


@pytest.mark.parametrize("small", [("2026-12-20", "2027-01-03"), ("2026-12-20", "2026-12-24")])
def test_a_small_supply_is_not_asked_about_before_it_was_given(small: tuple[str, str]) -> None:
    due = standing(woman(contraception=(method("pop", supplies=supplies(small)),)), "2026-12-20")["PILL-R"]
    assert due.opens_on == day("2026-12-20") <= due.due_on <= due.closes_on == day(small[1])


def test_the_advice_of_a_late_injection_goes_by_the_stricter_limit() -> None:
    advice = [standing(THREE_MONTHS, on)["INJ-DMPA"].advice for on in ("2028-03-16", "2028-03-30", "2028-03-31")]
    assert [one.en.split(":")[0] if one else "" for one in advice] == [
        "1 to 14 days late",
        "More than 14 days late",
        "More than 28 days late",
    ]


def test_a_level_that_has_two_steps_is_told_from_its_first_on() -> None:
    due = standing(THREE_MONTHS, "2028-03-31")["INJ-DMPA"]
    assert [str(one.gives) for one in due.why if one.what == "severity.red"] == ["2028-03-17", "2028-03-31"]


@pytest.mark.parametrize(("today", "late"), [("2028-02-28", False), ("2028-03-01", False), ("2028-03-02", True)])
def test_a_task_is_overdue_when_the_day_is_past_close_and_grace(today: str, late: bool) -> None:
    assert is_overdue(day(today), day("2028-02-28"), grace=2) is late


SPRING_FESTIVAL = Calendar(
    {
        2027: CalendarYear(
            2027,
            Notice("made up", "", day("2026-11-20"), "https://example.org", "C"),
            (Break(("spring_festival",), day("2027-02-05"), day("2027-02-11")),),
            frozenset((day("2027-02-14"),)),
        )
    }
)
"""2027-02-05 to 02-11 off, Sunday 02-14 a swapped working day, other weekends off."""


@pytest.mark.parametrize(
    ("rule", "target", "proposed"),
    [
        ("ANC2", "2027-02-09", "2027-02-04"),
        ("ANC2", "2027-02-14", "2027-02-14"),
        ("ANC2", "2027-02-13", "2027-02-12"),
        ("ANC2", "2027-02-20", "2027-02-19"),
        ("HH-V", "2027-02-09", "2027-02-12"),
        ("HH-V", "2027-02-13", "2027-02-14"),
        ("HH-V", "2027-02-21", "2027-02-22"),
    ],
)
def test_a_clinical_task_is_proposed_earlier_and_an_administrative_one_later(
    rule: str, target: str, proposed: str
) -> None:
    found = next(one for one in RULES if one.id == rule)
    fact = found.due[0]
    window = window_of(found, {fact.fact: date.fromordinal(day(target).toordinal() - fact.days)})
    assert window.due_on == day(target)
    assert propose_day(found.kind, window, SPRING_FESTIVAL.is_rest_day) == day(proposed)


def test_a_clinical_task_whose_window_opens_in_the_holiday_keeps_its_target_day() -> None:
    sign = woman(danger_signs=(DangerSign("sign", "p1", day("2027-02-08")),))
    assert standing(sign, "2027-02-08", calendar=SPRING_FESTIVAL)["ANC-D"].proposed_on == day("2027-02-08")


def test_a_holiday_moves_the_proposal_and_not_the_window() -> None:
    facts = woman(pregnancies=(pregnancy("2026-09-08", "2026-10-20"),))
    with_calendar = standing(facts, "2027-02-06", calendar=SPRING_FESTIVAL)["ANC3"]
    without = standing(facts, "2027-02-06")["ANC3"]
    assert (with_calendar.due_on, with_calendar.proposed_on) == (day("2027-02-09"), day("2027-02-04"))
    assert (without.due_on, without.proposed_on) == (day("2027-02-09"), day("2027-02-09"))
    assert (with_calendar.opens_on, with_calendar.closes_on, with_calendar.state) == (
        without.opens_on,
        without.closes_on,
        without.state,
    )


def why_proposed(facts: Facts, today: str, rule: str, calendar: Calendar) -> list[tuple[str, str, int, bool]]:
    steps = standing(facts, today, calendar=calendar)[rule].why
    return [(str(one.gives), one.because, one.days, one.provisional) for one in steps if one.what == "proposed_on"]


@pytest.mark.parametrize(
    ("began", "step"),
    [
        # ANC3 is due 154 days after; what is told of the target day
        ("2026-09-08", ("2027-02-04", "spring_festival", -5, False)),  # 2027-02-09, in the break
        ("2026-10-19", ("2027-03-22", "", 0, False)),  # a Monday: nothing to tell
        ("2026-10-18", ("2027-03-19", "weekend", -2, False)),  # Sunday 03-21
        ("2026-09-13", ("2027-02-14", "", 0, False)),  # a Sunday on which people work
        ("2027-08-02", ("2028-01-03", "", 0, True)),  # a Monday of a year without a notice
        ("2027-08-01", ("2027-12-31", "weekend", -2, True)),  # Sunday 2028-01-02
    ],
)
def test_the_sum_of_a_proposed_day_names_the_festival_or_the_weekend_and_what_is_provisional(
    began: str, step: tuple[str, str, int, bool]
) -> None:
    registered = str(day(began).replace(day=28))
    facts = woman(pregnancies=(pregnancy(began, registered),))
    target = standing(facts, registered, calendar=SPRING_FESTIVAL)["ANC3"]
    assert str(target.proposed_on) == step[0]
    told = [step] if step[1] or step[3] else []
    assert why_proposed(facts, registered, "ANC3", SPRING_FESTIVAL) == told


def test_a_day_off_without_a_working_day_in_the_window_is_told_too() -> None:
    sign = woman(danger_signs=(DangerSign("sign", "p1", day("2027-02-08")),))
    assert why_proposed(sign, "2027-02-08", "ANC-D", SPRING_FESTIVAL) == [("2027-02-08", "spring_festival", 0, False)]
