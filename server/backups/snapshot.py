"""The database at one instant, as a file: a copy of SQLite's, or what pg_dump writes; and whether such a file is whole."""

import os
import re
import shutil
import subprocess
from collections import Counter
from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from pysqlite3 import dbapi2 as pysqlite
from sqlalchemy import func, inspect, select
from sqlalchemy.engine import URL

from server.backups import BackupBroken, BackupRefused
from server.backups.archive import NOT_WHOLE, POSTGRESQL, SQLITE
from server.db import LOCK_PATIENCE_MS, Database
from server.models import Base, Blob, SealingKey
from server.upgrading import copy_sqlite, current_revision, passing_secret

POSTGIS_OWN = {"spatial_ref_sys"}
COPY = re.compile(rb'COPY (?:[\w"]+\.)?"?(\w+)"? \(')  # how pg_restore begins a table's rows
END_OF_COPY = b"\\.\n"


@dataclass(frozen=True)
class Snapshot:
    """`blobs` is a file with the names of the stored files that the snapshot speaks of, a line each."""

    path: Path
    blobs: Path
    schema: str
    tables: dict[str, int]
    proofs: tuple[bytes, ...]  # a known word under each key that values are sealed under
    number_of_blobs: int


def take_snapshot(database: Database, work: Path) -> Snapshot:
    """Raises BackupRefused, OSError and the driver's errors; what was written by then is the caller's to clear."""
    return snapshot_sqlite(database, work) if database.is_sqlite else snapshot_postgresql(database, work)


def snapshot_sqlite(database: Database, work: Path) -> Snapshot:
    path, blobs = work / SQLITE, work / "blobs.txt"
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    copy_sqlite(database, path)
    with closing(open_sqlite(path)) as copy:
        number = write_names(blobs, (name for (name,) in copy.execute("SELECT sha256 FROM blob ORDER BY sha256")))
        (schema,) = copy.execute("SELECT version_num FROM alembic_version").fetchone()
        proofs = tuple(bytes(proof) for (proof,) in copy.execute("SELECT proof FROM sealing_key"))
        tables = count_sqlite(copy, [table.name for table in Base.metadata.sorted_tables])
    return Snapshot(path, blobs, schema, tables, proofs, number)


def snapshot_postgresql(database: Database, work: Path) -> Snapshot:
    """Counts, names and dump are of one instant: pg_dump is given the snapshot that this transaction sees."""
    path, blobs = work / POSTGRESQL, work / "blobs.txt"
    reading = database.engine.execution_options(isolation_level="REPEATABLE READ")
    with reading.connect() as connection:
        exported = connection.execute(select(func.pg_export_snapshot())).scalar_one()
        schema = current_revision(connection) or ""
        tables = {
            table.name: connection.execute(select(func.count()).select_from(table)).scalar_one()
            for table in Base.metadata.sorted_tables
        }
        proofs = tuple(connection.scalars(select(SealingKey.proof)))
        streamed = connection.execution_options(stream_results=True)
        number = write_names(blobs, streamed.scalars(select(Blob.sha256).order_by(Blob.sha256)))
        patience = f"--lock-wait-timeout={LOCK_PATIENCE_MS}"
        options = ("--format=custom", "--no-owner", "--no-privileges", f"--snapshot={exported}", patience)
        run_program(database.engine.url, "pg_dump", *options, f"--file={path}")
    return Snapshot(path, blobs, schema, tables, proofs, number)


def write_names(path: Path, names: Iterable[str]) -> int:
    number = 0
    with path.open("x", encoding="ascii") as file:
        for name in names:
            file.write(name + "\n")
            number += 1
    return number


def check_snapshot(folder: Path, tables: dict[str, int]) -> None:
    """Raises BackupBroken unless the database in this folder is sound and has so many rows in each table."""
    try:
        found = examine_sqlite(folder / SQLITE, tables) if (folder / SQLITE).exists() else count_dump(folder, tables)
    except (pysqlite.Error, UnicodeDecodeError) as error:  # SQLite's complaint may quote what is broken
        raise BackupBroken(NOT_WHOLE) from error
    if found != tables:
        raise BackupBroken(NOT_WHOLE)


def examine_sqlite(path: Path, tables: Iterable[str]) -> dict[str, int]:
    with closing(open_sqlite(path)) as copy:
        if copy.execute("PRAGMA integrity_check(1)").fetchone() != ("ok",):
            raise BackupBroken(NOT_WHOLE)
        return count_sqlite(copy, tables)


def open_sqlite(path: Path) -> Any:
    """As it stands on the disk: nothing is written beside it."""
    copy = pysqlite.connect(f"file:{quote(str(path))}?mode=ro&immutable=1", uri=True)
    copy.enable_load_extension(True)
    copy.load_extension("mod_spatialite")
    copy.enable_load_extension(False)
    return copy


def count_sqlite(copy: Any, tables: Iterable[str]) -> dict[str, int]:
    return {name: copy.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in tables}  # noqa: S608


def count_dump(folder: Path, tables: Iterable[str]) -> dict[str, int]:
    """Rows by table as pg_restore would write them: it reads the whole dump for that, and needs no database."""
    program = find_program("pg_restore")
    command = [program, "--data-only", "--file=-", str(folder / POSTGRESQL)]
    counted, table = Counter[str](), None
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as run:
        assert run.stdout is not None, "it was asked for"
        for line in run.stdout:
            if table is None:
                found = COPY.match(line)
                table = found[1].decode() if found else None
            elif line == END_OF_COPY:
                table = None
            else:
                counted[table] += 1
    if run.returncode or table is not None:
        raise BackupBroken(NOT_WHOLE)
    return {name: counted[name] for name in tables}


def check_empty(database: Database) -> None:
    """Raises BackupRefused for a database that has tables already."""
    with database.engine.connect() as connection:
        if set(inspect(connection).get_table_names()) - POSTGIS_OWN:
            raise BackupRefused("FANGSHI_DATABASE_URL 指的库不是空的 / names a database that is not empty")


def restore_dump(database: Database, path: Path) -> None:
    """All of it in one transaction, or nothing. Raises BackupRefused with what pg_restore said first."""
    options = ("--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges", "--no-comments")
    run_program(database.engine.url, "pg_restore", *options, str(path), database_option="--dbname=")


def run_program(url: URL, name: str, *options: str, database_option: str = "") -> None:
    """One of PostgreSQL's own. Raises BackupRefused with its first words of an error; before them it says where it stood."""
    program = find_program(name)
    with passing_secret(url) as address:
        done = subprocess.run([program, *options, database_option + address], capture_output=True, text=True)
    if done.returncode:
        lines = done.stderr.strip().splitlines() or [f"exit {done.returncode}"]
        said = next((line for line in lines if line.startswith(f"{name}: error: ")), lines[0])
        raise BackupRefused(f"{name} 没有做成 / did not work: {said}")


def find_program(name: str) -> str:
    program = shutil.which(name)
    if program is None:
        raise BackupRefused(f"没有 {name} / is not installed: apt install postgresql-client")
    return program
