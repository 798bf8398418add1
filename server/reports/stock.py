"""The stock ledger of a month: lot by lot what there was, what came and went, and what there is; and the days without. Pure.

Of points at which the reader does not work it knows what handing out she is told of (supply_ledger.tell_in_fives): the rest shows
where somebody counts, among the differences.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from server.clock import begin_of, today
from server.followups.supply_ledger import KnownLot, Shelf, Step
from server.followups.supply_reading import InStore
from server.followups.supply_words import ARRIVED, CAME, COUNTED, HANDED_OUT, SENT, TAKEN_OUT
from server.followups.windows import add_months
from server.reports.indicators.office import Lot, days_without
from server.reports.indicators.tallying import TOWN

MOVES: Final = (CAME, ARRIVED, SENT, HANDED_OUT, TAKEN_OUT, COUNTED)


@dataclass(frozen=True)
class MonthLine:
    """`moved` by kind: pieces that came (above zero) or went; of a count how many more there were than expected. `lot` is
    None for what was handed out of no lot that is known."""

    shelf: Shelf
    lot: KnownLot | None
    opening: int
    moved: dict[str, int]

    @property
    def closing(self) -> int:
        return self.opening + sum(self.moved.values())


@dataclass(frozen=True)
class DaysOut:
    """Of how many days of the month there was none of an item at a point that ever had it."""

    shelf: Shelf
    out: int
    of: int


def lines_of(store: InStore, month: date) -> list[MonthLine]:
    """Every lot of which there was something, or that moved, in the month that begins that day; by point, item and expiry."""
    first, end = begin_of(month), begin_of(add_months(month, 1))
    by_lot: dict[tuple[Shelf, int | None], list[Step]] = {}
    for step in store.stock.steps:
        if step.at < end:
            by_lot.setdefault((step.shelf, step.lot), []).append(step)
    lots = {one.id: one for one in store.lots}
    found = []
    for (shelf, lot), steps in by_lot.items():
        opening = sum(one.change for one in steps if one.at < first)
        inside = [one for one in steps if one.at >= first]
        moved = {kind: sum(one.change for one in inside if one.kind == kind) for kind in MOVES}
        if lot is not None and (opening or inside):
            found.append(MonthLine(shelf, lots[lot], opening, moved))
        elif inside:
            found.append(MonthLine(shelf, None, 0, moved))
    return sorted(found, key=order_of)


def order_of(one: MonthLine) -> tuple[int, str, date, str, int]:
    lot = one.lot
    return (
        one.shelf[0] or 0,
        one.shelf[1],
        lot.expires_on if lot else date.max,
        lot.number if lot else "",
        lot.id if lot else 0,
    )


def days_out(store: InStore, month: date, until: date) -> list[DaysOut]:
    """I7 shelf by shelf, up to the last day of the month or today."""
    last = min(add_months(month, 1) - timedelta(days=1), until)
    shelves: dict[Shelf, list[Lot]] = {}
    for lot in levels_of(store):
        shelves.setdefault(lot.shelf, []).append(lot)
    found = []
    for shelf in sorted(shelves, key=lambda one: (one[0] or 0, one[1])):
        part = days_without(shelves[shelf], month, last)[TOWN]
        if part.done + part.missed:
            found.append(DaysOut(shelf, part.done, part.done + part.missed))
    return found


def levels_of(store: InStore) -> Iterator[Lot]:
    """What the ledger and the records say of each lot; one that was taken back as if it had never come is none."""
    levels: dict[int, list[tuple[date, int]]] = {}
    for step in store.stock.steps:
        if step.lot is not None:
            levels.setdefault(step.lot, []).append((today(step.at), step.left))
    for one in store.lots:
        if one.id in levels:
            yield Lot(one.shelf, one.received_on, one.expires_on, tuple(levels[one.id]))
