"""A GIS program reads the town: GDAL's client, unchanged, over real HTTP, page by page, by place, and as two people."""

import json
import logging
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import shapely
from flask import Flask
from werkzeug.serving import make_server

from geo.boundaries import read_boundaries
from server.access.sessions import open_session
from server.db import Database
from server.places.villages import import_boundaries
from tests.conftest import MORNING
from tests.server.web.pages.conftest import CODES, boundaries
from tests.server.web.pages.women import CareTown, a_follow_up, a_woman
from tests.serving import ROOT, serve_environment

MANY = (*CODES, *(f"5199012010{number:02}" for number in range(11, 16)))
"""Seven villages side by side, each a hundredth of a degree wide, from 105 E 30 N."""


@dataclass
class Served:
    """The town over HTTP. `read` asks as somebody; `asked` are the addresses that came since."""

    town: CareTown
    address: str
    asked: list[str] = field(default_factory=list)

    def read(self, name: str, layer: str = "", page: int = 100, box: str = "") -> list[Any]:
        self.asked.clear()
        with self.town.database.transaction() as db:
            token, _ = open_session(db, self.town.actor_id(db, name), MORNING)
        words = [f"{self.address}/v1/projects/{self.town.project_id}/ogc", token]
        words += [layer, str(page), box] if layer else []
        command = [sys.executable, "-P", "-m", "tests.walks.gis_client", *words]
        done = subprocess.run(
            command, env=serve_environment(), cwd=ROOT, capture_output=True, text=True, timeout=300, check=False
        )
        assert done.returncode == 0, done.stderr
        found: list[Any] = json.loads(done.stdout)
        return found

    def pages(self) -> list[str]:
        """The questions for features, in their order."""
        return [one for one in self.asked if "/items" in one]


@pytest.fixture
def served(app: Flask, database: Database) -> Iterator[Served]:
    town = CareTown(app, database)
    made = read_boundaries(boundaries(*MANY), "v.geojson", "EPSG:4326")
    with database.transaction() as db:
        import_boundaries(db, town.project_id, made, None, MORNING)
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    asked: list[str] = []

    def heard(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        asked.append(f"{environ['PATH_INFO']}?{environ['QUERY_STRING']}")
        return app.wsgi_app(environ, start)

    server = make_server("127.0.0.1", 0, heard, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield Served(town, f"http://127.0.0.1:{server.server_port}", asked)
    server.shutdown()
    thread.join()
    server.server_close()


def test_villages_are_read_whole_page_by_page_and_by_place(served: Served) -> None:
    assert served.read("lea") == ["villages"]
    found = served.read("lea", "villages", page=3)
    assert [one["code"] for one in found] == list(MANY), "each once, and in order"
    assert [one["name"] for one in found] == [f"村{number}" for number in range(1, 8)]
    assert {shapely.from_wkt(one["at"]).geom_type for one in found} == {"MultiPolygon"}
    assert len([one for one in served.pages() if "token=" in one]) >= 2, "by the links to the next page"
    third = served.read("lea", "villages", page=2, box="105.021,30.001,105.029,30.009")
    assert [one["code"] for one in third] == [MANY[2]]
    assert any("bbox=" in one for one in served.pages()), "the server was asked by place"


def test_two_people_read_the_follow_ups_that_each_may_and_who_leads_the_town_has_no_such_layer(served: Served) -> None:
    town = served.town
    with town.database.transaction() as db:
        keys = [
            [a_follow_up(db, a_woman(db, town.project_id, village=village), left=left).visit_key for left in lefts]
            for village, lefts in ((1, (-4, 3, 5, 7, 9)), (2, (-1, 2)))
        ]
    town.record(village=1)
    assert served.read("lin") == ["villages", "submissions", "follow-ups"]
    assert served.read("wang") == ["villages", "follow-ups"]

    hers = served.read("wang", "follow-ups", page=2)
    assert sorted(one["id"] for one in hers) == sorted(keys[0])
    assert sorted(one["state"] for one in hers) == ["due"] * 4 + ["overdue"]
    assert {one["village"] for one in hers} == {CODES[0]}
    assert len({one["at"] for one in hers}) == 1, "at the village's label, nobody's home"
    assert len([one for one in served.pages() if "token=" in one]) >= 2

    everybody_s = served.read("lin", "follow-ups", page=3)
    assert sorted(one["id"] for one in everybody_s) == sorted([*keys[0], *keys[1]])
    there = served.read("lin", "follow-ups", page=1, box="105.0101,30,105.0199,30.01")
    assert sorted(one["id"] for one in there) == sorted(keys[1])
    [pin] = served.read("lin", "submissions")
    assert (pin["form_id"], pin["at"]) == ("visit", "POINT (105.005 30.005)")
    assert pin["instance_id"].startswith("uuid:")
