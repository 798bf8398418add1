"""How many requests of a process are worked on at once, of all that have a thread: few.

Python runs one thread at a time. Where thirty want to run, whoever asks the database sixty short questions, as a record of a
care project does, stands behind all others sixty times; with few at work all are answered sooner, and no later on the whole.
A thread that waits for somebody else keeps no place: for a body that comes slowly, for another program. Who wants to write into
SQLite's file gives its place up for good: one writes at a time, many wait for it, and it must not wait for those who read.
Whoever is not in a place, a job or a command, is not counted.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

PLACES: Final = 8


class Workplaces:
    """So many threads at work; the others wait outside, about in the order in which they came."""

    def __init__(self, places: int) -> None:
        self.free = threading.Semaphore(places)
        self.mine = threading.local()

    @property
    def is_mine(self) -> bool:
        """Whether this thread has a place."""
        return getattr(self.mine, "taken", False)

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
            self.take()

    def give_up(self) -> None:
        """What is left is done without a place."""
        if self.is_mine:
            self.leave()

    def take(self) -> None:
        self.free.acquire()
        self.mine.taken = True

    def leave(self) -> None:
        self.mine.taken = False
        self.free.release()


HERE: Final = Workplaces(PLACES)
"""Those of this process."""
