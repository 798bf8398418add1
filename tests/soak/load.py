"""The clients of a soak, in a process of their own: python -m tests.soak.load PLAN RESULT (both files of JSON).

Each phone is a thread that looks in at an interval drawn from its number, whether the server was quick or not: what is
measured is a town's load, not the most that a server takes.
"""

import json
import sys
import threading
import time
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from tests.soak.asking import Asking
from tests.soak.desk import Desk
from tests.soak.phone import Phone
from tests.soak.records import Hand, womens_records
from tests.soak.tally import Tally

SHORT = 120.0  # seconds: a soak shorter than this has phones that look in as much more often
RAMP = 300.0  # the longest time in which the phones begin, one after the other
LEFT_AFTER = 240.0  # seconds for what began before the end
EXPORT_EVERY, LOOK_EVERY = 45.0, 15.0


@dataclass(frozen=True)
class Plan:
    """What is to be done. `url` without a slash at its end."""

    url: str
    project_id: int
    keys: list[str]
    session: str
    seconds: float


def interval_of(phone: int, seconds: float) -> float:
    """From half a minute to a whole one; the same for a number each time."""
    return (30 + phone * 17 % 31) * min(1.0, seconds / SHORT)


def run(plan: Plan) -> Tally:
    tally, stop = Tally(), threading.Event()
    begin = time.monotonic()
    end = begin + plan.seconds
    threads = [*phones_of(plan, tally, begin, end, stop), *desks_of(plan, tally, end, stop)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(max(0.1, end + LEFT_AFTER - time.monotonic()))
    stop.set()
    for thread in threads:
        thread.join(5)
        if thread.is_alive():
            tally.fail("the end", f"{thread.name} has not come to it")
    return tally


def phones_of(plan: Plan, tally: Tally, begin: float, end: float, stop: threading.Event) -> list[threading.Thread]:
    told = womens_records(len(plan.keys), datetime.now(UTC))
    apart = min(RAMP, plan.seconds / 4) / len(plan.keys)
    threads = []
    for number, key in enumerate(plan.keys):
        asking = Asking(plan.url, tally, {"User-Agent": "org.odk.collect.android/v2025.3"})
        phone = Phone(asking, f"/v1/key/{key}/projects/{plan.project_id}", Hand(number, told[number]))
        when = (begin + number * apart, end, interval_of(number, plan.seconds), stop)
        threads.append(
            threading.Thread(target=watched, args=(tally, phone.run, *when), daemon=True, name=f"phone {number}")
        )
    return threads


def desks_of(plan: Plan, tally: Tally, end: float, stop: threading.Event) -> list[threading.Thread]:
    program, browser = {"Authorization": f"Bearer {plan.session}"}, {"Cookie": f"session={plan.session}"}
    threads = []
    for jobs, every in (("export", EXPORT_EVERY), ("look", LOOK_EVERY)):
        desk = Desk(Asking(plan.url, tally, program), Asking(plan.url, tally, browser), plan.project_id)
        when = (jobs, end, every * min(1.0, plan.seconds / SHORT), stop)
        threads.append(threading.Thread(target=watched, args=(tally, desk.run, *when), daemon=True, name=jobs))
    return threads


def watched(tally: Tally, run_client, *args) -> None:
    """A client that breaks is an error of the soak."""
    try:
        run_client(*args)
    except Exception as error:
        tally.fail(threading.current_thread().name, f"{type(error).__name__} {error}")


def main(plan: str, result: str) -> None:
    tally = run(Plan(**json.loads(Path(plan).read_text(encoding="utf-8"))))
    Path(result).write_text(json.dumps(tally.as_json()), encoding="utf-8")


def write_plan(file: Path, plan: Plan) -> None:
    file.write_text(json.dumps(asdict(plan)), encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
