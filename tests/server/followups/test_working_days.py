from datetime import date, timedelta

import pytest

from server.followups.calendar_files import calendar_with
from server.followups.ruleset import Rule
from server.followups.windows import Window, propose_day, window_of
from server.followups.working_days import WEEKENDS_ONLY
from tests.server.followups.samples import RULES, day

KNOWN = calendar_with()


@pytest.mark.parametrize(
    ("on", "cause"),
    [
        ("2026-02-13", ""),  # Friday before the break
        ("2026-02-14", ""),  # a Saturday on which people work
        ("2026-02-15", "spring_festival"),  # first day, a Sunday
        ("2026-02-16", "spring_festival"),  # eve
        ("2026-02-17", "spring_festival"),  # 正月初一
        ("2026-02-23", "spring_festival"),  # last day, a Monday
        ("2026-02-24", ""),
        ("2026-02-28", ""),  # a Saturday on which people work
        ("2026-09-20", ""),  # a Sunday on which people work
        ("2026-09-30", ""),
        ("2026-10-01", "national_day"),
        ("2026-10-07", "national_day"),
        ("2026-10-08", ""),
        ("2026-10-10", ""),  # a Saturday on which people work
        ("2026-10-11", "weekend"),
        ("2025-10-06", "national_day+mid_autumn"),
        ("2025-01-26", ""),  # a Sunday on which people work
        ("2024-02-29", ""),  # leap day, a Thursday
        ("2024-02-09", ""),  # New Year's eve was no day off in 2024
        ("2024-02-18", ""),  # a Sunday on which people work
        ("2025-12-31", ""),
        ("2026-01-01", "new_year"),
        ("2026-01-04", ""),  # a Sunday on which people work
        ("2027-02-06", "weekend"),  # 正月初一, of a year without a notice
        ("2027-02-08", ""),
        ("2028-02-29", ""),  # leap day, a Tuesday
    ],
)
def test_why_nobody_works_on_a_day(on: str, cause: str) -> None:
    assert KNOWN.cause_of(day(on)) == cause
    assert KNOWN.is_rest_day(day(on)) is (cause != "")


@pytest.mark.parametrize(
    ("on", "count", "gives"),
    [
        ("2026-03-05", 3, "2026-03-10"),  # over a weekend
        ("2026-03-07", 1, "2026-03-09"),  # from a Saturday
        ("2026-02-13", 1, "2026-02-14"),  # to a Saturday on which people work
        ("2026-02-14", 1, "2026-02-24"),  # over Spring Festival
        ("2026-02-12", 5, "2026-02-26"),
        ("2025-12-31", 1, "2026-01-04"),  # over the year's end, to a swapped Sunday
        ("2025-12-31", 2, "2026-01-05"),
        ("2026-09-18", 1, "2026-09-20"),
        ("2024-02-28", 1, "2024-02-29"),  # to the leap day
        ("2024-02-29", 1, "2024-03-01"),
        ("2024-02-09", 1, "2024-02-18"),
        ("2026-02-15", -5, "2026-02-10"),  # five working days before the break
        ("2026-10-01", -5, "2026-09-23"),  # Mid-Autumn lies between
        ("2025-01-28", -5, "2025-01-22"),  # with a Sunday that is worked
        ("2025-10-01", -5, "2025-09-25"),
        ("2026-12-31", 1, "2027-01-01"),  # nothing is known of 2027: a Friday
        ("2026-03-05", 0, "2026-03-05"),
    ],
)
def test_working_days_are_counted_over_breaks_and_swapped_days(on: str, count: int, gives: str) -> None:
    assert KNOWN.add_working_days(day(on), count) == day(gives)


def test_a_year_without_a_notice_is_provisional_and_knows_weekends_alone() -> None:
    assert [year for year in range(2022, 2029) if not KNOWN.is_provisional(year)] == [2024, 2025, 2026]
    assert WEEKENDS_ONLY.is_provisional(2026)
    assert [on for on in range(1, 15) if WEEKENDS_ONLY.is_rest_day(date(2027, 2, on))] == [6, 7, 13, 14]


def rule(kind: str) -> Rule:
    return next(one for one in RULES if one.kind == kind and not one.in_working_days)


