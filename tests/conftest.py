"""What tests share: a fresh database each (SpatiaLite, or PostGIS with TEST_DATABASE_URL), the app, and a cast.

alice administers the site, bob manages the project, chelsea may do nothing. Every database is a copy of one that was
migrated once, so commits are real commits and nothing needs to be rolled back.
"""

import gc
import os
import shutil
import uuid
from collections.abc import Callable, Generator, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Protocol

import psycopg
import pyogrio  # noqa: F401 - for tests that make files: it cannot follow mod_spatialite (server/db.py)
import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, settings
from pysqlite3 import dbapi2 as pysqlite
from sqlalchemy import event
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session

from server import Server, build_app, equip_app
from server import clock as real_clock
from server.access import passwords
from server.access.people import create_administrator, create_user
from server.access.roles import PROJECT_MANAGER
from server.config import Config
from server.db import Database
from server.keys import KeyRing
from server.models import Assignment, Base, Project
from server.models.sealed import give_keys
from server.places import locating
from server.publishing import definition
from server.upgrading import schema_heads, upgrade
from tests.client import Client
from tests.sizes import FULL

# Property tests measure nothing: a busy machine must not make them fail. Small runs try the same cases each time, so that
# what is red in one of them is red in the next one; new cases are looked for at full size.
settings.register_profile(
    "unhurried", deadline=None, derandomize=not FULL, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("unhurried")

pytest_plugins = [
    "tests.chance",
    "tests.day_turns",
    "tests.chromium",
    "tests.http_sink",
    "tests.one_phone",
    "tests.server.reports.census",
]
MORNING = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)  # 09:00 in Shanghai
PASSWORD = "correct horse battery"
FEW = 4  # connections


Listen = Callable[[str, Callable[..., object]], None]
Counting = Callable[[], AbstractContextManager[list[str]]]


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """What is imported is never rubbish: it is not searched while it grows, nor by any test.

    Rubbish of tests is small: to search for it after each 700 new objects, as Python does, takes a tenth of the CPU time.
    """
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.set_threshold(20_000, 20, 20)
        gc.enable()


class Clock:
    """The instant that doors read. `set` and `forward` move it; nothing else does."""

    def __init__(self, instant: datetime) -> None:
        self.instant = instant

    def now(self) -> datetime:
        return self.instant

    def set(self, instant: datetime) -> None:
        self.instant = instant

    def forward(self, **parts: float) -> None:
        self.instant += timedelta(**parts)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    moving = Clock(MORNING)
    monkeypatch.setattr(real_clock, "now", moving.now)
    return moving


@pytest.fixture(scope="session", autouse=True)
def cheap_hashes() -> None:
    """Argon2 with the least work: what is tested is that it is asked, not how long it takes."""
    passwords.HASHER = passwords.PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


@pytest.fixture(scope="session", autouse=True)
def workbooks_converted_once() -> None:
    """The same workbook becomes the same form: a process of its own for each is tests/forms/test_xlsform.py's subject."""
    definition.convert_xlsform = lru_cache(definition.convert_xlsform)


@pytest.fixture(scope="session")
def databases(tmp_path_factory: pytest.TempPathFactory) -> Iterator["Copies"]:
    given = os.environ.get("TEST_DATABASE_URL")
    copies = PostgisCopies(given, tmp_path_factory) if given else SpatialiteCopies(tmp_path_factory)
    yield copies
    copies.close()


@pytest.fixture
def make_database_url(databases: "Copies") -> Iterator[Callable[[], str]]:
    """Gives the address of an empty database with the current schema, as often as it is called."""
    yield databases.take
    databases.give_back()


class Copies(Protocol):
    """Databases with the schema and no rows: taken by a test, given back when it is over, closed when all are."""

    key_file: Path

    def take(self) -> str: ...

    def open(self, url: str) -> Database: ...

    def give_back(self) -> None: ...

    def close(self) -> None: ...


class Opened:
    """A Database for each address, kept from test to test: a statement is put into SQL once, not once a test."""

    def __init__(self, key_file: Path) -> None:
        self.key_file = key_file
        self.by_url: dict[str, Database] = {}

    def open(self, url: str) -> Database:
        """As a new process would find it: nothing is remembered of what lay at this address before."""
        locating._known.clear()
        database = self.by_url.get(url) or Database(url, self.key_file)
        database.keys = KeyRing(self.key_file)
        give_keys(database.engine.dialect, database.keys)
        self.by_url[url] = database
        return database

    def let_go_of_many(self, url: str) -> None:
        """Ends its connections where there are many; a few stay, since each new one would learn everything again."""
        if url in self.by_url and self.by_url[url].engine.pool.checkedin() > FEW:  # type: ignore[attr-defined]
            self.let_go(url)

    def let_go(self, url: str) -> None:
        """Ends its connections, but for one that a test has not given back."""
        if url in self.by_url:
            self.by_url[url].dispose()


