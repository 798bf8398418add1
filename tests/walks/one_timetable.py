"""A process that runs the timetable by a clock in a file: python -m tests.walks.one_timetable DATA URL CLOCK PORT.

The lease, the steps and whether a row's time has come are the real ones; only the waiting between looks is shortened,
because a month is to pass in a minute. Which look it has ended stands in a file, so that its clock is not set on while it sends.
"""

import os
import sys
import time
from datetime import datetime
from itertools import count
from pathlib import Path

from server import clock
from server.config import Config, MailServer
from server.db import Database
from server.jobs import TIMETABLE
from server.timetable import Timetable

SENDER = "fangshi@town.test"
ROWS = ("follow_ups", "syncs", "summaries", "outbox")
LOOK_EVERY = 0.02


def looks_file(folder: Path, pid: int) -> Path:
    """Where a process writes how many looks it has ended."""
    return folder / f"looks-{pid}"


def put(file: Path, text: str) -> None:
    """At once, so that nobody reads half of it."""
    new = file.with_name(f"{file.name}.new")
    new.write_text(text, encoding="utf-8")
    new.rename(file)


def main(data: str, url: str, clock_file: str, port: str) -> None:
    clock.now = lambda: datetime.fromisoformat(Path(clock_file).read_text(encoding="utf-8"))
    mail = MailServer("smtp", "127.0.0.1", int(port), SENDER)
    config = Config(Path(data), mail=mail, outbound_allow=frozenset({"127.0.0.1"}))
    timetable = Timetable(Database(url, config.key_file), config)
    looks = looks_file(Path(data), os.getpid())
    for number in count():
        put(looks, str(number))
        timetable.renew()
        for job in TIMETABLE:
            if job.name in ROWS:
                timetable.run_if_holding(job)
        time.sleep(LOOK_EVERY)


if __name__ == "__main__":
    main(*sys.argv[1:])
