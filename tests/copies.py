"""Databases for tests, SpatiaLite or PostGIS: migrated once, empty whenever a test takes one, and with rows that were kept."""

import os
import shutil
import uuid
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

import psycopg
from pysqlite3 import dbapi2 as pysqlite
from sqlalchemy import Connection
from sqlalchemy.engine import make_url

from server.db import Database
from server.keys import KeyRing
from server.models import Base
from server.models.sealed import give_keys
from server.places import locating
from server.upgrading import schema_heads, upgrade
from tests.ready import SHELVES, Shelf

FEW = 4  # connections


class Copies(Shelf, Protocol):
    """Databases with the schema and no rows: taken by a test, given back when it is over, closed when all are."""

    key_file: Path

    def take(self) -> str: ...

    def open(self, url: str) -> Database: ...

    def give_back(self) -> None: ...

    def close(self) -> None: ...


class Opened:
    """A Database for each address, kept from test to test: a statement is put into SQL once, not once a test."""

    def __init__(self, key_file: Path, shelf: Shelf) -> None:
        self.key_file, self.shelf = key_file, shelf
        self.by_url: dict[str, Database] = {}

    def open(self, url: str) -> Database:
        """As a new process would find it: nothing is remembered of what lay at this address before."""
        locating._known.clear()
        database = self.by_url.get(url) or Database(url, self.key_file)
        database.keys = KeyRing(self.key_file)
        give_keys(database.engine.dialect, database.keys)
        self.by_url[url] = database
        SHELVES[database] = self.shelf
        return database

    def let_go(self, url: str) -> None:
        """Ends its connections, but for one that a test has not given back."""
        if url in self.by_url:
            self.by_url[url].dispose()


class SpatialiteCopies:
    """A file is migrated once and copied. A copy is written over and used again: to connect takes ten times as long."""

    def __init__(self, folder: Path, now: datetime) -> None:
        self.folder, self.now = folder, now
        self.key_file = self.folder / "secret.key"
        self.template = self.folder / "template.db"
        template = Database(self.address(self.template))
        upgrade(template, self.folder, self.now)
        with template.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        template.dispose()
        self.opened = Opened(self.key_file, self)
        self.open = self.opened.open
        self.free: list[Path] = []
        self.taken: list[Path] = []

    def take(self) -> str:
        target = self.free.pop() if self.free else self.folder / f"{uuid.uuid4().hex}.db"
        self.taken.append(target)
        self.write_over(target, self.template)
        return self.address(target)

    def write_over(self, target: Path, template: Path) -> None:
        """Whoever is connected goes on with the rows of the template, as after a commit of somebody else.

        What SQLite remembers of a file ends where its log begins anew, so the log does that before the bytes change. The
        size is remembered beyond that: it stays, and a file that a test made smaller than the template is a new one.
        """
        size = template.stat().st_size
        if target.exists() and self.is_left(target) and target.stat().st_size >= size:
            size = target.stat().st_size
        else:
            self.clear(target)
        shutil.copyfile(template, target)
        os.truncate(target, size)

    def is_left(self, target: Path) -> bool:
        """Whether nobody reads or writes there any more, and the log is empty."""
        if self.open(self.address(target)).engine.pool.checkedout():  # type: ignore[attr-defined]
            return False
        with closing(pysqlite.connect(target)) as connection:
            connection.execute("UPDATE alembic_version SET version_num = version_num")
            connection.commit()
            (held, _, _) = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            return not held

    def clear(self, target: Path) -> None:
        self.opened.let_go(self.address(target))
        for file in target.parent.glob(target.name + "*"):
            file.unlink()

    def is_untouched(self, url: str) -> bool:
        """A first commit is in SQLite's log."""
        log = Path(f"{self.path(url)}-wal")
        return not (self.open(url).engine.pool.checkedout() or (log.exists() and log.stat().st_size))  # type: ignore[attr-defined]

    def keep(self, url: str) -> Path:
        kept = self.folder / f"{uuid.uuid4().hex}.kept"
        assert self.is_left(self.path(url))
        shutil.copyfile(self.path(url), kept)
        return kept

    def put_back(self, url: str, kept: Path) -> None:
        self.write_over(self.path(url), kept)

    def path(self, url: str) -> Path:
        return Path(url.removeprefix("sqlite:///"))

    def give_back(self) -> None:
        self.free += self.taken
        self.taken.clear()

    def close(self) -> None:
        """The folder goes with pytest's."""
        for path in self.free + self.taken:
            self.opened.let_go(self.address(path))

    def address(self, path: Path) -> str:
        return f"sqlite:///{path}"


