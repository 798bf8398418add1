"""A real `jobs` process: it takes on what a page wished for, and goes on when the machine's clock is set back by a day."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from server import clock
from server.access.people import create_user
from server.config import Config
from server.db import Database
from server.models import TimetablePast
from server.runs import ask_for_run, past_runs, pause_job
from server.upgrading import upgrade
from tests.conftest import Copies
from tests.serving import ROOT, serve_environment

FAKETIME = next(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
PATIENCE = 40.0  # real seconds; an ordinary turn of a minute's job takes longer
STARTING = 180.0  # and what a busy machine may take to begin
A_DAY = timedelta(days=1)


@pytest.fixture
def folder(tmp_path: Path, make_database_url: Callable[[], str], databases: Copies) -> Config:
    folder = tmp_path / "data"
    folder.mkdir()
    url = make_database_url()
    config = Config(folder, database_url=None if url.startswith("sqlite") else url)
    config.key_file.write_bytes(databases.key_file.read_bytes())
    return config


@pytest.fixture
def database(folder: Config) -> Iterator[Database]:
    with Database(folder.sqlalchemy_url, folder.key_file) as found:
        upgrade(found, folder.data_dir, clock.now())
        yield found


@pytest.fixture
def offset(folder: Config, database: Database, tmp_path: Path) -> Iterator[Path]:
    """The file that says how far the process's clock is from ours, in seconds; its other clocks are left alone."""
    file = tmp_path / "offset"
    file.write_text("+0")
    fake = {"LD_PRELOAD": str(FAKETIME), "FAKETIME_TIMESTAMP_FILE": str(file), "FAKETIME_NO_CACHE": "1"}
    fake["FAKETIME_DONT_FAKE_MONOTONIC"] = "1"
    settings = serve_environment(
        **fake, **({"FANGSHI_DATABASE_URL": folder.database_url} if folder.database_url else {})
    )
    command = [sys.executable, "-P", str(ROOT / "server" / "deploy" / "begin.py"), "jobs"]
    process = subprocess.Popen([*command, "--data", str(folder.data_dir)], env=settings)
    try:
        yield file
    finally:
        process.terminate()
        process.wait(20)


def wait_for(
    database: Database, job: str, fits: Callable[[TimetablePast], bool], patience: float = PATIENCE
) -> TimetablePast:
    end = time.monotonic() + patience
    while time.monotonic() < end:
        with database.reading() as db:
            found = next((run for run in past_runs(db).get(job, ()) if run.finished_at and fits(run)), None)
        if found is not None:
            return found
        time.sleep(0.2)
    raise AssertionError(f"{job} did not run")


def test_a_wish_is_taken_on_within_seconds_and_a_clock_set_back_stops_nothing(database: Database, offset: Path) -> None:
    for job in ("backup", "outbox", "orphans"):
        wait_for(database, job, lambda _run: True, STARTING)
    wished = clock.now()
    with database.transaction() as db:
        ada = create_user(db, "ada@town.test", "three green hills", None, by=None, now=wished).actor_id
        ask_for_run(db, "backup", ada, wished)
        pause_job(db, "orphans", "repair", ada, wished)
    run = wait_for(database, "backup", lambda run: run.asked)
    assert (run.due_at, run.result) == (wished, "0")

    offset.write_text(f"-{A_DAY.total_seconds():.0f}")
    yesterday = wait_for(database, "outbox", lambda run: run.started_at < wished - A_DAY / 2)
    assert timedelta(0) <= yesterday.started_at - (wished - A_DAY) < A_DAY / 2
