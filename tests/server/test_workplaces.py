"""Few threads work at once; who waits for somebody else keeps no place."""

import re
import threading
import time
from collections.abc import Callable

import pytest

from server.workplaces import Workplaces
from tests.sizes import ROOT

PATIENCE = 30.0  # of a busy machine
WAITS = re.compile(
    r"subprocess\.(run|Popen)\(|\.acquire\(timeout|\.open\(request|smtplib\.SMTP\(|create_connection\(|\bsleep\("
)
IN_NO_REQUEST = {
    "server/backups/snapshot.py": "a job, or a command",
    "server/followups/smtp.py": "the jobs that send",
    "server/moving/central_client.py": "a command",
    "server/postgresql.py": "before anything is served",
    "server/rotating.py": "a command",
    "server/serving.py": "the supervisor",
    "server/upgrading.py": "before anything is served",
}
IN_ITS_PLACE_GIVEN_UP = {"server/turns.py": "who waits there has none any more"}


@pytest.fixture
def one() -> Workplaces:
    return Workplaces(1)


def beside(work: Callable[[], object]) -> threading.Thread:
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    return thread


def test_no_more_work_at_once_than_there_are_places() -> None:
    places, now, most, guard = Workplaces(3), 0, 0, threading.Lock()
    gate = threading.Event()

    def work() -> None:
        nonlocal now, most
        with places.work():
            with guard:
                now += 1
                most = max(most, now)
            gate.wait(0.02)
            with guard:
                now -= 1

    threads = [beside(work) for _ in range(12)]
    for thread in threads:
        thread.join(PATIENCE)
    assert (most, now) == (3, 0)


def test_who_has_been_at_it_for_long_keeps_nobody_out_but_there_are_so_many_of_them_at_most() -> None:
    places, over = Workplaces(1, most=2, long=0.2), threading.Event()
    came = [threading.Event() for _ in range(3)]

    def work(mine: threading.Event) -> None:
        with places.work():
            mine.set()
            over.wait(PATIENCE)

    threads = [beside(lambda: work(came[0]))]
    assert came[0].wait(PATIENCE)
    began = time.monotonic()
    threads.append(beside(lambda: work(came[1])))
    assert came[1].wait(PATIENCE)
    assert time.monotonic() - began > 0.1, "whoever has only begun does keep others out"
    threads.append(beside(lambda: work(came[2])))
    assert not came[2].wait(0.6)
    over.set()
    for thread in threads:
        thread.join(PATIENCE)
    assert came[2].is_set() and places.since == {}


def test_who_rests_leaves_the_place_to_another_and_takes_one_again_before_it_goes_on(one: Workplaces) -> None:
    came = threading.Event()
    with one.work():
        with one.rest():
            assert not one.is_mine
            beside(lambda: one_turn(one, came))
            assert came.wait(PATIENCE)
        assert one.is_mine
        again = threading.Event()
        thread = beside(lambda: one_turn(one, again))
        assert not again.wait(0.05)
    thread.join(PATIENCE)
    assert again.is_set()


def test_who_waits_comes_in_by_turn_and_no_newcomer_before(one: Workplaces) -> None:
    came: list[str] = []
    one.take()
    waiting = [wait_outside(one, came, name) for name in ("first", "second", "third")]
    one.give_up()
    with one.work():
        came.append("who had just left")
    for thread in waiting:
        thread.join(PATIENCE)
    assert came == ["first", "second", "third", "who had just left"]


def test_who_has_begun_and_rested_goes_before_who_waits_to_begin(one: Workplaces) -> None:
    came: list[str] = []
    one.take()
    with one.rest():
        in_its_place, may_leave = hold(one)
        waits = wait_outside(one, came, "who waits to begin")
        beside(lambda: leave_once_two_are_outside(one, may_leave))
    came.append("who rested")
    one.give_up()
    for thread in (in_its_place, waits):
        thread.join(PATIENCE)
    assert came == ["who rested", "who waits to begin"]


def hold(places: Workplaces) -> tuple[threading.Thread, threading.Event]:
    """A thread that is in until it is told to leave."""
    is_in, may_leave = threading.Event(), threading.Event()

    def work() -> None:
        with places.work():
            is_in.set()
            may_leave.wait(PATIENCE)

    thread = beside(work)
    assert is_in.wait(PATIENCE)
    return thread, may_leave


def leave_once_two_are_outside(places: Workplaces, may_leave: threading.Event) -> None:
    while len(places.outside) < 2:
        time.sleep(0.001)
    may_leave.set()


def wait_outside(places: Workplaces, came: list[str], name: str) -> threading.Thread:
    """A thread that stands outside by now."""
    before = len(places.outside)

    def work() -> None:
        with places.work():
            came.append(name)

    thread = beside(work)
    while len(places.outside) == before:
        time.sleep(0.001)
    return thread


def one_turn(places: Workplaces, came: threading.Event) -> None:
    with places.work():
        came.set()


def test_whoever_has_a_place_needs_no_second_one(one: Workplaces) -> None:
    with one.work(), one.work():
        assert one.is_mine
    assert not one.is_mine


def test_who_is_in_no_place_rests_without_taking_one(one: Workplaces) -> None:
    with one.rest():
        assert not one.is_mine
    assert not one.is_mine
    assert one.since == {}


@pytest.mark.parametrize("way", ["work", "rest"])
def test_what_fails_leaves_all_places_as_they_were(one: Workplaces, way: str) -> None:
    with pytest.raises(ZeroDivisionError), one.work():
        if way == "rest":
            with one.rest():
                raise ZeroDivisionError
        raise ZeroDivisionError
    assert one.since == {}


def test_who_gave_its_place_up_takes_none_again_and_leaves_none_twice(one: Workplaces) -> None:
    with one.work():
        one.give_up()
        one.give_up()
        with one.rest():
            beside(lambda: one_turn(one, threading.Event())).join(PATIENCE)
        assert not one.is_mine
    assert one.since == {}


def test_whatever_waits_for_another_program_rests_or_is_in_no_request() -> None:
    """Else slow sign-ins, tiles or letters would keep everybody out."""
    waiting = set()
    for path in sorted((ROOT / "server").rglob("*.py")):
        name, source = path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")
        if (
            WAITS.search(source)
            and "HERE.rest()" not in source
            and not name.startswith(("server/cli/", "server/deploy/"))
        ):
            waiting.add(name)
    assert waiting == IN_NO_REQUEST.keys() | IN_ITS_PLACE_GIVEN_UP.keys()