class PostgisCopies:
    """Copying a PostGIS database takes most of a second, emptying one takes milliseconds: so they are used again."""

    def __init__(self, given: str, folder: Path, now: datetime) -> None:
        self.server = make_url(given.replace("postgresql+psycopg://", "postgresql://"))
        self.folder, self.now = folder, now
        self.key_file = self.folder / "secret.key"
        self.opened = Opened(self.key_file, self)
        self.open = self.opened.open
        self.free: list[str] = []
        self.taken: list[str] = []

    def take(self) -> str:
        name = self.free.pop() if self.free else self.make()
        self.taken.append(name)
        self.empty(name)
        return self.address(name)

    def give_back(self) -> None:
        """A few connections stay, since each new one would learn the whole catalogue again."""
        for name in self.taken:
            if self.open(self.address(name)).engine.pool.checkedin() > FEW:  # type: ignore[attr-defined]
                self.opened.let_go(self.address(name))
        self.free += self.taken
        self.taken.clear()

    def close(self) -> None:
        for name in self.free + self.taken:
            self.opened.let_go(self.address(name))
            self.run(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def make(self) -> str:
        name = f"test_{uuid.uuid4().hex[:12]}"
        self.run(f"CREATE DATABASE {name}")
        database = Database(self.address(name), self.key_file)
        upgrade(database, self.folder, self.now)
        database.dispose()
        return name

    def empty(self, name: str) -> None:
        deletes = "".join(f'DELETE FROM "{table.name}";' for table in Base.metadata.sorted_tables)
        current = f"UPDATE alembic_version SET version_num = '{schema_heads()[1]}'"
        with self.open(self.address(name)).engine.begin() as connection:
            connection.exec_driver_sql("SET LOCAL session_replication_role = replica; SET LOCAL lock_timeout = '30s'")
            connection.exec_driver_sql(f"{deletes} {current}")

    def is_untouched(self, url: str) -> bool:
        """Whatever a test writes, it is about people or projects, or stays beside what is put back."""
        engine = self.open(url).engine
        if engine.pool.checkedout():  # type: ignore[attr-defined]
            return False
        with engine.connect() as connection:
            asked = "SELECT EXISTS (SELECT FROM actor) OR EXISTS (SELECT FROM project)"
            return not connection.exec_driver_sql(asked).scalar_one()

    def keep(self, url: str) -> str:
        """The statements that write each row again, and let the numbers of further rows follow."""
        with self.open(url).engine.connect() as connection:
            return " ".join(rows_again(connection, table.name) for table in Base.metadata.sorted_tables)

    def put_back(self, url: str, kept: str) -> None:
        with self.open(url).engine.begin() as connection:
            inner: Any = connection.connection.driver_connection
            inner.execute(f"SET LOCAL session_replication_role = replica; {kept}")

    def run(self, statement: str, name: str | None = None) -> None:
        url = self.server.set(database=name) if name else self.server
        with psycopg.connect(url.render_as_string(hide_password=False), autocommit=True) as connection:
            connection.execute(statement)  # type: ignore[call-overload]

    def address(self, name: str) -> str:
        url = self.server.set(drivername="postgresql+psycopg", database=name)
        return url.render_as_string(hide_password=False)


def rows_again(connection: Connection, table: str) -> str:
    rows = connection.exec_driver_sql(f'SELECT t::text FROM "{table}" t').scalars().all()
    if not rows:
        return ""
    texts = ", ".join("'" + row.replace("'", "''") + "'" for row in rows)
    again = f'INSERT INTO "{table}" SELECT * FROM unnest(ARRAY[{texts}]::"{table}"[]);'
    numbered = connection.exec_driver_sql(NUMBERED, (table,)).all()
    for sequence, column in numbered:
        again += f'SELECT setval(\'{sequence}\', GREATEST((SELECT last_value FROM {sequence}), MAX("{column}"))) FROM "{table}";'
    return again


NUMBERED = """
    SELECT pg_get_serial_sequence(quote_ident(table_name), column_name), column_name FROM information_schema.columns
    WHERE table_name = %s AND pg_get_serial_sequence(quote_ident(table_name), column_name) IS NOT NULL
"""
