#!/usr/bin/env python3
"""What the map's tiles cost in a town of a million points: cold and warm, by zoom.

    .venv/bin/python -m tests.benchmarks.tiles [POINTS [VILLAGES [DATABASE_URL]]]

The points are written by another process. A clinician of the whole town and one of twenty villages ask through the whole
program for tiles where there are points: first each tile once by a program that has just started (cold), then the same
again as a browser does (warm). Without an address it uses a SpatiaLite file.
"""

import gc
import multiprocessing
import random
import resource
import statistics
import sys
import tempfile
import time
from datetime import timedelta
from typing import Any, Final

from flask.testing import FlaskClient
from sqlalchemy import func, insert, select, text
from sqlalchemy.orm import Session

from geo.tiles import tile_of
from server.access import roles
from server.access.assignments import assign, set_villages
from server.access.caller import Caller
from server.access.people import create_user
from server.access.reading_log import ReadingLog
from server.clock import now
from server.models import Project, Submission, SubmissionGeometry, SubmissionVersion, Village
from tests.benchmarks.desk import open_town
from tests.benchmarks.desk_town import EMAIL, PASSWORD, SIDE, STATES, Town, code_of, corner_of
from tests.benchmarks.filling import go_on_counting
from tests.making import a_form

ZOOMS: Final = tuple(range(6, 19))
TILES: Final = 20  # of each zoom, where there are so many
TOGETHER: Final = 20_000
FORMS: Final = ("pregnancy_loss", "vaccination", "supply_point")
AT_LABEL: Final = 100  # one in so many has no point of its own, only a village
FEW: Final = "few@town.test"
SOME: Final = 20  # villages


def make_town(folder: str, url: str, points: int, villages: int) -> None:
    database, app = open_town(folder, url)
    with database.transaction() as db:
        town = Town(db, app, villages, 1)
        add_reader_of_some(db, town)
        forms = [town.form.id, *(a_form(db, town.project.id, f"{name}_seen").id for name in FORMS)]
    began = time.monotonic()
    for first in range(1, points + 1, TOGETHER):
        with database.transaction() as db:
            write_points(db, town, forms, range(first, min(first + TOGETHER, points + 1)))
        print(f"\r{first + TOGETHER - 1} points, {time.monotonic() - began:.0f} s", end="", flush=True)
    with database.transaction() as db:
        go_on_counting(db)
        db.execute(text("ANALYZE"))
    print(flush=True)
    database.dispose()


def add_reader_of_some(db: Session, town: Town) -> None:
    by = Caller(actor_id=town.admin_id, type="user")
    few = create_user(db, FEW, PASSWORD, "few", by.actor_id, now())
    assign(db, by, roles.BY_ID[roles.CLINICIAN], few.actor_id, now(), town.project, None)
    set_villages(db, by, town.project, few.actor_id, [code_of(one) for one in range(100, 100 + SOME)], now())


def write_points(db: Session, town: Town, forms: list[int], numbers: range) -> None:
    records: list[dict[str, Any]] = []
    versions: list[dict[str, Any]] = []
    places: list[dict[str, Any]] = []
    for number in numbers:
        village = town.rng.randrange(len(town.villages))
        own = number % AT_LABEL != 0
        known = {
            "id": number,
            "form_id": forms[number % len(forms)],
            "draft": False,
            "instance_id": f"uuid:{number}",
            "submitter_id": town.senders[number % 20],
            "created_at": town.begun + timedelta(seconds=30 * number),
        }
        place = {"village_id": town.villages[village], "place_how": "inside" if own else "village"}
        state = {"review_state": STATES[number % len(STATES)], "project_id": town.project.id}
        records.append({**known, **place, **state})
        which = {"submission_id": number, "form_version_id": town.version.id}  # its form does not matter here
        versions.append({**known, **which, "is_current": True, "xml": b"<data/>", "encrypted": False})
        if own:
            places.append({"village_id": town.villages[village], **town.point(number, village)})
    db.execute(insert(Submission), records)
    db.execute(insert(SubmissionVersion), versions)
    db.execute(insert(SubmissionGeometry), places)


def sign_in(app: Any, email: str) -> FlaskClient:
    client: FlaskClient = app.test_client()
    page = client.get("/sign-in", headers={"Accept": "text/html"}).get_data(as_text=True)
    csrf = page.partition('name="__csrf" value="')[2][:64]
    assert client.post("/sign-in", data={"__csrf": csrf, "email": email, "password": PASSWORD}).status_code == 303
    return client


