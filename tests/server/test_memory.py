"""Threads take memory from few places: what one of them let go of, another one uses."""

import subprocess
import sys

import pytest

from server.memory import ARENAS

THREADS = """
import ctypes, sys, threading
from server.memory import share_arenas
if sys.argv[1] == "shared":
    share_arenas()
together = threading.Barrier(8)
def take():
    together.wait()
    kept = [bytes(2000) for _ in range(5000)]
    together.wait()
    del kept
threads = [threading.Thread(target=take) for _ in range(8)]
for one in threads:
    one.start()
for one in threads:
    one.join()
ctypes.CDLL(None).malloc_stats()
"""


@pytest.mark.parametrize(("how", "few"), [("shared", True), ("as it comes", False)])
def test_eight_threads_take_memory_from_two_places(how: str, few: bool) -> None:
    done = subprocess.run([sys.executable, "-c", THREADS, how], capture_output=True, text=True, check=True)
    assert (done.stderr.count("Arena ") <= ARENAS) == few, done.stderr
