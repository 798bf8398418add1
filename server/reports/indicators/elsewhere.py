"""Referrals, removals that were asked for and transfers of care (I6c, I13, I14, domain.md 4.1). Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from server.followups.elsewhere import Referral, Transfer
from server.followups.facts import Facts
from server.followups.working_days import Calendar
from server.reports.indicators.tallying import Case

WITHIN: Final = {"urgent": timedelta(days=3), "routine": timedelta(days=14)}
REMOVED_WITHIN: Final = timedelta(days=7)
ACKNOWLEDGED_WITHIN: Final = 7
"""Working days."""


@dataclass(frozen=True, slots=True)
class Sent:
    """A woman's referrals and transfers; `gone_on` as in births.Course."""

    woman: str
    place: str
    referrals: tuple[Referral, ...]
    transfers: tuple[Transfer, ...]
    gone_on: date | None = None

    def was_here(self, day: date) -> bool:
        return self.gone_on is None or self.gone_on > day


def sent_of(facts: Facts, place: str) -> Sent | None:
    if not facts.referrals and not facts.transfers:
        return None
    gone = min(
        (stop.on for stop in facts.stops if stop.kind in ("transferred", "died") and not stop.rule), default=None
    )
    return Sent(facts.subject, place, facts.referrals, facts.transfers, gone)


def referrals_closed(sent: Sequence[Sent], first: date, last: date) -> Iterator[Case]:
    """I13: of referrals, those with an outcome within 14 days, urgent ones within 3.

    One that was closed because she would rather not say, or does not want it, is no missed one.
    """
    for her, one in of_kind(sent, tuple(WITHIN)):
        until = one.referred_on + WITHIN[one.urgency]
        if first <= until <= last and her.was_here(until):
            done = one.outcome_on is not None and one.outcome_on <= until
            if done or not is_closed(one, until):
                yield Case(her.woman, her.place, done)


def removals_done(sent: Sequence[Sent], first: date, last: date) -> Iterator[Case]:
    """I6c: of devices that she wanted out, those that were within seven days. Who goes on with hers leaves."""
    for her, one in of_kind(sent, ("removal",)):
        until = one.referred_on + REMOVED_WITHIN
        if first <= until <= last:
            done = one.outcome_on is not None and one.outcome_on <= until
            if done or one.closed_on is None:
                yield Case(her.woman, her.place, done)


def of_kind(sent: Sequence[Sent], urgencies: Sequence[str]) -> Iterator[tuple[Sent, Referral]]:
    for her in sent:
        for one in her.referrals:
            if one.urgency in urgencies:
                yield her, one


def is_closed(one: Referral, until: date) -> bool:
    return one.outcome_on is None and one.closed_on is not None and one.closed_on <= until


def transfers_acknowledged(sent: Sequence[Sent], calendar: Calendar, first: date, last: date) -> Iterator[Case]:
    """I14: of transfers that she agreed to, those that the other side had within seven working days. Cancelled ones leave."""
    for her in sent:
        for one in her.transfers:
            if one.direction != "out" or one.agreed is None or one.cancelled is not None:
                continue
            until = calendar.add_working_days(one.agreed[0], ACKNOWLEDGED_WITHIN)
            if first <= until <= last:
                yield Case(her.woman, her.place, one.received is not None and one.received[0] <= until)
