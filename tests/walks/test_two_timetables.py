"""Two timetables on one database, killed at random over a month: each alert once in the inbox and none of it lost, nothing
twice at any outlet, nothing in quiet hours.
"""

import random
import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path

from sqlalchemy import select

from server.db import Database
from server.followups.channels import Destination, Owner, put_channel
from server.followups.notice_texts import mark_of
from server.followups.outbox import message_id
from server.followups.recalculate import recalculate
from server.followups.wishes import Wishes
from server.jobs import TRY_AGAIN
from server.models import Notification, Project, TimetableRun, User
from server.runs import last_runs
from tests.conftest import Copies
from tests.http_sink import HttpSink
from tests.server.followups.staff import a_staff
from tests.server.followups.told import a_woman, checked, registered
from tests.sizes import size
from tests.smtp_sink import Sink
from tests.walks.one_timetable import SENDER

FIRST, DAYS = datetime(2026, 3, 1, tzinfo=UTC), size("timetable_days")
HOURS = (
    -7.9,
    0.02,
    0.52,
    4.5,
    6.1,
)  # of UTC: 00:06, 08:01, 08:31, 12:30 and 14:06 in Shanghai; the first and fourth quiet
WOMEN = 8
LATE_VISIT = 14  # the day on which a visit that was made in time arrives
PATIENCE = 60.0
CUT_OFF = 5.0  # real seconds after which a step that is still under way was cut off, or hangs


@dataclass
class Month:
    """A town's month: its database, its clock, its mail server and the processes that run its timetable."""

    database: Database
    folder: Path
    sink: Sink
    hook: HttpSink
    processes: list[subprocess.Popen[str]] = field(default_factory=list)
    kills: int = 0

    @property
    def clock(self) -> Path:
        return self.folder / "clock"

    def set(self, instant: datetime) -> None:
        """At once, so that nobody reads half of it."""
        new = self.folder / "clock.new"
        new.write_text(instant.isoformat(), encoding="utf-8")
        new.rename(self.clock)

    def start(self) -> subprocess.Popen[str]:
        url = self.database.engine.url.render_as_string(hide_password=False)
        command = [sys.executable, "-m", "tests.walks.one_timetable", str(self.folder), url]
        command += [str(self.clock), str(self.sink.port)]
        return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)

    def kill(self, number: int) -> None:
        self.processes[number].kill()
        self.processes[number].communicate()
        self.processes[number] = self.start()
        self.kills += 1

    def wait(self, instant: datetime) -> None:
        """Until the day's step is done and an outbox that ran at this instant found nothing more to do.

        A day's step that was cut off is tried again some minutes later: the clock goes on to that time.
        """
        patience, cut_off = time.monotonic() + PATIENCE, time.monotonic() + CUT_OFF
        while not self.is_quiet(instant):
            assert time.monotonic() < patience, f"nothing moves at {instant}"
            if time.monotonic() > cut_off and self.is_under_way():
                instant, cut_off = instant + TRY_AGAIN, time.monotonic() + CUT_OFF
                self.set(instant)
            time.sleep(0.02)

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
    hook.now = lambda: datetime.fromisoformat((folder / "clock").read_text(encoding="utf-8"))
    shutil.copyfile(str(database.keys.path), folder / "secret.key")
    with Sink(pause=0.02) as sink:
        month = Month(database, folder, sink, hook)
        month.set(FIRST - timedelta(days=1))
        fill(database, hook)
        month.processes = [month.start() for _ in range(timetables)]
        try:
            yield month
        finally:
            for process in month.processes:
                process.kill()
                process.communicate()


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
    """`meanwhile(turn)` is called once the clock stands at each instant."""
    for turn, instant in enumerate(instants()):
        month.set(instant)
        if turn == LATE_VISIT * len(HOURS) + 1:
            upload_late(month.database, instant)
        meanwhile(turn)
        month.wait(instant)


def instants() -> list[datetime]:
    return [FIRST + timedelta(days=number, hours=hours) for number in range(DAYS) for hours in HOURS]


def words_in(database: Database, channel: str) -> list[tuple[str, str, str]]:
    """(who, occasion, state), summaries left out."""
    with database.reading() as db:
        rows = db.execute(
            select(User.email, Notification.occasion, Notification.state)
            .join(User, User.actor_id == Notification.recipient_id)
            .where(Notification.channel == channel, Notification.kind != "digest")
        )
        return sorted((email, occasion, state) for email, occasion, state in rows)


@dataclass(frozen=True)
class Outlet:
    """A channel by which words leave the house: what arrived at its far end, and by which name it knows a notification."""

    channel: str
    arrived: Callable[[], list[tuple[str, datetime]]]
    name_of: Callable[[Notification], str]


