"""What is lost, what passes, and what is a fault of ours or of a setting, by PostgreSQL's own numbers."""

import socket
from collections.abc import Callable

import psycopg
import pytest
from psycopg import errors
from sqlalchemy import create_engine, event, select, text, update
from sqlalchemy.exc import DBAPIError, InternalError, OperationalError, PendingRollbackError, ProgrammingError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session

from server import postgresql
from server.db import Database
from server.models import Project
from server.postgresql import (
    POOL_PATIENCE,
    TIMETABLE_CONNECTIONS,
    by_itself,
    is_away,
    is_lost,
    passes,
    share_out,
    wait_for,
)

PASSING = [
    errors.AdminShutdown,
    errors.CrashShutdown,
    errors.CannotConnectNow,
    errors.ConnectionException,
    errors.TooManyConnections,
    errors.DiskFull,
    errors.QueryCanceled,
    errors.LockNotAvailable,
    errors.DeadlockDetected,
    errors.SerializationFailure,
    errors.IdleInTransactionSessionTimeout,
    errors.ReadOnlySqlTransaction,
    errors.IoError,
    psycopg.OperationalError,  # it never answered
]
LASTING = [errors.UndefinedTable, errors.DivisionByZero, errors.InvalidPassword, errors.SyntaxError, errors.DataError]


@pytest.mark.parametrize("kind", PASSING, ids=lambda kind: kind.__name__)
def test_what_passes_is_known_by_its_number_in_whatever_language_it_is_told(kind: type[psycopg.Error]) -> None:
    assert passes(DBAPIError.instance("SELECT", {}, kind("因为管理员命令"), psycopg.Error, dialect=None))


@pytest.mark.parametrize("kind", LASTING, ids=lambda kind: kind.__name__)
def test_what_waiting_does_not_help_is_not_passed_off_as_if_it_did(kind: type[psycopg.Error]) -> None:
    assert not passes(ProgrammingError("SELECT", {}, kind("the database is busy")))
    assert not passes(ValueError("08006"))


def test_a_connection_is_lost_whatever_kind_of_error_said_so() -> None:
    assert is_lost(InternalError("SELECT", {}, Exception(), connection_invalidated=True))
    assert not is_lost(InternalError("SELECT", {}, Exception()))
    assert is_lost(PendingRollbackError("Can't reconnect", code="8s2b"))
    assert not is_lost(PendingRollbackError("a flush failed before", code="7s2a"))


@pytest.mark.parametrize(
    ("words", "away"),
    [
        ("connection refused", True),
        ("FATAL:  the database system is starting up", True),
        ("FATAL:  sorry, too many clients already", True),
        ("FATAL:  password authentication failed", False),
        ('FATAL:  database "fnagshi" does not exist', False),
    ],
)
def test_a_start_waits_for_who_is_away_and_not_for_a_wrong_password(words: str, away: bool) -> None:
    assert is_away(OperationalError("", {}, psycopg.OperationalError(words))) == away


