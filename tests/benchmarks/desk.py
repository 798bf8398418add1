#!/usr/bin/env python3
"""What the office's desk costs in a large town: the review list, a filter on an answer, the map; seconds, queries, memory.

    .venv/bin/python -m tests.benchmarks.desk [RECORDS [VILLAGES [DATABASE_URL]]]

Records go into the tables in bulk, with their places and the words of their answers as the derivers write them; pages are asked
for through the whole program by somebody who is signed in. Without an address it uses a SpatiaLite file.
"""

import random
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import orjson
from flask import Flask
from flask.testing import FlaskClient
from geoalchemy2 import WKTElement
from sqlalchemy import Engine, event, insert, select, text
from sqlalchemy.orm import Session

from forms.findable import list_words
from forms.instance import read_instance, read_values
from geo.boundaries import read_boundaries
from geo.tiles import tile_of
from server import create_app
from server.access.people import create_administrator
from server.clock import now
from server.config import Config
from server.db import Database
from server.intake.answer_index import key_of, number_of
from server.models import (
    AnswerWord,
    Form,
    FormVersion,
    Project,
    Submission,
    SubmissionGeometry,
    SubmissionVersion,
    Village,
)
from server.places.villages import import_boundaries
from server.publishing.versions import SCHEMAS
from server.upgrading import upgrade
from tests.benchmarks.bench import VISIT, visit_xml
from tests.making import a_form, a_phone, new_id

PASSWORD: Final = "three green hills"
ROUNDS: Final = 7
TILES: Final = 40  # of each zoom
TOGETHER: Final = 5000
STATES: Final = (None, None, None, "approved", "approved", "approved", "approved", "hasIssues", "rejected", "edited")
SIDE: Final = 0.01  # degrees: about a kilometre
WEST, SOUTH = 104.0, 30.0


def make_villages(number: int) -> bytes:
    """GeoJSON of squares side by side, twenty in a row."""
    features = []
    for one in range(number):
        west, south = corner_of(one)
        ring = [[west, south], [west + SIDE, south], [west + SIDE, south + SIDE], [west, south + SIDE], [west, south]]
        named = {"code": f"5120210{one:05}", "name": f"村{one + 1}"}
        shape = {"type": "Polygon", "coordinates": [[[round(x, 6), round(y, 6)] for x, y in ring]]}
        features.append({"type": "Feature", "properties": named, "geometry": shape})
    return orjson.dumps({"type": "FeatureCollection", "features": features})


