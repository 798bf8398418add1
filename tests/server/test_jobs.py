import os
import socket
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from server.access.authenticate import open_session
from server.access.people import create_user
from server.blobs import BlobStore
from server.config import Config
from server.db import Database
from server.jobs import TIMETABLE, Job, is_alive, run_all_once, run_one, sweep_files, take_lease
from server.models import Session, TimetableLease, TimetableRun

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
ELSEWHERE = "another-machine:77"


def holder_of(database: Database) -> tuple[str, int]:
    with database.reading() as db:
        row = db.get(TimetableLease, 1)
        assert row is not None
        return row.holder, row.fence


def test_the_first_who_asks_gets_the_lease_and_keeps_it(database: Database) -> None:
    assert take_lease(database, "a:1", NOW)
    assert take_lease(database, "a:1", NOW + timedelta(seconds=10))
    assert holder_of(database) == ("a:1", 1)


def test_a_second_timetable_waits_until_the_lease_has_run_out(database: Database) -> None:
    assert take_lease(database, ELSEWHERE, NOW)
    assert not take_lease(database, "a:1", NOW + timedelta(seconds=29))
    assert take_lease(database, "a:1", NOW + timedelta(seconds=31))
    assert holder_of(database) == ("a:1", 2)
    assert not take_lease(database, ELSEWHERE, NOW + timedelta(seconds=32))


def test_a_holder_that_died_on_this_machine_is_followed_at_once(database: Database) -> None:
    dead = subprocess.Popen(["true"])
    dead.wait()
    assert take_lease(database, f"{socket.gethostname()}:{dead.pid}", NOW)
    assert take_lease(database, "a:1", NOW + timedelta(seconds=1))


def test_a_holder_that_lives_on_this_machine_is_not(database: Database) -> None:
    assert take_lease(database, f"{socket.gethostname()}:{os.getpid()}", NOW)
    assert not take_lease(database, "a:1", NOW + timedelta(seconds=1))


def test_a_clock_that_was_set_back_does_not_stop_the_timetable(database: Database) -> None:
    assert take_lease(database, ELSEWHERE, NOW + timedelta(days=400))
    assert take_lease(database, "a:1", NOW)


def test_of_many_that_ask_at_once_one_gets_it(database: Database) -> None:
    won: list[str] = []

    def ask(name: str) -> None:
        if take_lease(database, name, NOW):
            won.append(name)

    threads = [threading.Thread(target=ask, args=(f"machine-{number}:1",)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(won) == 1


def test_a_step_that_fails_is_written_down_by_its_class_alone(
    database: Database, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(_database: Database, _config: Config, _now: datetime) -> int:
        raise ValueError("张三" + "的电话")

    assert run_one(database, Config(tmp_path), Job("bad", timedelta(minutes=1), fail), NOW) == "ValueError"
    with database.reading() as db:
        row = db.get(TimetableRun, "bad")
        assert row is not None
        assert (row.result, row.started_at, row.next_at) == ("ValueError", NOW, NOW + timedelta(minutes=1))
    assert "job bad failed: ValueError" in caplog.text
    assert "张三的电话" not in caplog.text


def test_every_row_of_the_timetable_runs_on_an_empty_database(database: Database, tmp_path: Path) -> None:
    results = run_all_once(database, Config(tmp_path), NOW)
    assert results == {job.name: "0" for job in TIMETABLE}


def test_sessions_that_ran_out_are_deleted(database: Database, tmp_path: Path) -> None:
    with database.transaction() as db:
        user = create_user(db, "a@town.test", "three green hills", None, by=None, now=NOW)
        open_session(db, user.actor_id, NOW)
        open_session(db, user.actor_id, NOW + timedelta(hours=20))
    assert run_all_once(database, Config(tmp_path), NOW + timedelta(hours=25))["sessions"] == "1"
    with database.reading() as db:
        assert db.scalar(select(func.count()).select_from(Session)) == 1


def test_a_file_without_a_row_is_swept_after_a_day(database: Database, tmp_path: Path) -> None:
    config = Config(tmp_path)
    stored = BlobStore(config.blob_dir).put(b"left by a crash")
    path = BlobStore(config.blob_dir).path(stored.sha256)
    written = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    assert sweep_files(database, config, written + timedelta(hours=23)) == 0
    assert sweep_files(database, config, written + timedelta(hours=25)) == 1
    assert not path.exists()


def test_only_a_process_that_runs_is_alive() -> None:
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    assert is_alive(process.pid)
    process.communicate(b"\n")
    assert not is_alive(process.pid)
