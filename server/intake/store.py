"""`store([item, …])`: receives and derives the items in one transaction; returns after the commit.

What keeps one item out keeps out no other: where anything fails, all is written again with a savepoint around each item.
Requests that arrive together share one transaction and one sync: whoever gets the writer's lock writes for all who wait, as
many as take about as long as anybody else may be kept from writing. On PostgreSQL, which groups its flushes itself, each
request commits on its own, but in care projects: there one record at a time is looked at (registry/sealing.py), and whoever
waits for that here holds no connection and has no lock to wait for in vain.
"""

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from threading import Lock
from time import monotonic
from typing import Final

from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import Session

from server.db import KEPT, Database
from server.intake.derive import derive
from server.intake.items import Item, Outcome, Receipt
from server.intake.kind_words import word_of
from server.intake.looking_ahead import look_ahead
from server.intake.receive import receive
from server.intake.writing_on import carry_on
from server.later import begin_waiting, write_waiting
from server.postgresql import is_lost
from server.workplaces import HERE

MOST_TOGETHER: Final = 64
SECONDS_TOGETHER: Final = 0.25
LONG_LOG: Final = 64 * 2**20
"""Bytes. SQLite begins its log anew when nobody looks at it, which never happens while many phones send: it grew by 130 kB a
record, to ten gigabytes."""
PATIENCE_MS: Final = 250  # for those who look, while all who send wait


@dataclass
class Ticket:
    """One request's items, waiting to be written."""

    items: Sequence[Item]
    outcomes: list[Outcome] = field(default_factory=list)
    error: BaseException | None = None
    done: bool = False


class Group:
    """Those who are written together: chosen when the turn to write has come, so that who comes meanwhile goes along."""

    def __init__(self, waiting: deque[Ticket], most: int) -> None:
        self.waiting, self.most = waiting, most
        self.here_before = len(waiting)
        self.tickets: list[Ticket] = []
        self.began = monotonic()

    def choose(self) -> list[Item]:
        """Each time the same. That the turn was waited for says nothing of how long so many take."""
        if not self.tickets:
            self.began = monotonic()
            self.take(len(self.waiting))
        return [item for ticket in self.tickets for item in ticket.items]

    def take(self, there: int) -> None:
        self.tickets = [self.waiting.popleft() for _ in range(min(self.most, there))]

    def tell(self, told: Iterable[Outcome]) -> None:
        outcomes = iter(told)
        for ticket in self.tickets:
            ticket.outcomes = [next(outcomes) for _ in ticket.items]
            ticket.done = True

    def fail(self, error: BaseException) -> None:
        """Where the turn did not come, of those who waited all the time for it."""
        if not self.tickets:
            self.take(self.here_before)
        for ticket in self.tickets:
            ticket.error, ticket.done = error, True


class Store:
    """The submission doors' only way to write."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.waiting: deque[Ticket] = deque()
        self.writer = Lock()
        self.log_may_have = LONG_LOG
        self.most_now = MOST_TOGETHER

    def store(self, items: Sequence[Item]) -> list[Outcome]:
        """Outcomes in the items' order: a Receipt, or the error that kept that one item out. On disk when it returns.

        Raises when the transaction as a whole failed (disk full, database away): then nothing of it is stored.
        """
        if not self.database.is_sqlite and not is_of_care(items):
            return self.write(lambda: items)
        ticket = Ticket(items)
        self.waiting.append(ticket)
        HERE.give_up()  # who writes goes before all who work, since many wait for it; what is left after it is an answer
        with self.writer:
            while not ticket.done:
                self.write_waiting()
                self.shorten_log()
        if ticket.error is not None:
            raise ticket.error
        return ticket.outcomes

    def write_waiting(self) -> None:
        """Writes for who waits when its turn comes, in the order of arrival."""
        group = Group(self.waiting, self.most_now)
        try:
            group.tell(self.write(group.choose))
        except BaseException as error:
            group.fail(error)
        self.most_now = number_together(len(group.tickets), monotonic() - group.began)

    def shorten_log(self) -> None:
        """SQLite's. Where somebody looks for long, as an export does, it is tried again when it has grown by a good deal."""
        size = self.database.log_size()
        if size > self.log_may_have:
            self.log_may_have = LONG_LOG if self.database.empty_log(PATIENCE_MS) else size + LONG_LOG

    def write(self, choose: Callable[[], Sequence[Item]]) -> list[Outcome]:
        """First without savepoints, each of which costs as much as an insert. Where that fails nothing of it is kept.

        `choose` says of what, each time the same; it is asked when this may write, so that who comes meanwhile goes along.
        """
        with suppress(NotAllWell), self.database.transaction() as db:
            db.connection()
            return store_all(db, choose())
        with self.database.transaction() as db:
            return [store_one(db, item) for item in choose()]


def number_together(number: int, seconds: float) -> int:
    """How many requests go together next, by what so many cost this time: one of a care project is as long as thirty others."""
    return max(1, min(MOST_TOGETHER, int(number * SECONDS_TOGETHER / max(seconds, 0.001))))


def is_of_care(items: Sequence[Item]) -> bool:
    return any(item.asked.project.kind == "care" for item in items)


class NotAllWell(Exception):
    """Some item or deriver failed, and there was no savepoint to go back to."""


def store_all(db: Session, items: Sequence[Item]) -> list[Outcome]:
    """Raises NotAllWell for whatever befalls an item; what befalls the connection or the commit is raised as it is."""
    db.info[KEPT] = {}  # nothing of it is undone while this goes well
    if not is_of_care(items):  # there one record's may be undone by the next one
        begin_waiting(db)
    try:
        look_ahead(db, items)
        outcomes: list[Outcome] = [receive_and_derive(db, item, guarded=False) for item in items]
        write_waiting(db, last=True)
        return outcomes
    except Exception as error:
        if is_lost(error):
            raise
        raise NotAllWell from error


def store_one(db: Session, item: Item) -> Outcome:
    """One item in its savepoint. Who loses a race between two identical uploads is looked at again, as a resend.

    A fault of ours in one item is that item's outcome; what ails the whole transaction is raised.
    """
    for last in (False, True):
        try:
            with db.begin_nested():
                return receive_and_derive(db, item, guarded=True)
        except IntegrityError as error:
            if last:
                return error
        except OperationalError:
            raise
        except Exception as error:
            if is_lost(error):
                raise
            return error
    raise AssertionError("the second round always returns")


def receive_and_derive(db: Session, item: Item, guarded: bool) -> Receipt:
    """`guarded`: a deriver that fails takes nothing along (server/reading.py)."""
    receipt = receive(db, item)
    if receipt.is_news and not item.asked.draft:
        derive(db, item, receipt, guarded)
    if receipt.kind == "edit" and item.instance.deprecated_id is None:
        carry_on(db, item, receipt)
    told = receipt._replace(word=word_of(db, item, receipt.submission_id))
    db.flush()
    return told
