"""`store([item, …])`: receives and derives the items in one transaction; returns after the commit.

What keeps one item out keeps out no other: where anything fails, all is written again with a savepoint around each item.
Requests that arrive together share one transaction and one sync: one of those who wait writes for all (together.py), as many
as take about as long as anybody else may be kept from writing. On PostgreSQL, which groups its flushes itself, each
request commits on its own, but in care projects: there one record at a time is looked at (registry/sealing.py), and whoever
waits for that here holds no connection and has no lock to wait for in vain.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Final

from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import Session

from server.db import Database, NotAllWell, without_savepoints
from server.intake.derive import derive
from server.intake.items import Item, Outcome, Receipt
from server.intake.kind_words import word_of
from server.intake.looking_ahead import look_ahead
from server.intake.receive import receive
from server.intake.together import Group, Line, Ticket
from server.intake.writing_on import carry_on
from server.later import begin_waiting, write_waiting
from server.postgresql import is_lost
from server.workplaces import HERE

LONG_LOG: Final = 64 * 2**20
"""Bytes. SQLite begins its log anew when nobody looks at it, which never happens while many phones send: it grew by 130 kB a
record, to ten gigabytes."""
PATIENCE_MS: Final = 250  # for those who look, while all who send wait


class Store:
    """The submission doors' only way to write."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.line = Line()
        self.log_may_have = LONG_LOG

    def store(self, items: Sequence[Item]) -> list[Outcome]:
        """Outcomes in the items' order: a Receipt, or the error that kept that one item out. On disk when it returns.

        Raises when the transaction as a whole failed (disk full, database away): then nothing of it is stored.
        """
        if not self.database.is_sqlite and not is_of_care(items):
            return self.write(lambda: items)
        ticket = Ticket(items)
        HERE.give_up()  # who writes goes before all who work, since many wait for it; what is left after it is an answer
        with self.line.stand_in(ticket) as leads:
            if leads:
                self.write_waiting()
                self.shorten_log()
        if ticket.error is not None:
            raise ticket.error
        return ticket.outcomes

    def write_waiting(self) -> None:
        """Writes for who waits when its turn comes, in the order of arrival: first for who leads."""
        group = Group(self.line)
        try:
            group.tell(self.write(group.choose))
        except BaseException as error:
            group.fail(error)

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


def is_of_care(items: Sequence[Item]) -> bool:
    return any(item.asked.project.kind == "care" for item in items)


def store_all(db: Session, items: Sequence[Item]) -> list[Outcome]:
    """Raises NotAllWell for whatever befalls an item."""
    with without_savepoints(db):
        if not is_of_care(items):  # there one record's may be undone by the next one
            begin_waiting(db)
        look_ahead(db, items)
        outcomes: list[Outcome] = [receive_and_derive(db, item, guarded=False) for item in items]
        write_waiting(db, last=True)
        return outcomes


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
