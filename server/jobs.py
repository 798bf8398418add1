"""The timetable: (name, every, step) rows, run in a process of its own by whoever holds the lease."""

import logging
import os
import signal
import socket
import traceback
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import FrameType

from apscheduler.schedulers.blocking import BlockingScheduler
from sqlalchemy import insert, update
from sqlalchemy.exc import IntegrityError

from server.access.authenticate import delete_old_sessions
from server.blobs import BlobStore, sweep_orphans
from server.clock import now as now_utc
from server.config import Config
from server.db import Database
from server.intake.derive import retry_one
from server.models import TimetableLease, TimetableRun
from server.registry.backlog import force_one

LEASE_LIFE = timedelta(seconds=30)
RENEW_EVERY = timedelta(seconds=10)
MOST_RETRIES = 500  # in one run, so that other rows of the timetable get their turn
ORPHAN_AGE = timedelta(days=1)

log = logging.getLogger("fangshi.jobs")


@dataclass(frozen=True)
class Job:
    """One row of the timetable. `step(database, config, now)` does its work and says on how many things."""

    name: str
    every: timedelta
    step: Callable[[Database, Config, datetime], int]


def retry_derivers(database: Database, _config: Config, now: datetime) -> int:
    """Readings of records that failed and whose time has come again, each in a transaction of its own."""
    for done in range(MOST_RETRIES):
        with database.transaction() as db:
            if not retry_one(db, now):
                return done
    return MOST_RETRIES


def force_backlog(database: Database, _config: Config, now: datetime) -> int:
    """Changes made offline that waited five days for the ones before them, each in a transaction of its own."""
    for done in range(MOST_RETRIES):
        with database.transaction() as db:
            if not force_one(db, now):
                return done
    return MOST_RETRIES


def end_old_sessions(database: Database, _config: Config, now: datetime) -> int:
    with database.transaction() as db:
        return delete_old_sessions(db, now)


def sweep_files(database: Database, config: Config, now: datetime) -> int:
    """Files that a crash left without a row; younger ones may belong to an upload under way."""
    with database.reading() as db:
        return sweep_orphans(db, BlobStore(config.blob_dir), now - ORPHAN_AGE)


TIMETABLE = (
    Job("derivers", timedelta(minutes=1), retry_derivers),
    Job("backlog", timedelta(hours=1), force_backlog),
    Job("sessions", timedelta(hours=1), end_old_sessions),
    Job("orphans", timedelta(hours=6), sweep_files),
)


def run_one(database: Database, config: Config, job: Job, now: datetime) -> str:
    """Runs a step and writes down how it went: a count, or the error's class. Never raises for a failing step."""
    note_run(database, job, now, None, None)
    try:
        result = str(job.step(database, config, now))
    except Exception as error:
        result = type(error).__name__
        where = "".join(traceback.format_tb(error.__traceback__))  # without the message, which may hold an answer
        log.error("job %s failed: %s\n%s", job.name, result, where)
    note_run(database, job, now, now_utc(), result)
    log.info("job %s: %s", job.name, result)
    return result


def note_run(database: Database, job: Job, started: datetime, finished: datetime | None, result: str | None) -> None:
    with database.transaction() as db:
        db.merge(
            TimetableRun(
                name=job.name, started_at=started, finished_at=finished, result=result, next_at=started + job.every
            )
        )


def run_all_once(database: Database, config: Config, now: datetime) -> dict[str, str]:
    """Every step once, in order, as of an instant: name to result."""
    return {job.name: run_one(database, config, job, now) for job in TIMETABLE}


def own_name() -> str:
    return f"{socket.gethostname()}:{os.getpid()}"


def take_lease(database: Database, holder: str, now: datetime) -> bool:
    """Takes or renews the one lease; False while somebody else holds it.

    Free is a lease that ran out, one whose holder died on this machine, and one that ends later than any holder can
    have asked for (the clock was set back).
    """
    with suppress(IntegrityError), database.transaction() as db:
        row = db.get(TimetableLease, 1)
        if row is None:
            db.execute(insert(TimetableLease).values(id=1, holder=holder, fence=1, expires_at=now + LEASE_LIFE))
            return True
        if row.holder != holder and is_held(row, now):
            return False
        taken = db.execute(
            update(TimetableLease)
            .where(TimetableLease.id == 1, TimetableLease.fence == row.fence, TimetableLease.holder == row.holder)
            .values(
                holder=holder,
                fence=row.fence + int(row.holder != holder),
                expires_at=now + LEASE_LIFE,
            )
        )
        return bool(taken.rowcount)  # type: ignore[attr-defined]
    return False


def is_held(row: TimetableLease, now: datetime) -> bool:
    if not now < row.expires_at <= now + LEASE_LIFE:
        return False
    host, _, pid = row.holder.rpartition(":")
    return host != socket.gethostname() or is_alive(int(pid))


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


class Timetable:
    """The running timetable: steps start only while this process holds the lease."""

    def __init__(self, database: Database, config: Config) -> None:
        self.database, self.config = database, config
        self.holder = own_name()
        self.holds = False
        self.scheduler = BlockingScheduler(timezone=UTC, job_defaults={"coalesce": True, "misfire_grace_time": None})

    def run(self) -> None:
        """Runs until SIGTERM or SIGINT."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self.stop)
        self.renew()
        start = now_utc()
        self.scheduler.add_job(self.renew, "interval", seconds=RENEW_EVERY.total_seconds())
        for job in TIMETABLE:
            self.scheduler.add_job(
                self.run_if_holding,
                "interval",
                [job],
                seconds=job.every.total_seconds(),
                next_run_time=start + timedelta(seconds=3),
            )
        self.scheduler.start()

    def stop(self, _number: int, _frame: FrameType | None) -> None:
        self.scheduler.shutdown(wait=False)

    def renew(self) -> None:
        try:
            self.holds = take_lease(self.database, self.holder, now_utc())
        except Exception as error:  # the database may be away for a while; the next renewal tries again
            self.holds = False
            log.warning("lease not renewed: %s", type(error).__name__)

    def run_if_holding(self, job: Job) -> None:
        if self.holds:
            run_one(self.database, self.config, job, now_utc())


def run_timetable(config: Config) -> None:
    """Runs the timetable until told to stop."""
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(name)s %(message)s")
    Timetable(Database(config.sqlalchemy_url), config).run()
