"""Requests that are written together: who waits for it, who of them writes for all, and how many go at once.

Whoever has been written goes at once, with its answer. Who writes next is called by name: if all waited for one lock, those
who are done would stand behind the next one's turn to write, and come back with their next record so much later.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Event, Lock
from time import monotonic
from typing import Final

from server.intake.items import Item, Outcome

MOST_TOGETHER: Final = 64
SECONDS_TOGETHER: Final = 0.25


@dataclass(eq=False)
class Ticket:
    """One request's items, waiting to be written."""

    items: Sequence[Item]
    outcomes: list[Outcome] = field(default_factory=list)
    error: BaseException | None = None
    done: bool = False
    called: Event = field(default_factory=Event)

    def end(self, error: BaseException | None = None) -> None:
        self.error, self.done = error, True
        self.called.set()


class Line:
    """Those who wait. The first of them leads: it writes for all, and then calls the next one."""

    def __init__(self) -> None:
        self.waiting: deque[Ticket] = deque()
        self.door = Lock()
        self.is_led = False
        self.most_now = MOST_TOGETHER

    @contextmanager
    def stand_in(self, ticket: Ticket) -> Iterator[bool]:
        """Begins when the ticket is done, or when its owner leads: whether it does."""
        leads = self.join(ticket)
        try:
            yield leads
        finally:
            if leads:
                self.hand_on(ticket)

    def join(self, ticket: Ticket) -> bool:
        with self.door:
            self.waiting.append(ticket)
            leads, self.is_led = not self.is_led, True
        if leads:
            return True
        ticket.called.wait()
        return not ticket.done

    def hand_on(self, mine: Ticket) -> None:
        with self.door:
            if mine in self.waiting:  # its owner leaves by a fault: nobody would come when it is called
                self.waiting.remove(mine)
            self.is_led = bool(self.waiting)
            if self.is_led:
                self.waiting[0].called.set()


class Group:
    """Those who are written together: chosen when the turn to write has come, so that who comes meanwhile goes along."""

    def __init__(self, line: Line) -> None:
        self.line = line
        self.here_before = len(line.waiting)
        self.tickets: list[Ticket] = []
        self.began = monotonic()

    def choose(self) -> list[Item]:
        """Each time the same. That the turn was waited for says nothing of how long so many take."""
        if not self.tickets:
            self.began = monotonic()
            self.take(len(self.line.waiting))
        return [item for ticket in self.tickets for item in ticket.items]

    def take(self, there: int) -> None:
        self.tickets = [self.line.waiting.popleft() for _ in range(min(self.line.most_now, there))]

    def tell(self, told: Iterable[Outcome]) -> None:
        outcomes = iter(told)
        for ticket in self.tickets:
            ticket.outcomes = [next(outcomes) for _ in ticket.items]
        self.end()

    def fail(self, error: BaseException) -> None:
        """Where the turn did not come, of those who waited all the time for it."""
        if not self.tickets:
            self.take(self.here_before)
        self.end(error)

    def end(self, error: BaseException | None = None) -> None:
        self.line.most_now = number_together(len(self.tickets), monotonic() - self.began)
        for ticket in self.tickets:
            ticket.end(error)


def number_together(number: int, seconds: float) -> int:
    """How many requests go together next, by what so many cost this time: one of a care project is as long as thirty others."""
    return max(1, min(MOST_TOGETHER, int(number * SECONDS_TOGETHER / max(seconds, 0.001))))
