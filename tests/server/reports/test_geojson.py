from typing import Any
from urllib.parse import quote

import orjson
import pytest
from flask import Flask
from hypothesis import example, given
from hypothesis import strategies as st

from forms.schema import Field, FormSchema
from server.db import Database
from server.reports.geojson import TOGETHER, geometry_at, geometry_in, spots_of, write_collection
from tests.client import Client
from tests.conftest import Listen
from tests.making import a_form, a_phone, new_id
from tests.server.reports.census import Send
from tests.server.reports.samples import a_census, a_census_form, a_member, census_schema

SCHEMA = census_schema()
TWICE = FormSchema(
    (
        *(Field(name, f"/{name}", "string") for name in ("start", "备注")),
        *(Field(name, f"/{name}", "structure") for name in ("place", "其他")),
        *(Field(name, f"/place/{name}", kind) for name, kind in (("gps", "geopoint"), ("path", "geotrace"))),
        Field("gps", "/其他/gps", "geopoint"),
        Field("member", "/member", "repeat"),
        Field("gps", "/member/gps", "geopoint"),
    )
)


def geometry(values: dict[str, Any], path: str | None = None, schema: FormSchema = SCHEMA) -> Any:
    return geometry_at(values, spots_of(lambda _: schema, path)(1))


def test_the_first_place_outside_repeats_is_shown() -> None:
    assert geometry({"place": {"gps": "30 104 5 1", "path": "30 104;31 105"}}) == {
        "type": "Point",
        "coordinates": [104, 30, 5],
    }


def test_a_field_may_be_named() -> None:
    values = {"place": {"gps": "30 104", "path": "30 104;31 105", "field": "30 104;30 105;31 105"}}
    assert geometry(values, "/place/path") == {"type": "LineString", "coordinates": [[104, 30], [105, 31]]}
    assert geometry(values, "/place/field")["type"] == "Polygon"


@pytest.mark.parametrize("path", ["/size", "/nobody", "place/gps"])
def test_a_field_that_is_no_place_shows_nothing(path: str) -> None:
    assert geometry({"place": {"gps": "30 104"}}, path) is None


@pytest.mark.parametrize("text", [None, "", "NaN NaN", "1e400 3", "91 104", {}])
def test_a_bad_point_costs_its_own_record_its_place(text: object) -> None:
    assert geometry({"place": {"gps": text}}) is None


@pytest.mark.parametrize(
    "place",
    [
        {"gps": ["30 104", None, "31 105"]},
        {"gps": [["30 104"], [["31 105"], []]]},
        [{"gps": "30 104"}, {"gps": "somewhere"}, {}, None, {"gps": "31 105"}],
        [[{"gps": "30 104"}], [{"gps": ["31 105"]}]],
    ],
)
def test_several_places_of_one_record_are_a_collection(place: Any) -> None:
    found = geometry({"place": place})
    assert found["type"] == "GeometryCollection"
    assert [one["coordinates"] for one in found["geometries"]] == [[104, 30], [105, 31]]


@pytest.mark.parametrize(
    "values", [{}, {"place": None}, {"place": []}, {"place": "30 104"}, {"place": {"gps": [[]]}}, []]
)
def test_a_record_that_is_built_otherwise_has_no_place(values: Any) -> None:
    assert geometry(values) is None


@pytest.mark.parametrize("number", [0, 1, TOGETHER, TOGETHER + 1, 2 * TOGETHER])
def test_a_collection_is_one_however_many_are_written_at_once(number: int) -> None:
    features = [{"type": "Feature", "id": str(one)} for one in range(number)]
    assert b"".join(write_collection(features)) == orjson.dumps({"type": "FeatureCollection", "features": features})


def test_a_form_version_is_looked_at_once_for_all_its_records() -> None:
    asked: list[int] = []

    def schema_of(version_id: int) -> FormSchema:
        asked.append(version_id)
        return SCHEMA

    spot_of = spots_of(schema_of, None)
    assert [spot_of(version_id).path for version_id in (7, 8, 7, 8)] == [["place", "gps"]] * 4  # type: ignore[union-attr]
    assert asked == [7, 8]


TEXTS = st.none() | st.sampled_from(
    [
        *("30 104 5 1", "30 104", "95 104", "30 104;31 105;30 105;30 104", '30 104" 1', "30\\t104", "\\", "人"),
        *("gps", '"gps":"30 104"', ',"gps":"30 104",', '\\","gps":"30 104', "\t30 104", "", "null", "{}"),
    ]
)


