"""What women asked for about their own data, and whether it was done in 72 hours (I15b, domain.md 4.1 and 6.3, P9). Pure.

What kind of asking it was is told apart nowhere, and a consent that was taken back takes effect at once and is none of it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from server import clock
from server.reports.indicators.tallying import TOWN, Case


@dataclass(frozen=True, slots=True)
class Request:
    """`person` tells apart of how many people they are. `closed_at` is None while it is open."""

    person: str
    due_at: datetime
    closed_at: datetime | None


def done_in_time(requests: Sequence[Request], first: date, last: date) -> Iterator[Case]:
    """I15b: of requests whose 72 hours end in the window, those that were closed by then."""
    for one in requests:
        if first <= clock.today(one.due_at) <= last:
            yield Case(one.person, TOWN, one.closed_at is not None and one.closed_at <= one.due_at)
