#!/usr/bin/env python3
"""The table of issue 10 by one command: how fast each kind of work is, against ODK Central's figures or against a Central.

    .venv/bin/python -m tests.benchmarks.table [--quick] [--rounds N] [--folder FOLDER]
        [--central URL --login EMAIL:PASSWORD --process PID,PID]
    .venv/bin/python -m tests.databases .venv/bin/python -m tests.benchmarks.table      # on PostgreSQL

It serves a scratch folder as `./fangshi serve` does, once for each part, so that no part pays for another's memory. What a part
measured is kept in the folder: begun again with the same one, it goes on behind the last part that was done (on PostgreSQL with
a database that has less in it, as that is gone with the command). The table goes to standard output, and a line for each row to
history/VERSION.jsonl. A Central that is named is measured in turn with ours in what takes it minutes (README.md says how one is
set up), and not where it would take hours: of 50,000 records and more its figures in aims.toml stand in.
"""

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import psycopg
from pysqlite3 import dbapi2 as pysqlite

from server import __version__
from server.clock import now, today
from tests.benchmarks import board, desk_town, steps, tiles
from tests.benchmarks.aims import CENTRAL, OURS, Results, judge, read_aims, write_table
from tests.databases import new_database, sync_truly
from tests.serving import ADMIN_EMAIL, ADMIN_PASSWORD, ROOT, database_name, running_server

HISTORY: Final = Path(__file__).with_name("history")
BENCH: Final = Path(__file__).with_name("bench.py")
VILLAGES: Final = 400
SETTLE: Final = 15.0  # seconds after a start until nothing more is loaded
QUIET: Final = 5  # seconds between two who are measured in turn
"""Central works on for a second and a half, on both cores, after it has answered 600 records."""


@dataclass(frozen=True)
class Central:
    """`roots` are its first process and that of its database."""

    url: str
    login: str
    roots: str


