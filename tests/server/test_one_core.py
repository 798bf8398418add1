"""A web process stays on one core, and goes where others do less."""

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from server import one_core
from server.one_core import LOOK_EVERY, OneCore, read_busy

ALL = os.sched_getaffinity(0)


class Machine:
    """Two cores that are as busy as the test says."""

    def __init__(self) -> None:
        self.busy = {0: 100.0, 1: 100.0}
        self.bound: list[int] = []


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Machine:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _task: {0, 1})
    monkeypatch.setattr("time.process_time", lambda: 0.0)
    monkeypatch.setattr("time.monotonic", lambda: 0.0)
    return Machine()


@pytest.fixture
def core(machine: Machine) -> OneCore:
    core = OneCore(lambda: dict(machine.busy), machine.bound.append)
    core.stay(0)
    return core


def test_processes_begin_on_cores_one_after_the_other(machine: Machine) -> None:
    for number in range(3):
        OneCore(lambda: machine.busy, machine.bound.append).stay(number)
    assert machine.bound == [0, 1, 0]


def test_it_goes_where_others_do_less_and_not_for_a_little(machine: Machine, core: OneCore) -> None:
    machine.busy[0] += 0.2 * LOOK_EVERY
    core.look(LOOK_EVERY)
    assert machine.bound == [0]
    machine.busy[0] += 0.9 * LOOK_EVERY
    core.look(2 * LOOK_EVERY)
    assert machine.bound == [0, 1]


def test_what_it_does_itself_moves_it_nowhere(machine: Machine, core: OneCore, monkeypatch: pytest.MonkeyPatch) -> None:
    machine.busy[0] += LOOK_EVERY
    monkeypatch.setattr("time.process_time", lambda: LOOK_EVERY)
    core.look(LOOK_EVERY)
    assert machine.bound == [0]


def test_it_looks_now_and_then_and_not_at_each_request(machine: Machine, core: OneCore) -> None:
    machine.busy[0] += 100
    core.look(0.9 * LOOK_EVERY)
    assert machine.bound == [0]


def test_on_a_machine_of_one_core_or_without_such_a_call_nothing_is_bound(
    machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _task: {3})
    core = OneCore(lambda: machine.busy, machine.bound.append)
    core.stay(0)
    core.look(LOOK_EVERY)
    monkeypatch.delattr(os, "sched_getaffinity")
    core.stay(0)
    with core.on_any_core():
        assert machine.bound == []


def test_where_nobody_tells_how_busy_cores_are_it_stays(
    machine: Machine, core: OneCore, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(one_core, "STAT", tmp_path / "none")
    core.busy = read_busy
    core.look(LOOK_EVERY)
    core.look(2 * LOOK_EVERY)
    assert machine.bound == [0]


def test_all_threads_are_bound_and_another_program_is_not() -> None:
    """In a process of its own: what is bound once stays bound."""
    done = subprocess.run([sys.executable, "-c", BOUND], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["1", "1", str(len(ALL)), "1"]


BOUND = """
import os, subprocess, sys, threading
from server.one_core import OneCore
over, core = threading.Event(), OneCore()
before = threading.Thread(target=over.wait)
before.start()
core.stay(0)
print(len(os.sched_getaffinity(before.native_id)))
told = []
after = threading.Thread(target=lambda: told.append(len(os.sched_getaffinity(0))))
after.start()
after.join()
print(*told)
with core.on_any_core():
    asked = [sys.executable, "-c", "import os; print(len(os.sched_getaffinity(0)))"]
    print(subprocess.run(asked, capture_output=True, text=True).stdout.strip())
print(len(os.sched_getaffinity(0)))
over.set()
"""


def test_the_machine_tells_how_busy_its_cores_are() -> None:
    busy = read_busy()
    assert busy.keys() >= ALL and all(value > 0 for value in busy.values())


def test_a_thread_that_has_just_ended_is_passed_over(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "4194999").mkdir()
    monkeypatch.setattr(one_core, "TASKS", tmp_path)
    one_core.pin(0)
    assert os.sched_getaffinity(0) == ALL and threading.active_count()
