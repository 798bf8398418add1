#!/usr/bin/env python3
"""What the office's desk costs in a large town: review list, a filter on an answer, the map and its first paint.

    .venv/bin/python -m tests.benchmarks.desk [RECORDS [VILLAGES [DATABASE_URL]]]

The town is written by another process, so that the memory is that of answering. Pages are asked for through the whole program by
a clinician of the whole town, who is signed in; then a real browser opens the map. Without an address it uses a SpatiaLite file.
"""

import logging
import multiprocessing
import random
import resource
import statistics
import sys
import tempfile
import threading
import time
from datetime import timedelta
from pathlib import Path
from typing import Final

from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Page, sync_playwright
from sqlalchemy import Engine, event, text
from werkzeug.serving import make_server

from geo.tiles import tile_of
from server import create_app
from server.clock import now
from server.config import Config
from server.db import Database
from server.upgrading import upgrade
from tests.benchmarks.desk_town import EMAIL, PASSWORD, SOUTH, VISITS, WEST, code_of, fill
from tests.chromium import ARGUMENTS, CHROMIUM, DESK, PATIENCE_MS, PHONE

ROUNDS: Final = 7
TILES: Final = 40  # of each zoom
ANSWER: Final = "answer=%2Fhead%2Fhead_age%3D"
PAINTED: Final = "() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0"


def open_town(folder: str, url: str) -> tuple[Database, Flask]:
    config = Config(data_dir=Path(folder), testing=True)
    database = Database(url or config.sqlalchemy_url, config.key_file)
    upgrade(database, Path(folder), now())
    return database, create_app(config, database)


def make_town(folder: str, url: str, records: int, villages: int, visits: int = VISITS) -> None:
    database, app = open_town(folder, url)
    with database.transaction() as db:
        fill(db, app, records, villages, visits, lambda words: print(words, end="", flush=True))
    with database.transaction() as db:
        db.execute(text("ANALYZE"))
    database.dispose()


def sign_in(app: Flask) -> FlaskClient:
    client = app.test_client()
    page = client.get("/sign-in", headers={"Accept": "text/html"}).get_data(as_text=True)
    csrf = page.partition('name="__csrf" value="')[2][:64]
    answer = client.post("/sign-in", data={"__csrf": csrf, "email": EMAIL, "password": PASSWORD})
    assert answer.status_code == 303, answer.status_code
    return client


def pages(records: int, villages: int) -> list[tuple[str, str]]:
    month = (now() - timedelta(days=300)).date()
    return [
        ("review list", "/review"),
        ("its page 500", "/review?page=500"),
        ("one village", f"/review?village={code_of(villages // 2)}"),
        ("an answer that few gave", f"/review?form=household_visit&{ANSWER}77"),
        ("a range that many gave", f"/review?form=household_visit&{ANSWER}18..60"),
        ("a month", f"/review?since={month}&until={month + timedelta(days=30)}"),
        ("a part of the map", "/review?box=104.05,30.05,104.06,30.06"),
        ("one record", f"/review/{records // 2}/panel"),
        ("map page", "/map"),
        ("map: villages", "/map/villages"),
        ("map: one month's rates", "/map/rates"),
        ("map: one village's card", f"/map/village/{code_of(villages // 2)}"),
        ("map: whole town, zoom 10", "/map/features?box=103.9,29.9,104.3,30.3&zoom=10"),
        ("map: some villages, zoom 14", "/map/features?box=104.05,30.05,104.09,30.09&zoom=14"),
        ("map: one village, zoom 17", "/map/features?box=104.05,30.05,104.06,30.06&zoom=17"),
    ]


def ask(engine: Engine, client: FlaskClient, name: str, path: str) -> None:
    """Asks some times, and prints the middle and the worst of the wall milliseconds, the queries and the bytes."""
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        asked.append(statement)

    spent, size = [], 0
    event.listen(engine, "before_cursor_execute", note)
    for _ in range(ROUNDS):
        asked.clear()
        began = time.monotonic()
        answer = client.get(path, headers={"Accept": "text/html, application/json"}, buffered=True)
        spent.append((time.monotonic() - began) * 1000)
        assert answer.status_code == 200, (path, answer.status_code)
        size = len(answer.data)
    event.remove(engine, "before_cursor_execute", note)
    say_spent(name, spent, f"{len(asked):3} queries  {size:9,} bytes")


