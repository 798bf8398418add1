"""A real `fangshi serve` for tests: its own process group, a data folder, a free port."""

import os
import shutil
import signal
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.databases import new_database

ROOT = Path(__file__).resolve().parent.parent
ADMIN_EMAIL = "office@town.test"
ADMIN_PASSWORD = "three green hills"
ADMIN = {"FANGSHI_ADMIN_EMAIL": ADMIN_EMAIL, "FANGSHI_ADMIN_PASSWORD": ADMIN_PASSWORD}
READY_WITHIN = 240.0


@dataclass
class RunningServer:
    """A server that answers. `url` ends in a slash."""

    url: str
    data_dir: Path
    process: subprocess.Popen[str]
    lines: list[str]

    @property
    def uses_postgresql(self) -> bool:
        return bool(os.environ.get("TEST_DATABASE_URL"))

    @property
    def database_url(self) -> dict[str, str]:
        """The one setting in which a server on PostgreSQL differs, by its name in Config."""
        setting = database_setting(self.data_dir, fresh=False)
        return {"database_url": setting["FANGSHI_DATABASE_URL"]} if setting else {}

    @property
    def api(self) -> str:
        return f"{self.url}v1"

    def kill(self) -> None:
        """SIGKILL to the whole process group, as a power cut for processes; returns when the kernel is done with them."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(60)
        patience = time.monotonic() + 60
        while self.members() and time.monotonic() < patience:
            time.sleep(0.02)

    def stop(self) -> float:
        """SIGTERM to the supervisor alone; how many seconds everything took to end."""
        started = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(60)
        return time.monotonic() - started

    def members(self) -> dict[int, int]:
        """Living processes of the server's group: pid to parent's pid."""
        return group_members(self.process.pid)

    def web_processes(self) -> list[int]:
        """The child that has workers below it: gunicorn's first process."""
        parents = self.members()
        return [pid for pid, parent in parents.items() if parent == self.process.pid and pid in parents.values()]

    def workers(self) -> list[int]:
        """The processes that answer requests."""
        above = self.web_processes()
        return [pid for pid, parent in self.members().items() if parent in above]


def group_members(group: int) -> dict[int, int]:
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            state, parent, of_group = (folder / "stat").read_text().rpartition(")")[2].split()[:3]
        except OSError:
            continue
        if int(of_group) == group and state != "Z":
            found[int(folder.name)] = int(parent)
    return found


def serve_command(data_dir: Path, *words: str) -> list[str]:
    return [
        sys.executable,
        "-P",
        str(ROOT / "server" / "deploy" / "begin.py"),
        "serve",
        "--data",
        str(data_dir),
        *words,
    ]


def serve_environment(**settings: str) -> dict[str, str]:
    """This process's environment without any setting of Fangshi's but those given."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith("FANGSHI_")}
    return {**plain, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1", **settings}


def database_setting(data_dir: Path, fresh: bool) -> dict[str, str]:
    """Where the server keeps its rows: a database of its own on the run's PostgreSQL, or in its folder."""
    url = os.environ.get("TEST_DATABASE_URL")
    if not url:
        return {}
    name = database_name(data_dir)
    if fresh:
        return {"FANGSHI_DATABASE_URL": new_database(url, name)}
    head, _, query = url.partition("?")
    return {"FANGSHI_DATABASE_URL": f"{head.rpartition('/')[0]}/{name}?{query}"}


def database_name(data_dir: Path) -> str:
    return "serve_" + uuid.uuid5(uuid.NAMESPACE_URL, str(data_dir)).hex


def copy_data(made: Path, data_dir: Path) -> None:
    """All that a server which was stopped kept, rows and files, for another one to be started on."""
    shutil.copytree(made, data_dir)
    if url := os.environ.get("TEST_DATABASE_URL"):
        new_database(url, database_name(data_dir), template=database_name(made))


def start_server(data_dir: Path, *words: str, wrapper: tuple[str, ...] = (), **settings: str) -> RunningServer:
    """Starts `serve` and waits for its line. Raises AssertionError with what it said when it ends or takes too long."""
    environ = serve_environment(**(ADMIN | database_setting(data_dir, fresh=not data_dir.exists()) | settings))
    process = subprocess.Popen(
        [*wrapper, *serve_command(data_dir, "--port", "0", *words)],
        env=environ,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    lines: list[str] = []
    url = wait_for_line(process, lines)
    if url is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(10)
        raise AssertionError("serve did not come up:\n" + "".join(lines))
    return RunningServer(url, data_dir, process, lines)


def wait_for_line(process: subprocess.Popen[str], lines: list[str]) -> str | None:
    """The address in the line `Fangshi: …`. Everything that the server says goes on being collected in `lines`."""
    ready = threading.Event()

    def collect() -> None:
        assert process.stdout is not None
        with process.stdout as output:
            for line in output:
                lines.append(line)
                if line.startswith("Fangshi: "):
                    ready.set()
        ready.set()

    threading.Thread(target=collect, daemon=True).start()
    ready.wait(READY_WITHIN)
    return next((line.split()[1] for line in lines if line.startswith("Fangshi: ")), None)


@contextmanager
def running_server(data_dir: Path, *words: str, **settings: str) -> Iterator[RunningServer]:
    """A server for the length of a block; nothing of it is left afterwards."""
    server = start_server(data_dir, *words, **settings)
    try:
        yield server
    finally:
        if server.process.poll() is None:
            server.stop()
        assert not server.members()
