"""The engine for SpatiaLite or PostGIS, its sessions, and the schema's upgrade.

SQLite rules that were measured (docs/architecture.md): the driver must not open transactions by itself, whatever will
write must say so at BEGIN, and shapely is imported before mod_spatialite is ever loaded, or the two share a wrong GEOS.
"""

import logging
from collections.abc import Callable, Collection, Hashable, Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any, Final, Self, TypeVar

import pyproj  # noqa: F401 - before mod_spatialite is ever loaded, like shapely: after it, their libraries clash at the end
import shapely  # noqa: F401 - first, see above
from pysqlite3 import dbapi2 as pysqlite
from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Connection,
    CursorResult,
    Engine,
    Executable,
    Select,
    bindparam,
    create_engine,
    event,
    text,
)
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session
from sqlalchemy.pool import QueuePool

from server.keys import KEY_NAME, KeyRing
from server.models.sealed import give_keys
from server.postgresql import (
    MOST_OF_A_PROCESS,
    POOL_PATIENCE,
    STREAM_SECONDS,
    Rules,
    close_cursor,
    is_lost,
    refuse_dead,
)
from server.turns import PATIENCE, Turns, begin_by_driver

LOCK_PATIENCE_MS = 10_000  # how long a writer waits for another one
CACHE_MB, ALL_CACHES_MB = 16, 32
"""What SQLite may keep in memory, of pages of 4 kB: one connection, and all of a process together with what else they hold.

Each would fill up by itself, and there are as many as threads. What is not kept the kernel has: reading it costs a copy."""
SQLITE_PRAGMAS = (
    "PRAGMA journal_mode=WAL",
    "PRAGMA synchronous=FULL",  # NORMAL would acknowledge what a power cut can still take
    f"PRAGMA busy_timeout={LOCK_PATIENCE_MS}",
    "PRAGMA foreign_keys=ON",
    "PRAGMA secure_delete=ON",  # what is erased or sealed anew is overwritten, not only let go
    f"PRAGMA cache_size=-{CACHE_MB * 1024}",
    f"PRAGMA soft_heap_limit={ALL_CACHES_MB << 20}",
    f"PRAGMA cache_spill={CACHE_MB * 256}",  # else what a transaction changed is written early because others hold pages
    "PRAGMA temp_store=MEMORY",
)
STATEMENTS = 3000
"""Kept as SQL; putting one together takes a third of a request, and SQLAlchemy would forget all but 500."""
BRIEF: Final = 0.3  # seconds that something is worth waiting for which may be left out this time
KEPT_OPEN: Final = 16
"""Connections that stay open: those at work at once (server/workplaces.py), who writes, a few streams."""
MOST_OPEN: Final = 40  # a thread each of the web process, and a few streams. To open one is 6 ms, to keep it 1.4 MB


def make_engine(url: str, connections: int = MOST_OF_A_PROCESS, rules: Rules | None = None) -> Engine:
    """An engine for `sqlite:///path` (SpatiaLite loaded, WAL, full syncs) or `postgresql+psycopg://…`."""
    if not url.startswith("sqlite"):
        server = create_engine(
            url,
            pool_size=connections,
            max_overflow=0,
            pool_use_lifo=True,  # those in use know their statements already
            pool_timeout=POOL_PATIENCE,
            query_cache_size=STATEMENTS,
        )
        rules = rules or Rules(LOCK_PATIENCE_MS)
        event.listen(server, "connect", rules.tell_connection)
        event.listen(server, "begin", rules.tell_transaction)
        event.listen(server, "checkout", refuse_dead)
        event.listen(server, "handle_error", close_cursor)
        return server
    engine = create_engine(
        url,
        module=pysqlite,
        poolclass=QueuePool,
        pool_size=KEPT_OPEN,
        max_overflow=MOST_OPEN - KEPT_OPEN,
        pool_use_lifo=True,  # so that the same few are used most, and keep the pages
        pool_timeout=20,
        query_cache_size=STATEMENTS,
        connect_args={"check_same_thread": False},
    )
    turns = Turns(Path(f"{engine.url.database}-turn") if engine.url.database else None)
    event.listen(engine, "connect", prepare_sqlite)
    event.listen(engine, "begin", partial(begin_sqlite, turns))
    event.listen(engine, "engine_disposed", lambda _engine: turns.close())
    return engine


def prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None
    connection.enable_load_extension(True)
    connection.load_extension("mod_spatialite")
    connection.enable_load_extension(False)
    for pragma in SQLITE_PRAGMAS:
        connection.execute(pragma)


def begin_sqlite(turns: Turns, connection: Connection) -> None:
    """A transaction that may write takes the write lock at once: one that read first could not get it later."""
    options = connection.get_execution_options()
    if options.get("writes", False):
        turns.begin(connection, options.get("patience", PATIENCE))
    else:
        begin_by_driver(connection, "BEGIN")


Asked = Session | Connection
"""Whom a question goes to. Who asks many in a row takes the session's connection once: to find it is a tenth of a question."""


def ask(db: Asked, query: Executable, values: Mapping[str, Any]) -> CursorResult[*tuple[Any, ...]]:
    """The rows of a query of columns, without what the session does for objects: a short question is most of that.

    What waits to be written in a session is written first, as it would itself.
    """
    return connection_of(db).execute(query, values)


def connection_of(db: Asked) -> Connection:
    if isinstance(db, Connection):
        return db
    db.flush()
    return db.connection()


log = logging.getLogger("fangshi.db")


class NotAllWell(Exception):
    """Something in a transaction failed, and there was no savepoint to go back to: nothing of it is kept."""


@contextmanager
def without_savepoints(db: Session) -> Iterator[None]:
    """For what is written together first, and where that fails again with a savepoint for each, which costs as much as an insert.

    Raises NotAllWell for whatever fails in it, and the log names its kind; what befalls the connection is raised as it is.
    """
    db.info[KEPT] = {}  # nothing of it is undone while this goes well
    try:
        yield
    except Exception as error:
        if is_lost(error):
            raise
        # Where this comes often something is wrong: it costs twice.
        log.warning("rows are written again, each in a savepoint: %s", type(error).__name__)
        raise NotAllWell from error


T = TypeVar("T")
KEPT: Final = "kept"
"""In a session's `info`: what was asked already in its transaction, of what nobody changes in it."""


def ask_once(db: Session, about: Hashable, question: Callable[[], T]) -> T:
    """For what each of many records asks alike: once a transaction where its owner put a dict under KEPT, else each time."""
    kept = db.info.get(KEPT)
    if kept is None:
        return question()
    if about not in kept:
        kept[about] = question()
    answer: T = kept[about]
    return answer


Question = Select[*tuple[Any, ...]] | CompoundSelect[*tuple[Any, ...]]


class AskedOfSome:
    """A query about some subjects, built once: for one, as at every record, without a list that is put together each time."""

    def __init__(self, build: Callable[[Callable[[Any], ColumnElement[bool]]], Question]) -> None:
        """`build` makes the query; what it is given makes the condition that a column is of these subjects."""
        self.of_one = build(lambda column: column == bindparam("subject"))
        self.of_many = build(lambda column: column.in_(bindparam("subjects", expanding=True)))

    def ask(self, db: Asked, subjects: Collection[str], **values: Any) -> CursorResult[*tuple[Any, ...]]:
        if len(subjects) == 1:
            return ask(db, self.of_one, {**values, "subject": next(iter(subjects))})
        return ask(db, self.of_many, {**values, "subjects": list(subjects)})


class OwnSession(Session):
    """A session that can be closed whatever became of its connection: of one that is lost nothing is left to roll back."""

    def close(self) -> None:
        try:
            super().close()
        except DBAPIError:
            self.invalidate()