def some_tiles(villages: int) -> dict[int, list[tuple[int, int]]]:
    """By zoom, those in which places at random in villages at random lie, each once."""
    rng, found = random.Random(5), {}
    for zoom in ZOOMS:
        corners = (corner_of(rng.randrange(villages)) for _ in range(TILES))
        places = [(west + rng.random() * SIDE, south + rng.random() * SIDE) for west, south in corners]
        found[zoom] = sorted({tile_of(*place, zoom) for place in places})
        rng.shuffle(found[zoom])
    return found


def freeze() -> None:
    """As the web process does before it serves (server/serving.py)."""
    gc.collect()
    gc.freeze()


def ask_all(client: FlaskClient, project: int, asked: dict[int, list[tuple[int, int]]], tags: dict[Any, str]) -> float:
    """Prints a line a zoom and one for all of them, and gives the p95 of all. A tile whose ETag is known is asked for with it."""
    every: list[float] = []
    for zoom, tiles in asked.items():
        wall, cpu, sizes, same = [], [], [], 0
        for x, y in tiles:
            known = {"If-None-Match": tags[zoom, x, y]} if (zoom, x, y) in tags else {}
            began, used = time.monotonic(), time.process_time()
            address = f"/map/tiles/{zoom}/{x}/{y}.mvt?project={project}&shift=wgs84"  # as the map's page does
            answer = client.get(address, headers=known, buffered=True)
            wall.append((time.monotonic() - began) * 1000)
            cpu.append((time.process_time() - used) * 1000)
            assert answer.status_code in (200, 304), (zoom, answer.status_code)
            sizes.append(len(answer.data))
            same += answer.status_code == 304
            tags[zoom, x, y] = answer.headers["ETag"]
        every += wall
        say(f"zoom {zoom:2}", wall, cpu, f"{max(sizes):7,} bytes at most, {same} of {len(tiles)} unchanged")
    say("all", every, [0.0], "")
    return late_of(every)


def late_of(wall: list[float]) -> float:
    """What one in twenty takes longer than."""
    return statistics.quantiles(wall, n=20)[-1] if len(wall) >= 20 else max(wall)


def say(name: str, wall: list[float], cpu: list[float], more: str) -> None:
    middles = f"{statistics.median(wall):8.1f} ms  p95 {late_of(wall):8.1f}  CPU {statistics.median(cpu):7.1f}"
    print(f"{name:10} {middles}  {more}", flush=True)


def measure(url: str, folder: str, villages: int) -> dict[str, list[float]]:
    """The p95 in ms by "cold" and "warm", one for each who asked."""
    asked, late = some_tiles(villages), dict[str, list[float]]()
    for who in (EMAIL, FEW):
        database, app = open_town(folder, url)
        app.extensions["fangshi.readings"] = ReadingLog(database)  # writes once a second, as when served
        with database.reading() as db:
            project = db.scalars(select(Project.id).where(Project.name == "bench")).one()
        client, tags = sign_in(app, who), dict[Any, str]()
        client.get("/map/tiles/20/0/0.mvt")  # the first request of a program loads and compiles what it needs
        freeze()
        for times in ("cold", "warm"):
            print(f"{who}, {times}", flush=True)
            late.setdefault(times, []).append(ask_all(client, project, asked, tags))
        app.extensions["fangshi.readings"].close()
        database.dispose()
    print(f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB at most", flush=True)
    return late


def main(points: int = 1_000_000, villages: int = 400, url: str = "", folder: str = "") -> dict[str, list[float]]:
    """With a folder the town stays in it, and one that is there already is asked and not written again."""
    with tempfile.TemporaryDirectory() as own:
        database, _app = open_town(folder or own, url)
        with database.reading() as db:
            there = db.scalar(select(Project.id).where(Project.name == "bench"))
            assert there is None or db.scalar(select(func.count()).select_from(Village)) == villages
        database.dispose()
        if there is None:
            arguments = (folder or own, url, points, villages)
            writing = multiprocessing.get_context("spawn").Process(target=make_town, args=arguments)
            writing.start()
            writing.join()
            assert writing.exitcode == 0
        return measure(url, folder or own, villages)


if __name__ == "__main__":
    main(*(int(one) for one in sys.argv[1:3]), *sys.argv[3:5])