def corner_of(number: int) -> tuple[float, float]:
    return WEST + SIDE * (number % 20), SOUTH + SIDE * (number // 20)


def fill(db: Session, app: Flask, records: int, villages: int) -> None:
    """An administrator, a plain project, its villages, a form with twenty senders, and the records."""
    admin = create_administrator(db, "office@town.test", PASSWORD, now())
    project = Project(name="bench", kind="plain", created_at=now())
    db.add(project)
    db.flush()
    file = read_boundaries(make_villages(villages), "v.geojson", "EPSG:4326")
    import_boundaries(db, project.id, file, admin.actor_id, now())
    form = a_form(db, project.id, "household_visit", xml=VISIT.encode(), now=now())
    senders = [a_phone(db, app.extensions["fangshi.key"], project.id, form)[0] for _ in range(20)]
    ids = list(db.scalars(select(Village.id).where(Village.project_id == project.id).order_by(Village.code)))
    rng, begun = random.Random(7), now() - timedelta(days=365)
    for first in range(1, records + 1, TOGETHER):
        rows: dict[Any, list[dict[str, Any]]] = {
            Submission: [],
            SubmissionVersion: [],
            SubmissionGeometry: [],
            AnswerWord: [],
        }
        for number in range(first, min(first + TOGETHER, records + 1)):
            at = begun + timedelta(minutes=5 * number)
            for model, row in rows_of(db, project, form, number, at, rng, senders[number % 20], ids):
                rows[model].append(row)
        for model, values in rows.items():
            db.execute(insert(model), values)
        print(f"\r{min(first + TOGETHER - 1, records)} of {records} records written", end="", flush=True)
    print()


def rows_of(
    db: Session,
    project: Project,
    form: Form,
    number: int,
    at: datetime,
    rng: random.Random,
    sender: int,
    ids: list[int],
) -> Iterator[tuple[Any, dict[str, Any]]]:
    xml, _members = visit_xml(rng, new_id())
    version = db.get_one(FormVersion, form.current_version_id)
    schema, instance = SCHEMAS.get(db, version.id, version.sha256), read_instance(xml)
    values, village = read_values(instance, schema), rng.randrange(len(ids))
    known = {"form_id": form.id, "draft": False, "created_at": at, "submitter_id": sender}
    place = {"village_id": ids[village]}
    yield (
        Submission,
        {
            **known,
            **place,
            "id": number,
            "project_id": project.id,
            "instance_id": instance.instance_id,
            "review_state": STATES[number % len(STATES)],
            "place_how": "inside",
        },
    )
    stored = {"xml": xml, "values_json": orjson.dumps(values).decode(), "instance_name": f"H-{number:06}"}
    which = {"id": number, "submission_id": number, "form_version_id": version.id, "instance_id": instance.instance_id}
    yield SubmissionVersion, {**known, **stored, **which, "is_current": True, "encrypted": False}
    west, south = corner_of(village)
    point = WKTElement(f"POINT({west + rng.random() * SIDE:.6f} {south + rng.random() * SIDE:.6f})", srid=4326)
    told = {"project_id": project.id, "path": "/gps", "is_place": True, "how": "inside", "accuracy": 5.0}
    yield (
        SubmissionGeometry,
        {**place, **told, "submission_id": number, "submission_version_id": number, "geometry": point},
    )
    key = key_of(db, project.id, number)
    for word in {number_of(key, form.id, path, one) for path, one in list_words(schema, values)}:
        yield AnswerWord, {"word": word, "submission_id": number}


def sign_in(app: Flask) -> FlaskClient:
    client = app.test_client()
    page = client.get("/sign-in", headers={"Accept": "text/html"}).get_data(as_text=True)
    csrf = page.partition('name="__csrf" value="')[2][:64]
    answer = client.post("/sign-in", data={"__csrf": csrf, "email": "office@town.test", "password": PASSWORD})
    assert answer.status_code == 303, answer.status_code
    return client


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
    print(
        f"{name:34} {statistics.median(spent):8.1f} ms  worst {max(spent):8.1f}  {len(asked):3} queries  {size:9,} bytes"
    )


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
    print(f"{f'tile at zoom {zoom}':34} {middle:8.1f} ms  p95   {late:8.1f}  {max(sizes):9,} bytes at most")


def main(records: int = 100_000, villages: int = 400, url: str = "") -> None:
    with tempfile.TemporaryDirectory() as folder:
        config = Config(data_dir=Path(folder), testing=True)
        database = Database(url or config.sqlalchemy_url, config.key_file)
        upgrade(database, Path(folder), now())
        app = create_app(config, database)
        with database.transaction() as db:
            fill(db, app, records, villages)
        with database.transaction() as db:
            db.execute(text("ANALYZE"))
        client, engine = sign_in(app), database.engine
        answer, month = "answer=%2Fhead%2Fhead_age%3D", (now() - timedelta(days=300)).date()
        for name, path in (
            ("review list", "/review"),
            ("its page 500", "/review?page=500"),
            ("one village", "/review?village=512021000200"),
            ("an answer that few gave", f"/review?form=household_visit&{answer}77"),
            ("a range that many gave", f"/review?form=household_visit&{answer}18..60"),
            ("a month", f"/review?since={month}&until={month + timedelta(days=30)}"),
            ("a part of the map", "/review?box=104.05,30.05,104.06,30.06"),
            ("one record", f"/review/{records // 2}/panel"),
            ("map page", "/map"),
            ("map: villages", "/map/villages"),
            ("map: whole town, zoom 10", "/map/features?box=103.9,29.9,104.3,30.3&zoom=10"),
            ("map: some villages, zoom 14", "/map/features?box=104.05,30.05,104.09,30.09&zoom=14"),
            ("map: one village, zoom 17", "/map/features?box=104.05,30.05,104.06,30.06&zoom=17"),
        ):
            ask(engine, client, name, path)
        for zoom in (9, 11, 13, 15, 17):
            ask_tiles(client, zoom)
        print(f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB at most")
        database.dispose()


if __name__ == "__main__":
    main(*(int(one) for one in sys.argv[1:3]), *sys.argv[3:4])
