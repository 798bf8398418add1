"""Which visits are back-checked (F11): one of thirteen, by a lot that nobody can foresee and everybody gets again. Pure.

domain.md 2.6 BACK asks for 5 to 10 per cent. Of every thirteen records of a month, in order of arrival, one is drawn at a
place that follows from the server's secret: as soon as it arrives it is known whether it is checked, later ones change
nothing, and who makes the visit can neither work it out nor choose it. That a phone draws it follows in the same way.
"""

import hashlib
import hmac
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import Final, NamedTuple

from server.clock import today

ONE_IN: Final = 13  # 7.7 per cent


class Arrived(NamedTuple):
    """A visit's record and when it came first."""

    submission_id: int
    received_at: datetime


def draw(arrived: Iterable[Arrived], key: bytes) -> Iterator[Arrived]:
    """Those that are checked. `arrived`: all visits of whole Shanghai months, in order of arrival, whoever was visited.

    Around midnight two that are stored at once may stand in the other order than their clocks say; each counts in its month.
    """
    numbers: Counter[date] = Counter()
    for one in arrived:
        month = today(one.received_at).replace(day=1)
        block, place = divmod(numbers[month], ONE_IN)
        numbers[month] += 1
        if place == place_drawn(key, month, block):
            yield one


def place_drawn(key: bytes, month: date, block: int) -> int:
    return number_of(key, f"{month:%Y-%m}:{block}") % ONE_IN


def choose(key: bytes, submission_id: int, phones: Sequence[int]) -> int | None:
    """Which of these phones checks the record: nobody is asked twice. Another one's coming or going moves no other's."""
    return max(phones, key=lambda one: (number_of(key, f"{submission_id}:{one}"), one), default=None)


def number_of(key: bytes, text: str) -> int:
    return int.from_bytes(hmac.new(key, text.encode(), hashlib.sha256).digest()[:8])
