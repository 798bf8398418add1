"""How many requests of a process are worked on at once, of all that have a thread: few.

Python runs one thread at a time. Where thirty want to run, whoever asks the database sixty short questions, as a record of a
care project does, stands behind all others sixty times; with few at work all are answered sooner, and no later on the whole.
So two work at once. Whoever has been at it for long counts no longer among them, so that two slow questions keep nobody out;
even of those there are so many at most. Who waits comes in by turn: when newcomers overtook, one of 32 clients in twenty waited
ten times as long as the others. Who has begun, and rested, goes before who has not.
A thread that waits for somebody else keeps no place: for a body that comes slowly, for another program. Who wants to write into
SQLite's file gives its place up for good: one writes at a time, many wait for it, and it must not wait for those who read.
Whoever is not in a place, a job or a command, is not counted.
"""

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

PLACES: Final = 2
MOST: Final = 8  # with those who have been at it for long
STREAMED: Final = 2  # answers that leave while they are made, beside those
LONG: Final = 0.25  # seconds; most requests take a tenth of that. With 0.05 beside 200 phones most count as long


@dataclass(eq=False)
class Turn:
    """A thread that waits outside, until it is told that it has a place."""

    thread: int = field(default_factory=threading.get_ident)
    is_in: threading.Event = field(default_factory=threading.Event)


class Workplaces:
    """So many threads at work; the others wait outside, in the order in which they came."""

    def __init__(self, places: int, most: int | None = None, long: float = LONG) -> None:
        """`most`: with those who have been at work for more than `long` seconds; by itself there are no more than `places`."""
        self.places = places
        self.most = most or places
        self.long = long
        self.door = threading.Lock()
        self.since: dict[int, float] = {}
        self.outside: deque[Turn] = deque()

    @property
    def is_mine(self) -> bool:
        """Whether this thread has a place."""
        return threading.get_ident() in self.since

    @contextmanager
    def work(self) -> Iterator[None]:
        """In a place: its own one where this thread has one."""
        if self.is_mine:
            yield
            return
        self.take()
        try:
            yield
        finally:
            self.give_up()

    @contextmanager
    def rest(self) -> Iterator[None]:
        """What is done meanwhile is done by somebody else, or has to go first: others have the place."""
        if not self.is_mine:
            yield
            return
        self.leave()
        try:
            yield
        finally:
            self.take(has_begun=True)

    def give_up(self) -> None:
        """What is left is done without a place."""
        if self.is_mine:
            self.leave()

    def take(self, has_begun: bool = False) -> None:
        turn = Turn()
        with self.door:
            if has_begun:
                self.outside.appendleft(turn)
            else:
                self.outside.append(turn)
            seconds = self.let_in()
        while not turn.is_in.wait(seconds):
            with self.door:
                seconds = self.let_in()

    def let_in(self) -> float:
        """Whoever may come in, by turn. Gives when it is worth looking again, though nobody should have left by then."""
        now = time.monotonic()
        while self.outside:
            if seconds := self.seconds_to_wait(now):
                return seconds
            turn = self.outside.popleft()
            self.since[turn.thread] = now
            turn.is_in.set()
        return 0.0

    def seconds_to_wait(self, now: float) -> float:
        """0 where one may come in; else until somebody counts no longer as brief, or nobody knows."""
        if len(self.since) < self.places:
            return 0.0
        if len(self.since) >= self.most:
            return self.long
        brief = [began for began in self.since.values() if now - began < self.long]
        return min(brief) + self.long - now if len(brief) >= self.places else 0.0

    def leave(self) -> None:
        with self.door:
            del self.since[threading.get_ident()]
            self.let_in()


HERE: Final = Workplaces(PLACES, MOST)
"""Those of this process."""
STREAMS: Final = Workplaces(STREAMED)
"""Those where pieces of long answers are made: two exports take minutes, and would have half of all turns in the other places."""


@contextmanager
def one_of(places: threading.Semaphore, seconds: float, refuse: Callable[[], Exception]) -> Iterator[None]:
    """One of the few `places` for some heavy work, waited for without a place among those at work, at most so many seconds.

    Raises what `refuse` makes when none came free.
    """
    with HERE.rest():
        if not places.acquire(timeout=seconds):
            raise refuse()
        try:
            yield
        finally:
            places.release()
