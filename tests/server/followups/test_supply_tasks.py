"""Lots in store on the days that matter, written out: 90 and 30 days before they expire, and the month's count."""

from dataclasses import replace
from datetime import date

import pytest

from server.followups.calendar_files import calendar_with
from server.followups.office_rules import COUNT, STOCK, shipped_office_rules
from server.followups.supply_tasks import Lot, count_asked, go_out_first, in_order, level_of, not_counted
from server.followups.windows import add_months
from tests.server.followups.samples import day

RULES = shipped_office_rules()
KNOWN = calendar_with()


def lot(expires: str, number: int = 1, **given: object) -> Lot:
    values = {"item": "condom", "number": f"A{number}", "place": "", "left": 100, **given}
    return Lot(id=number, expires_on=day(expires), received_on=day("2025-01-06"), **values)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("expires", "today", "level"),
    [
        ("2026-06-30", "2026-03-31", "info"),  # 91 days ahead
        ("2026-06-30", "2026-04-01", "amber"),  # 90
        ("2026-06-30", "2026-05-30", "amber"),  # 31
        ("2026-06-30", "2026-05-31", "red"),  # 30
        ("2026-06-30", "2026-06-30", "red"),
        ("2026-06-30", "2026-07-01", "red"),
        ("2026-06-30", "2027-07-01", "red"),
        ("2028-02-29", "2027-11-30", "info"),  # a leap day
        ("2028-02-29", "2027-12-01", "amber"),
        ("2028-02-29", "2028-01-29", "amber"),
        ("2028-02-29", "2028-01-30", "red"),
        ("2027-01-15", "2026-10-16", "info"),  # over the end of a year
        ("2027-01-15", "2026-10-17", "amber"),
        ("2027-01-15", "2026-12-15", "amber"),
        ("2027-01-15", "2026-12-16", "red"),
        ("2026-03-20", "2026-02-17", "amber"),  # Spring Festival: an expiry knows no day off
        ("2026-03-20", "2026-02-18", "red"),
    ],
)
def test_a_lot_is_amber_from_ninety_and_red_from_thirty_days_before_it_expires(
    expires: str, today: str, level: str
) -> None:
    assert level_of(lot(expires), RULES[STOCK], day(today)) == level


def test_what_expires_first_goes_out_first_at_each_place_unless_it_may_not_be_handed_out() -> None:
    lots = [
        lot("2026-12-31", 1),
        lot("2026-09-30", 2),
        lot("2026-03-31", 3),  # 29 days ahead: it goes back
        lot("2026-08-31", 4, left=0),
        lot("2026-10-31", 5, place="十桥村"),
        lot("2027-01-31", 6, item="coc"),
    ]
    assert [one.id for one in in_order(lots)] == [3, 4, 2, 5, 1, 6]
    assert go_out_first(lots, day("2026-03-02")) == {2, 5, 6}


def test_the_last_day_on_which_a_lot_may_be_handed_out_is_thirty_one_days_before_it_expires() -> None:
    one = lot("2026-04-02")
    assert go_out_first([one], day("2026-03-02")) == {1}
    assert go_out_first([one], day("2026-03-03")) == frozenset()


@pytest.mark.parametrize(
    ("today", "severity", "closes"),
    [
        ("2026-02-02", "info", "2026-02-28"),  # the Saturday is worked: the last working day after Spring Festival
        ("2026-02-28", "info", "2026-02-28"),
        ("2026-01-30", "info", "2026-01-30"),
        ("2026-01-31", "amber", "2026-01-30"),
        ("2025-12-31", "info", "2025-12-31"),
        ("2024-02-29", None, ""),  # before there was such a rule
        ("2028-02-29", "info", "2028-02-29"),
    ],
)
def test_what_is_in_store_is_asked_to_be_counted_by_the_month_s_last_working_day(
    today: str, severity: str | None, closes: str
) -> None:
    counted = lot("2029-01-31", counted_on=add_months(day(today), -1))
    task = count_asked([counted], RULES[COUNT], KNOWN, day(today))
    assert (task and (task.severity, task.closes_on)) == (severity and (severity, day(closes)))


@pytest.mark.parametrize(
    ("counted", "waits"),
    [(None, True), ("2026-02-28", True), ("2026-03-01", False), ("2026-03-02", False)],
)
def test_a_lot_waits_for_the_month_s_count_until_it_was_counted_in_that_month(counted: str | None, waits: bool) -> None:
    today = date(2026, 3, 2)
    one = lot("2027-01-31", counted_on=day(counted) if counted else None)
    assert bool(not_counted([one], today)) is waits
    assert (count_asked([one], RULES[COUNT], KNOWN, today) is not None) is waits


@pytest.mark.parametrize(
    ("counted", "today", "says"),
    [
        ("2025-12-31", "2026-02-02", ("amber", "2026-01-30")),  # January was missed
        ("2026-01-01", "2026-02-02", ("info", "2026-02-28")),
        ("2026-02-02", "2026-02-02", None),  # one count makes up for both
    ],
)
def test_a_month_that_was_missed_stays_late_until_the_lot_is_counted(
    counted: str, today: str, says: tuple[str, str] | None
) -> None:
    task = count_asked([lot("2029-01-31", counted_on=day(counted))], RULES[COUNT], KNOWN, day(today))
    assert (task and (task.severity, str(task.closes_on))) == says


def test_what_came_this_month_was_not_missed_in_the_last() -> None:
    one = replace(lot("2029-01-31"), received_on=day("2026-02-02"))
    task = count_asked([one], RULES[COUNT], KNOWN, day("2026-02-02"))
    assert task and (task.severity, task.period) == ("info", day("2026-02-01"))


def test_a_lot_of_which_nothing_is_left_is_asked_for_no_count_and_cannot_expire() -> None:
    today, empty = day("2026-03-02"), lot("2026-03-31", left=0)
    assert level_of(lot("2026-03-31"), RULES[STOCK], today) == "red"
    assert level_of(empty, RULES[STOCK], today) == level_of(empty, RULES[STOCK], day("2026-04-01")) == "info"
    assert not_counted([empty], today) == [] and count_asked([empty], RULES[COUNT], KNOWN, today) is None


def test_an_empty_store_is_asked_for_no_count() -> None:
    assert count_asked([], RULES[COUNT], KNOWN, day("2026-03-02")) is None