@dataclass(frozen=True)
class Asked:
    """`least` is how many records and requests a quick look has for a thousand of a whole run."""

    rounds: int
    folder: Path
    least: int
    central: "Central | None"

    def number(self, of: int) -> int:
        return max(20, of * self.least // 1000)

    @property
    def kind(self) -> str:
        return "postgresql" if os.environ.get("TEST_DATABASE_URL") else "sqlite"


@dataclass(frozen=True)
class Served:
    """A server that answers: its address, its first process, and the database's where that is another."""

    url: str
    process: str
    database: list[str]

    @property
    def roots(self) -> list[str]:
        """Whose CPU is its cost."""
        return [self.process, *self.database]

    def target(self, password: str = ADMIN_PASSWORD) -> Any:
        return steps.target_at(OURS, self.url, (ADMIN_EMAIL, password), self.roots)


@contextmanager
def serve(asked: Asked, folder: str = "data") -> Iterator[Served]:
    """A server on a folder in the scratch one. PostgreSQL syncs what it acknowledges, which it does not for tests."""
    with running_server(asked.folder / folder) as server:
        database = [sync_truly(os.environ["TEST_DATABASE_URL"])] if asked.kind == "postgresql" else []
        yield Served(server.url.rstrip("/"), str(server.process.pid), database)


def run_bench(
    asked: Asked, served: Served, phases: str, name: str, beside: Central | None = None, **options: int | str
) -> dict[str, Any]:
    """bench.py on ours, and in turn on the Central that is given."""
    out = asked.folder / f"{name}.bench.json"
    out.unlink(missing_ok=True)  # of a run that was stopped
    command = [sys.executable, str(BENCH), "--phases", phases, "--out", str(out)]
    if beside is not None:
        command += ["--target", f"{CENTRAL}={beside.url}", "--login", f"{CENTRAL}={beside.login}"]
        command += ["--proc", f"{CENTRAL}={beside.roots}", "--settle", str(QUIET)]
    command += ["--target", f"{OURS}={served.url}", "--login", f"{OURS}={ADMIN_EMAIL}:{ADMIN_PASSWORD}"]
    command += ["--proc", f"{OURS}={','.join(served.roots)}"]
    for option, value in options.items():
        command += [f"--{option.replace('_', '-')}", str(value)]
    ended = subprocess.run(command, stdout=sys.stderr, check=False)
    if ended.returncode and not out.exists():
        raise SystemExit(
            f"bench.py ended with {ended.returncode} in {name}; begun again with this folder it goes on there"
        )
    found: dict[str, Any] = json.loads(out.read_text(encoding="utf-8"))["rounds"]  # wrong answers stand in it
    return found


def rest(asked: Asked) -> dict[str, Any]:
    with serve(asked) as served:
        return dict(steps.idle(served.process, SETTLE))


def small(asked: Asked) -> dict[str, Any]:
    options = {"rounds": asked.rounds, "n": asked.number(600), "photos": asked.number(100)}
    with serve(asked) as served:
        found = run_bench(asked, served, "submit,photo,formlist", "small", asked.central, **options)
    with serve(asked) as served:
        targets = [served.target(), *([target_of(asked.central)] if asked.central else [])]
        return found | steps.ask_as_phone(targets, asked.number(600), asked.rounds)


def target_of(central: Central) -> Any:
    email, _, password = central.login.partition(":")
    return steps.target_at(CENTRAL, central.url, (email, password), central.roots.split(","))


def exports_10k(asked: Asked) -> dict[str, Any]:
    number = asked.number(10_000)
    options = {"fill": number, "entities": number, "entity_subs": asked.number(500), "export_rounds": asked.rounds}
    with serve(asked) as served:
        found = run_bench(asked, served, "fill,exports,entities,entexports", "exports-10k", asked.central, **options)
        return found | steps.first_of(found, f"submissions.geojson @{number}")


def exports_50k(asked: Asked) -> dict[str, Any]:
    options = {"fill": asked.number(50_000), "export_rounds": max(1, asked.rounds - 1)}
    with serve(asked) as served:
        found = run_bench(asked, served, "fill,exports", "exports-50k", **options)
        return found | steps.peak_of(found) | steps.page_through(served.target(), project_of(found))


def large(asked: Asked) -> dict[str, Any]:
    """One form up to a quarter of a million records. Its rate is asked for in a part of its own, beside an empty form's."""
    with serve(asked) as served:
        return run_bench(asked, served, "fill", "large", fill=asked.number(250_000))


def size(asked: Asked) -> dict[str, Any]:
    """The large form and an empty one in turn: machines change in the quarter of an hour that it takes to fill one."""
    project = project_of(json.loads((asked.folder / "large.json").read_text(encoding="utf-8")))
    options = {"rounds": 1, "n": asked.number(1000), "conc": 8}
    rates: dict[str, list[dict[str, Any]]] = {"empty": [], "large": []}
    with serve(asked) as served:
        for seed in range(100, 101 + 2 * asked.rounds):  # another one than filled it: its records are to be new
            for name, attach in (("empty", {}), ("large", {"attach": f"{OURS}={project}"})):
                found = run_bench(asked, served, "submit", f"size-{name}", seed=seed, **options, **attach)
                rates[name] += found["submit c=8"][OURS]
    return dict(steps.lost_by_size(rates["large"], rates["empty"]))


def points(asked: Asked) -> dict[str, Any]:
    """A town of a million records: its tiles, and then the export of a small form beside it."""
    late = tiles.main(asked.number(1_000_000), VILLAGES, *make_place(asked, "points"))
    with serve(asked, "points") as served:
        return steps.late_tiles(late) | steps.export_small(served.target(desk_town.PASSWORD))


def women(asked: Asked) -> dict[str, Any]:
    longest = board.main(asked.number(50_000), VILLAGES, *make_place(asked, "women"))
    return dict(steps.longest_page(longest["/follow-ups"]))


def make_place(asked: Asked, name: str) -> tuple[str, str]:
    """Address of a database and folder for a town that is not made by requests; without an address it is a file there."""
    folder, url = asked.folder / name, os.environ.get("TEST_DATABASE_URL", "")
    shutil.rmtree(folder, ignore_errors=True)  # of a run that was stopped
    folder.mkdir()
    return new_database(url, database_name(folder)) if url else "", str(folder)


def project_of(found: dict[str, Any]) -> int:
    return int(found["setup (project,2 forms,app user)"][OURS][0]["project"])


PARTS: Final[dict[str, Callable[[Asked], dict[str, Any]]]] = {
    "idle": rest,
    "small": small,
    "exports-10k": exports_10k,
    "exports-50k": exports_50k,
    "large": large,
    "size": size,
    "points": points,
    "women": women,
}


def measure(asked: Asked) -> Results:
    """Part after part; those that were done before are read."""
    results: dict[str, Any] = {}
    for number, (name, part) in enumerate(PARTS.items(), 1):
        done = asked.folder / f"{name}.json"
        print(f"[{number}/{len(PARTS)}] {name}{' (done before)' if done.exists() else ''}", file=sys.stderr, flush=True)
        if not done.exists():
            done.write_text(json.dumps(part(asked)), encoding="utf-8")
        results |= json.loads(done.read_text(encoding="utf-8"))
    return results


def about(asked: Asked) -> dict[str, str]:
    commit = subprocess.run(
        ["git", "-C", str(ROOT), "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False
    )
    return {
        "Fangshi": f"{__version__} at {commit.stdout.strip()}",
        "database": read_version(asked.kind),
        "machine": f"{os.cpu_count()} cores, {platform.machine()}",
        "Python": f"{platform.python_version()} {'of the system' if sys.base_prefix == '/usr' else 'of its own'}",
        "Central": "in turn up to 10,000 records" if asked.central else "its figures in aims.toml",
        "load at the end": f"{os.getloadavg()[0]:.1f}",
        "rounds": str(asked.rounds),
        "records": "all" if asked.least == 1000 else "a fiftieth: it shows that it runs, not how fast",
        "on": today(now()).isoformat(),
    }


def read_version(kind: str) -> str:
    if kind == "sqlite":
        return f"SQLite {pysqlite.sqlite_version}"
    with psycopg.connect(os.environ["TEST_DATABASE_URL"]) as connection:
        return f"PostgreSQL {connection.info.parameter_status('server_version')}"


def remember(asked: Asked, lines: list[Any], told: dict[str, str]) -> None:
    HISTORY.mkdir(exist_ok=True)
    with (HISTORY / f"{__version__}.jsonl").open("a", encoding="utf-8") as file:
        for line in lines:
            file.write(json.dumps({**told, "work": line.work, "ours": line.ours, "reached": line.is_met}) + "\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--quick", action="store_true", help="a fiftieth of the records: shows that it runs, not how fast"
    )
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument(
        "--folder", type=Path, help="where it keeps what it measured; a new one in the usual place if not given"
    )
    parser.add_argument("--central", help="address of an ODK Central, measured in turn with ours")
    parser.add_argument("--login", default="", help="its EMAIL:PASSWORD")
    parser.add_argument("--process", default="", help="numbers of its first process and its database's: CPU and memory")
    given = parser.parse_args()
    folder = given.folder or Path(tempfile.mkdtemp(prefix="fangshi-table-"))
    folder.mkdir(parents=True, exist_ok=True)
    print(f"in {folder}", file=sys.stderr)
    central = Central(given.central, given.login, given.process) if given.central else None
    asked = Asked(given.rounds, folder, 20 if given.quick else 1000, central)
    results, told = measure(asked), about(asked)
    aims = read_aims()
    lines = [judge(aim.of_size(asked.number), results, asked.kind) for aim in aims]
    print(write_table(lines, told))
    if not given.quick:
        remember(asked, lines, told)


if __name__ == "__main__":
    main()
