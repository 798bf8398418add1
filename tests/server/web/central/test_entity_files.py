"""Entity lists as files: Central's columns, no live formulas, and a map that one bad place does not break."""

import csv
import io
from datetime import date
from typing import Any

import pytest

from server.access.allow import Scope
from server.db import Database
from server.models import Dataset
from server.registry.reach import Reach
from server.reports.entity_rows import EntitySource
from server.web.central.entity_files import has_map
from tests.client import Client
from tests.conftest import Clock, Listen
from tests.making import a_dataset

KEYS = [f"6ba7b810-9dad-41d1-80b4-00c04fd430c{n}" for n in range(5)]
HEAD = "__id,label,size,geometry,备注,__createdAt,__creatorId,__creatorName,__updates,__updatedAt,__version"


@pytest.fixture
def path(database: Database, project_id: int) -> str:
    with database.transaction() as db:
        a_dataset(db, project_id, "homes", ["size", "geometry", "备注"])
    return f"/projects/{project_id}/datasets/homes/entities"


def make(client: Client, path: str, number: int, label: str = "一户", **data: str) -> None:
    sent = client.post(path, json={"uuid": KEYS[number], "label": label, "data": data})
    assert sent.status_code == 200, sent.json


def lines_of(reply: Any) -> list[list[str]]:
    return list(csv.reader(io.StringIO(reply.text)))


def features_of(reply: Any) -> dict[str, dict[str, Any]]:
    assert reply.content_type.startswith("application/json")
    assert reply.json["type"] == "FeatureCollection"
    return {one["id"]: one["geometry"] for one in reply.json["features"]}


def test_the_file_has_centrals_columns_to_the_byte(
    as_bob: Client, path: str, cast: dict[str, int], clock: Clock
) -> None:
    make(as_bob, path, 0, label='一户 "东"', size="3")
    clock.forward(minutes=1)
    make(as_bob, path, 1, 备注="两行\n话")
    clock.forward(minutes=1)
    as_bob.patch(f"{path}/{KEYS[0]}?force=true", json={"data": {"size": "4"}})
    reply = as_bob.get(path + ".csv")
    assert reply.content_type == "text/csv; charset=utf-8"
    assert reply.headers["Content-Disposition"] == "attachment; filename=\"homes.csv\"; filename*=UTF-8''homes.csv"
    assert reply.text == (
        f"{HEAD}\n"
        f'{KEYS[1]},一户,,,"两行\n话",2026-03-02T01:01:00.000Z,{cast["bob"]},bob,0,,1\n'
        f'{KEYS[0]},"一户 ""东""",4,,,2026-03-02T01:00:00.000Z,{cast["bob"]},bob,1,2026-03-02T01:02:00.000Z,2\n'
    )


def test_an_empty_list_is_its_head_alone(as_bob: Client, path: str) -> None:
    assert as_bob.get(path + ".csv").text == HEAD + "\n"


def test_no_cell_is_a_formula_unless_a_machine_asks_for_it(as_bob: Client, path: str) -> None:
    make(as_bob, path, 0, label="=1+1", size="-3.5", 备注="@cmd", geometry="-30.5 104 0 0")
    make(as_bob, path, 1, label="户", size="-1+1", 备注="＋1", geometry="=1")
    guarded = {line[0]: line[1:5] for line in lines_of(as_bob.get(path + ".csv"))[1:]}
    assert guarded == {
        KEYS[0]: ["'=1+1", "-3.5", "-30.5 104 0 0", "'@cmd"],
        KEYS[1]: ["户", "'-1+1", "'=1", "'＋1"],
    }
    raw = {line[0]: line[1:5] for line in lines_of(as_bob.get(path + ".csv?guard=false"))[1:]}
    assert raw[KEYS[0]] == ["=1+1", "-3.5", "-30.5 104 0 0", "@cmd"]


def test_a_file_holds_what_a_filter_and_a_search_leave(as_bob: Client, path: str) -> None:
    for number in range(3):
        make(as_bob, path, number, size=str(number), 备注="甲" if number else "乙")

    def keys(query: str) -> set[str]:
        return {line[0] for line in lines_of(as_bob.get(f"{path}.csv?{query}"))[1:]}

    assert keys("$filter=size gt '0'&$search=甲") == {KEYS[1], KEYS[2]}
    assert keys(f"$filter=__id eq '{KEYS[0]}'") == {KEYS[0]}
    assert keys("$search=乙") == {KEYS[0]}
    assert keys("$filter=__system%252FcreatedAt%2520lt%25202020-01-01") == set(), "ruODK encodes a filter twice"
    assert as_bob.get(path + ".csv?$filter=nothing eq 1").json["code"] == 501.5
    assert as_bob.get(path + ".csv?$filter=(").json["code"] == 400.18


