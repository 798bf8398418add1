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


LIBRARIES = """
import re
import numpy, pyogrio
from server.memory import SMAPS, let_go_of_programs
def of_files():
    parts = re.split(r"\\n(?=[0-9a-f]+-[0-9a-f]+ )", SMAPS.read_text())
    return sum(int(re.search(r"^Rss: +(\\d+)", part, re.M)[1]) for part in parts if "/" in part.partition("\\n")[0])
before = of_files()
let_go_of_programs()
after = of_files()
numpy.linalg.inv(numpy.eye(3) * 2)
assert "GPKG" in pyogrio.list_drivers()
print(before, after)
"""


def test_libraries_that_were_let_go_of_are_there_when_they_are_needed() -> None:
    done = subprocess.run([sys.executable, "-c", LIBRARIES], capture_output=True, text=True, check=True)
    before, after = map(int, done.stdout.split())
    assert after < before / 2


MIDDLE = """
import re
from server.memory import SMAPS, give_back
def resident():
    return sum(map(int, re.findall(r"^Rss: +(\\d+)", SMAPS.read_text(), re.M)))
taken = [bytes(3000) for _ in range(20_000)]
kept = taken[::20]
del taken
before = resident()
give_back()
print(before, resident())
"""


def test_what_was_let_go_of_between_what_is_kept_is_given_back() -> None:
    done = subprocess.run([sys.executable, "-c", MIDDLE], capture_output=True, text=True, check=True)
    before, after = map(int, done.stdout.split())
    assert after < before - 20_000


LOADED = """
import sys
from server.serving import load_children
load_children()
print([one for one in sys.argv[1:] if one in sys.modules])
"""


def test_what_few_ask_for_is_not_loaded_into_every_process_of_a_server() -> None:
    rare = ("pyogrio", "weasyprint", "openpyxl", "pyxform", "xlsxwriter", "icalendar")
    done = subprocess.run([sys.executable, "-c", LOADED, *rare], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
