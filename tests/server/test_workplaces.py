"""Few threads work at once; who waits for somebody else keeps no place."""

import re
import threading
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
    assert one.free.acquire(blocking=False)


@pytest.mark.parametrize("way", ["work", "rest"])
def test_what_fails_leaves_all_places_as_they_were(one: Workplaces, way: str) -> None:
    with pytest.raises(ZeroDivisionError), one.work():
        if way == "rest":
            with one.rest():
                raise ZeroDivisionError
        raise ZeroDivisionError
    assert one.free.acquire(blocking=False)


def test_who_gave_its_place_up_takes_none_again_and_leaves_none_twice(one: Workplaces) -> None:
    with one.work():
        one.give_up()
        one.give_up()
        with one.rest():
            beside(lambda: one_turn(one, threading.Event())).join(PATIENCE)
        assert not one.is_mine
    assert one.free.acquire(blocking=False)
    assert not one.free.acquire(blocking=False)


def test_whatever_waits_for_another_program_rests_or_is_in_no_request() -> None:
    """Eight slow sign-ins, tiles or letters would else keep everybody out."""
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