def test_a_start_says_once_that_it_waits_and_goes_on_when_the_database_is_there(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(postgresql, "sleep", lambda _seconds: None)
    engine, said, tries = create_engine("sqlite://"), [], iter(range(9))

    def connect(*_given: object) -> None:
        if next(tries) < 4:
            raise OperationalError("", {}, psycopg.OperationalError("connection refused"))

    event.listen(engine, "do_connect", connect)
    wait_for(engine, said.append)
    engine.dispose()
    assert (len(said), next(tries)) == (1, 5) and "waiting for the database" in said[0]


def test_a_start_does_not_wait_for_ever() -> None:
    engine = create_engine("postgresql+psycopg://nobody@127.0.0.1:1/none?connect_timeout=2")
    said: list[str] = []
    with pytest.raises(OperationalError):
        wait_for(engine, said.append, within=0)
    assert said == []


@pytest.mark.parametrize(
    ("connections", "cores", "share"),
    [
        (90, 1, (1, 50, 48)),
        (90, 2, (2, 38, 36)),
        (90, 16, (4, 19, 17)),
        (25, 8, (1, 12, 10)),
        (400, 4, (4, 50, 48)),
    ],
)
def test_all_processes_together_keep_within_the_connections_of_the_server(
    connections: int, cores: int, share: tuple[int, int, int]
) -> None:
    found = share_out(connections, cores)
    assert found == share
    assert found.processes * found.connections + TIMETABLE_CONNECTIONS + 1 <= connections
    assert found.most_threads < found.connections, "all threads hold one, and still one of them gets its second"


def test_who_finds_no_connection_free_is_told_soon(database: Database) -> None:
    if database.is_sqlite:  # it has one for each thread
        return
    with Database(database.engine.url.render_as_string(hide_password=False), connections=1) as small:
        assert small.engine.pool.timeout() == POOL_PATIENCE < 10
        small.engine.pool._timeout = 0.1
        with small.reading() as db:
            db.execute(text("SELECT 1"))
            with pytest.raises(PoolTimeout), small.reading() as other:
                other.execute(text("SELECT 1"))
        with small.reading() as db:
            assert db.execute(text("SELECT 1")).scalar() == 1


RULES = ("lock_timeout", "jit", "statement_timeout", "idle_in_transaction_session_timeout")


def rules_in(db: Session) -> list[str]:
    return [db.execute(text(f"SHOW {name}")).scalar_one() for name in RULES]


def test_a_request_s_questions_are_hurried_a_stream_s_less_and_those_of_jobs_not(database: Database) -> None:
    if database.is_sqlite:
        return
    address = database.engine.url.render_as_string(hide_password=False)
    with database.reading() as db:
        assert rules_in(db) == ["10s", "off", "0", "0"]
    with Database(address, connections=1, question_seconds=30) as hurried:
        with hurried.writing() as db:
            assert rules_in(db) == ["10s", "off", "30s", "15min"]
        with hurried.reading_long() as db:
            assert rules_in(db) == ["10s", "off", "10min", "15min"]
        with hurried.asking() as db:
            assert rules_in(db) == ["10s", "off", "30s", "15min"]
            assert db.connection().connection.driver_connection.autocommit
        with hurried.reading() as db:
            assert not db.connection().connection.driver_connection.autocommit
            assert rules_in(db)[2] == "30s", "the same connection, and what was told to one transaction is over with it"


def test_behind_a_pooler_each_transaction_is_told_and_nothing_stays_on_its_connection(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    if database.is_sqlite:
        return
    monkeypatch.setattr(postgresql, "is_pooled", lambda _connection: True)
    address = database.engine.url.render_as_string(hide_password=False)
    with Database(address, connections=1, question_seconds=30) as pooled:
        for _ in range(9):  # psycopg prepares what is asked the sixth time
            for session in (pooled.reading(), pooled.asking()):
                with session as db:
                    assert rules_in(db) == ["10s", "off", "30s", "15min"]
        with pooled.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as bare:
            driver = bare.connection.driver_connection
            assert driver.execute("SHOW statement_timeout").fetchone() == ("0",)
            assert driver.execute("SELECT count(*) FROM pg_prepared_statements").fetchone() == (0,)
            assert driver.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'").fetchone() == (0,)


def test_a_connection_of_its_own_is_known_from_a_pooler_s(database: Database) -> None:
    if database.is_sqlite:
        return
    with database.engine.connect() as connection:
        driver = connection.connection.driver_connection
        assert not postgresql.is_pooled(driver)
        assert connection.info[postgresql.POOLED] is False


@pytest.fixture
def pair() -> object:
    """Two ends of a connection, and what the driver has of it."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield theirs, Driver(ours)


class Driver:
    """As psycopg: its descriptor, and what reads what has come."""

    OperationalError = psycopg.OperationalError

    def __init__(self, end: socket.socket) -> None:
        self.end, self.pgconn = end, self

    def fileno(self) -> int:
        return self.end.fileno()

    def consume_input(self) -> None:
        if not self.end.recv(9):
            raise self.OperationalError("server closed the connection unexpectedly")


def test_an_idle_connection_is_open_until_its_other_end_is_closed(pair: tuple[socket.socket, Driver]) -> None:
    theirs, driver = pair
    assert postgresql.is_open(driver)
    theirs.send(b"a notice")
    assert postgresql.is_open(driver), "a notice is read, and no reason to connect anew"
    theirs.send(b"FATAL")
    theirs.close()
    assert not postgresql.is_open(driver)


def test_nothing_is_asked_of_the_server_to_know_that_it_is_there(database: Database, count_queries: Callable) -> None:
    if database.is_sqlite:  # a file is always there
        return
    assert not database.engine.pool._pre_ping
    with count_queries() as statements, database.reading() as db:
        db.execute(text("SELECT 1"))
    assert statements == ["SELECT 1"]


def test_a_statement_by_itself_stays_and_one_of_a_transaction_goes_with_it(database: Database, project_id: int) -> None:
    """A record that comes alone is one statement: nothing but its end tells that it is on disk."""
    if database.is_sqlite:
        return
    rename = update(Project).where(Project.id == project_id)

    def name() -> str:
        with database.reading() as db:
            return db.scalars(select(Project.name)).one()

    with database.writing() as db, by_itself(db.connection()):
        db.execute(rename.values(name="stays"))
    assert name() == "stays"
    with database.writing() as db:
        with by_itself(db.connection()):
            db.execute(select(1))
        db.execute(rename.values(name="begins a transaction after it"))
        with by_itself(db.connection()):
            db.execute(rename.values(name="part of one"))
    assert name() == "stays"
    with pytest.raises(DBAPIError), database.writing() as db, by_itself(db.connection()):
        db.execute(text("SELECT 1 / 0"))
    with database.transaction() as db:
        db.execute(rename.values(name="as ever"))
    assert name() == "as ever"