@given(st.lists(TEXTS, min_size=6, max_size=6), st.lists(TEXTS, max_size=2))
@example(["\t30 104"] * 6, ["\t30 104"])
@example(["30 104;31 105", *[None] * 5], [])
@example(['"gps":"30 104"'] * 6, [])
def test_a_place_is_found_in_answers_that_are_not_read_as_in_those_that_are(texts: Any, members: Any) -> None:
    """Also where an answer reads like a piece of JSON, and where a name is that of two fields, or in a repeat."""
    start, gps, path, field, note, other = texts
    place = {"gps": gps, "footpath": start, "path": path, "field": field}
    told = {"member": [{"name": one, "gps": one} for one in members], "备注": note, "其他": {"gps": other}}
    answers = {"start": start, "place": place} | told
    for schema, sought in (
        (SCHEMA, (None, "/place/path", "/place/field")),
        (TWICE, (None, "/其他/gps", "/member/gps")),
    ):
        for one in sought:
            spot = spots_of(lambda _, schema=schema: schema, one)(1)  # type: ignore[misc]
            assert spot is not None
            known = answers if schema is TWICE else answers | {"其他": other, "member": []}
            assert geometry_in(orjson.dumps(known), spot) == geometry_at(known, spot)


def test_a_record_without_answers_has_no_place() -> None:
    spot = spots_of(lambda _: SCHEMA, None)(1)
    assert spot is not None
    assert [geometry_in(answers, spot) for answers in (b"", b"{}", b"null", b'{"place":')] == [None] * 4


def test_records_on_a_map(as_bob: Client, send: Send, records: str) -> None:
    bad = send(gps="NaN NaN")
    good = send(gps="30.1 104.5 512.3 4.7", path="30 104;31 105")
    place = {"type": "Point", "coordinates": [104.5, 30.1, 512.3]}
    feature = {"type": "Feature", "id": good, "geometry": place, "properties": {"fieldpath": "/place/gps"}}
    nowhere = {"type": "Feature", "id": bad, "geometry": None, "properties": None}

    reply = as_bob.get(records + ".geojson")
    assert reply.content_type.startswith("application/json")
    assert reply.json == {"type": "FeatureCollection", "features": [feature, nowhere]}
    assert as_bob.get(f"{records}/{quote(good, safe='')}.geojson").json["features"] == [feature]
    assert as_bob.get(f"{records}/nobody.geojson").json["code"] == 404.1
    line = as_bob.get(records + ".geojson?fieldpath=/place/path").json["features"][0]
    assert (line["geometry"]["type"], line["properties"]) == ("LineString", {"fieldpath": "/place/path"})
    assert as_bob.get(records + ".geojson?fieldpath=/place/gps&fieldpath=/place/path").json["code"] == 400.41
    assert len(as_bob.get(records + ".geojson?$filter=place/path ne null").json["features"]) == 1
    tag = reply.headers["ETag"]
    assert as_bob.get(records + ".geojson", headers={"If-None-Match": tag}).status_code == 304


def test_a_map_reads_no_more_of_a_record_than_it_tells(
    as_bob: Client, send: Send, records: str, listen: Listen
) -> None:
    send(gps="30 104")
    asked: list[str] = []
    listen("before_cursor_execute", lambda *args: asked.append(args[2]))
    for question, columns in (("", 4), ("?$filter=__system/reviewState eq null", 4), ("?$filter=size eq 5", 18)):
        asked.clear()
        assert as_bob.get(records + ".geojson" + question).status_code == 200
        (told,) = [one.partition("\nFROM")[0] for one in asked if "values_json" in one]
        assert told.count(",") + 1 == columns, told


def test_an_earlier_version_keeps_its_place(
    as_bob: Client, send: Send, census_phone: Client, records: str, project_id: int
) -> None:
    first, second = send(gps="30 104"), new_id()
    edit = a_census(instance_id=second, gps="31 105").replace(
        b"<orx:instanceID>", f"<orx:deprecatedID>{first}</orx:deprecatedID><orx:instanceID>".encode()
    )
    assert census_phone.send(project_id, edit).status_code == 201

    def place(path: str) -> Any:
        (feature,) = as_bob.get(records + path).json["features"]
        return feature["id"], feature["geometry"]["coordinates"]

    assert place(".geojson") == place(f"/{first}.geojson") == (first, [105, 31])
    assert place(f"/{first}/versions/{first}.geojson") == (first, [104, 30])
    assert place(f"/{first}/versions/{second}.geojson") == (first, [105, 31])
    assert as_bob.get(f"{records}/{first}/versions/nobody.geojson").json["code"] == 404.1


def test_a_place_in_a_repeat_is_shown_when_asked_for(
    as_bob: Client, app: Flask, database: Database, project_id: int
) -> None:
    with database.transaction() as db:
        xml = a_census_form().replace(
            b'<bind nodeset="/data/member/name" type="string"/>', b'<bind nodeset="/data/member/name" type="geopoint"/>'
        )
        form = a_form(db, project_id, "census", xml=xml)
        _, token = a_phone(db, app.extensions["fangshi.key"], project_id, form)
    members = a_member("30 104") + a_member("somewhere") + a_member("31 105")
    Client(app, key=token).send(project_id, a_census(members=members))
    path = f"/projects/{project_id}/forms/census/submissions.geojson?fieldpath=/member/name"
    (feature,) = as_bob.get(path).json["features"]
    assert feature["geometry"]["type"] == "GeometryCollection"
    assert [one["coordinates"] for one in feature["geometry"]["geometries"]] == [[104, 30], [105, 31]]
