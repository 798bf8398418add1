#!/usr/bin/env python3
"""What the door for GIS programs costs in a large town: a page of a thousand features of each collection, and all of them.

    .venv/bin/python -m tests.benchmarks.gis [RECORDS [VILLAGES [DATABASE_URL]]]

The town is that of the desk's benchmark, written by another process. A clinician of the whole town asks through the whole
program; then GDAL's client, in its own process, reads each collection over HTTP. Without an address it uses a SpatiaLite file.
"""

import logging
import multiprocessing
import resource
import subprocess
import sys
import tempfile
import threading
import time
from typing import Any, Final

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.serving import make_server

from server.access.sessions import open_session
from server.clock import now
from server.db import Database
from server.models import Project, User
from tests.benchmarks.desk import ask, make_town, open_town, say_spent, sign_in
from tests.benchmarks.desk_town import EMAIL
from tests.serving import ROOT, serve_environment

COLLECTIONS: Final = ("villages", "submissions", "follow-ups")
BOX: Final = "bbox=104.05,30.05,104.09,30.09"
READ: Final = "import sys; from tests.walks.gis_client import count; count(*sys.argv[1:])"


def last_page(client: FlaskClient, path: str) -> tuple[str, int]:
    """Follows the links to the end: the address of the last page, and how many pages there were."""
    pages = 0
    while True:
        pages += 1
        body: dict[str, Any] = client.get(path, buffered=True).get_json(force=True)
        following = [one["href"] for one in body["links"] if one["rel"] == "next"]
        if not following:
            return path, pages
        path = following[0].removeprefix("http://localhost")


def read_by_gdal(app: Flask, token: str, base: str) -> None:
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    for one in COLLECTIONS:
        command = [sys.executable, "-P", "-c", READ, f"http://127.0.0.1:{server.port}{base}", token, one]
        began = time.monotonic()
        done = subprocess.run(command, env=serve_environment(), cwd=ROOT, capture_output=True, text=True, check=True)
        say_spent(f"GDAL: all {one}, {done.stdout.strip()}", [(time.monotonic() - began) * 1000])
    server.shutdown()


def measure(url: str, folder: str) -> None:
    database, app = open_town(folder, url)
    client = sign_in(app)
    base = base_of(database)
    for name in ("", "/api", "/collections"):
        ask(database.engine, client, name or "landing page", base + name)
    for one in COLLECTIONS:
        items = f"{base}/collections/{one}/items"
        ask(database.engine, client, f"{one}, 1,000", f"{items}?limit=1000")
        ask(database.engine, client, f"{one}, a part of the map", f"{items}?limit=1000&{BOX}")
        last, pages = last_page(client, f"{items}?limit=1000")
        ask(database.engine, client, f"{one}, page {pages}", last)
    print(f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB at most", flush=True)
    with database.transaction() as db:
        token, _ = open_session(db, db.scalars(select(User.actor_id).where(User.email == EMAIL)).one(), now())
    read_by_gdal(app, token, base)
    print(f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB at most", flush=True)
    database.dispose()


def base_of(database: Database) -> str:
    with database.reading() as db:
        return f"/v1/projects/{db.scalars(select(Project.id).where(Project.name == 'bench')).one()}/ogc"


def main(records: int = 100_000, villages: int = 400, url: str = "") -> None:
    with tempfile.TemporaryDirectory() as folder:
        writing = multiprocessing.get_context("spawn").Process(target=make_town, args=(folder, url, records, villages))
        writing.start()
        writing.join()
        assert writing.exitcode == 0
        measure(url, folder)


if __name__ == "__main__":
    main(*(int(one) for one in sys.argv[1:3]), *sys.argv[3:4])