def test_nothing_changed_is_304_until_something_did(as_bob: Client, path: str) -> None:
    make(as_bob, path, 0, geometry="30 104 0 0")
    for ending in (".csv", ".geojson", f"/{KEYS[0]}/geojson"):
        tag = as_bob.get(path + ending).headers["ETag"]
        for spelling in (tag, tag.removeprefix("W/")):
            assert as_bob.get(path + ending, headers={"If-None-Match": spelling}).status_code == 304
        as_bob.patch(f"{path}/{KEYS[0]}?force=true", json={"label": f"户{ending}"})
        assert as_bob.get(path + ending, headers={"If-None-Match": tag}).status_code == 200
    assert "ETag" not in as_bob.get(path + ".csv?$filter=__system/createdAt lt now()").headers


def test_a_bad_place_costs_its_own_entity_its_place_on_the_map(as_bob: Client, path: str) -> None:
    make(as_bob, path, 0, geometry="30.5 104.5 5 1")
    make(as_bob, path, 1, geometry="30 104 0 0;31 105 0 0;32 104 0 0;30 104 0 0")
    make(as_bob, path, 2, geometry="30 104;31 105;")
    make(as_bob, path, 3, geometry="95 1e400 NaN 0")
    make(as_bob, path, 4, geometry="没有")
    assert features_of(as_bob.get(path + ".geojson")) == {
        KEYS[0]: {"type": "Point", "coordinates": [104.5, 30.5, 5.0]},
        KEYS[1]: {
            "type": "Polygon",
            "coordinates": [[[104.0, 30.0, 0.0], [105.0, 31.0, 0.0], [104.0, 32.0, 0.0], [104.0, 30.0, 0.0]]],
        },
        KEYS[2]: {"type": "LineString", "coordinates": [[104.0, 30.0], [105.0, 31.0]]},
    }
    (feature,) = as_bob.get(f"{path}/{KEYS[0]}/geojson").json["features"]
    assert (feature["id"], feature["properties"]) == (KEYS[0], {"label": "一户"})
    assert as_bob.get(f"{path}/{KEYS[4]}/geojson").json == {"type": "FeatureCollection", "features": []}


def test_a_map_shows_what_a_filter_a_search_and_a_limit_leave(as_bob: Client, path: str) -> None:
    for number in range(4):
        make(as_bob, path, number, size=str(number), geometry="30 104 0 0" if number else "")
    assert set(features_of(as_bob.get(path + ".geojson?$filter=size ge '2'"))) == {KEYS[2], KEYS[3]}
    assert set(features_of(as_bob.get(path + f".geojson?$search={KEYS[1]}"))) == {KEYS[1]}
    assert len(features_of(as_bob.get(path + ".geojson?limit=2"))) == 2, "entities without a place do not count"
    assert as_bob.get(path + ".geojson?limit=x").json["code"] == 400.11
    assert as_bob.get(path + ".geojson?limit=-1").json["code"] == 400.11


def test_a_map_reads_no_more_of_an_entity_than_it_tells(as_bob: Client, path: str, listen: Listen) -> None:
    make(as_bob, path, 0, geometry="30 104 0 0")
    asked: list[str] = []
    listen("before_cursor_execute", lambda *args: asked.append(args[2]))
    assert len(features_of(as_bob.get(path + ".geojson?$filter=__system/createdAt gt 2020-01-01"))) == 1
    (question,) = [one for one in asked if "data_json" in one]
    assert question.partition("\nFROM")[0].rstrip() == "SELECT entity.uuid, entity.label, entity.data_json AS data_json"


def test_a_list_without_the_property_geometry_has_an_empty_map(
    as_bob: Client, database: Database, project_id: int
) -> None:
    with database.transaction() as db:
        a_dataset(db, project_id, "wells", ["depth"])
    path = f"/projects/{project_id}/datasets/wells/entities"
    as_bob.post(path, json={"label": "东井", "data": {"depth": "3"}})
    assert features_of(as_bob.get(path + ".geojson")) == {}


def test_files_are_for_those_who_may_list_entities(
    as_alice: Client, as_chelsea: Client, as_nobody: Client, path: str
) -> None:
    for ending in (".csv", ".geojson", f"/{KEYS[0]}/geojson"):
        assert as_alice.get(path + ending).status_code in (200, 404)
        assert as_chelsea.get(path + ending).json["code"] == 403.1
        assert as_nobody.get(path + ending).json["code"] == 401.2
    assert as_alice.get(f"{path}/{KEYS[0]}/geojson").json["code"] == 404.1


@pytest.mark.parametrize(
    ("name", "care", "shown"), [("women", True, False), ("households", True, True), ("women", False, True)]
)
def test_a_list_about_women_has_no_map_whoever_asks(name: str, care: bool, shown: bool) -> None:
    reach = Reach(Scope(1, everything=True), care, "clinician", date(2026, 3, 2))
    assert has_map(EntitySource(Dataset(name=name), reach, ("geometry",))) is shown
    assert not has_map(EntitySource(Dataset(name=name), reach, ("size",)))
