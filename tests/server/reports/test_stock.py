"""A month of the stock ledger, worked out by hand."""

from datetime import UTC, date, datetime

from server.followups.supply_ledger import Entry, Handout, KnownLot
from server.followups.supply_reading import InStore, Points
from server.reports.stock import days_out, lines_of

MARCH, SHELF, OTHER = date(2026, 3, 1), (None, "coc"), (7, "condom")
POINTS = Points({7: "一村"}, {"A": 7}, {}, frozenset({7}))


def at(day: int, month: int = 3) -> datetime:
    return datetime(2026, month, day, 4, tzinfo=UTC)


def a_store(entries: list[Entry], handouts: list[Handout]) -> InStore:
    lots = [
        KnownLot(1, SHELF, "B7", date(2027, 1, 1), date(2026, 2, 1)),
        KnownLot(2, OTHER, "C1", date(2026, 3, 20), date(2026, 3, 5)),
    ]
    return InStore(POINTS, lots, entries, handouts, [])


STORE = a_store(
    [
        Entry(1, 1, "came", 40, at(1, 2)),
        Entry(2, 2, "came", 10, at(5)),
        Entry(3, 1, "sent", 6, at(6)),
        Entry(4, 1, "counted", 30, at(10), "lost"),
        Entry(5, 1, "taken_out", 1, at(11), "damaged"),
        Entry(6, 2, "taken_out", 10, at(25), "expired"),
        Entry(7, 1, "came", 100, at(2, 4)),  # April
    ],
    [
        Handout(SHELF, 2, at(20, 2), "B7"),  # February
        Handout(SHELF, 1, at(8), "B7"),
        Handout(SHELF, 4, at(12)),
        Handout((7, "coc"), 5, at(12)),  # where no lot is known
        Handout(None, 9, at(12)),
    ],
)


def test_each_lot_has_what_there_was_what_moved_and_what_there_is() -> None:
    first, lost, second = lines_of(STORE, MARCH)
    assert (first.lot and first.lot.number, first.opening, first.closing) == ("B7", 38, 25)
    assert {kind: number for kind, number in first.moved.items() if number} == {
        "sent": -6,
        "handed_out": -5,
        "counted": -1,  # 31 were expected
        "taken_out": -1,
    }
    assert (lost.lot, lost.shelf, lost.opening, lost.closing) == (None, (7, "coc"), 0, -5)
    assert (second.opening, second.moved["came"], second.moved["taken_out"], second.closing) == (0, 10, -10, 0)


def test_a_month_opens_with_what_the_last_one_closed_with() -> None:
    for month, after in ((date(2026, 2, 1), MARCH), (MARCH, date(2026, 4, 1))):
        closed = {one.lot.id: one.closing for one in lines_of(STORE, month) if one.lot}
        opened = {one.lot.id: one.opening for one in lines_of(STORE, after) if one.lot}
        assert all(opened.get(lot, 0) == number for lot, number in closed.items())


def test_before_anything_came_there_is_no_line() -> None:
    assert lines_of(STORE, date(2026, 1, 1)) == [] and days_out(STORE, date(2026, 1, 1), date(2026, 3, 31)) == []


def test_days_without_begin_when_a_lot_was_first_there_and_end_today() -> None:
    found = days_out(STORE, MARCH, date(2026, 3, 24))
    assert [(one.shelf, one.out, one.of) for one in found] == [(SHELF, 0, 24), (OTHER, 4, 20)]  # it expired on the 20th
