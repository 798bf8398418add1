"""Every rule on the days that matter, written out; the pregnancies cross a leap day, a year's end or Spring Festival."""

from datetime import date

import pytest

from server.followups.facts import DangerSign, Facts, Referral
from server.followups.windows import is_overdue, propose_day, window_of
from tests.server.followups.samples import (
    RULES,
    call,
    day,
    household,
    injections,
    method,
    pregnancy,
    standing,
    supplies,
    woman,
)

LEAP = woman(pregnancies=(pregnancy("2027-10-25", "2027-12-20"),))
"""Week 16 begins 2028-02-14; 2028-02-29 lies inside the second window."""
NEW_YEAR = woman(pregnancies=(pregnancy("2026-09-01", "2026-10-20"),))
"""Week 16 begins 2026-12-22; New Year and, on 2027-02-06, Spring Festival lie inside windows."""
LATE = woman(pregnancies=(pregnancy("2026-09-01", "2026-12-10"),))
"""Registered in week 14+2."""
VERY_LATE = woman(pregnancies=(pregnancy("2026-09-01", "2027-06-18"),))
"""Registered in week 41+3."""
SIGN = woman(
    pregnancies=(pregnancy("2026-09-01", "2026-10-20"),), danger_signs=(DangerSign("sign", "p1", day("2026-12-31")),)
)
URGENT = woman(referrals=(Referral("r1", "urgent", day("2028-02-27")),))
ROUTINE = woman(referrals=(Referral("r1", "routine", day("2026-12-20")),))
COIL = woman(contraception=(method("iud_cu", started_on=day("2028-01-25")),))
THREE_MONTHS = woman(contraception=(method("dmpa", injections=injections("2027-12-02")),))
PILLS = woman(contraception=(method("coc", supplies=supplies(("2027-12-10", "2028-03-03"))),))
HOME = household(call("2027-10-10"))

