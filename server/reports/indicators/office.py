"""The town's own work: what was out of stock, sessions held, who of the staff passed the quiz (I7, I17, domain.md 4.1). Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from geo.month_ends import Part
from server.reports.indicators.tallying import TOWN, Case

SESSIONS = 2
"""Training sessions planned in a quarter (domain.md 2.6, TRN-Q)."""


@dataclass(frozen=True, slots=True)
class Lot:
    """One lot at one point, from the day it came; `levels` are (day, how many were left), each until the next one."""

    shelf: tuple[int | None, str]
    received_on: date
    expires_on: date
    levels: tuple[tuple[date, int], ...] = ()

    def has_any(self, day: date) -> bool:
        """Whether there was something to hand out at the end of that day, as the ledger says."""
        if day < self.received_on or day > self.expires_on:
            return False
        told = [number for on, number in self.levels if on <= day]
        return bool(told) and told[-1] > 0


@dataclass(frozen=True, slots=True)
class Result:
    """How one of the staff did in her last quiz. Nobody is told whose it is."""

    worker: str
    taken_on: date
    passed: bool


def days_without(lots: Sequence[Lot], first: date, last: date) -> dict[str, Part]:
    """I7: of the days of each item at each place that ever had it, those on which there was none. Days, and nobody's."""
    known: dict[tuple[int | None, str], list[Lot]] = {}
    for one in lots:
        known.setdefault(one.shelf, []).append(one)
    out = of = 0
    for here in known.values():
        since = max(first, min(one.received_on for one in here))
        for at in range((last - since).days + 1):
            of += 1
            out += not any(one.has_any(since + timedelta(days=at)) for one in here)
    return {TOWN: Part(out, of - out)}


def sessions_held(held_on: Sequence[date], first: date, last: date) -> dict[str, Part]:
    """I17: of the two sessions planned in a quarter, those held; a third one makes no three of two."""
    held = min(SESSIONS, len({day for day in held_on if first <= day <= last}))
    return {TOWN: Part(held, SESSIONS - held)}


def staff_passed(results: Sequence[Result], end: date) -> Iterator[Case]:
    """I17b: of who has taken the quiz, who passed it the last time."""
    for one in results:
        if one.taken_on <= end:
            yield Case(one.worker, TOWN, one.passed)
