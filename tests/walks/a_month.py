"""A simulated month of a town: its database, its clock, its sinks, and the processes that run its timetable and can be killed."""

import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import select

from server.db import Database
from server.followups.channels import Destination, Owner, put_channel
from server.followups.claims import STUCK_AFTER
from server.followups.recalculate import recalculate
from server.jobs import TRY_AGAIN
from server.models import Project, TimetableRun
from server.runs import last_runs
from tests.http_sink import HttpSink
from tests.server.followups.staff import a_staff
from tests.server.followups.told import a_woman, checked, registered
from tests.sizes import size
from tests.smtp_sink import Sink
from tests.walks.one_timetable import looks_file, put

FIRST, DAYS = datetime(2026, 3, 1, tzinfo=UTC), size("timetable_days")
MORNING = 0.02  # of UTC: 08:01 in Shanghai
HOURS = (-7.9, MORNING, 0.52, 4.5, 6.1)  # and 00:06, 08:31, 12:30 and 14:06; the first and fourth are quiet
WOMEN = 8
LATE_VISIT = 14  # the day on which a visit that was made in time arrives
PATIENCE = 300.0
CUT_OFF = 5.0  # real seconds after which a step that is still under way was cut off, or hangs


@dataclass
class Month:
    """A town's month: its database, its clock, its mail server and the processes that run its timetable."""

    database: Database
    folder: Path
    sink: Sink
    hook: HttpSink
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)
    kills: int = 0

    @property
    def clock(self) -> Path:
        return self.folder / "clock"

    def now(self) -> datetime:
        return datetime.fromisoformat(self.clock.read_text(encoding="utf-8"))

    def set(self, instant: datetime) -> None:
        put(self.clock, instant.isoformat())

    def start(self) -> subprocess.Popen[bytes]:
        url = self.database.engine.url.render_as_string(hide_password=False)
        command = [sys.executable, "-m", "tests.walks.one_timetable", str(self.folder), url]
        command += [str(self.clock), str(self.sink.port)]
        return subprocess.Popen(command)

    def kill(self, number: int) -> None:
        self.processes[number].kill()
        self.processes[number].wait()
        self.processes[number] = self.start()
        self.kills += 1

    def wait(self, instant: datetime) -> None:
        """Until the day's step is done and an outbox that ran at this instant found nothing more to do.

        A day's step that was cut off is tried again some minutes later: the clock goes on to that time. Who lost the lease in
        the midst of sending hands over what it has claimed: the clock stands still until each process has ended its look.
        """
        patience, cut_off = time.monotonic() + PATIENCE, time.monotonic() + CUT_OFF
        while not (self.is_quiet(instant) and self.have_looked_again(patience) and self.is_quiet(instant)):
            assert time.monotonic() < patience, f"nothing moves at {instant}"
            if time.monotonic() > cut_off and self.is_under_way():
                instant, cut_off = instant + TRY_AGAIN, time.monotonic() + CUT_OFF
                self.set(instant)
            time.sleep(0.02)

    def have_looked_again(self, patience: float) -> bool:
        """Waits until each process that looks has ended the look that it is in."""
        before = self.looks()
        while any(number == before.get(pid) for pid, number in self.looks().items()):
            assert time.monotonic() < patience, "a look does not end"
            time.sleep(0.01)
        return True

    def looks(self) -> dict[int, str]:
        """How many looks each process has ended, by its number; one that has not begun is not there."""
        files = {process.pid: looks_file(self.folder, process.pid) for process in self.processes}
        return {pid: file.read_text(encoding="utf-8") for pid, file in files.items() if file.exists()}

    def is_under_way(self) -> bool:
        daily = self.runs().get("follow_ups")
        return daily is not None and daily.finished_at is None

    def runs(self) -> dict[str, TimetableRun]:
        with self.database.reading() as db:
            return last_runs(db)

    def is_quiet(self, instant: datetime) -> bool:
        runs = self.runs()
        outbox, daily = runs.get("outbox"), runs.get("follow_ups")
        emptied = outbox is not None and outbox.started_at == instant and outbox.result == "0"
        return emptied and daily is not None and (daily.next_at or instant) > instant and daily.result is not None


@contextmanager
def a_month(database: Database, folder: Path, hook: HttpSink, timetables: int) -> Iterator[Month]:
    """One worker has a hook, which leads to this sink; it is emptied first."""
    folder.mkdir()
    hook.got.clear()
    shutil.copyfile(str(database.keys.path), folder / "secret.key")
    with Sink(pause=0.02) as sink:
        month = Month(database, folder, sink, hook)
        sink.now = hook.now = month.now
        month.set(FIRST - timedelta(days=1))
        fill(database, hook)
        month.processes = [month.start() for _ in range(timetables)]
        try:
            yield month
        finally:
            for process in month.processes:
                process.kill()
                process.wait()


def fill(database: Database, hook: HttpSink) -> None:
    """Women whose follow-ups become due, overdue, red and critical in that month, some of them together."""
    with database.transaction() as db:
        staff = a_staff(db)
        project, to = staff.project, Destination("webhook", f"{hook.url}/luo", "s3cret")
        put_channel(db, Owner(actor_id=staff.luo), to, alerts=True, digests=True, by=staff.luo, now=FIRST)
        for number in range(WOMEN):
            uuid, weeks = f"w{number}", 140 if number % 2 else 285
            last_period = FIRST.date() - timedelta(days=weeks - 3 * number)
            on = last_period + timedelta(days=60)
            a_woman(db, project, uuid, label=f"W-{number:04} 王*")
            given = {"subject": uuid, "episode": f"p{number}", "event": f"registered-{number}"}
            registered(db, project, on.isoformat(), last_period.isoformat(), first_check_date=on.isoformat(), **given)
            recalculate(db, project, "women", uuid, (FIRST - timedelta(days=1)).date(), FIRST - timedelta(days=1))


def upload_late(database: Database, now: datetime) -> None:
    """A check of five days ago comes in: what it answers is taken back."""
    with database.transaction() as db:
        project = db.scalars(select(Project)).one()
        visited = (now - timedelta(days=5)).date().isoformat()
        checked(db, project, visited, now.date().isoformat(), subject="w1", episode="p1", event="checked-1")
        recalculate(db, project, "women", "w1", now.date(), now)


def live_through(month: Month, meanwhile: Callable[[int], None]) -> None:
    """`meanwhile(turn)` is called once the clock stands at each instant. What a kill cuts off is let go of some minutes later, so
    the clock goes on so long after the last one."""
    for turn, instant in enumerate(instants()):
        month.set(instant)
        if turn == LATE_VISIT * len(HOURS) + 1:
            upload_late(month.database, instant)
        meanwhile(turn)
        month.wait(instant)
    after = instants()[-1] + STUCK_AFTER + timedelta(minutes=1)
    month.set(after)
    month.wait(after)


def instants() -> list[datetime]:
    return [FIRST + timedelta(days=number, hours=hours) for number in range(DAYS) for hours in HOURS]
