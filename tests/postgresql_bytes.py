"""What PostgreSQL holds as bytes: a dump of a database, and the server's own files, as who takes the disk finds them."""

import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Timer

import psycopg

from server.db import Database
from tests.databases import find_programs

PAGE = Path(__file__).parents[1] / "docs" / "privacy" / "erasure.md"


def address_of(database: Database) -> str:
    return database.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)


def operators_sql() -> list[list[str]]:
    """The statements that the page for operators names: once at installation, and after an erasure."""
    blocks = re.findall(r"```sql\n(.*?)\n```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    return [re.split(r"(?<=;)\n(?=\S)", block) for block in blocks]


def run(database: Database, statements: list[str]) -> None:
    """One after the other, each in no transaction."""
    with psycopg.connect(address_of(database), autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement)  # type: ignore[call-overload]


@contextmanager
def somebody_writing_elsewhere(database: Database, seconds: float) -> Iterator[None]:
    """A transaction in another database of the same server, begun before, that goes on for so long."""
    elsewhere = database.engine.url.set(drivername="postgresql", database="postgres")
    with psycopg.connect(elsewhere.render_as_string(hide_password=False)) as connection:
        connection.execute("SELECT pg_current_xact_id()")
        end = Timer(seconds, connection.rollback)
        end.start()
        yield
        end.join()


def dump(database: Database) -> bytes:
    """All rows as text; binary columns in hex."""
    command = [str(find_programs() / "pg_dump"), f"--dbname={address_of(database)}"]
    return subprocess.run(command, capture_output=True, check=True).stdout


def own_files(database: Database) -> Iterator[Path]:
    """Every file of the server but those of other databases: tables, indexes, statistics, WAL. It runs on this machine."""
    with psycopg.connect(address_of(database), autocommit=True) as connection:
        ours = connection.execute("SELECT oid FROM pg_database WHERE datname = current_database()").fetchone()
        folder = connection.execute("SHOW data_directory").fetchone()
    assert ours and folder
    data = Path(folder[0])
    for path in data.rglob("*"):
        parts = path.relative_to(data).parts
        if path.is_file() and not (parts[0] == "base" and parts[1] != str(ours[0])):
            yield path


def files_with(database: Database, words: list[bytes]) -> set[str]:
    """The files in which one of these words stands, by their place in the data folder. Files may go while it looks."""
    found = set()
    for path in own_files(database):
        try:
            content = path.read_bytes()
        except FileNotFoundError:
            continue
        if any(word in content for word in words):
            found.add("/".join(path.parts[-2:]))
    return found