class Database:
    """An engine seen twice: for reading and for writing (only SQLite tells them apart)."""

    def __init__(
        self,
        url: str,
        key_file: Path | None = None,
        connections: int = MOST_OF_A_PROCESS,
        question_seconds: int = 0,
    ) -> None:
        """`key_file` seals answers and names (server/keys.py); unset, it lies beside the embedded database's file.

        `connections` are how many this process may have to PostgreSQL, for whatever it does at once. `question_seconds` is
        how long a question may take there; 0 for as long as it takes.
        """
        self.rules = Rules(LOCK_PATIENCE_MS, question_seconds)
        self.engine = make_engine(url, connections, self.rules)
        self.is_hurried = bool(question_seconds) and not self.is_sqlite
        self.keys = KeyRing(key_file or self.key_beside())
        give_keys(self.engine.dialect, self.keys)
        self.writing_engine = self.engine.execution_options(writes=True)
        self.brief_engine = self.writing_engine.execution_options(patience=BRIEF)
        self.bare_engine = (
            self.engine if self.is_sqlite else self.engine.execution_options(isolation_level="AUTOCOMMIT")
        )

    @property
    def is_sqlite(self) -> bool:
        return self.engine.dialect.name == "sqlite"

    def key_beside(self) -> Path | None:
        name = self.engine.url.database
        return Path(name).with_name(KEY_NAME) if self.is_sqlite and name else None

    def reading(self) -> Session:
        """A session in which nothing is changed."""
        return OwnSession(self.engine, expire_on_commit=False)

    def asking(self) -> Session:
        """As `reading`; on PostgreSQL without a transaction, which is two more ways there and back, for a few short questions.

        It looks anew at each question, with one or without. Behind a pooler each has one, for what is told to it.
        """
        return OwnSession(self.engine if self.rules.behind_pooler else self.bare_engine, expire_on_commit=False)

    def reading_long(self) -> Session:
        """One whose questions may take long, since their answers are sent while they are read."""
        session = self.reading()
        if self.is_hurried:
            session.execute(text(f"SET LOCAL statement_timeout = '{STREAM_SECONDS}s'"))
        return session

    def writing(self) -> Session:
        """A session whose owner commits it once."""
        return OwnSession(self.writing_engine, expire_on_commit=False)

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """One transaction of a job item or a command: committed at the end, rolled back when it raises."""
        with self.writing() as session:
            yield session
            session.commit()

    @contextmanager
    def transaction_in_passing(self) -> Iterator[Session]:
        """As `transaction`, for what may be left out this time: OperationalError soon where somebody else writes on SQLite."""
        with OwnSession(self.brief_engine, expire_on_commit=False) as session:
            yield session
            session.commit()

    def log_size(self) -> int:
        """Bytes of SQLite's log beside the file; 0 where there is none, as with PostgreSQL."""
        if self.is_sqlite:
            with suppress(OSError):
                return Path(f"{self.engine.url.database}-wal").stat().st_size
        return 0

    def empty_log(self, patience_ms: int) -> bool:
        """Puts SQLite's log into the file and begins it anew. False where somebody still looks at the pages as they were.

        Outside of any transaction, which SQLAlchemy would begin: on the driver's own connection.
        """
        borrowed = self.engine.raw_connection()
        try:
            cursor = borrowed.cursor()
            cursor.execute(f"PRAGMA busy_timeout={patience_ms}")
            busy = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
            cursor.execute(f"PRAGMA busy_timeout={LOCK_PATIENCE_MS}")
            return not busy
        except pysqlite.Error:
            borrowed.invalidate()  # whatever ails it is told to whoever asks for something next
            return False
        finally:
            borrowed.close()

    def dispose(self) -> None:
        self.engine.dispose()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Whoever opened it for a while only: its connections are closed, and SQLite's log is put away."""
        self.dispose()
