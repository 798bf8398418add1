"""PostgreSQL's connections: which of them are lost, and which of its refusals pass by themselves."""

import re
import select
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from time import monotonic, sleep
from typing import Any, Final, NamedTuple

from psycopg.pq import TransactionStatus
from sqlalchemy import Connection, Engine
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import DBAPIError, InvalidatePoolError, OperationalError, PendingRollbackError
from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection

PASSING_STATES: Final = (
    "08",  # the connection broke
    "53",  # no room: of connections, memory or disk
    "57P",  # it is shut down or starts up, or an operator ended the connection
    "57014",  # the question took longer than statement_timeout
    "55P03",  # somebody else held a lock for longer than lock_timeout
    "40",  # two transactions stood in each other's way
    "25P03",  # idle_in_transaction_session_timeout
    "25006",  # it takes no writes: it became a copy that follows another
    "58030",  # its disk fails
)
"""SQLSTATEs, or how they begin. Its words may be in any language; these are not."""
NOT_READY: Final = re.compile(
    "starting up|shutting down|recovery|not yet accepting|too many|remaining connection slots"
)
START_PATIENCE: Final = 60.0  # seconds: a machine that starts brings its database up beside us, in any order
LOOK_EVERY: Final = 0.5
TIMETABLE_CONNECTIONS: Final = 12  # ten jobs at once, and who looks for wishes; its lock has one more
FEWEST_OF_A_PROCESS: Final = 8
MOST_OF_A_PROCESS: Final = 50
SPARE: Final = 2  # beside one for each thread: who holds one and wants another is never kept waiting by all the others
POOL_PATIENCE: Final = 5.0  # seconds that somebody waits for a connection; then 503
QUESTION_SECONDS: Final = 30  # that a question of a request may take
STREAM_SECONDS: Final = 600  # that one of an export may, which sends while it reads
IDLE_SECONDS: Final = (
    900  # that a request may do other things between two questions: its locks and old rows wait for it
)
POOLED: Final = "pooled"
LOST: Final = "8s2b"  # SQLAlchemy's number for a transaction whose connection is gone


class Rules:
    """What holds in each transaction: how long a lock is waited for, how long a question may take, and that none is compiled.

    Compiling takes half a second each time, for what is many and short. On a connection of its own the rules are told once.
    Behind a pooler such as pgbouncer each transaction may be on another connection: there they are told to each, and no
    statement is prepared, since the next would not find it.
    """

    def __init__(self, lock_ms: int, question_seconds: int = 0) -> None:
        idle = IDLE_SECONDS if question_seconds else 0
        self.values = {
            "lock_timeout": lock_ms,
            "jit": "off",
            "statement_timeout": question_seconds * 1000,
            "idle_in_transaction_session_timeout": idle * 1000,
        }
        self.behind_pooler = True  # until the first connection says that it is not
        self.local = "; ".join(f"SET LOCAL {name} = {value}" for name, value in self.values.items())

    def tell_connection(self, connection: Any, record: ConnectionPoolEntry) -> None:
        connection.autocommit = True
        record.info[POOLED] = self.behind_pooler = is_pooled(connection)
        if record.info[POOLED]:
            connection.prepare_threshold = None
        else:
            connection.execute("; ".join(f"SET {name} = {value}" for name, value in self.values.items()))
        connection.autocommit = False

    def tell_transaction(self, connection: Connection) -> None:
        if connection.info.get(POOLED):
            connection.exec_driver_sql(self.local)


@contextmanager
def by_itself(connection: Connection) -> Iterator[None]:
    """What is asked or written meanwhile is a transaction of its own: BEGIN and COMMIT are two ways there and back.

    Where one has begun it is part of that one, and whatever comes after this begins one as ever. Behind a pooler one begins
    with what is told to it.
    """
    driver: Any = connection.connection.dbapi_connection
    if driver.info.transaction_status != TransactionStatus.IDLE:
        yield
        return
    driver.autocommit = True
    try:
        yield
    finally:
        if not driver.closed:
            driver.autocommit = False


def is_pooled(connection: Any) -> bool:
    """Whether somebody stands between: the process that answers is not the one that took the call."""
    answering = connection.execute("SELECT pg_backend_pid()").fetchone()[0]
    return bool(answering != connection.info.backend_pid)


class WebShare(NamedTuple):
    """How many processes answer requests, and what each of them has."""

    processes: int
    connections: int
    most_threads: int


def share_out(connections: int, cores: int) -> WebShare:
    """What the web has of all connections that this server may open; fewer processes rather than very small ones."""
    left = connections - TIMETABLE_CONNECTIONS - 1
    processes = max(1, min(4, cores, left // FEWEST_OF_A_PROCESS))
    each = min(left // processes, MOST_OF_A_PROCESS)
    return WebShare(processes, each, each - SPARE)


def is_lost(error: BaseException) -> bool:
    """Whether the connection is gone, and its transaction with it: nothing more can be asked or written in it."""
    if isinstance(error, PendingRollbackError):
        return error.code == LOST
    return isinstance(error, DBAPIError) and error.connection_invalidated


def passes(error: BaseException) -> bool:
    """Whether what PostgreSQL refused may be had a little later; a lost connection is one of these."""
    if is_lost(error):
        return True
    state = getattr(error.orig, "sqlstate", None) if isinstance(error, DBAPIError) else None
    if state is None:  # it never answered, as when nobody is there to connect to
        return isinstance(error, OperationalError) and type(error.orig).__module__.startswith("psycopg")
    return str(state).startswith(PASSING_STATES)


def refuse_dead(connection: Any, _record: object, _borrowed: PoolProxiedConnection) -> None:
    """When a connection is taken from the pool: one that the other side closed is not used. Raises InvalidatePoolError.

    The pool then lets go of all that are as old, and connects anew. Asking PostgreSQL whether it is still there would
    cost each request as much as a question.
    """
    if not is_open(connection):
        raise InvalidatePoolError


def is_open(connection: Any) -> bool:
    """Whether nothing waits to be read where nothing was asked. A notice may, and is read; the end of it always does."""
    waits = select.poll()
    waits.register(connection.fileno(), select.POLLIN)
    try:
        for _ in range(2):
            if not waits.poll(0):
                return True
            connection.pgconn.consume_input()
    except connection.OperationalError:
        return False
    return not waits.poll(0)


def close_cursor(context: ExceptionContext) -> None:
    """Of a connection that is lost what was read on it is let go as well; SQLAlchemy leaves it to be found by chance."""
    execution = context.execution_context
    if context.is_disconnect and execution is not None:
        with suppress(context.dialect.loaded_dbapi.Error):
            execution.cursor.close()


def is_away(error: OperationalError) -> bool:
    """Whether nobody answered, or who did is not ready yet. Not when it refuses: a wrong password stays wrong."""
    said = str(error.orig)
    return passes(error) and ("FATAL:" not in said or NOT_READY.search(said) is not None)


def wait_for(engine: Engine, say: Callable[[str], object], within: float = START_PATIENCE) -> None:
    """Returns once PostgreSQL answers; says once that it waits. Raises OperationalError where waiting did not help."""
    until, said = monotonic() + within, False
    while True:
        try:
            engine.connect().close()
            return
        except OperationalError as error:
            if not is_away(error) or monotonic() >= until:
                raise
            if not said:
                say(f"等数据库，最多 {within:.0f} 秒 / waiting for the database, {within:.0f} seconds at most")
                said = True
            sleep(LOOK_EVERY)
