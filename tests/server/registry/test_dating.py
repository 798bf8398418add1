"""Datings of invented pregnancies; every number is counted from 2027-06-01, weeks and days are written as 12+3."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import permutations

import pytest

from server.registry.dating import Dated, Scan, Told, date_pregnancy

LAST_PERIOD = date(2027, 6, 1)
REGISTERED = date(2027, 8, 10)  # 10+0


def at(weeks: int, days: int = 0) -> date:
    return LAST_PERIOD + timedelta(days=weeks * 7 + days)


def told(on: date, event: str = "f4", **given: object) -> Told:
    return Told(event, on, datetime.combine(on, time(4), UTC), **given)  # type: ignore[arg-type]


def period(sure: bool = True) -> Told:
    return told(REGISTERED, "f3", last_period=LAST_PERIOD, is_sure=sure)


def scan(on: date, off: int, told_on: date | None = None, **given: object) -> Told:
    """A scan that says `off` days more than the last period would."""
    return told(told_on or on, f"scan {on}", scan=Scan(on, (on - LAST_PERIOD).days + off), **given)


def methods(*all_told: Told) -> list[tuple[str, int]]:
    """How each dating came about, and by how many days it lies before the last period."""
    return [(one.method, (LAST_PERIOD - one.ga_anchor).days) for one in date_pregnancy(all_told, REGISTERED)]


def test_a_last_period_dates_from_the_registration_on() -> None:
    assert date_pregnancy([period()], REGISTERED) == (Dated("f3", LAST_PERIOD, "lmp", REGISTERED),)


def test_nothing_told_is_no_dating() -> None:
    assert date_pregnancy([told(REGISTERED)], REGISTERED) == ()


@pytest.mark.parametrize(("before", "counts"), [(-1, False), (0, True), (301, True), (302, False)])
def test_a_last_period_counts_up_to_301_days_before_the_registration(before: int, counts: bool) -> None:
    one = told(REGISTERED, last_period=REGISTERED - timedelta(days=before), is_sure=True)
    assert bool(date_pregnancy([one], REGISTERED)) is counts


@pytest.mark.parametrize(
    ("weeks", "days", "limit"),
    [(8, 6, 5), (9, 0, 7), (15, 6, 7), (16, 0, 10), (21, 6, 10), (22, 0, 14), (27, 6, 14)],
)
def test_a_scan_replaces_a_sure_last_period_only_beyond_the_threshold_of_its_week(
    weeks: int, days: int, limit: int
) -> None:
    on = max(at(weeks, days), REGISTERED)
    made = at(weeks, days)
    assert methods(period(), scan(made, limit, on))[-1] == ("lmp", 0)
    assert methods(period(), scan(made, -limit, on))[-1] == ("lmp", 0)
    assert methods(period(), scan(made, limit + 1, on))[-1] == ("ultrasound", limit + 1)
    assert methods(period(), scan(made, -limit - 1, on))[-1] == ("ultrasound", -limit - 1)


def test_from_28_weeks_on_only_a_clinician_replaces_a_dating() -> None:
    assert methods(period(), scan(at(28), 30)) == [("lmp", 0)]
    assert methods(period(), scan(at(28), 21, by_clinician=True)) == [("lmp", 0)]
    assert methods(period(), scan(at(28), 22, by_clinician=True)) == [("lmp", 0), ("ultrasound", 22)]


def test_a_last_period_that_is_only_roughly_known_gives_way_to_any_scan() -> None:
    assert methods(period(sure=False), scan(at(12), 1)) == [("lmp", 0), ("ultrasound", 1)]


def test_after_a_scan_of_the_first_trimester_no_later_one_dates_again() -> None:
    replaced = scan(at(13, 6) - timedelta(days=8), 8)
    assert methods(period(), replaced, scan(at(20), 40)) == [("lmp", 0), ("ultrasound", 8)]
    agreeing = scan(at(11), 2)
    assert methods(period(), agreeing, scan(at(20), 40)) == [("lmp", 0)]


def test_a_later_scan_may_replace_one_of_the_second_trimester() -> None:
    assert methods(period(), scan(at(18), 12), scan(at(24), 30)) == [("lmp", 0), ("ultrasound", 12), ("ultrasound", 30)]


def test_an_early_scan_that_is_told_late_counts_before_the_later_one() -> None:
    told_late = scan(at(9), 10, told_on=at(26))
    assert methods(period(), scan(at(24), 30), told_late) == [("lmp", 0), ("ultrasound", 30), ("ultrasound", 10)]


def test_the_order_of_arrival_does_not_matter() -> None:
    all_told = (period(), scan(at(18), 12), scan(at(24), 30), scan(at(9), 3, told_on=at(30)))
    assert {date_pregnancy(order, REGISTERED) for order in permutations(all_told)} == {
        date_pregnancy(all_told, REGISTERED)
    }


def test_a_scan_dated_after_the_record_that_tells_of_it_is_no_scan() -> None:
    assert methods(period(), scan(at(13), 20, told_on=at(12))) == [("lmp", 0)]
