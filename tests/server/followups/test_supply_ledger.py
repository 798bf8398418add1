"""What lies in store, worked out by hand and by rows in any order."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from server.followups.supply_ledger import Entry, Handout, KnownLot, tell_in_fives, work_out

SHELF = (7, "coc")
MORNING = datetime(2026, 3, 2, 1, tzinfo=UTC)


def at(hours: float) -> datetime:
    return MORNING + timedelta(hours=hours)


def a_lot(number: int, expires: str = "2027-01-01", shelf: tuple[int | None, str] = SHELF) -> KnownLot:
    return KnownLot(number, shelf, f"B {number}", date.fromisoformat(expires), date(2026, 3, 2))


def entry(number: int, lot: int, kind: str, quantity: int, hours: float) -> Entry:
    return Entry(number, lot, kind, quantity, at(hours))


def gone(quantity: int, hours: float, number: str = "") -> Handout:
    return Handout(SHELF, quantity, at(hours), number)


def test_what_came_went_and_was_counted_by_hand() -> None:
    rows = [
        entry(1, 1, "came", 40, 0),
        entry(2, 1, "handed_out", 3, 1),
        entry(3, 1, "sent", 10, 2),
        entry(4, 1, "taken_out", 2, 3),
        entry(5, 1, "counted", 24, 4),  # 25 were expected
        entry(6, 1, "arrived", 6, 5),
    ]
    stock = work_out([a_lot(1)], rows, [gone(4, 6)])
    assert [(one.change, one.left) for one in stock.steps] == [
        (40, 40),
        (-3, 37),
        (-10, 27),
        (-2, 25),
        (-1, 24),
        (6, 30),
        (-4, 26),
    ]
    assert stock.left == {1: 26} and stock.counted_on == {1: date(2026, 3, 2)}


def test_a_record_that_arrives_after_the_count_and_tells_of_before_it_is_in_the_count() -> None:
    rows = [entry(1, 1, "came", 40, 0), entry(2, 1, "counted", 36, 4)]
    assert work_out([a_lot(1)], rows, [gone(4, 3)]).left == {1: 36}
    assert work_out([a_lot(1)], rows, [gone(4, 5)]).left == {1: 32}


@pytest.mark.parametrize(
    ("number", "left"),
    [
        ("", {1: 5, 2: 4}),  # 2 expires first
        ("b1", {1: -1, 2: 10}),  # as somebody wrote it; more than there was
        (" B 2 ", {1: 5, 2: 4}),
        ("B 9", {1: 5, 2: 4}),  # no lot is called so
    ],
)
def test_a_record_lowers_the_lot_that_it_names_else_what_expires_first(number: str, left: dict[int, int]) -> None:
    lots = [a_lot(1), a_lot(2, "2026-09-01")]
    rows = [entry(1, 1, "came", 5, 0), entry(2, 2, "came", 10, 0)]
    assert work_out(lots, rows, [gone(6, 1, number)]).left == left


def test_what_has_expired_is_not_taken_for_a_record_that_names_no_lot() -> None:
    lots = [a_lot(1, "2026-03-01"), a_lot(2)]
    rows = [entry(1, 1, "came", 5, 0), entry(2, 2, "came", 5, 0)]
    assert work_out(lots, rows, [gone(2, 1)]).left == {1: 5, 2: 3}


def test_more_than_any_lot_had_is_missing_until_somebody_counts() -> None:
    rows = [entry(1, 1, "came", 5, 0)]
    stock = work_out([a_lot(1)], rows, [gone(7, 1)])
    assert (stock.left, stock.missing) == ({1: 0}, {SHELF: 2})
    counted = work_out([a_lot(1)], [*rows, entry(2, 1, "counted", 4, 2)], [gone(7, 1)])
    assert (counted.left, counted.missing) == ({1: 4}, {})


def test_a_lot_that_is_written_down_later_takes_what_was_handed_out_of_it() -> None:
    assert work_out([], [], [gone(3, 5, "B1")]).missing == {SHELF: 3}
    stock = work_out([a_lot(1)], [entry(9, 1, "came", 40, 0)], [gone(3, 5, "B1")])
    assert (stock.left, stock.missing) == ({1: 37}, {})


def test_a_record_that_tells_no_point_lowers_nothing() -> None:
    stock = work_out([a_lot(1)], [entry(1, 1, "came", 5, 0)], [Handout(None, 3, at(1))])
    assert stock.left == {1: 5} and len(stock.steps) == 1


KINDS = st.sampled_from(["came", "arrived", "sent", "handed_out", "taken_out"])
SIGN = {"came": 1, "arrived": 1, "sent": -1, "handed_out": -1, "taken_out": -1}
ROWS = st.lists(st.tuples(st.integers(1, 3), KINDS, st.integers(1, 50), st.integers(0, 200)), max_size=12)
HANDOUTS = st.lists(
    st.tuples(st.integers(1, 20), st.integers(0, 200), st.sampled_from(["", "B1", "b 2", "B3", "?"])), max_size=12
)


@given(ROWS, HANDOUTS, st.randoms(use_true_random=False))
def test_stock_is_what_came_less_what_went_in_whatever_order_it_was_told(rows, handouts, random) -> None:
    lots = [a_lot(1), a_lot(2, "2026-09-01"), a_lot(3, "2026-03-04")]
    entries = [entry(at_, lot, kind, many, hours) for at_, (lot, kind, many, hours) in enumerate(rows)]
    told = [gone(*one) for one in handouts]
    first = work_out(lots, entries, told)
    came = sum(SIGN[kind] * many for _, kind, many, _ in rows) - sum(many for many, _, _ in handouts)
    assert sum(first.left.values()) - sum(first.missing.values()) == came
    for some in (lots, entries, told):
        random.shuffle(some)
    again = work_out(lots, entries, told)
    assert (again.left, again.missing, again.steps) == (first.left, first.missing, first.steps)


@given(ROWS, HANDOUTS, st.integers(0, 200), st.integers(0, 99))
def test_after_a_count_there_is_what_was_counted_less_what_went_since(rows, handouts, hour, counted) -> None:
    lots = [a_lot(1)]
    entries = [entry(at_, 1, kind, many, hours) for at_, (_, kind, many, hours) in enumerate(rows)]
    told = [gone(many, hours, "B1") for many, hours, _ in handouts]
    left = work_out(lots, [*entries, entry(999, 1, "counted", counted, hour)], told).left[1]
    since = sum(SIGN[kind] * many for _, kind, many, hours in rows if hours > hour)
    assert left == counted + since - sum(many for many, hours, _ in handouts if hours >= hour)


def shown(handouts: list[Handout], entries: list[Entry], own: bool = False) -> tuple[int, int]:
    told = tell_in_fives([a_lot(1)], entries, handouts, lambda _: own)
    return len(told[0]), len(told[1])


@pytest.mark.parametrize(("happened", "told"), [(0, 0), (1, 0), (4, 0), (5, 5), (9, 5), (10, 10)])
def test_others_are_told_of_handing_out_five_times_at_a_time(happened: int, told: int) -> None:
    handouts = [gone(1, one) for one in range(happened)]
    assert shown(handouts, []) == (0, told)
    assert shown(handouts, [], own=True) == (0, happened)


def test_a_count_between_begins_anew_and_pick_ups_at_the_desk_are_among_the_five() -> None:
    came = entry(1, 1, "came", 50, -1)
    four, more = [gone(1, one) for one in range(4)], [gone(1, 10 + one) for one in range(4)]
    assert shown([*four, *more], [came, entry(2, 1, "counted", 40, 8)]) == (2, 0)
    assert shown(four, [came, entry(3, 1, "handed_out", 1, 7)]) == (2, 4)
