"""GIS programs read the town: GDAL's client and OWSLib's, unchanged, over HTTP, page by page, by place, and as two people."""

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
        """By GDAL: the names of the layers, or the features of one."""
        found: list[Any] = self.run("gis_client", name, *((layer, str(page), box) if layer else ()))
        return found

    def read_by_owslib(self, name: str, collection: str = "", **asked: Any) -> dict[str, Any]:
        found: dict[str, Any] = self.run(
            "owslib_client", name, *((collection, json.dumps(asked)) if collection else ())
        )
        return found

    def run(self, client: str, name: str, *words: str) -> Any:
        self.asked.clear()
        with self.town.database.transaction() as db:
            token, _ = open_session(db, self.town.actor_id(db, name), MORNING)
        address = f"{self.address}/v1/projects/{self.town.project_id}/ogc"
        command = [sys.executable, "-P", "-m", f"tests.walks.{client}", address, token, *words]
        done = subprocess.run(
            command, env=serve_environment(), cwd=ROOT, capture_output=True, text=True, timeout=300, check=False
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def pages(self) -> list[str]:
        """The questions for features, in their order."""
        return [one for one in self.asked if "/items" in one]


def all_of(found: dict[str, Any]) -> list[Any]:
    return [one for page in found["pages"] for one in page]


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


def test_owslib_reads_what_two_people_may_page_by_page_by_place_and_by_time(served: Served) -> None:
    town = served.town
    with town.database.transaction() as db:
        keys = [
            [a_follow_up(db, a_woman(db, town.project_id, village=village), left=left).visit_key for left in lefts]
            for village, lefts in ((1, (-4, 3, 5)), (2, (-1, 2)))
        ]
    record = town.record(village=1)
    everybody_s, hers = served.read_by_owslib("lin"), served.read_by_owslib("wang")
    assert list(everybody_s["collections"]) == ["villages", "submissions", "follow-ups"]
    assert list(hers["collections"]) == ["villages", "follow-ups"]
    assert everybody_s["links"] == ["self", "service-desc", "service-doc", "conformance", "data"]
    assert everybody_s["definition"] == "3.0.3"
    assert [one.rpartition("/")[2] for one in everybody_s["classes"]] == ["core", "oas30", "geojson"]
    assert everybody_s["collections"]["villages"]["extent"]["spatial"]["bbox"] == [[105.0, 30.0, 105.07, 30.01]]

    found = served.read_by_owslib("wang", "follow-ups", limit=2)
    assert [len(page) for page in found["pages"]] == [2, 1]
    assert sorted(all_of(found)) == sorted(keys[0]) and found["first"]["id"] in keys[0]
    assert sorted(served.read_by_owslib("lin", "follow-ups")["pages"][0]) == sorted([*keys[0], *keys[1]])
    there = served.read_by_owslib("lin", "follow-ups", bbox=[105.0101, 30, 105.0199, 30.01], limit=1)
    assert sorted(all_of(there)) == sorted(keys[1])
    for asked, wanted in (("2026-03-02", [[record]]), ("../2026-03-01", [[]]), ("2026-03-01T00:00:00Z/..", [[record]])):
        assert served.read_by_owslib("lin", "submissions", datetime_=asked)["pages"] == wanted
    assert served.read_by_owslib("lin", "villages", limit=3, bbox=[105.021, 30.001, 105.029, 30.009])["pages"] == [
        [MANY[2]]
    ]
