"""schemathesis asks a real served process by what its own definition says, with all of its checks: nothing is otherwise.

It makes requests that the definition allows and others that it forbids, and looks whether each is answered as it says: the
status, the kind of content, every field of every answer, what is refused, who must sign in, which methods there are.
"""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.serving import running_server
from tests.sizes import FULL, ROOT, size
from tests.walks.defined_rest import Office, configuration, fill

PHASES = "examples,coverage,fuzzing,stateful" if FULL else "examples,fuzzing"


def test_every_answer_is_as_the_definition_says(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with running_server(tmp_path / "data") as server:
        office = Office(server)
        known = fill(office)
        settings = tmp_path / "schemathesis.toml"
        settings.write_text(configuration(known, office.token, office.ask("GET", "/openapi.json")), encoding="utf-8")
        code, said = ask(settings, f"{server.api}/openapi.json")
        alive = server.workers()
    (count,) = re.findall(r"^  (\d+) generated", said, re.MULTILINE) or ["0"]
    with capsys.disabled():
        print(f"schemathesis: {count} cases ({PHASES})", end=" ")
    assert code == 0, told(said)
    assert int(count) >= size("rest_cases") * 100, said[-3000:]
    assert alive and "unforeseen error" not in "".join(server.lines)


def ask(settings: Path, address: str) -> tuple[int, str]:
    """With one worker: two read Python's source in threads at the same time, which Debian's Python cannot (gh-106905)."""
    command = [sys.executable, "-P", "-m", "schemathesis.cli", "--config-file", str(settings), "run", address]
    how = ["--phases", PHASES, "--max-examples", str(size("rest_cases")), "--seed", "7", "--no-color", "--workers", "1"]
    environ = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"}
    found = subprocess.run(
        [*command, *how, "--continue-on-failure", "--no-shrink"],
        cwd=settings.parent,
        env=environ,
        capture_output=True,
        text=True,
        check=False,
    )
    return found.returncode, found.stdout + found.stderr


def told(said: str) -> str:
    """What was found, of all that was said: errors (no answer, nothing that could be made) stand apart from failures."""
    found = re.search(r"^=+ (ERRORS|FAILURES) =+$", said, re.MULTILINE)
    return said[found.start() if found else 0 :][:20_000]
