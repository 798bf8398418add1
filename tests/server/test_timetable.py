"""Who holds the lease runs what is ripe, once; wishes, pauses, kills and clocks that are set back."""

import signal
from contextlib import suppress
from datetime import datetime, time, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from server.config import Config
from server.db import Database
from server.jobs import TIMETABLE, Job
from server.models import TimetableWish
from server.runs import past_runs
from server.timetable import LOOK_EVERY, RENEWAL, Timetable
from tests.conftest import Clock
from tests.server.shanghai import shanghai


def run_daily(database: Database, tmp_path: Path, clock: Clock, *instants: str) -> list[datetime]:
    """At which of the instants a timetable that holds the lease ran a daily step."""
    ran: list[datetime] = []
    job = Job("nightly", timedelta(days=1), lambda _database, _config, now: ran.append(now) or 0, at=time(0, 5))
    for instant in instants:
        clock.set(shanghai(instant))
        timetable = Timetable(database, Config(tmp_path))
        timetable.renew()
        timetable.run_if_holding(job)
        timetable.lease.close()
    return ran


def test_a_daily_row_that_is_looked_at_often_runs_once_a_day(database: Database, tmp_path: Path, clock: Clock) -> None:
    looked = ("02T00:04:00", "02T00:06:00", "02T00:07:00", "02T23:00:00", "03T00:04:00", "03T09:00:00", "07T09:00:00")
    assert run_daily(database, tmp_path, clock, *looked) == [
        shanghai(one) for one in ("02T00:04:00", "02T00:06:00", "03T09:00:00", "07T09:00:00")
    ]


def test_after_three_days_without_power_a_daily_row_runs_once_and_says_how_late(
    database: Database, tmp_path: Path, clock: Clock
) -> None:
    looked = ("02T00:05:00", "05T09:00:00", "05T09:01:00", "05T23:59:00", "06T00:04:00", "06T00:05:00")
    assert run_daily(database, tmp_path, clock, *looked) == [
        shanghai(one) for one in ("02T00:05:00", "05T09:00:00", "06T00:05:00")
    ]
    with database.reading() as db:
        due = [run.due_at for run in past_runs(db)["nightly"]]
    assert due == [shanghai(one) for one in ("06T00:05:00", "03T00:05:00", "02T00:05:00")]


def test_a_clock_that_was_set_back_stops_no_daily_row(database: Database, tmp_path: Path, clock: Clock) -> None:
    looked = ("12T00:05:00", "02T00:06:00", "02T00:07:00", "03T00:05:00", "12T00:05:00", "12T00:06:00")
    assert run_daily(database, tmp_path, clock, *looked) == [
        shanghai(one) for one in ("12T00:05:00", "02T00:06:00", "03T00:05:00", "12T00:05:00")
    ]


class Killed(BaseException):
    """What ends a process in the midst of a step: nothing after it is written down."""


@pytest.mark.parametrize("at", [time(0, 5), None])
def test_a_run_that_was_cut_off_by_a_kill_is_run_again(
    database: Database, tmp_path: Path, clock: Clock, at: time | None
) -> None:
    ran: list[datetime] = []

    def step(_database: Database, _config: Config, now: datetime) -> int:
        ran.append(now)
        if len(ran) == 1:
            raise Killed
        return 4

    job = Job("nightly", timedelta(days=1) if at else timedelta(minutes=1), step, at=at)
    for instant in ("02T00:05:00", "02T00:16:00"):
        clock.set(shanghai(instant))
        timetable = Timetable(database, Config(tmp_path))
        timetable.renew()
        with suppress(Killed):
            timetable.run_if_holding(job)
        timetable.lease.close()
    assert ran == [shanghai("02T00:05:00"), shanghai("02T00:16:00")]
    with database.reading() as db:
        again, cut_off = past_runs(db)["nightly"]
    assert (cut_off.finished_at, cut_off.result) == (None, None)
    assert (again.due_at, again.result) == (shanghai("02T00:05:00"), "4")


def wished(database: Database, **values: object) -> None:
    with database.transaction() as db:
        db.merge(TimetableWish(name="nightly", **values))


def test_what_is_paused_stands_still_until_its_pause_is_over_and_is_then_made_up_for_once(
    database: Database, tmp_path: Path, clock: Clock
) -> None:
    wished(database, paused_at=shanghai("02T00:00:00"), paused_until=shanghai("02T04:00:00"))
    looked = ("02T00:05:00", "02T03:59:59", "02T04:00:00", "02T05:00:00")
    assert run_daily(database, tmp_path, clock, *looked) == [shanghai("02T04:00:00")]


