"""upgrade = back up, migrate, check. A schema newer than this program is refused, never guessed at."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from tempfile import NamedTemporaryFile

from pysqlite3 import dbapi2 as pysqlite
from sqlalchemy import Connection, inspect, select, text
from sqlalchemy.engine import URL, make_url

from server.config import Config
from server.db import Database
from server.keys import SealBroken, SecretKeyUnusable, id_of
from server.models import SealingKey
from server.models.sealed import sealed_columns
from server.postgresql import POOLED

MIGRATIONS = Path(__file__).parent / "migrations"
SEALED_SINCE = "0006"
PROOF, ABOUT_PROOF = b"fangshi", b"sealing_key.proof"
UPGRADE_LOCK = 0x46414E47  # an advisory lock of our own on PostgreSQL: two servers started at once migrate once


class UpgradeRefused(Exception):
    """The schema cannot be brought to this program's version; the sentence says why and what to do."""


def schema_heads() -> tuple[list[str], str]:
    """All revisions this program knows, the newest first, and the newest: as the files of migrations are called.

    Their names are read, since every command asks this and Alembic itself takes a quarter of a second to load.
    """
    known = sorted((file.name[:4] for file in (MIGRATIONS / "versions").glob("[0-9]*.py")), reverse=True)
    return known, known[0]


def current_revision(connection: Connection) -> str | None:
    """The revision the database is at; None when it is empty."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return found


def is_current(database: Database) -> bool:
    """Whether the schema is the one this program was written for."""
    with database.engine.connect() as connection:
        return current_revision(connection) == schema_heads()[1]


@contextmanager
def open_direct(config: Config) -> Iterator[Database]:
    """The database itself, past a pooler that may stand before it. Raises UpgradeRefused as check_direct."""
    with Database(config.direct_url, config.key_file) as database:
        check_direct(database, config)
        yield database


def check_direct(database: Database, config: Config) -> None:
    """Raises UpgradeRefused where a pooler stands before the database and nobody said how to come past it."""
    if database.is_sqlite or config.direct_database_url:
        return
    with database.engine.connect() as connection:
        if connection.info.get(POOLED):
            raise UpgradeRefused(
                "FANGSHI_DATABASE_URL 是连接池（如 pgbouncer）的地址，"
                "请再设 FANGSHI_DATABASE_DIRECT_URL 为 PostgreSQL 自己的地址 / "
                "is a pooler's address, as pgbouncer's; set FANGSHI_DATABASE_DIRECT_URL to PostgreSQL's own as well"
            )


def upgrade(database: Database, data_dir: Path, now: datetime) -> str | None:
    """Brings the schema up to date and returns where the backup is, None when none was needed.

    Every step runs in one transaction: a kill leaves the old schema. Raises UpgradeRefused for a newer schema,
    SecretKeyUnusable when the key file is not the one that the data were sealed under.
    """
    known, head = schema_heads()
    with database.engine.connect() as connection:
        revision = current_revision(connection)
    if revision in known or revision is None:
        check_keys(database)
        database.keys.make_if_missing()
    if revision == head:
        note_key(database, now)
        return None
    if revision is not None and revision not in known:
        raise UpgradeRefused(
            f"The data were written by a newer Fangshi (schema {revision}); this one knows schema {head}. "
            "Install the newer Fangshi, or restore a backup."
        )
    saved = None if revision is None else back_up(database, data_dir, revision, now)
    with database.writing_engine.begin() as connection:
        prepare(connection)
        if current_revision(connection) != head:
            migrate(connection)
    note_key(database, now)
    if revision is not None and revision < SEALED_SINCE:
        sweep_out(database)
    return saved


def migrate(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config as AlembicConfig

    config = AlembicConfig()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def check_keys(database: Database) -> None:
    """Raises SecretKeyUnusable when the data were sealed under a key that the key file does not hold."""
    with database.engine.connect() as connection:
        if not inspect(connection).has_table(SealingKey.__tablename__):
            return
        rows = connection.execute(select(SealingKey.key_id, SealingKey.proof)).all()
    lacking = [key_id for key_id, proof in rows if not opens(database, proof)]
    if lacking:
        raise SecretKeyUnusable(
            f"密钥文件 {database.keys.path} 里没有封存这些数据的密钥（{', '.join(lacking)}），请放回原来的文件 / "
            f"{database.keys.path} does not hold the key that these data are sealed under; put its copy back"
        )


def opens(database: Database, proof: bytes) -> bool:
    try:
        return database.keys.open(proof, ABOUT_PROOF) == PROOF
    except (SealBroken, SecretKeyUnusable):
        return False


def note_key(database: Database, now: datetime) -> None:
    """Writes down that values are sealed under the current key, before any is: so its loss is noticed."""
    key_id = id_of(database.keys.current().head)
    with database.reading() as db:
        if db.get(SealingKey, key_id) is not None:
            return
    with database.transaction() as db:
        db.merge(SealingKey(key_id=key_id, proof=database.keys.seal(PROOF, ABOUT_PROOF), first_used_at=now))


def sweep_out(database: Database) -> None:
    """What stood unsealed in these tables leaves the files as well: rows that were replaced stay in them till then."""
    if database.is_sqlite:
        raw = database.engine.raw_connection()
        try:
            for statement in ("VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)"):
                raw.cursor().execute(statement).fetchall()
        finally:
            raw.close()
        return
    tables = ", ".join(sorted({column.table.name for column in sealed_columns()}))
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text(f"VACUUM FULL {tables}"))


def prepare(connection: Connection) -> None:
    """Makes the database able to hold geometry, and keeps a second upgrade out until this one is through."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET LOCAL lock_timeout = 0"))  # another server's upgrade may take its time
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": UPGRADE_LOCK})
        connection.execute(text("CREATE EXTENSION IF NOT EXISTS postgis"))
    elif not inspect(connection).has_table("geometry_columns"):
        # the bare call fills 6,000 reference systems and takes 20 s; ours needs one
        connection.execute(text("SELECT InitSpatialMetaData(0, 'WGS84')")).scalar_one()


