"""What follow-ups say of our work: contacts on time, gaps, offers, whom we lost, steps of benefits (domain.md 4.1). Pure.

Only follow-ups of women who agreed to be counted come in here, and of benefit cases. What was declined, not wanted or
superseded is counted nowhere, nor is one that stands inside another.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from server.reports.indicators.tallying import Case

OF_METHODS: Final = frozenset(
    (
        *("COC-3M", "COC-Y", "COND-R", "EC-1", "FST-1", "IMP-1", "IMP-X", "INJ-CIC", "INJ-DMPA", "INJ-NETEN", "IUD-1"),
        *("IUD-CN", "IUD-X", "IUD-XQ", "LAM-6", "PILL-R", "SWITCH-STOP", "VAS-1", "VAS-2"),
    )
)
"""Rules of contacts that a woman asked for with her method (domain.md 2.4); complaints are asked after by others."""
OF_INJECTIONS: Final = frozenset(("INJ-CIC", "INJ-DMPA", "INJ-NETEN"))
OF_OFFERS: Final = frozenset(("FA-OFFER", "FA-OFFER-P"))
OF_BENEFITS: Final = frozenset(("BEN-STEP",))
GAP: Final = timedelta(days=14)
LOST: Final = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Asked:
    """One follow-up, of a woman or (`of_case`) of a benefit case.

    `done_on` is the day it was answered, `left_on` the day on which it ended without an answer.
    """

    rule: str
    subject: str
    place: str
    due_on: date
    closes_on: date
    overdue_from: date
    done_on: date | None = None
    left_on: date | None = None
    of_case: bool = False


def on_time(asked: Sequence[Asked], rules: Collection[str], first: date, last: date) -> Iterator[Case]:
    """I6, I8 and I16: of what closed in the window, what was done by then."""
    for one in asked:
        if one.rule in rules and first <= one.closes_on <= last:
            yield Case(one.subject, one.place, one.done_on is not None and one.done_on <= one.closes_on)


def gaps(asked: Sequence[Asked], first: date, last: date) -> Iterator[Case]:
    """I6b: of injections whose fourteenth day after the target day lies in the window, those that came after it or not at all."""
    for one in asked:
        until = one.due_on + GAP
        if one.rule in OF_INJECTIONS and first <= until <= last:
            yield Case(one.subject, one.place, one.done_on is None or one.done_on > until)


def lost(asked: Sequence[Asked], seen: Mapping[str, Sequence[date]], end: date) -> Iterator[Case]:
    """I10: of women with something overdue on a day, those whom we have not met for more than 90 days since it was.

    `seen`: the days of a woman's visits.
    """
    late: dict[tuple[str, str], date] = {}
    for one in asked:
        open_on = one.overdue_from <= end and (one.done_on is None or one.done_on > end)
        if not one.of_case and open_on and (one.left_on is None or one.left_on > end):
            key = one.subject, one.place
            late[key] = min(late.get(key, one.overdue_from), one.overdue_from)
    for (woman, place), since in late.items():
        last = max((day for day in seen.get(woman, ()) if day <= end), default=since)
        yield Case(woman, place, end - max(last, since) > LOST)
