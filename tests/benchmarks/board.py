#!/usr/bin/env python3
"""What the follow-up board and the lists behind it cost in a town of fifty thousand women, for each who works with them.

    .venv/bin/python -m tests.benchmarks.board [WOMEN [VILLAGES [DATABASE_URL]]]

Women, homes and follow-ups are written by another process, four to each woman, one of them asked for now; a tenth of the women
chose a worker. A clinician and a lead of the whole town and a worker of two villages ask through the whole program. Without an
address it uses a SpatiaLite file.
"""

import multiprocessing
import resource
import statistics
import sys
import tempfile
import time
from typing import Any, Final

from flask.testing import FlaskClient
from sqlalchemy import Engine, event, insert, text

from server.access import roles
from server.access.assignments import assign, set_villages
from server.access.caller import Caller
from server.access.people import create_user
from server.clock import now
from server.models import FollowUp, Household, Woman
from tests.benchmarks.desk import open_town
from tests.benchmarks.desk_town import EMAIL, PASSWORD, Town, code_of
from tests.benchmarks.tiles import freeze, sign_in
from tests.server.followups.staff import a_carried_phone

ROUNDS: Final = 15
TOGETHER: Final = 10_000
WORKERS: Final = 2  # villages each
LEAD, WORKER = "lead@town.test", "worker@town.test"
PAGES: Final = {
    EMAIL: (
        "/follow-ups",
        "/follow-ups?by=worker",
        "/follow-ups/list",
        "/follow-ups/list?page=200",
        "/m",
        "/m?page=200",
    ),
    LEAD: ("/follow-ups",),
    WORKER: ("/follow-ups", "/follow-ups/list", "/m", "/m/places"),
}


def make_town(folder: str, url: str, women: int, villages: int) -> None:
    database, app = open_town(folder, url)
    with database.transaction() as db:
        town = Town(db, app, villages, 1)
        workers = add_people(db, town)
        for first in range(0, women, TOGETHER):
            rows: dict[Any, list[dict[str, Any]]] = {Household: [], Woman: [], FollowUp: []}
            for number in range(first, min(first + TOGETHER, women)):
                for model, row in town.rows_of_home(number):
                    chosen = str(workers[number % len(workers)]) if number % 10 == 9 else None
                    rows[model].append({**row, "assigned_worker": chosen} if model is Woman else row)
            for model, values in rows.items():
                db.execute(insert(model), values)
            print(f"\r{min(first + TOGETHER, women)} women written", end="", flush=True)
    with database.transaction() as db:
        db.execute(text("ANALYZE"))
    print(flush=True)
    database.dispose()


def add_people(db: Any, town: Town) -> list[int]:
    """A lead of the whole town, and for every two villages a worker with a phone; their ids."""
    by = Caller(actor_id=town.admin_id, type="user")
    people = [(LEAD, roles.TOWN_LEAD, None)]
    for first in range(0, len(town.villages), WORKERS):
        codes = [code_of(one) for one in range(first, min(first + WORKERS, len(town.villages)))]
        people.append((WORKER if not first else f"worker{first}@town.test", roles.VILLAGE_WORKER, codes))
    ids = []
    for email, role, codes in people:
        person = create_user(db, email, PASSWORD, email, by.actor_id, now()).actor_id
        assign(db, by, roles.BY_ID[role], person, now(), town.project, None)
        set_villages(db, by, town.project, person, codes, now())
        if codes:
            a_carried_phone(db, town.project, person, town.villages[int(codes[0][7:])])
            ids.append(person)
    return ids


def ask(engine: Engine, client: FlaskClient, path: str) -> float:
    """Prints what a page costs; gives the longest of its rounds in ms."""
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        asked.append(statement)

    wall, cpu = [], []
    client.get(path, buffered=True)
    event.listen(engine, "before_cursor_execute", note)
    for _ in range(ROUNDS):
        asked.clear()
        began, used = time.monotonic(), time.process_time()
        answer = client.get(path, headers={"Accept": "text/html, application/json"}, buffered=True)
        wall.append((time.monotonic() - began) * 1000)
        cpu.append((time.process_time() - used) * 1000)
        assert answer.status_code == 200, (path, answer.status_code)
    event.remove(engine, "before_cursor_execute", note)
    middles = f"{statistics.median(wall):8.1f} ms  worst {max(wall):8.1f}  CPU {statistics.median(cpu):7.1f}"
    print(f"  {path:28} {middles}  {len(asked):3} queries  {len(answer.data):9,} bytes", flush=True)
    return max(wall)


def measure(url: str, folder: str) -> dict[str, float]:
    """The longest in ms of any who asked, by page."""
    longest: dict[str, float] = {}
    database, app = open_town(folder, url)
    freeze()
    for who, paths in PAGES.items():
        print(who, flush=True)
        client = sign_in(app, who)
        for path in paths:
            longest[path] = max(longest.get(path, 0.0), ask(database.engine, client, path))
    print(f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB at most", flush=True)
    database.dispose()
    return longest


def main(women: int = 50_000, villages: int = 400, url: str = "", folder: str = "") -> dict[str, float]:
    """With a folder the town stays in it; with a folder and no women one that is there is asked."""
    with tempfile.TemporaryDirectory() as own:
        if women:
            arguments = (folder or own, url, women, villages)
            writing = multiprocessing.get_context("spawn").Process(target=make_town, args=arguments)
            writing.start()
            writing.join()
            assert writing.exitcode == 0
        return measure(url, folder or own)


if __name__ == "__main__":
    main(*(int(one) for one in sys.argv[1:3]), *sys.argv[3:5])