def back_up(database: Database, data_dir: Path, revision: str, now: datetime) -> str:
    """A copy of the database beside the data, before anything is changed. Returns its path."""
    folder = data_dir / "backups"
    folder.mkdir(parents=True, exist_ok=True)
    stem = f"before-upgrade-from-{revision}-{now:%Y%m%dT%H%M%SZ}"
    if database.is_sqlite:
        return str(copy_sqlite(database, folder / f"{stem}.db"))
    return str(dump_postgresql(database, folder / f"{stem}.dump"))


@contextmanager
def passing_secret(url: URL) -> Iterator[str]:
    """The address for PostgreSQL's own programs. Its password is in a file that we alone may read: arguments are listed
    to every user of the machine.
    """
    with NamedTemporaryFile("w", encoding="utf-8") as secret:
        url = make_url(url).set(drivername="postgresql")
        if url.password:
            secret.write("*:*:*:*:" + str(url.password).replace("\\", "\\\\").replace(":", "\\:"))
            secret.flush()
            url = url.update_query_dict({"passfile": secret.name})
        address = URL.create(url.drivername, url.username, None, url.host, url.port, url.database, url.query)
        yield address.render_as_string()


def copy_sqlite(database: Database, target: Path) -> Path:
    source = pysqlite.connect(str(database.engine.url.database))
    copy = pysqlite.connect(str(target))
    try:
        source.backup(copy)
    finally:
        copy.close()
        source.close()
    return target


def dump_postgresql(database: Database, target: Path) -> Path:
    program = shutil.which("pg_dump")
    if program is None:
        raise UpgradeRefused(
            "The schema is older and a backup comes first, but pg_dump is not installed. "
            "Type: apt install postgresql-client"
        )
    with passing_secret(database.engine.url) as address:
        done = subprocess.run([program, "--format=custom", f"--file={target}", address], capture_output=True, text=True)
    if done.returncode:
        raise UpgradeRefused(f"The backup before the upgrade failed, and nothing was changed: {done.stderr.strip()}")
    return target
