"""How much memory a served process group holds, and whether that grows."""

import re
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

SHARE, LEAST = 0.05, 15.0
"""Of growth from the second quarter to the last: five percent, or 15 MB where that is more. An hour brings ten thousand
records, for which indexes, SQLite's pages and the allocator's arenas fill up a little further; a leak of one kilobyte a
request is beyond it in an hour."""


@dataclass(frozen=True)
class Look:
    """MB of all processes together, some seconds after the first look."""

    seconds: float
    megabytes: float


def held_by(processes: Iterable[int], proc: Path = Path("/proc")) -> float:
    """MB: what is shared by several counts once in all (PSS). A process that has just ended holds nothing."""
    total = 0
    for pid in processes:
        try:
            text = (proc / str(pid) / "smaps_rollup").read_text()
        except OSError:
            continue
        found = re.search(r"^Pss:\s+(\d+) kB", text, re.M)
        total += int(found[1]) if found else 0
    return total / 1024


@dataclass(frozen=True)
class Growth:
    """Medians of quarters of the time that was looked at."""

    start: float
    middle: float
    end: float
    most: float

    @property
    def grew(self) -> bool:
        return self.end - self.middle > max(SHARE * self.middle, LEAST)


def growth_of(looks: Sequence[Look]) -> Growth:
    """`start` is the first look, `middle` the second quarter and `end` the last one: in the first one caches fill."""
    last = looks[-1].seconds

    def quarter(number: int) -> list[float]:
        return [one.megabytes for one in looks if number <= 4 * one.seconds / (last or 1.0) <= number + 1]

    values = [one.megabytes for one in looks]
    return Growth(values[0], median(quarter(1) or values), median(quarter(3) or values), max(values))


def look(processes: Iterable[int], began: float) -> Look:
    return Look(round(time.monotonic() - began, 1), round(held_by(processes), 1))
