"""How many rows a table has that no query can count, and where among the records they lie.

What repeats hold, and what a filter on answers asks of, is sealed in the records, so all of them are read to count it. What
was found is kept in memory for the next page, as long as the records are the same ones (queries.py read_state).
"""

from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable
from threading import Lock
from typing import Final, NamedTuple

EACH: Final = 1000
KEPT: Final = 20  # of some 130 bytes for each thousand rows


class Start(NamedTuple):
    """So many rows lie in the records before this one."""

    rows: int
    submission_id: int


class Outline(NamedTuple):
    """`starts`: one for about each thousand rows, in the order of the newest first."""

    total: int
    starts: tuple[Start, ...]

    def before(self, row: int) -> Start | None:
        """The last start at or before a row; None where that is the first record."""
        place = bisect_right(self.starts, row, key=lambda one: one.rows)
        return self.starts[place - 1] if place else None


def draw_outline(counts: Iterable[tuple[int, int]]) -> Outline:
    """`counts`: of each record, the newest first, its id and how many rows it has."""
    total, starts, last = 0, list[Start](), 0
    for submission_id, number in counts:
        if total - last >= EACH:
            starts.append(Start(total, submission_id))
            last = total
        total += number
    return Outline(total, tuple(starts))


class Outlines:
    """Those of one database that were asked for last. Two that draw the same one at once both draw it."""

    def __init__(self) -> None:
        self._known: OrderedDict[Hashable, Outline] = OrderedDict()
        self._lock = Lock()

    def get(self, key: Hashable, draw: Callable[[], Outline]) -> Outline:
        with self._lock:
            if key in self._known:
                self._known.move_to_end(key)
                return self._known[key]
        drawn = draw()
        with self._lock:
            self._known[key] = drawn
            while len(self._known) > KEPT:
                self._known.popitem(last=False)
        return drawn
