"""What is asked for about lots in store: what expires soon, what goes out first, and the month's count. Pure.

Domain.md 2.6, STOCK: amber 90 and red 30 days before a lot expires, first expiry first out, a count every month.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from server.followups.office_rules import OfficeRule
from server.followups.office_tasks import Done, OfficeTask, office_tasks
from server.followups.windows import add_months
from server.followups.working_days import Calendar

NOT_HANDED_OUT: Final = timedelta(days=30)
"""What expires within so many days is not handed out any more, but sent back (3, F7 `expiry`)."""


@dataclass(frozen=True)
class Lot:
    """One lot that stands. `left` is what the ledger says, below zero where more was handed out; `place` a village's name, ""
    for the town's own store."""

    id: int
    item: str
    number: str
    place: str
    expires_on: date
    received_on: date
    left: int
    counted_on: date | None = None


def in_order(lots: Iterable[Lot]) -> list[Lot]:
    """First expiry first."""
    return sorted(lots, key=lambda one: (one.expires_on, one.item, one.place, one.number, one.id))


def level_of(lot: Lot, rule: OfficeRule, today: date) -> str:
    """How soon it expires: info, amber or red. Of what is used up to the last piece nothing can expire."""
    if lot.left <= 0:
        return "info"
    return rule.level_on(today, {"expires_on": lot.expires_on}, lot.expires_on)


def go_out_first(lots: Iterable[Lot], today: date) -> frozenset[int]:
    """The ids of the lots that are to be handed out next: of each item at each place the one that expires first, among those
    that may still be handed out and of which there is some left."""
    first: dict[tuple[str, str], int] = {}
    for lot in in_order(lots):
        if lot.left > 0 and lot.expires_on > today + NOT_HANDED_OUT:
            first.setdefault((lot.item, lot.place), lot.id)
    return frozenset(first.values())


def not_counted(lots: Iterable[Lot], today: date) -> list[Lot]:
    """Those that nobody has counted in the month of that day, and of which there is some left."""
    month = today.replace(day=1)
    return [one for one in in_order(lots) if one.left and (one.counted_on is None or one.counted_on < month)]


def count_asked(lots: Sequence[Lot], rule: OfficeRule, calendar: Calendar, today: date) -> OfficeTask | None:
    """The month's count while some lot waits for it, or last month's where one was missed: it is late until that is counted."""
    nothing: tuple[Done, ...] = ()
    tasks = office_tasks([rule], calendar, nothing, today)
    return next((one for one in tasks if _waiting(lots, one.period)), None)


def _waiting(lots: Iterable[Lot], month: date) -> bool:
    """Whether some lot was there in a month and has not been counted since that began."""
    there = (one for one in lots if one.left and one.received_on < add_months(month, 1))
    return any(one.counted_on is None or one.counted_on < month for one in there)
