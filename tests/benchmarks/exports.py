#!/usr/bin/env python3
"""What large files for people cost in a large care town: asked for in the browser's way, made by the job, taken.

    .venv/bin/python -m tests.benchmarks.exports [RECORDS [VILLAGES [DATABASE_URL]]]

The town of papers.py. Each kind is made by a process of its own, so that the memory is that of making it alone.
"""

import multiprocessing
import resource
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

from flask.testing import FlaskClient

from server.clock import now
from server.config import Config
from server.jobs import make_exports
from tests.benchmarks.desk import make_town, open_town, sign_in
from tests.benchmarks.papers import VISITS

KINDS: Final = ("xlsx", "geojson", "gpkg")
ASKED: Final = "/review/export?form=household_visit"


def peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def ask_for(client: FlaskClient, kind: str) -> None:
    page = client.get(ASKED, headers={"Accept": "text/html"}).get_data(as_text=True)
    csrf = page.partition('name="__csrf" value="')[2][:64]
    answer = client.post(ASKED, data={"__csrf": csrf, "format": kind, "lang": "zh"})
    assert answer.status_code == 303, (kind, answer.status_code)


def measure(folder: str, url: str, kind: str, number: int) -> None:
    """Prints the seconds of making and of taking the file, its size, and the memory before and at most."""
    database, app = open_town(folder, url)
    client = sign_in(app)
    ask_for(client, kind)
    before, began = peak(), time.monotonic()
    done = make_exports(database, Config(data_dir=Path(folder), testing=True), now())
    made, began = time.monotonic() - began, time.monotonic()
    assert done == 1, done
    size = sum(len(piece) for piece in client.get(f"/review/export/made/{number}", buffered=False).response)
    taken = time.monotonic() - began
    print(f"{kind:8} made {made:7.1f} s  taken {taken:5.1f} s  {size:12,} bytes  {before} -> {peak()} MB", flush=True)
    database.dispose()


def main(records: int = 100_000, villages: int = 400, url: str = "") -> None:
    alone = multiprocessing.get_context("spawn")
    with tempfile.TemporaryDirectory() as folder:
        steps = [(make_town, (folder, url, records, villages, VISITS))]
        steps += [(measure, (folder, url, kind, number)) for number, kind in enumerate(KINDS, 1)]
        for work, given in steps:
            process = alone.Process(target=work, args=given)
            process.start()
            process.join()
            assert process.exitcode == 0, given


if __name__ == "__main__":
    main(*map(int, sys.argv[1:3]), *sys.argv[3:4])
