"""What lies in store, worked out from the ledger and from records: in the order in which things happened, whatever the order in
which they were told. Pure.

A record lowers the lot that it names, else those that expire first. A count says what there is: whatever happened before it is
in it. More handed out than there was makes a number below zero, which is a question to whoever counts, and refuses nobody.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Final

from geo.masking import K
from server.clock import today
from server.followups.supply_words import ARRIVED, CAME, COUNTED, HANDED_OUT, SENT, TAKEN_OUT

Shelf = tuple[int | None, str]
"""A point (a village's id, None for the town's own store) and an item."""
SIGNS: Final = {CAME: 1, ARRIVED: 1, SENT: -1, HANDED_OUT: -1, TAKEN_OUT: -1}


@dataclass(frozen=True, slots=True)
class KnownLot:
    id: int
    shelf: Shelf
    number: str
    expires_on: date
    received_on: date


@dataclass(frozen=True, slots=True)
class Entry:
    """A row of the ledger. `by` wrote it at `made_at`; one with a partner arrived by another row."""

    id: int
    lot: int
    kind: str
    quantity: int
    at: datetime
    reason: str | None = None
    by: int = 0
    made_at: datetime | None = None
    partner: int | None = None


@dataclass(frozen=True, slots=True)
class Handout:
    """What a record says. `shelf` is None where it tells no point; `number` is the lot as somebody read it off a package."""

    shelf: Shelf | None
    quantity: int
    at: datetime
    number: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """One change of one lot; `lot` is None for what was handed out of no lot that is known. `left` is what there is after it."""

    at: datetime
    kind: str
    shelf: Shelf
    lot: int | None
    change: int
    left: int
    entry: int | None = None
    reason: str | None = None


@dataclass(frozen=True)
class Stock:
    """`left` by lot, `missing` by shelf: how many more were handed out than any lot had."""

    left: dict[int, int]
    missing: dict[Shelf, int]
    counted_on: dict[int, date]
    steps: list[Step]


def work_out(lots: Sequence[KnownLot], entries: Iterable[Entry], handouts: Iterable[Handout]) -> Stock:
    """Everything in the order in which it happened."""
    shelves: dict[Shelf, list[KnownLot]] = {}
    for lot in sorted(lots, key=lambda one: (one.expires_on, one.number, one.id)):
        shelves.setdefault(lot.shelf, []).append(lot)
    stock = Stock({one.id: 0 for one in lots}, {}, {}, [])
    shelf_of = {one.id: one.shelf for one in lots}
    told: list[Entry | Handout] = [*entries, *handouts]
    for one in sorted(told, key=order_of):
        if isinstance(one, Entry):
            enter(stock, shelf_of[one.lot], one)
        elif one.shelf:
            hand_out(stock, shelves.get(one.shelf, []), one.shelf, one)
    return stock


def order_of(one: Entry | Handout) -> tuple[datetime, bool, int, str, int]:
    """By nothing that depends on when it was told. At one moment rows go as they were written, and records after them, first
    those that name their lot."""
    if isinstance(one, Entry):
        return one.at, False, one.id, "", one.quantity
    return one.at, True, not one.number, one.number, one.quantity


def enter(stock: Stock, shelf: Shelf, one: Entry) -> None:
    """A count also answers what was missing on its shelf."""
    before = stock.left[one.lot]
    left = one.quantity if one.kind == COUNTED else before + SIGNS[one.kind] * one.quantity
    stock.left[one.lot] = left
    if one.kind == COUNTED:
        stock.counted_on[one.lot] = today(one.at)
        stock.missing.pop(shelf, None)
    stock.steps.append(Step(one.at, one.kind, shelf, one.lot, left - before, left, one.id, one.reason))


def hand_out(stock: Stock, here: Sequence[KnownLot], shelf: Shelf, one: Handout) -> None:
    """Of the lot that it names, of which it may be more than there was; else of what expires first, and the rest is missing."""
    named = find_lot(here, one.number)
    if named is not None:
        lower(stock, one, shelf, named.id, one.quantity)
        return
    rest, day = one.quantity, today(one.at)
    for lot in here:
        taken = min(rest, max(stock.left[lot.id], 0)) if lot.expires_on >= day else 0
        if taken:
            lower(stock, one, shelf, lot.id, taken)
            rest -= taken
    if rest:
        stock.missing[shelf] = stock.missing.get(shelf, 0) + rest
        stock.steps.append(Step(one.at, HANDED_OUT, shelf, None, -rest, -stock.missing[shelf]))


def lower(stock: Stock, one: Handout, shelf: Shelf, lot: int, by: int) -> None:
    stock.left[lot] -= by
    stock.steps.append(Step(one.at, HANDED_OUT, shelf, lot, -by, stock.left[lot]))


def find_lot(here: Iterable[KnownLot], number: str) -> KnownLot | None:
    """The lot of that number, capitals and spaces aside; of several that expires first."""
    wanted = plain(number)
    return next((one for one in here if plain(one.number) == wanted), None) if wanted else None


def plain(number: str) -> str:
    return "".join(number.split()).casefold()


def tell_in_fives(
    lots: Iterable[KnownLot],
    entries: Collection[Entry],
    handouts: Collection[Handout],
    is_own: Callable[[Shelf], bool],
) -> tuple[list[Entry], list[Handout]]:
    """The ledger as it is told to whoever does not work at a point: between two counts of its shelf, handing out is told five
    at a time, so that no single one is seen. Its own people are told everything.
    """
    shelf_of = {one.id: one.shelf for one in lots}
    counts: dict[Shelf, list[datetime]] = {}
    for entry in entries:
        if entry.kind == COUNTED:
            counts.setdefault(shelf_of[entry.lot], []).append(entry.at)
    told_entries = [one for one in entries if one.kind != HANDED_OUT or is_own(shelf_of[one.lot])]
    told_handouts = [one for one in handouts if one.shelf is None or is_own(one.shelf)]
    hidden: list[tuple[Shelf, Entry | Handout]] = [
        *((shelf_of[one.lot], one) for one in entries if one.kind == HANDED_OUT and not is_own(shelf_of[one.lot])),
        *((one.shelf, one) for one in handouts if one.shelf and not is_own(one.shelf)),
    ]

    def segment(pair: tuple[Shelf, Entry | Handout]) -> tuple[str, int]:
        shelf, one = pair
        return repr(shelf), sum(at <= one.at for at in counts.get(shelf, ()))

    for _, group in groupby(sorted(hidden, key=lambda pair: (*segment(pair), order_of(pair[1]))), key=segment):
        together = [one for _, one in group]
        for one in together[: len(together) // K * K]:
            if isinstance(one, Entry):
                told_entries.append(one)
            else:
                told_handouts.append(one)
    return told_entries, told_handouts
