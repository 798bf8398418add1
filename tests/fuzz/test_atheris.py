"""Each parser for some time under atheris, which follows the code's branches: seconds in a small run, ten minutes in full.

Two at a time, because ten minutes each one after the other are more than an hour. What breaks one is shown in hex.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest

from tests import sizes
from tests.fuzz.targets import TARGETS

ROOT = Path(__file__).parents[2]
CHOSEN = list(TARGETS)[: sizes.size("fuzz_parsers")]
AT_ONCE = min(2, os.cpu_count() or 1)
STARTING = 300  # seconds that a busy machine may take to begin and to end

Done = subprocess.CompletedProcess[str]
Running = dict[str, tuple[Path, "Future[Done]"]]


def fuzz(name: str, folder: Path) -> Done:
    seconds = sizes.size("fuzz_seconds")
    command = [sys.executable, "-m", "tests.fuzz.run", name, str(seconds), str(folder)]
    return subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=seconds + STARTING, errors="replace"
    )


@pytest.fixture(scope="module")
def running(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Running]:
    pytest.importorskip("atheris", reason="atheris has wheels for Linux on x86-64 only")
    with ThreadPoolExecutor(AT_ONCE) as threads:
        folders = {name: tmp_path_factory.mktemp(name) for name in CHOSEN}
        yield {name: (folder, threads.submit(fuzz, name, folder)) for name, folder in folders.items()}


@pytest.mark.parametrize("name", CHOSEN)
def test_nothing_that_atheris_finds_breaks_a_parser(name: str, running: Running) -> None:
    folder, future = running[name]
    done = future.result()
    found = {file.name: file.read_bytes().hex() for file in folder.glob("*-*") if file.is_file()}
    print(*[line for line in done.stderr.splitlines() if line.startswith(("Done", "stat::number", "stat::peak"))])
    assert (done.returncode, found) == (0, {}), done.stderr[-3000:]
    assert "Done" in done.stderr, "it ran to its end"
