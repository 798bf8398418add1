"""The queue before SQLite's lock: who wants to write gets in between others who begin again at once, of other processes too.

Each test has a file of its own, so it is the same whichever database the tests run on.
"""

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from pysqlite3 import dbapi2 as pysqlite
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from server.db import Database
from server.workplaces import HERE, MOST
from tests.sizes import ROOT

ROUNDS = 20
ALWAYS_WRITING = f"""
import sys, time
from sqlalchemy import text
from server.db import Database
database = Database("sqlite:///" + sys.argv[1])
for number in range({ROUNDS}):
    with database.transaction() as db:
        db.execute(text("INSERT INTO said VALUES ('a job')"))
        if not number:
            print("began", flush=True)
        time.sleep(0.2)  # what a job works out while it holds the lock
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "a.db"


@pytest.fixture
def own(file: Path) -> Iterator[Database]:
    with Database(f"sqlite:///{file}") as database:
        with database.transaction() as db:
            db.execute(text("CREATE TABLE said (words TEXT)"))
        yield database


def say(database: Database, words: str) -> None:
    with database.transaction() as db:
        db.execute(text("INSERT INTO said VALUES (:words)"), {"words": words})


def count(database: Database, words: str) -> int:
    with database.reading() as db:
        return int(db.execute(text("SELECT count(*) FROM said WHERE words = :words"), {"words": words}).scalar_one())


@contextmanager
def somebody_who_writes(file: Path) -> Iterator[None]:
    """Who knows of no turns, as a shell of SQLite's, and does not come to an end."""
    holder = pysqlite.connect(str(file), isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    yield
    holder.execute("ROLLBACK")
    holder.close()


def test_a_thread_gets_its_turn_beside_one_that_begins_again_at_once(own: Database) -> None:
    """Without turns a phone would hear 503 for as long as a job goes on."""
    came, left = threading.Event(), ROUNDS
    phone = threading.Thread(target=lambda: (say(own, "a phone"), came.set()))
    while left and not came.is_set():
        with own.transaction() as db:
            db.execute(text("INSERT INTO said VALUES ('a job')"))
            if left == ROUNDS:
                phone.start()
            time.sleep(0.2)
        left -= 1
    phone.join()
    assert left >= ROUNDS - 4, left


def test_a_process_gets_its_turn_beside_another_that_begins_again_at_once(own: Database, file: Path) -> None:
    command = [sys.executable, "-c", ALWAYS_WRITING, str(file)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as job:
        assert job.stdout is not None and job.stdout.readline() == "began\n"
        say(own, "a phone")
        assert count(own, "a job") <= 4
        job.kill()


def test_all_of_many_who_come_at_once_get_their_turn(own: Database) -> None:
    threads = [threading.Thread(target=say, args=(own, "a phone")) for _ in range(24)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert count(own, "a phone") == 24


def test_who_waits_in_vain_is_told_so_as_by_sqlite_itself_and_may_come_again(
    own: Database, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.db.PATIENCE", 0.2)
    with somebody_who_writes(file), pytest.raises(OperationalError, match="database is locked"):
        say(own, "a phone")
    say(own, "a phone")
    assert count(own, "a phone") == 1


def test_what_may_be_left_out_is_not_waited_for(own: Database, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("server.db.PATIENCE", 3600.0)
    words = text("INSERT INTO said VALUES ('in passing')")
    with somebody_who_writes(file), pytest.raises(OperationalError), own.transaction_in_passing() as db:
        db.execute(words)
    with own.transaction_in_passing() as db:
        db.execute(words)
    assert count(own, "in passing") == 1


def test_a_process_that_is_killed_while_it_is_the_next_leaves_the_way_open(own: Database, file: Path) -> None:
    with somebody_who_writes(file):
        waiting = "import sys\nfrom server.db import Database\nprint('waits', flush=True)\n"
        waiting += "Database('sqlite:///' + sys.argv[1]).writing().connection()\n"
        with subprocess.Popen([sys.executable, "-c", waiting, str(file)], cwd=ROOT, stdout=subprocess.PIPE) as other:
            assert other.stdout is not None and other.stdout.readline() == b"waits\n"
            time.sleep(0.5)
            other.kill()
    say(own, "a phone")
    assert count(own, "a phone") == 1


def test_without_the_file_it_is_written_all_the_same(own: Database, file: Path) -> None:
    own.dispose()
    turn = file.with_name("a.db-turn")
    turn.unlink()
    turn.mkdir()  # so that none can be made
    say(own, "a phone")
    assert count(own, "a phone") == 1


def test_the_file_tells_nobody_anything_and_is_ours_alone(own: Database, file: Path) -> None:
    said = file.with_name("a.db-turn").stat()
    assert (said.st_size, said.st_mode & 0o777) == (0, 0o600)


def test_sqlite_waits_as_before_for_all_but_the_beginning(own: Database) -> None:
    with own.writing() as db:
        assert db.scalar(text("PRAGMA busy_timeout")) == 10_000


def test_who_waits_for_its_turn_leaves_its_place_to_those_who_read(own: Database) -> None:
    read = threading.Event()
    with own.transaction() as db:
        db.execute(text("INSERT INTO said VALUES ('who is first')"))
        waiting = [threading.Thread(target=say_in_place, args=(own,), daemon=True) for _ in range(MOST)]
        for one in waiting:
            one.start()
        threading.Thread(target=read_in_place, args=(own, read), daemon=True).start()
        assert read.wait(5)
    for one in waiting:
        one.join(10)
    assert count(own, "in its place") == MOST


def say_in_place(database: Database) -> None:
    with HERE.work():
        say(database, "in its place")


def read_in_place(database: Database, read: threading.Event) -> None:
    with HERE.work():
        count(database, "anything")
    read.set()