TABLE = [
    # rule, facts, today, state, severity
    ("ANC1", NEW_YEAR, "2026-10-20", "open", "info"),
    ("ANC1", NEW_YEAR, "2026-11-23", "open", "info"),
    ("ANC1", NEW_YEAR, "2026-11-24", "due", "info"),
    ("ANC1", NEW_YEAR, "2026-11-30", "due", "info"),
    ("ANC1", NEW_YEAR, "2026-12-01", "overdue", "amber"),
    ("ANC1", NEW_YEAR, "2026-12-06", "overdue", "amber"),
    ("ANC1", NEW_YEAR, "2026-12-07", "overdue", "red"),
    ("ANC1", LEAP, "2028-01-17", "due", "info"),
    ("ANC1", LEAP, "2028-01-23", "due", "info"),
    ("ANC1", LEAP, "2028-01-24", "overdue", "amber"),
    ("ANC1", LEAP, "2028-01-30", "overdue", "red"),
    ("ANC1", LATE, "2026-12-10", "open", "info"),
    ("ANC1", LATE, "2026-12-13", "due", "info"),
    ("ANC1", LATE, "2026-12-17", "due", "info"),
    ("ANC1", LATE, "2026-12-18", "overdue", "amber"),
    ("ANC1", LATE, "2026-12-24", "overdue", "red"),
    ("ANC2", LEAP, "2028-02-13", "scheduled", "info"),
    ("ANC2", LEAP, "2028-02-14", "open", "info"),
    ("ANC2", LEAP, "2028-02-27", "open", "info"),
    ("ANC2", LEAP, "2028-02-28", "due", "info"),
    ("ANC2", LEAP, "2028-02-29", "due", "info"),
    ("ANC2", LEAP, "2028-03-12", "due", "info"),
    ("ANC2", LEAP, "2028-03-13", "due", "amber"),
    ("ANC2", LEAP, "2028-03-19", "due", "amber"),
    ("ANC2", LEAP, "2028-03-20", "overdue", "red"),
    ("ANC2", NEW_YEAR, "2026-12-21", "scheduled", "info"),
    ("ANC2", NEW_YEAR, "2026-12-22", "open", "info"),
    ("ANC2", NEW_YEAR, "2026-12-31", "open", "info"),
    ("ANC2", NEW_YEAR, "2027-01-01", "open", "info"),
    ("ANC2", NEW_YEAR, "2027-01-05", "due", "info"),
    ("ANC2", NEW_YEAR, "2027-01-25", "due", "amber"),
    ("ANC2", NEW_YEAR, "2027-01-26", "overdue", "red"),
    ("ANC3", NEW_YEAR, "2027-01-26", "open", "info"),
    ("ANC3", NEW_YEAR, "2027-02-02", "due", "info"),
    ("ANC3", NEW_YEAR, "2027-02-06", "due", "info"),
    ("ANC3", NEW_YEAR, "2027-02-15", "due", "info"),
    ("ANC3", NEW_YEAR, "2027-02-16", "due", "amber"),
    ("ANC3", NEW_YEAR, "2027-02-22", "due", "amber"),
    ("ANC3", NEW_YEAR, "2027-02-23", "overdue", "red"),
    ("ANC3", LEAP, "2028-03-20", "open", "info"),
    ("ANC3", LEAP, "2028-03-27", "due", "info"),
    ("ANC3", LEAP, "2028-04-10", "due", "amber"),
    ("ANC3", LEAP, "2028-04-16", "due", "amber"),
    ("ANC3", LEAP, "2028-04-17", "overdue", "red"),
    ("ANC4", LEAP, "2028-05-07", "scheduled", "info"),
    ("ANC4", LEAP, "2028-05-08", "open", "info"),
    ("ANC4", LEAP, "2028-05-22", "due", "info"),
    ("ANC4", LEAP, "2028-06-05", "due", "info"),
    ("ANC4", LEAP, "2028-06-06", "due", "amber"),
    ("ANC4", LEAP, "2028-07-09", "due", "amber"),
    ("ANC4", LEAP, "2028-07-10", "overdue", "red"),
    ("ANC4", NEW_YEAR, "2027-03-16", "open", "info"),
    ("ANC4", NEW_YEAR, "2027-05-17", "due", "amber"),
    ("ANC4", NEW_YEAR, "2027-05-18", "overdue", "red"),
    ("ANC5", LEAP, "2028-07-09", "scheduled", "info"),
    ("ANC5", LEAP, "2028-07-10", "open", "info"),
    ("ANC5", LEAP, "2028-07-17", "due", "info"),
    ("ANC5", LEAP, "2028-07-30", "due", "info"),
    ("ANC5", LEAP, "2028-07-31", "due", "amber"),
    ("ANC5", LEAP, "2028-08-06", "due", "amber"),
    ("ANC5", LEAP, "2028-08-07", "overdue", "red"),
    ("ANC6", LEAP, "2028-08-06", "scheduled", "info"),
    ("ANC6", LEAP, "2028-08-07", "due", "info"),
    ("ANC6", LEAP, "2028-08-08", "overdue", "red"),
    ("ANC6", LEAP, "2028-08-13", "overdue", "red"),
    ("ANC6", LEAP, "2028-08-14", "overdue", "critical"),
    ("ANC6", VERY_LATE, "2027-06-18", "due", "red"),
    ("ANC6", VERY_LATE, "2027-06-19", "overdue", "red"),
    ("ANC6", VERY_LATE, "2027-06-22", "overdue", "critical"),
    ("ANC-D", SIGN, "2026-12-31", "due", "red"),
    ("ANC-D", SIGN, "2027-01-01", "due", "red"),
    ("ANC-D", SIGN, "2027-01-02", "overdue", "critical"),
    ("REF-U", URGENT, "2028-02-27", "open", "info"),
    ("REF-U", URGENT, "2028-02-28", "due", "info"),
    ("REF-U", URGENT, "2028-03-01", "due", "info"),
    ("REF-U", URGENT, "2028-03-02", "overdue", "critical"),
    ("REF-R", ROUTINE, "2026-12-22", "scheduled", "info"),
    ("REF-R", ROUTINE, "2026-12-23", "open", "info"),
    ("REF-R", ROUTINE, "2026-12-27", "due", "info"),
    ("REF-R", ROUTINE, "2027-01-03", "due", "info"),
    ("REF-R", ROUTINE, "2027-01-04", "overdue", "red"),
    ("IUD-1", COIL, "2028-02-14", "scheduled", "info"),
    ("IUD-1", COIL, "2028-02-15", "open", "info"),
    ("IUD-1", COIL, "2028-02-22", "due", "info"),
    ("IUD-1", COIL, "2028-03-07", "due", "info"),
    ("IUD-1", COIL, "2028-03-08", "overdue", "info"),
    ("IUD-1", COIL, "2028-04-24", "overdue", "info"),
    ("IUD-1", COIL, "2028-04-25", "expired", "info"),
    ("INJ-DMPA", THREE_MONTHS, "2028-02-16", "scheduled", "info"),
    ("INJ-DMPA", THREE_MONTHS, "2028-02-17", "open", "info"),
    ("INJ-DMPA", THREE_MONTHS, "2028-03-02", "due", "info"),
    ("INJ-DMPA", THREE_MONTHS, "2028-03-03", "overdue", "amber"),
    ("INJ-DMPA", THREE_MONTHS, "2028-03-16", "overdue", "amber"),
    ("INJ-DMPA", THREE_MONTHS, "2028-03-17", "overdue", "red"),
    ("INJ-DMPA", THREE_MONTHS, "2028-03-31", "overdue", "red"),
    ("PILL-R", PILLS, "2028-02-10", "scheduled", "info"),
    ("PILL-R", PILLS, "2028-02-11", "open", "info"),
    ("PILL-R", PILLS, "2028-02-25", "due", "info"),
    ("PILL-R", PILLS, "2028-02-28", "due", "info"),
    ("PILL-R", PILLS, "2028-02-29", "due", "amber"),
    ("PILL-R", PILLS, "2028-03-03", "due", "amber"),
    ("PILL-R", PILLS, "2028-03-04", "overdue", "red"),
    ("HH-V", HOME, "2028-03-07", "scheduled", "info"),
    ("HH-V", HOME, "2028-03-08", "open", "info"),
    ("HH-V", HOME, "2028-04-07", "due", "info"),
    ("HH-V", HOME, "2028-05-07", "due", "info"),
    ("HH-V", HOME, "2028-05-08", "overdue", "info"),
    ("HH-V", HOME, "2028-06-05", "overdue", "info"),
    ("HH-V", HOME, "2028-06-06", "overdue", "amber"),
]


