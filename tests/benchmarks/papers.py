#!/usr/bin/env python3
"""What the papers of the monthly meeting cost in a large care town: counting the windows, making the papers, page, workbook, PDF.

    .venv/bin/python -m tests.benchmarks.papers [RECORDS [VILLAGES [DATABASE_URL]]]

The town of desk_town.py with half as many women as records, written by another process: the memory is that of counting and
answering.
"""

import multiprocessing
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from typing import Any, Final

from server.clock import now, today
from server.followups.rates import count_months_due
from server.followups.windows import add_months
from server.reports.indicators.keeping import count_indicators
from server.reports.pack.keeping import make_pack
from tests.benchmarks.desk import ask, make_town, open_town, sign_in

VISITS: Final = 2
"""To each home, and a woman lives in each."""


def spend(name: str, work: Callable[[], Any]) -> None:
    began = time.monotonic()
    found = work()
    print(f"{name:34} {time.monotonic() - began:8.1f} s   {found}", flush=True)


def main(records: int = 100_000, villages: int = 400, url: str = "") -> None:
    with tempfile.TemporaryDirectory() as folder:
        writer = multiprocessing.get_context("spawn").Process(
            target=make_town, args=(folder, url, records, villages, VISITS)
        )
        writer.start()
        writer.join()
        database, app = open_town(folder, url)
        month, at = add_months(today(now()).replace(day=1), -1), now()
        spend("two years of months", lambda: count_months_due(database, at))
        spend("every window of every indicator", lambda: count_indicators(database, at))
        spend("the papers", lambda: make_pack(database, 1, month, at))
        client, engine, here = sign_in(app), database.engine, f"/reports/pack/{month:%Y-%m}"
        for name, path in (("reports", "/reports"), ("papers: page", here), ("papers: workbook", f"{here}/xlsx")):
            ask(engine, client, name, path)
        ask(engine, client, "papers: PDF", f"{here}/pdf")
        print(f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB at most", flush=True)
        database.dispose()


if __name__ == "__main__":
    main(*map(int, sys.argv[1:3]), *sys.argv[3:4])
