"""The running timetable: rows of jobs.py start only in the process that holds the lease."""

import logging
import signal
import sys
import threading
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from types import FrameType

from apscheduler.schedulers.blocking import BlockingScheduler

from server import clock, logs
from server.config import Config
from server.db import Database
from server.jobs import TIMETABLE, Job, run_one
from server.leases import LEASE_LIFE, RENEW_EVERY, lease_of, own_name
from server.memory import give_back
from server.models import TimetableRun, TimetableWish
from server.postgresql import TIMETABLE_CONNECTIONS
from server.runs import is_asked, is_paused, wishes_of_jobs

LOOK_EVERY = timedelta(minutes=1)  # whether a daily row's time has come
LOOK_FOR_WISHES = timedelta(seconds=3)  # of people, and whether the clock was set back
APART = timedelta(seconds=0.1)  # most find nothing to do, and then one connection does for all: each keeps over 1 MB
RENEWAL = "renewal"  # of the lease, among the rows of the scheduler

log = logging.getLogger("fangshi.jobs")


class Timetable:
    """A process's timetable: steps start only while it holds the lease."""

    def __init__(self, database: Database, config: Config) -> None:
        self.database, self.config = database, config
        self.lease = lease_of(database, own_name())
        self.held_until = datetime.min.replace(tzinfo=UTC)
        self.scheduler = BlockingScheduler(timezone=UTC, job_defaults={"coalesce": True, "misfire_grace_time": None})
        self.stopped = threading.Event()

    def run(self) -> None:
        """Runs until SIGTERM or SIGINT."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self.stop)
        self.renew()
        self.plan(clock.now())
        threading.Thread(target=self.keep_looking, daemon=True).start()
        self.scheduler.start()
        self.lease.close()

    def plan(self, start: datetime) -> None:
        """The lease is renewed, and every row looked at soon after the start and then each minute; never two at once."""
        self.scheduler.add_job(self.renew, "interval", id=RENEWAL, seconds=RENEW_EVERY.total_seconds())
        for number, job in enumerate(TIMETABLE):
            self.scheduler.add_job(
                self.run_if_holding,
                "interval",
                [job],
                id=job.name,
                seconds=(LOOK_EVERY if job.at else job.every).total_seconds(),
                next_run_time=start + timedelta(seconds=3) + number * APART,
            )

    def stop(self, _number: int, _frame: FrameType | None) -> None:
        """Also before the scheduler started, and when told twice."""
        self.stopped.set()
        if not self.scheduler.running:
            sys.exit(0)
        self.scheduler.shutdown(wait=False)

    def renew(self) -> None:
        """Who comes to hold the lease later than it started begins with every row, as at a start."""
        now = clock.now()
        held_before = now < self.held_until
        try:
            self.held_until = now + LEASE_LIFE if self.lease.hold(now) else now
        except Exception as error:  # the database may be away for a while; the next renewal tries again
            self.held_until = now
            log.warning("lease not renewed: %s", type(error).__name__)
        if self.held_until > now and not held_before and self.scheduler.running:
            self.begin([job.name for job in TIMETABLE], now)

    def begin(self, names: Iterable[str], now: datetime) -> None:
        """These rows are looked at at once, instead of when their turn comes."""
        for name in names:
            self.scheduler.modify_job(name, next_run_time=now)

    def keep_looking(self) -> None:
        """Looks for wishes until stopped. The waiting goes by a clock that nobody sets."""
        seen = clock.now()
        while not self.stopped.wait(LOOK_FOR_WISHES.total_seconds()):
            give_back()  # 0.3 ms
            try:
                seen = self.look(seen)
            except Exception as error:  # as above; what is wished for stays written down
                log.warning("wishes not read: %s", type(error).__name__)

    def look(self, seen: datetime) -> datetime:
        """Begins what was asked for. `seen` is what the clock said at the last look; returns what it says now.

        A clock that was set back would leave every row waiting for the time at which its turn was to come: they all
        begin again.
        """
        now = clock.now()
        if now < seen:
            self.begin([RENEWAL, *(job.name for job in TIMETABLE)], now)
        if now < self.held_until:
            with self.database.reading() as db:
                asked = {wish.name for wish in wishes_of_jobs(db).values() if is_asked(wish)}
            self.begin([job.name for job in TIMETABLE if job.name in asked], now)
        return now

    def run_if_holding(self, job: Job) -> None:
        """Not by a process that hung since its last renewal: somebody else holds the lease by now."""
        now = clock.now()
        if now < self.held_until and is_wanted(job, *self.memory_of(job), now):
            run_one(self.database, self.config, job, now)

    def memory_of(self, job: Job) -> tuple[TimetableRun | None, TimetableWish | None]:
        with self.database.reading() as db:
            return db.get(TimetableRun, job.name), db.get(TimetableWish, job.name)


def is_wanted(job: Job, last: TimetableRun | None, wish: TimetableWish | None, now: datetime) -> bool:
    """Whether a row that is looked at runs: when somebody asked for it, or its time has come and it is not paused."""
    return is_asked(wish) or (not is_paused(wish, now) and (job.at is None or job.is_ripe(last, now)))


def run_timetable(config: Config) -> None:
    """Runs the timetable until told to stop."""
    logs.install()
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(name)s %(message)s")
    Timetable(Database(config.direct_url, config.key_file, TIMETABLE_CONNECTIONS), config).run()