@pytest.mark.parametrize(("rule", "facts", "today", "state", "severity"), TABLE)
def test_a_follow_up_nobody_answered_stands_so_on_that_day(
    rule: str, facts: Facts, today: str, state: str, severity: str
) -> None:
    due = standing(facts, today)[rule]
    assert (due.state, due.severity) == (state, severity)


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


@pytest.mark.parametrize(("today", "late"), [("2028-02-28", False), ("2028-03-01", False), ("2028-03-02", True)])
def test_a_task_is_overdue_when_the_day_is_past_close_and_grace(today: str, late: bool) -> None:
    assert is_overdue(day(today), day("2028-02-28"), grace=2) is late


def spring_festival(on: date) -> bool:
    """2027-02-05 to 02-11 off, Sunday 02-14 a swapped working day, other weekends off."""
    if day("2027-02-05") <= on <= day("2027-02-11"):
        return True
    return on.weekday() >= 5 and on != day("2027-02-14")


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
    assert propose_day(found.kind, window, spring_festival) == day(proposed)


def test_a_clinical_task_whose_window_opens_in_the_holiday_keeps_its_target_day() -> None:
    sign = woman(danger_signs=(DangerSign("sign", "p1", day("2027-02-08")),))
    assert standing(sign, "2027-02-08", is_rest_day=spring_festival)["ANC-D"].proposed_on == day("2027-02-08")


def test_a_holiday_moves_the_proposal_and_not_the_window() -> None:
    facts = woman(pregnancies=(pregnancy("2026-09-08", "2026-10-20"),))
    with_calendar = standing(facts, "2027-02-06", is_rest_day=spring_festival)["ANC3"]
    without = standing(facts, "2027-02-06")["ANC3"]
    assert (with_calendar.due_on, with_calendar.proposed_on) == (day("2027-02-09"), day("2027-02-04"))
    assert (without.due_on, without.proposed_on) == (day("2027-02-09"), day("2027-02-09"))
    assert (with_calendar.opens_on, with_calendar.closes_on, with_calendar.state) == (
        without.opens_on,
        without.closes_on,
        without.state,
    )