def test_what_was_asked_for_runs_once_though_its_time_has_not_come(
    database: Database, tmp_path: Path, clock: Clock
) -> None:
    assert run_daily(database, tmp_path, clock, "02T00:05:00", "02T09:00:00") == [shanghai("02T00:05:00")]
    wished(database, asked_at=shanghai("02T09:00:30"))
    assert run_daily(database, tmp_path, clock, "02T09:01:00", "02T09:02:00", "03T00:05:00") == [
        shanghai(one) for one in ("02T09:01:00", "03T00:05:00")
    ]


def begun_by(timetable: Timetable, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Fills with the names of the rows that its scheduler is told to begin at once."""
    begun: list[str] = []
    monkeypatch.setattr(timetable.scheduler, "modify_job", lambda name, next_run_time: begun.append(name))
    return begun


def test_a_wish_is_seen_at_the_next_look_by_who_holds_the_lease_alone(
    database: Database, tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    timetable = Timetable(database, Config(tmp_path))
    begun = begun_by(timetable, monkeypatch)
    with database.transaction() as db:
        db.add(TimetableWish(name="backup", asked_at=clock.now()))
        db.add(TimetableWish(name="of an older version", asked_at=clock.now()))
    timetable.look(clock.now())
    assert begun == []
    timetable.renew()
    timetable.look(clock.now())
    assert begun == ["backup"]
    timetable.lease.close()


def test_when_the_clock_is_set_back_every_row_is_looked_at_again(
    database: Database, tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each waited for the time at which its turn was to come, the lease's renewal too: for a day, if it was a day."""
    timetable = Timetable(database, Config(tmp_path))
    begun = begun_by(timetable, monkeypatch)
    timetable.renew()
    seen = timetable.look(clock.now())
    clock.forward(seconds=3)
    seen = timetable.look(seen)
    assert begun == []
    clock.set(clock.now() - timedelta(days=1))
    assert timetable.look(seen) == clock.now()
    assert begun == ["renewal", *(job.name for job in TIMETABLE)]
    timetable.lease.close()


def test_who_hung_past_its_lease_starts_nothing(database: Database, tmp_path: Path, clock: Clock) -> None:
    ran: list[datetime] = []
    job = Job("often", timedelta(minutes=1), lambda _database, _config, now: ran.append(now) or 0)
    timetable = Timetable(database, Config(tmp_path))
    timetable.renew()
    clock.forward(seconds=29)
    timetable.run_if_holding(job)
    clock.forward(seconds=1)
    timetable.run_if_holding(job)
    assert len(ran) == 1
    timetable.renew()
    timetable.run_if_holding(job)
    assert len(ran) == 2
    timetable.lease.close()


def test_who_comes_to_hold_the_lease_later_begins_with_every_row(
    database: Database, tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It went without them for up to a minute after another process had died, the hourly ones for an hour."""
    begun: list[str] = []
    dying, second = (Timetable(database, Config(tmp_path)) for _ in range(2))
    dying.lease.holder = second.lease.holder + "0"  # type: ignore[attr-defined]
    monkeypatch.setattr("server.leases.is_alive", lambda _pid: True)
    dying.renew()
    monkeypatch.setattr(second.scheduler, "modify_job", lambda name, next_run_time: begun.append(name))
    monkeypatch.setattr(type(second.scheduler), "running", True)
    second.renew()
    assert begun == []
    dying.lease.close()
    for _ in range(2):
        second.renew()
    assert begun == [job.name for job in TIMETABLE]
    second.lease.close()


def test_rows_are_looked_at_one_after_the_other_and_not_all_at_once(database: Database, config: Config) -> None:
    """Each at once had a connection of its own, now and in every later minute: 10 MB."""
    timetable, start = Timetable(database, config), shanghai("02T09:00:00")
    timetable.plan(start)
    rows = [job for job in timetable.scheduler.get_jobs() if job.id != RENEWAL]
    assert [job.id for job in rows] == [job.name for job in TIMETABLE]
    first = [job.next_run_time for job in rows]
    second = [job.trigger.get_next_fire_time(begins, begins) for job, begins in zip(rows, first, strict=True)]
    for round in (first, [begins for job, begins in zip(rows, second, strict=True) if begins - start < 2 * LOOK_EVERY]):
        assert len(round) > 10
        assert all(later - before >= timedelta(seconds=0.1) for before, later in pairwise(round))
    assert first[-1] - start < timedelta(seconds=10)
    timetable.lease.close()


def test_a_timetable_that_is_told_to_stop_before_it_runs_ends_at_once(database: Database, config: Config) -> None:
    timetable = Timetable(database, config)
    with pytest.raises(SystemExit) as left:
        timetable.stop(signal.SIGTERM, None)
    assert left.value.code == 0