@pytest.mark.parametrize(
    ("kind", "opens", "target", "closes", "proposed"),
    [
        # a clinical task is never moved later
        (
            "clinical",
            "2026-02-01",
            "2026-02-15",
            "2026-03-01",
            "2026-02-14",
        ),  # first day of the break: a worked Saturday
        ("clinical", "2026-02-01", "2026-02-23", "2026-03-01", "2026-02-14"),  # its last day
        ("clinical", "2026-02-15", "2026-02-20", "2026-03-01", "2026-02-20"),  # no working day before it in the window
        ("clinical", "2026-02-01", "2026-02-24", "2026-03-01", "2026-02-24"),  # the day after
        ("clinical", "2026-02-01", "2026-02-28", "2026-03-10", "2026-02-28"),  # a Saturday on which people work
        ("clinical", "2026-09-01", "2026-10-04", "2026-10-20", "2026-09-30"),  # National Day
        ("clinical", "2026-09-25", "2026-09-27", "2026-10-20", "2026-09-27"),  # opens in Mid-Autumn
        ("clinical", "2024-02-20", "2024-03-02", "2024-03-10", "2024-03-01"),  # the week of a leap day
        ("clinical", "2025-12-20", "2026-01-02", "2026-01-10", "2025-12-31"),  # over the year's end
        # an administrative one goes to the next working day
        ("admin", "2026-02-01", "2026-02-15", "2026-03-01", "2026-02-24"),
        ("admin", "2026-02-01", "2026-02-23", "2026-03-01", "2026-02-24"),
        ("admin", "2026-02-01", "2026-02-20", "2026-02-23", "2026-02-20"),  # none left in its window
        ("admin", "2026-09-01", "2026-09-19", "2026-10-20", "2026-09-20"),  # a Saturday, to a Sunday that is worked
        ("admin", "2026-09-01", "2026-10-01", "2026-10-20", "2026-10-08"),
        ("admin", "2025-12-20", "2026-01-01", "2026-01-10", "2026-01-04"),
        ("admin", "2024-02-01", "2024-02-10", "2024-02-29", "2024-02-18"),
    ],
)
def test_what_is_proposed_for_a_day_off(kind: str, opens: str, target: str, closes: str, proposed: str) -> None:
    window = Window(day(opens), day(target), day(closes), 0, None)
    assert propose_day(rule(kind).kind, window, KNOWN.is_rest_day) == day(proposed)


@pytest.mark.parametrize(
    ("on", "around"),
    [
        ("2026-02-20", ("2026-02-15", "2026-02-23")),
        ("2026-10-01", ("2026-10-01", "2026-10-07")),
        ("2026-06-19", ("2026-06-19", "2026-06-21")),
        ("2024-06-10", ("2024-06-08", "2024-06-10")),  # the weekend before it belongs to it
        ("2024-01-01", ("2023-12-30", "2024-01-01")),  # over the year's end
        ("2026-02-14", None),
        ("2026-10-11", None),  # a weekend alone
    ],
)
def test_the_days_off_around_a_holiday(on: str, around: tuple[str, str] | None) -> None:
    found = KNOWN.break_around(day(on))
    assert (found and (str(found.first), str(found.last))) == around


@pytest.mark.parametrize(
    ("today", "first"),
    [
        ("2026-01-01", "2026-02-15"),
        ("2026-02-23", "2026-02-15"),
        ("2026-02-24", "2026-10-01"),
        ("2025-12-31", "2026-02-15"),
        ("2026-10-08", None),  # nothing is known of 2027
    ],
)
def test_the_next_long_break(today: str, first: str | None) -> None:
    found = KNOWN.next_long_break(day(today))
    assert (found and str(found.first)) == first


def test_a_window_in_working_days_leaves_the_breaks_out() -> None:
    step = next(one for one in RULES if one.in_working_days)
    (anchor,) = {one.fact for one in step.close}
    known, guessed = (window_of(step, {anchor: day("2026-02-13")}, one).closes_on for one in (KNOWN, WEEKENDS_ONLY))
    assert known == KNOWN.add_working_days(day("2026-02-13"), step.close[0].days)
    assert known > guessed


@pytest.mark.parametrize("born", ["1986-05-04", "1986-09-14", "1988-04-10", "1989-04-16", "1991-04-14", "1991-09-15"])
def test_days_of_the_summers_with_daylight_saving_stay_days(born: str) -> None:
    """Clocks in China were set forward on these Sundays (domain.md 2.2): a date has no clock."""
    on = day(born)
    assert KNOWN.is_rest_day(on) and KNOWN.is_provisional(on.year)
    assert KNOWN.add_working_days(on, 1) == on + timedelta(days=1)
    assert KNOWN.add_working_days(on + timedelta(days=1), 5) == on + timedelta(days=8)


def test_every_day_of_three_years_leads_to_a_working_day_and_back() -> None:
    on = date(2024, 1, 2)
    while on < date(2026, 12, 20):
        after = KNOWN.add_working_days(on, 1)
        assert not KNOWN.is_rest_day(after) and after > on
        if not KNOWN.is_rest_day(on):
            assert KNOWN.add_working_days(after, -1) == on
        on += timedelta(days=1)
