"""Whose turn it is to write into SQLite's file: all processes' transactions one after the other, nobody passed over for long.

SQLite has no queue. Who waits for its lock looks again each tenth of a second, and who begins anew at once is never seen to
have let go: a web process under load kept the timetable out in vain, a long job kept phones out. So whoever wants to write
waits here first, where one at a time is the next; and only who is next looks for the lock, which he does often.

This is about fairness alone. SQLite's own lock keeps the file whole, also where this file could not be made.
"""

import fcntl
import os
import select
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Lock
from time import monotonic
from typing import Any, Final

from pysqlite3 import dbapi2 as pysqlite
from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError

from server.workplaces import HERE

PATIENCE: Final = 10.0  # seconds that somebody waits for others who write; then 503
LOOK_EVERY: Final = 0.003
BEGIN: Final = "BEGIN IMMEDIATE"


class Turns:
    """The queue before one file. Its own lock is of POSIX: children do not inherit it, and it ends with its process."""

    def __init__(self, path: Path | None) -> None:
        """`path` beside the database; None for one in memory."""
        self.path = path
        self.next_here = Lock()
        self.file: int | None = None

    def begin(self, connection: Connection, patience: float) -> None:
        """Begins a transaction that writes. Raises SQLAlchemy's OperationalError when the time is over."""
        HERE.give_up()
        until = monotonic() + patience
        with self.be_next(until):
            begin_when_free(connection, until)

    @contextmanager
    def be_next(self, until: float) -> Iterator[None]:
        """Nobody else looks for SQLite's lock meanwhile: first of this process, then of all. Late is not refused here."""
        came = self.next_here.acquire(timeout=max(0.0, until - monotonic()))
        try:
            locked = came and self.lock_file(until)
            try:
                yield
            finally:
                if locked:
                    fcntl.lockf(self.open_file(), fcntl.LOCK_UN)
        finally:
            if came:
                self.next_here.release()

    def lock_file(self, until: float) -> bool:
        """Whether this process is the next of all. False too where there is no such file: then it is as it was without."""
        with suppress(FileUnavailable):
            while True:
                try:
                    fcntl.lockf(self.open_file(), fcntl.LOCK_EX | fcntl.LOCK_NB)
                except OSError:
                    if monotonic() >= until:
                        return False
                    wait_a_little()
                else:
                    return True
        return False

    def open_file(self) -> int:
        """Raises FileUnavailable: a full disk, or a file of another account's."""
        if self.file is None:
            if self.path is None:
                raise FileUnavailable
            try:
                self.file = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            except OSError as error:
                raise FileUnavailable from error
        return self.file

    def close(self) -> None:
        with self.next_here:
            if self.file is not None:
                os.close(self.file)
                self.file = None


class FileUnavailable(Exception):
    """There is no file to lock."""


def begin_when_free(connection: Connection, until: float) -> None:
    """Tries often, not as seldom as SQLite would. Raises what the first tries raised."""
    driver: Any = connection.connection.driver_connection
    patience = driver.execute("PRAGMA busy_timeout").fetchone()[0]
    driver.execute("PRAGMA busy_timeout=0")
    try:
        begin_by_driver(connection, BEGIN)
    except OperationalError as error:
        if not (is_busy(error.orig) and try_again(driver, until)):
            raise
    finally:
        driver.execute(f"PRAGMA busy_timeout={patience}")


def begin_by_driver(connection: Connection, statement: str) -> None:
    """By the driver alone, since SQLAlchemy takes ten times as long over it. What it refuses is asked once more by SQLAlchemy,
    whose errors everybody knows.
    """
    driver: Any = connection.connection.driver_connection
    try:
        driver.execute(statement)
    except pysqlite.Error:
        connection.exec_driver_sql(statement)


def try_again(driver: Any, until: float) -> bool:
    """Whether the transaction has begun, by the driver alone: an error of SQLAlchemy's for each try would cost too much."""
    while monotonic() < until:
        wait_a_little()
        try:
            driver.execute(BEGIN)
        except pysqlite.OperationalError as error:
            if not is_busy(error):
                return False
        else:
            return True
    return False


def wait_a_little() -> None:
    """Not by time.sleep: so short a one is over before it begins where libfaketime tells the time, and that is an OSError."""
    select.select((), (), (), LOOK_EVERY)


def is_busy(error: BaseException | None) -> bool:
    return "locked" in str(error)