class SpatialiteCopies:
    """A file is migrated once and copied. A copy is written over for the next test while connections to it stay: to connect,
    with all that SpatiaLite loads, takes three times as long."""

    def __init__(self, tmp_path_factory: pytest.TempPathFactory) -> None:
        self.folder = tmp_path_factory.mktemp("databases")
        self.key_file = self.folder / "secret.key"
        self.template = self.folder / "template.db"
        template = Database(f"sqlite:///{self.template}")
        upgrade(template, self.folder, MORNING)
        with template.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        template.dispose()
        self.size = self.template.stat().st_size
        self.opened = Opened(self.key_file)
        self.open = self.opened.open
        self.free: dict[Path, int] = {}
        self.taken: dict[Path, int] = {}

    def take(self) -> str:
        target, inode = self.free.popitem() if self.free else (self.folder / f"{uuid.uuid4().hex}.db", 0)
        if inode and self.is_left(target, inode):
            self.write_over(target)
        else:
            self.opened.let_go(f"sqlite:///{target}")
            for file in target.parent.glob(target.name + "*"):
                file.unlink()
            shutil.copyfile(self.template, target)
        self.taken[target] = target.stat().st_ino
        return f"sqlite:///{target}"

    def is_left(self, target: Path, inode: int) -> bool:
        """Whether it is the file that was taken, no shorter than the template, with nobody in it and an empty log.

        The commit makes whoever is connected read anew: what SQLite remembers of a file ends with the next state of its log.
        """
        pool = self.open(f"sqlite:///{target}").engine.pool
        if not target.exists() or pool.checkedout() or target.stat().st_ino != inode:  # type: ignore[attr-defined]
            return False
        try:
            with closing(pysqlite.connect(target, 0)) as connection:
                connection.execute("UPDATE alembic_version SET version_num = version_num")
                connection.commit()
                (held, _, _) = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        except pysqlite.DatabaseError:
            return False
        return not held and target.stat().st_size >= self.size

    def write_over(self, target: Path) -> None:
        """Bytes beyond the template's stay, as free space that no page of it knows: SQLite would miss them."""
        with self.template.open("rb") as source, target.open("r+b") as copy:
            shutil.copyfileobj(source, copy, self.size)

    def give_back(self) -> None:
        for path in self.taken:
            self.opened.let_go_of_many(f"sqlite:///{path}")
        self.free.update(self.taken)
        self.taken.clear()

    def close(self) -> None:
        """The folder goes with pytest's."""
        for url in self.opened.by_url:
            self.opened.let_go(url)


