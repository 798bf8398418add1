from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from server.access.people import create_user
from server.access.sessions import open_session
from server.backups.carried_key import make_key_pair
from server.backups.state import state_of
from server.blobs import BlobStore, remember
from server.config import Config, MailServer
from server.db import Database
from server.followups.notices import follow_up_changed
from server.jobs import TIMETABLE, Job, back_up, run_all_once, run_one, sweep_files
from server.models import Session, TimetableRun
from server.sending_jobs import going_on
from server.upgrading import note_key
from tests.conftest import Clock
from tests.server.followups.staff import MORNING, TODAY, a_follow_up, a_staff
from tests.server.shanghai import shanghai
from tests.smtp_sink import Sink

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)  # Monday, 09:00 in Shanghai


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


def test_a_night_makes_a_backup_that_was_tried_and_deletes_those_of_thirty_days_ago(
    database: Database, tmp_path: Path, clock: Clock
) -> None:
    data, elsewhere = tmp_path / "data", tmp_path / "disk"
    config = Config(data, backup_dir=elsewhere)
    data.mkdir()
    note_key(database, clock.now())
    assert back_up(database, config, clock.now()) == 0, "there is no key to seal it to"
    assert not elsewhere.exists()
    make_key_pair(tmp_path / "carried.txt", data)
    assert back_up(database, config, clock.now() + timedelta(days=300)) > 0  # as of a day to come
    clock.forward(days=1)
    assert run_one(database, config, jobs_by_name()["backup"], clock.now()).isdigit()
    assert sorted(path.name[:16] for path in elsewhere.iterdir()) == ["fangshi-20260302", "fangshi-20260303"]
    assert state_of(data, clock.now()) == "good"
    clock.forward(days=29)
    (data / "backup.pub").unlink()
    assert back_up(database, config, clock.now()) == 0
    assert [path.name[:16] for path in elsewhere.iterdir()] == ["fangshi-20260303"]


def test_a_backup_in_which_files_were_missing_is_kept_and_told(
    database: Database, tmp_path: Path, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    config = Config(tmp_path / "data")
    config.data_dir.mkdir()
    note_key(database, clock.now())
    make_key_pair(tmp_path / "carried.txt", config.data_dir)
    store = BlobStore(config.blob_dir, database.keys)
    with database.transaction() as db:
        stored = store.put(b"a photo")
        remember(db, stored, "image/jpeg", clock.now())
    store.path(stored.sha256).unlink()
    assert back_up(database, config, clock.now()) > 0
    assert len(list(config.backup_folder.iterdir())) == 1
    assert state_of(config.data_dir, clock.now()) == "lost"
    assert "backup: 1 stored files are missing or damaged" in caplog.text


def jobs_by_name() -> dict[str, Job]:
    return {job.name: job for job in TIMETABLE}


def test_a_file_without_a_row_is_swept_after_a_day(database: Database, tmp_path: Path, clock: Clock) -> None:
    config = Config(tmp_path)
    store = BlobStore(config.blob_dir, database.keys)
    path = store.path(store.put(b"left by a crash").sha256)
    written = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    clock.set(written + timedelta(hours=23))
    assert sweep_files(database, config, clock.now()) == 0
    assert sweep_files(database, config, clock.now() + timedelta(days=60)) == 0  # as of a day to come
    assert path.exists()
    clock.forward(hours=2)
    assert sweep_files(database, config, clock.now()) == 1
    assert not path.exists()


NIGHTLY = Job("nightly", timedelta(days=1), lambda _database, _config, _now: 0, at=time(0, 5))


def a_run(started: str, finished: bool = True, result: str | None = "3") -> TimetableRun:
    at = shanghai(started)
    next_at = NIGHTLY.next_after(at)
    return TimetableRun(
        name="nightly", started_at=at, finished_at=at if finished else None, result=result, next_at=next_at
    )


@pytest.mark.parametrize(
    ("started", "again"),
    [
        ("02T00:05:00", "03T00:05:00"),
        ("02T00:05:01", "03T00:05:00"),
        ("02T00:04:00", "02T00:05:00"),
        ("02T23:59:00", "03T00:05:00"),
    ],
)
def test_a_daily_row_runs_again_at_its_time_of_the_shanghai_day(started: str, again: str) -> None:
    assert NIGHTLY.next_after(shanghai(started)) == shanghai(again)


@pytest.mark.parametrize(
    ("last", "now", "ripe"),
    [
        (None, "02T15:00:00", True),
        (a_run("02T00:05:00"), "02T23:59:00", False),
        (a_run("02T00:05:00"), "03T00:04:59", False),
        (a_run("02T00:05:00"), "03T00:05:00", True),
        (a_run("02T00:05:00"), "05T16:00:00", True),
        (a_run("02T16:00:00"), "03T00:05:00", True),
        (a_run("02T00:05:00", finished=False, result=None), "02T00:10:00", False),
        (a_run("02T00:05:00", finished=False, result=None), "02T00:15:00", True),
        (a_run("09T00:05:00"), "03T00:01:00", True),
    ],
)
def test_a_daily_row_is_ripe_once_a_day_and_when_days_were_missed(
    last: TimetableRun | None, now: str, ripe: bool
) -> None:
    assert NIGHTLY.is_ripe(last, shanghai(now)) == ripe


def test_a_daily_row_that_failed_is_tried_again_the_same_day(database: Database, tmp_path: Path) -> None:
    def fail(_database: Database, _config: Config, _now: datetime) -> int:
        raise ValueError

    job = Job("nightly", timedelta(days=1), fail, at=time(0, 5))
    run_one(database, Config(tmp_path), job, shanghai("02T00:05:00"))
    with database.reading() as db:
        row = db.get(TimetableRun, "nightly")
    assert not job.is_ripe(row, shanghai("02T00:14:00"))
    assert job.is_ripe(row, shanghai("02T00:15:00"))


def test_one_step_as_of_an_instant_tells_and_delivers(database: Database, tmp_path: Path) -> None:
    with database.transaction() as db:
        staff = a_staff(db)
        follow_up_changed(db, staff.project, a_follow_up(db, staff, state="overdue", overdue_from=TODAY), MORNING)
    with Sink() as sink:
        config = Config(tmp_path, mail=MailServer("smtp", "127.0.0.1", sink.port, "fangshi@town.test"))
        # three about the visit and the day, and two inboxes are told of the papers of February
        assert run_all_once(database, config, MORNING)["outbox"] == "5"
        assert run_all_once(database, config, MORNING)["outbox"] == "0"
    assert [(mail["To"], mail["Subject"]) for mail in sink.mails] == [
        ("chen@town.test", "访视：今天的汇总"),
        ("chen@town.test", "访视：一条提醒"),
    ]


def test_while_the_mail_server_is_away_a_run_asks_it_once(database: Database, tmp_path: Path) -> None:
    with database.transaction() as db:
        staff = a_staff(db)
        for _ in range(3):
            follow_up_changed(db, staff.project, a_follow_up(db, staff, state="overdue"), MORNING)
    with Sink(say={"MAIL": "421 closing"}) as sink:
        config = Config(tmp_path, mail=MailServer("smtp", "127.0.0.1", sink.port, "fangshi@town.test"))
        run_all_once(database, config, MORNING)
    assert sink.reached == 1


def test_a_run_s_clock_stands_at_its_instant_and_goes_on_with_the_machine_s(clock: Clock) -> None:
    as_of = datetime(2026, 3, 5, 12, 59, tzinfo=UTC)
    going = going_on(as_of)
    assert going() == as_of
    clock.forward(minutes=3)
    assert going() == as_of + timedelta(minutes=3)