def outlets_of(month: Month) -> list[Outlet]:
    """Every channel that leaves the house has its outlet here, with a real sink at its far end."""
    return [
        Outlet("email", lambda: mails_at(month.sink), lambda row: message_id(row, SENDER)),
        Outlet("webhook", lambda: calls_at(month.hook), mark_of),
    ]


def mails_at(sink: Sink) -> list[tuple[str, datetime]]:
    return [(mail["Message-ID"], parsedate_to_datetime(mail["Date"])) for mail in sink.mails]


def calls_at(hook: HttpSink) -> list[tuple[str, datetime]]:
    return [(got.headers["idempotency-key"], got.at) for got in hook.got]


def check_outlet(month: Month, outlet: Outlet) -> None:
    """What is sent is there once; what was on its way when its sender died is there once or not at all, and never lost:
    the same word stands in the inbox.
    """
    arrived = outlet.arrived()
    times = Counter(name for name, _ in arrived)
    assert [one for one, number in times.items() if number > 1] == []
    assert [at for _, at in arrived if is_quiet_at(at)] == []
    with month.database.reading() as db:
        rows = list(db.scalars(select(Notification).where(Notification.channel == outlet.channel)))
        inboxes = select(Notification.occasion, Notification.recipient_id).where(Notification.channel == "inbox")
        in_inboxes = {(occasion, person) for occasion, person in db.execute(inboxes)}
    unknown = [row for row in rows if row.state == "failed"]
    assert all(row.sent_at for row in unknown)
    assert len(unknown) <= month.kills
    missing = [row for row in unknown if outlet.name_of(row) not in times]
    assert [row.occasion for row in missing if row.kind != "digest" and in_inbox(row) not in in_inboxes] == []
    sent = {outlet.name_of(row) for row in rows if row.sent_at and row not in unknown}
    assert sent - times.keys() == set()
    assert times.keys() <= {outlet.name_of(row) for row in rows}
    assert {row.state for row in rows} <= {"sent", "taken_back", "failed"}
    print(
        f"{month.kills} kills; {outlet.channel}: {len(rows)} words, {len(arrived)} arrived, none twice, none in quiet hours; "
        f"{len(unknown)} on their way at a kill, {len(missing)} of them in the inbox alone"
    )


def in_inbox(row: Notification) -> tuple[str, int | None]:
    return row.occasion, row.recipient_id


def is_quiet_at(at: datetime) -> bool:
    """Nobody here wished for other hours."""
    return Wishes().earliest(at) != at


def check_all(month: Month) -> None:
    """Every outlet, and the inboxes: whatever was to be told was told, and never in quiet hours."""
    for outlet in outlets_of(month):
        check_outlet(month, outlet)
    with month.database.reading() as db:
        rows = list(db.scalars(select(Notification).where(Notification.channel == "inbox")))
    assert [row.occasion for row in rows if row.sent_at and is_quiet_at(row.sent_at)] == []
    last = instants()[-1]
    lost = [row.occasion for row in rows if row.state not in ("sent", "taken_back") and row.not_before <= last]
    assert lost == []


def test_killed_timetables_tell_everybody_once(
    make_database_url: Callable[[], str], databases: Copies, tmp_path: Path, http_sink: HttpSink
) -> None:
    http_sink.pause = 0.02
    quiet, stormy = (Database(make_database_url(), databases.key_file) for _ in range(2))
    with a_month(quiet, tmp_path / "quiet", http_sink, timetables=1) as month:
        live_through(month, lambda _turn: None)
        check_all(month)
    expected, mailed, hooked = (words_in(quiet, channel) for channel in ("inbox", "email", "webhook"))
    assert len(expected) > 20
    assert {state for _, _, state in expected} == {"sent", "taken_back"}

    chance = random.Random(11)
    turns = Counter(chance.choices(range(len(instants())), k=size("timetable_kills")))
    with a_month(stormy, tmp_path / "stormy", http_sink, timetables=2) as month:

        def strike(turn: int) -> None:
            for _ in range(turns[turn]):
                time.sleep(chance.uniform(0.0, 0.5))
                month.kill(chance.randrange(2))

        live_through(month, strike)
        check_all(month)
    assert month.kills == size("timetable_kills")
    assert words_in(stormy, "inbox") == expected
    assert {one[:2] for one in words_in(stormy, "email")} == {one[:2] for one in mailed}
    assert {one[:2] for one in words_in(stormy, "webhook")} == {one[:2] for one in hooked}
    quiet.dispose()
    stormy.dispose()
