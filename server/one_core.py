"""All threads of a web process on one core: the one on which others do least.

Python runs one thread of a process at a time, and a request hands over a dozen times. To a thread on the same core that takes
some 3 microseconds; to one on another core, which has to be woken, up to 30 (docs/performance.md). What is started to work
beside Python, as GDAL, is started `on_any_core`. Where the system has no such call nothing happens.
"""

import os
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

LOOK_EVERY: Final = 5.0  # seconds
WORTH: Final = 0.25  # of a core that others take from us, more than there: to move costs what the caches hold
TICKS: Final = os.sysconf("SC_CLK_TCK")
TASKS: Final = Path("/proc/self/task")
STAT: Final = Path("/proc/stat")


def read_busy() -> dict[int, float]:
    """Seconds since the start of the system in which each core was not idle. Empty where nobody tells."""
    busy = {}
    with suppress(OSError, ValueError):
        for line in STAT.read_text(encoding="ascii").splitlines():
            name, *ticks = line.split()
            if name.startswith("cpu") and name != "cpu":
                user, nice, system, _idle, _waits, *interrupts = map(int, ticks[:8])
                busy[int(name[3:])] = (user + nice + system + sum(interrupts)) / TICKS
    return busy


def pin(core: int) -> None:
    """All threads there are; those that come inherit it."""
    for task in TASKS.iterdir():
        with suppress(OSError):  # one that has just ended
            os.sched_setaffinity(int(task.name), {core})


class OneCore:
    """Nothing is bound before `stay`."""

    def __init__(self, busy: Callable[[], Mapping[int, float]] = read_busy, bind: Callable[[int], None] = pin) -> None:
        self.busy, self.bind = busy, bind
        self.cores: list[int] = []
        self.core: int | None = None

    def stay(self, number: int) -> None:
        """The first process on the first core, and so on. With one core there is nothing to choose."""
        self.cores = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") and TASKS.is_dir() else []
        if len(self.cores) < 2:
            return
        self.go(self.cores[number % len(self.cores)])
        self.remember(time.monotonic())

    def go(self, core: int) -> None:
        self.core = core
        self.bind(core)

    def remember(self, now: float) -> None:
        self.looked_at, self.known, self.own = now, dict(self.busy()), time.process_time()

    def look(self, now: float) -> None:
        """Moves where others were busy on this core since the last look, and less so on another one. `now`: monotonic seconds."""
        if self.core is None or now < self.looked_at + LOOK_EVERY:
            return
        before, own, since = self.known, self.own, now - self.looked_at
        self.remember(now)
        others = {core: self.known[core] - before[core] for core in self.cores if core in self.known and core in before}
        if self.core not in others:
            return
        others[self.core] -= self.own - own
        least = min(others, key=lambda core: others[core])
        if others[self.core] - others[least] > WORTH * since:
            self.go(least)

    @contextmanager
    def on_any_core(self) -> Iterator[None]:
        """Around the start of another program, which inherits where it may run."""
        if self.core is None:
            yield
            return
        os.sched_setaffinity(0, self.cores)
        try:
            yield
        finally:
            os.sched_setaffinity(0, {self.core})


CORE: Final = OneCore()
"""That of this process."""
