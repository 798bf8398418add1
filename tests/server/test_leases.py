import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.exc import DBAPIError

from server.db import Database
from server.leases import Lease, is_alive, lease_of, take_lease
from server.models import TimetableLease

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
ELSEWHERE = "another-machine:77"
HOLDER = """
import sys
from datetime import datetime
from server.db import Database
from server.leases import lease_of, own_name
assert lease_of(Database(sys.argv[1]), own_name()).hold(datetime.fromisoformat(sys.argv[2]))
print("holds", flush=True)
input()
"""


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


def test_only_a_process_that_runs_is_alive() -> None:
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    assert is_alive(process.pid)
    process.communicate(b"\n")
    assert not is_alive(process.pid)


@pytest.fixture
def a_lease(database: Database) -> Iterator[Callable[[str], Lease]]:
    made: list[Lease] = []

    def make(holder: str) -> Lease:
        made.append(lease_of(database, holder))
        return made[-1]

    yield make
    for lease in made:
        lease.close()


@pytest.fixture
def process(database: Database) -> Iterator[subprocess.Popen[str]]:
    """Another process of this machine that holds the lease."""
    url = database.engine.url.render_as_string(hide_password=False)
    command = [sys.executable, "-c", HOLDER, url, NOW.isoformat()]
    holder = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert holder.stdout is not None
    assert holder.stdout.readline() == "holds\n"
    yield holder
    holder.kill()
    holder.communicate()


def eventually(ask: Callable[[], bool]) -> bool:
    """A server sees that a client is gone after some milliseconds."""
    patience = time.monotonic() + 60
    while not (done := ask()) and time.monotonic() < patience:
        time.sleep(0.02)
    return done


def test_one_of_two_holds_and_keeps_it(database: Database, a_lease: Callable[[str], Lease]) -> None:
    first, second = a_lease("machine-a:1"), a_lease("machine-b:1")
    assert first.hold(NOW)
    assert not second.hold(NOW + timedelta(seconds=9))
    assert first.hold(NOW + timedelta(seconds=10))
    assert not second.hold(NOW + timedelta(seconds=35))
    assert holder_of(database) == ("machine-a:1", 1)


def test_who_lets_go_is_followed_at_once(database: Database, a_lease: Callable[[str], Lease]) -> None:
    first, second = a_lease("machine-a:1"), a_lease("machine-b:1")
    assert first.hold(NOW)
    first.close()
    assert eventually(lambda: second.hold(NOW + timedelta(seconds=1)))
    assert holder_of(database) == ("machine-b:1", 2)


def test_who_stopped_renewing_is_followed_and_holds_no_more(
    database: Database, a_lease: Callable[[str], Lease]
) -> None:
    first, second = a_lease("machine-a:1"), a_lease("machine-b:1")
    assert first.hold(NOW)
    later = NOW + timedelta(seconds=31)
    assert eventually(lambda: second.hold(later))
    assert not eventually_holds(first, later)
    assert holder_of(database) == ("machine-b:1", 2)


def eventually_holds(lease: Lease, now: datetime) -> bool:
    """A holder whose connection was ended learns it by an error, and then asks anew."""
    try:
        return lease.hold(now)
    except DBAPIError as error:
        assert error.connection_invalidated
        return lease.hold(now)


def test_a_holder_that_is_killed_is_followed_at_once(
    process: subprocess.Popen[str], a_lease: Callable[[str], Lease]
) -> None:
    lease = a_lease("machine-b:1")
    assert not lease.hold(NOW + timedelta(seconds=1))
    process.kill()
    process.wait()
    assert eventually(lambda: lease.hold(NOW + timedelta(seconds=1)))


def test_a_holder_that_hangs_is_followed_when_its_time_is_over(
    process: subprocess.Popen[str], a_lease: Callable[[str], Lease]
) -> None:
    lease = a_lease("machine-b:1")
    process.send_signal(signal.SIGSTOP)
    assert not lease.hold(NOW + timedelta(seconds=29))
    assert eventually(lambda: lease.hold(NOW + timedelta(seconds=31)))


def test_a_holder_whose_clock_is_a_little_ahead_keeps_the_lease(
    database: Database, a_lease: Callable[[str], Lease]
) -> None:
    first, second = a_lease("machine-a:1"), a_lease("machine-b:1")
    assert first.hold(NOW + timedelta(seconds=5))
    assert not second.hold(NOW)
    assert not second.hold(NOW)
    assert first.hold(NOW + timedelta(seconds=15))
    assert holder_of(database) == ("machine-a:1", 1)


def test_a_clock_that_was_set_back_leaves_no_lease_for_ever(a_lease: Callable[[str], Lease]) -> None:
    assert a_lease(ELSEWHERE).hold(NOW + timedelta(days=400))
    lease = a_lease("machine-b:1")
    assert eventually(lambda: lease.hold(NOW))