def say_spent(name: str, spent: list[float], more: str = "") -> None:
    print(f"{name:34} {statistics.median(spent):8.1f} ms  worst {max(spent):8.1f}  {more}", flush=True)


def ask_tiles(client: FlaskClient, zoom: int) -> None:
    """Asks for tiles over the town as somebody does who moves over it, and prints the middle and the 95th of them."""
    left, top = tile_of(WEST, SOUTH + 0.2, zoom)
    right, bottom = tile_of(WEST + 0.2, SOUTH, zoom)
    rng = random.Random(zoom)
    spent, sizes = [], []
    for _ in range(TILES):
        x, y = rng.randint(left, right), rng.randint(top, bottom)
        began = time.monotonic()
        answer = client.get(f"/map/tiles/{zoom}/{x}/{y}.mvt", buffered=True)
        spent.append((time.monotonic() - began) * 1000)
        assert answer.status_code == 200, (zoom, answer.status_code)
        sizes.append(len(answer.data))
    middle, late = statistics.median(spent), statistics.quantiles(spent, n=20)[-1]
    print(f"{f'tile at zoom {zoom}':34} {middle:8.1f} ms  p95   {late:8.1f}  {max(sizes):9,} bytes at most", flush=True)


def open_in_browser(app: Flask) -> None:
    """The map in Chromium: its first words, and when all of its marks are drawn; browser and program share the machine."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        for name, size in (("desk", DESK), ("phone", PHONE)):
            page = browser.new_context(viewport=size, locale="zh-CN").new_page()  # type: ignore[arg-type]
            page.set_default_timeout(PATIENCE_MS)
            sign_in_page(page, f"http://127.0.0.1:{server.port}")
            for show in ("records", "on_time"):
                both = [paint(page, f"http://127.0.0.1:{server.port}/map?show={show}") for _ in range(ROUNDS)]
                say_spent(f"map, {name}, {show}: first words", [first for first, _drawn in both])
                say_spent(f"map, {name}, {show}: drawn", [drawn for _first, drawn in both])
        browser.close()
    server.shutdown()


def sign_in_page(page: Page, address: str) -> None:
    page.goto(f"{address}/sign-in")
    page.fill("input[name=email]", EMAIL)
    page.fill("input[name=password]", PASSWORD)
    page.click("form[action='/sign-in'] button.primary")
    page.wait_for_url(lambda url: "/sign-in" not in url)


def paint(page: Page, address: str) -> tuple[float, float]:
    """Milliseconds from asking for the page to its first words and to its last mark."""
    began = time.monotonic()
    page.goto(address)
    page.wait_for_selector("[data-ready=true]")
    page.wait_for_selector(".drawing", state="hidden")
    drawn = (time.monotonic() - began) * 1000
    return float(page.evaluate(PAINTED)), drawn


def measure(records: int, villages: int, url: str, folder: str) -> None:
    database, app = open_town(folder, url)
    client = sign_in(app)
    for name, path in pages(records, villages):
        ask(database.engine, client, name, path)
    for zoom in (9, 11, 13, 15, 17):
        ask_tiles(client, zoom)
    print(f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB at most", flush=True)
    open_in_browser(app)
    database.dispose()


def main(records: int = 100_000, villages: int = 400, url: str = "") -> None:
    with tempfile.TemporaryDirectory() as folder:
        writing = multiprocessing.get_context("spawn").Process(target=make_town, args=(folder, url, records, villages))
        writing.start()
        writing.join()
        assert writing.exitcode == 0
        measure(records, villages, url, folder)


if __name__ == "__main__":
    main(*(int(one) for one in sys.argv[1:3]), *sys.argv[3:4])
