"""Who runs the timetable: one process at a time, followed by another within seconds when it dies or hangs.

On both databases one row says who it is and until when, renewed every few seconds; `fence` grows with each new holder.
On SQLite that row is the lease. On PostgreSQL the lease is an advisory lock, which goes with its connection at the very
moment that the holder dies; whoever finds that a holder has stopped renewing (it hangs, or its machine does) ends its
connection. A holder that wakes up finds the row run out by its own clock, and starts nothing.
"""

import os
import socket
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final, Protocol

from sqlalchemy import Connection, Select, insert, select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError, SQLAlchemyError
from sqlalchemy.orm import Session

from server.db import Database
from server.models import TimetableLease

LEASE_LIFE: Final = timedelta(seconds=30)
RENEW_EVERY: Final = timedelta(seconds=10)
AHEAD: Final = timedelta(seconds=30)  # that another machine's clock may be, and no more
LOCK: Final = {"space": 0x46616E67, "number": 1}  # of this database; the space keeps other locks of ours apart

TRY_LOCK: Final = text("SELECT pg_try_advisory_lock(:space, :number)")
LET_GO: Final = text("SELECT pg_advisory_unlock_all()")
END_HOLDER: Final = text(
    "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 2"
    " AND classid = :space AND objid = :number AND pid <> pg_backend_pid()"
    " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
)


class Lease(Protocol):
    """One process's hold on the timetable."""

    def hold(self, now: datetime) -> bool:
        """Takes or renews it; False while somebody else holds it. Raises when the database cannot be asked."""
        ...

    def close(self) -> None:
        """Lets go, so that another need not wait."""
        ...


def own_name() -> str:
    return f"{socket.gethostname()}:{os.getpid()}"


def lease_of(database: Database, holder: str) -> Lease:
    """The kind of lease that the database has. `holder` is machine:pid."""
    return RowLease(database, holder) if database.is_sqlite else LockLease(database, holder)


class RowLease:
    """The lease row alone."""

    def __init__(self, database: Database, holder: str) -> None:
        self.database, self.holder = database, holder

    def hold(self, now: datetime) -> bool:
        return take_lease(self.database, self.holder, now)

    def close(self) -> None:
        with self.database.transaction() as db:
            mine = (TimetableLease.id == 1) & (TimetableLease.holder == self.holder)
            row = db.scalar(select(TimetableLease).where(mine))
            if row is not None:
                row.expires_at -= LEASE_LIFE


class LockLease:
    """An advisory lock on a connection that does nothing else, and the row that says how fresh it is."""

    def __init__(self, database: Database, holder: str) -> None:
        self.database, self.holder = database, holder
        self.connection: Connection | None = None
        self.locked = False

    def hold(self, now: datetime) -> bool:
        try:
            connection = self.connection or self._connect()
            if not self.locked:
                self.locked = bool(connection.execute(TRY_LOCK, LOCK).scalar())
            if not self.locked:
                self._end_hung(connection, now)
                return False
            write_lease(connection, self.holder, now)
        except DBAPIError:  # the lock is gone with the connection, whoever ended it
            self.close()
            raise
        return True

    def close(self) -> None:
        connection, self.connection, self.locked = self.connection, None, False
        if connection is not None:
            with suppress(SQLAlchemyError):  # of a connection that was ended, too
                connection.execute(LET_GO)  # the server would see only some moments later that we are gone
            connection.close()

    def _connect(self) -> Connection:
        """A connection of its own: back in the pool, it would take the lock along."""
        connection = self.database.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        connection.detach()
        self.connection = connection
        return connection

    def _end_hung(self, connection: Connection, now: datetime) -> None:
        """Ends the connection of a holder that has stopped renewing; the next call finds the lock free."""
        until = connection.execute(select(TimetableLease.expires_at).where(TimetableLease.id == 1)).scalar()
        if until is not None and not runs_at(until, now):
            connection.execute(END_HOLDER, LOCK)


def write_lease(connection: Connection, holder: str, now: datetime) -> None:
    """Renews the row; called by who holds the lock."""
    row = connection.execute(select(TimetableLease.holder, TimetableLease.fence)).first()
    until = now + LEASE_LIFE
    if row is None:
        connection.execute(insert(TimetableLease).values(id=1, holder=holder, fence=1, expires_at=until))
        return
    fence = row[1] + int(row[0] != holder)
    connection.execute(
        update(TimetableLease).where(TimetableLease.id == 1).values(holder=holder, fence=fence, expires_at=until)
    )


def take_lease(database: Database, holder: str, now: datetime) -> bool:
    """Takes or renews the lease row; False while somebody else holds it.

    Free is a lease that ran out, one whose holder died on this machine, and one that ends later than any holder can
    have asked for (the clock was set back).
    """
    with suppress(IntegrityError), database.transaction() as db:
        return take_row(db, holder, now)
    return False


def take_row(db: Session, holder: str, now: datetime) -> bool:
    row = db.get(TimetableLease, 1)
    if row is None:
        db.execute(insert(TimetableLease).values(id=1, holder=holder, fence=1, expires_at=now + LEASE_LIFE))
        return True
    if row.holder != holder and is_held(row, now):
        return False
    taken = db.execute(
        update(TimetableLease)
        .where(TimetableLease.id == 1, TimetableLease.fence == row.fence, TimetableLease.holder == row.holder)
        .values(holder=holder, fence=row.fence + int(row.holder != holder), expires_at=now + LEASE_LIFE)
    )
    return bool(taken.rowcount)  # type: ignore[attr-defined]


def held_until() -> Select[datetime]:
    """Until when the timetable is held; no row when it never was."""
    return select(TimetableLease.expires_at).where(TimetableLease.id == 1)


def is_running(db: Session, now: datetime) -> bool:
    """Whether some process renewed its hold in time."""
    return is_ahead(db.scalar(held_until()), now)


def is_ahead(until: datetime | None, now: datetime) -> bool:
    return until is not None and until > now


def runs_at(until: datetime, now: datetime) -> bool:
    """Whether a hold that ends then is in force; one that ends later than anybody can have asked for is not."""
    return now < until <= now + LEASE_LIFE + AHEAD


def is_held(row: TimetableLease, now: datetime) -> bool:
    if not runs_at(row.expires_at, now):
        return False
    host, _, pid = row.holder.rpartition(":")
    return host != socket.gethostname() or is_alive(int(pid))


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