class PostgisCopies:
    """Copying a PostGIS database takes most of a second, emptying one takes milliseconds: so they are used again."""

    def __init__(self, given: str, tmp_path_factory: pytest.TempPathFactory) -> None:
        self.server = make_url(given.replace("postgresql+psycopg://", "postgresql://"))
        self.folder = tmp_path_factory.mktemp("databases")
        self.key_file = self.folder / "secret.key"
        self.opened = Opened(self.key_file)
        self.open = self.opened.open
        self.free: list[str] = []
        self.taken: list[str] = []

    def take(self) -> str:
        name = self.free.pop() if self.free else self.make()
        self.taken.append(name)
        self.empty(name)
        return self.address(name)

    def give_back(self) -> None:
        for name in self.taken:
            self.opened.let_go_of_many(self.address(name))
        self.free += self.taken
        self.taken.clear()

    def close(self) -> None:
        for name in self.free + self.taken:
            self.opened.let_go(self.address(name))
            self.run(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def make(self) -> str:
        name = f"test_{os.getpid()}_{uuid.uuid4().hex[:12]}"  # chance is the same in each run, and one may have been killed
        self.run(f"CREATE DATABASE {name}")
        database = Database(self.address(name), self.key_file)
        upgrade(database, self.folder, MORNING)
        database.dispose()
        return name

    def empty(self, name: str) -> None:
        deletes = "".join(f'DELETE FROM "{table.name}";' for table in Base.metadata.sorted_tables)
        current = f"UPDATE alembic_version SET version_num = '{schema_heads()[1]}'"
        with self.open(self.address(name)).engine.begin() as connection:
            connection.exec_driver_sql("SET LOCAL session_replication_role = replica; SET LOCAL lock_timeout = '30s'")
            connection.exec_driver_sql(f"{deletes} {current}")

    def run(self, statement: str, name: str | None = None) -> None:
        url = self.server.set(database=name) if name else self.server
        with psycopg.connect(url.render_as_string(hide_password=False), autocommit=True) as connection:
            connection.execute(statement)  # type: ignore[call-overload]

    def address(self, name: str) -> str:
        url = self.server.set(drivername="postgresql+psycopg", database=name)
        return url.render_as_string(hide_password=False)


@pytest.fixture
def database(make_database_url: Callable[[], str], databases: "Copies") -> Database:
    return databases.open(make_database_url())


@pytest.fixture
def db(database: Database) -> Iterator[Session]:
    """A session that writes; a test commits when another connection is to see it."""
    with database.writing() as session:
        yield session


@pytest.fixture
def config(tmp_path: Path) -> Config:
    return Config(data_dir=tmp_path / "data", testing=True)


@pytest.fixture(scope="session")
def bare_app() -> Server:
    """One for all tests: each gives it settings and data of its own."""
    return build_app()


@pytest.fixture
def app(bare_app: Server, config: Config, database: Database, clock: Clock) -> Server:
    equip_app(bare_app, config, database)
    return bare_app


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def cast(database: Database) -> dict[str, int]:
    """The actor ids of alice (administrator), bob (manager of the project) and chelsea (nothing), and the project's id."""
    with database.transaction() as db:
        project = Project(name="禾川镇", kind="plain", created_at=MORNING)
        db.add(project)
        db.flush()
        alice = create_administrator(db, "alice@example.test", PASSWORD, MORNING, "alice")
        bob = create_user(db, "bob@example.test", PASSWORD, "bob", alice.actor_id, MORNING)
        chelsea = create_user(db, "chelsea@example.test", PASSWORD, "chelsea", alice.actor_id, MORNING)
        db.add(Assignment(actor_id=bob.actor_id, role_id=PROJECT_MANAGER, project_id=project.id))
        return {
            "project": project.id,
            "alice": alice.actor_id,
            "bob": bob.actor_id,
            "chelsea": chelsea.actor_id,
        }


@pytest.fixture
def project_id(cast: dict[str, int]) -> int:
    return cast["project"]


@pytest.fixture
def as_alice(app: Flask, cast: dict[str, int], database: Database) -> Client:
    return Client.signed_in(app, database, cast["alice"])


@pytest.fixture
def as_bob(app: Flask, cast: dict[str, int], database: Database) -> Client:
    return Client.signed_in(app, database, cast["bob"])


@pytest.fixture
def as_chelsea(app: Flask, cast: dict[str, int], database: Database) -> Client:
    return Client.signed_in(app, database, cast["chelsea"])


@pytest.fixture
def as_nobody(app: Flask, cast: dict[str, int]) -> Client:
    return Client(app)


@pytest.fixture
def listen(database: Database) -> Iterator["Listen"]:
    """`listen("commit", hear)` calls `hear` at each such event of the database's engine, until the test is over."""
    heard: list[tuple[str, Callable[..., object]]] = []

    def begin(name: str, hear: Callable[..., object]) -> None:
        event.listen(database.engine, name, hear)
        heard.append((name, hear))

    yield begin
    for name, hear in heard:
        event.remove(database.engine, name, hear)
    database.dispose()  # its connections may be what was heard of


@pytest.fixture
def count_queries(database: Database) -> Counting:
    """`with count_queries() as statements:` collects what is asked of the database meanwhile."""

    @contextmanager
    def counting() -> Iterator[list[str]]:
        statements: list[str] = []

        def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
            statements.append(statement)

        event.listen(database.engine, "before_cursor_execute", note)
        yield statements
        event.remove(database.engine, "before_cursor_execute", note)

    return counting


@pytest.fixture
def without_java(monkeypatch: pytest.MonkeyPatch) -> None:
    """ODK Validate is asked in tests of its own; elsewhere it would only cost seconds."""
    monkeypatch.setattr("server.publishing.definition.read_warnings_of_validate", lambda xml: [])
