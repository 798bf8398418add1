"""Days without stock, sessions held, and the staff's last quiz."""

import pytest

from geo.month_ends import Part
from server.reports.indicators.office import Lot, Result, days_without, sessions_held, staff_passed
from server.reports.indicators.tallying import TOWN
from tests.server.followups.samples import day

FIRST, LAST = day("2026-01-01"), day("2026-01-31")


def a_lot(received="2025-12-01", **given):
    """Ten came; `then` is (day, how many were left) of what happened later."""
    levels = ((day(received), 10), *((day(on), left) for on, left in given.pop("then", ())))
    known = {"shelf": (1, "pill"), "received_on": day(received), "expires_on": day("2027-01-01")}
    return Lot(**{**known, "levels": levels, **given})


@pytest.mark.parametrize(
    ("lots", "out", "of"),
    [
        ([], 0, 0),
        ([a_lot()], 0, 31),
        ([a_lot(then=[("2026-01-22", 0)])], 10, 31),
        ([a_lot(then=[("2026-01-22", 0)]), a_lot("2026-01-25")], 3, 31),
        ([a_lot(then=[("2026-01-30", 0)])], 2, 31),
        ([a_lot(then=[("2026-01-20", 0), ("2026-01-24", 5)])], 4, 31),
        ([a_lot(expires_on=day("2026-01-30"))], 1, 31),
        ([a_lot("2026-01-22")], 0, 10),  # before its first lot nobody had it
        ([a_lot(), a_lot(shelf=(2, "pill"), then=[("2026-01-31", 0)])], 1, 62),
        ([a_lot("2026-02-01")], 0, 0),
        ([a_lot(then=[("2026-01-30", -2)])], 2, 31),  # more was handed out than there was: there is none
        ([a_lot(then=[("2026-01-20", 0), ("2026-01-20", 4)])], 0, 31),  # what came on the same day
    ],
)
def test_days_without_are_counted_by_item_and_place(lots, out, of):
    assert days_without(lots, FIRST, LAST) == {TOWN: Part(out, of - out)}


@pytest.mark.parametrize(("days", "held"), [([], 0), (["2026-01-05"], 1), (["2026-01-05"] * 2, 1), (["2025-12-31"], 0)])
def test_sessions_are_days_of_the_quarter(days, held):
    assert sessions_held([day(one) for one in days], FIRST, LAST) == {TOWN: Part(held, 2 - held)}


def test_a_third_session_makes_no_three_of_two():
    assert sessions_held([day(f"2026-01-0{one}") for one in (1, 2, 3)], FIRST, LAST) == {TOWN: Part(2, 0)}


def test_staff_who_took_the_quiz_by_the_day_are_counted_by_their_last_result():
    results = [Result("a", FIRST, True), Result("b", LAST, False), Result("c", day("2026-02-01"), True)]
    assert [case.done for case in staff_passed(results, LAST)] == [True, False]
