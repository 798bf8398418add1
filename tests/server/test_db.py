"""The rules of SQLite and SpatiaLite that cost somebody a day: order of loading, who begins a transaction, full syncs."""

import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest
from sqlalchemy import event, select, text
from sqlalchemy.pool import QueuePool

from server.db import KEPT_OPEN, MOST_OPEN, Database
from server.models import Project
from tests.conftest import MORNING

IMPORT_ORDER = """
import sys
from server.db import Database
database = Database("sqlite:///" + sys.argv[1])
with database.writing_engine.begin() as connection:
    connection.exec_driver_sql("SELECT InitSpatialMetaData(0, 'WGS84')").fetchall()
    wkt = connection.exec_driver_sql("SELECT AsText(Buffer(MakePoint(104, 30, 4326), 0.01))").scalar()
import shapely
print(shapely.from_wkt("POINT (1 2)").buffer(1).is_valid, wkt.startswith("POLYGON"))
"""

MANY_READERS = """
import re, sys
from pathlib import Path
from server.db import make_engine
engine = make_engine("sqlite:///" + sys.argv[1])
with engine.execution_options(writes=True).begin() as connection:
    connection.exec_driver_sql("CREATE TABLE big (content BLOB)")
    rows = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000) SELECT randomblob(1000) FROM n"
    connection.exec_driver_sql("INSERT INTO big " + rows)
def held():
    return int(re.search(r"Pss:\\s+(\\d+)", Path("/proc/self/smaps_rollup").read_text())[1]) // 1024
before, readers = held(), [engine.connect() for _ in range(12)]
for reader in readers:
    assert reader.exec_driver_sql("SELECT sum(length(hex(content))) FROM big").scalar()
print(held() - before)
"""


def test_shapely_and_spatialite_work_in_one_process(tmp_path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", IMPORT_ORDER, str(tmp_path / "a.db")], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout.strip()) == (0, "True True"), done.stderr


def test_shapely_stands_before_the_driver_in_db_py() -> None:
    """The other order binds shapely to the system's GEOS: wrong errors first, then a crash."""
    source = Path("server/db.py").read_text(encoding="utf-8")
    assert source.index("import shapely") < source.index("pysqlite3")


def test_a_savepoint_opened_before_any_write_does_not_survive_the_rollback(database: Database) -> None:
    with database.writing() as db:
        with db.begin_nested():
            db.add(Project(name="x", created_at=MORNING))
        db.rollback()
    with database.reading() as db:
        assert db.scalars(select(Project)).all() == []


def test_a_transaction_commits_at_its_end_and_rolls_back_when_it_raises(database: Database) -> None:
    with database.transaction() as db:
        db.add(Project(name="kept", created_at=MORNING))
    with pytest.raises(RuntimeError), database.transaction() as db:
        db.add(Project(name="lost", created_at=MORNING))
        db.flush()
        raise RuntimeError
    with database.reading() as db:
        assert db.scalars(select(Project.name)).all() == ["kept"]


def test_sqlite_syncs_fully_and_takes_the_write_lock_at_once(database: Database) -> None:
    if not database.is_sqlite:
        with database.reading() as db:
            assert db.scalar(text("SHOW synchronous_commit")) == "on"
        return
    begun: list[str] = []
    pool = database.engine.pool
    event.listen(pool, "checkout", trace := lambda driver, *_: driver.set_trace_callback(begun.append))
    event.listen(pool, "checkin", untrace := lambda driver, _: driver.set_trace_callback(None))
    with database.reading() as db:
        assert db.scalar(text("PRAGMA synchronous")) == 2  # FULL
        assert db.scalar(text("PRAGMA journal_mode")) == "wal"
        assert db.scalar(text("PRAGMA foreign_keys")) == 1
    with database.writing() as db:
        db.execute(text("SELECT 1"))
    event.remove(pool, "checkout", trace)
    event.remove(pool, "checkin", untrace)
    assert "BEGIN" in begun
    assert "BEGIN IMMEDIATE" in begun


def test_an_instant_without_a_zone_is_refused(database: Database) -> None:
    with pytest.raises(Exception, match="time zone"), database.transaction() as db:
        db.add(Project(name="x", created_at=MORNING.replace(tzinfo=None)))


def test_instants_come_back_as_they_went_in(database: Database) -> None:
    with database.transaction() as db:
        db.add(Project(name="x", created_at=MORNING))
    with database.reading() as db:
        assert db.scalars(select(Project.created_at)).one() == MORNING


def test_a_database_that_was_opened_for_a_while_leaves_nothing_open(tmp_path: Path) -> None:
    with Database(f"sqlite:///{tmp_path / 'a.db'}") as database, database.transaction() as db:
        db.execute(text("CREATE TABLE a (b)"))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.db", "a.db-turn"]  # the queue's file stays


def test_postgresql_compiles_no_question(database: Database) -> None:
    """Compiling took half a second of each of the desk's, for questions of a tenth."""
    if not database.is_sqlite:
        with database.reading() as db:
            assert db.scalar(text("SHOW jit")) == "off"


def test_connections_that_read_everything_do_not_each_keep_it(tmp_path: Path) -> None:
    """Twelve of them over 20 MB held 234 MB more, now 75; forty over a year's records would hold 2.6 GB."""
    done = subprocess.run(
        [sys.executable, "-c", MANY_READERS, str(tmp_path / "a.db")], capture_output=True, text=True, check=True
    )
    assert int(done.stdout) < 160, done.stdout


def test_connections_that_were_needed_at_once_are_not_kept_for_ever(tmp_path: Path) -> None:
    """Each that is open costs 1.4 MB; in an hour of many phones they became as many as there had ever been at once."""
    with Database(f"sqlite:///{tmp_path / 'a.db'}") as database:
        with ExitStack() as opened:
            for _ in range(MOST_OPEN):
                opened.enter_context(database.engine.connect())
        assert isinstance(database.engine.pool, QueuePool)
        assert database.engine.pool.checkedin() == KEPT_OPEN
