"""The door for GIS programs: what each collection tells, to whom, page by page; and that looks are written down."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from geo.boundaries import read_boundaries
from server.db import Database
from server.models import FollowUp, Project, Reading, Submission, SubmissionGeometry, Village
from server.places.outlines import village_features, whole_town
from server.places.town_picture import draw_town
from server.places.villages import import_boundaries
from tests.client import Client
from tests.conftest import MORNING, Clock
from tests.server.web.gis import Gis, add_tasks
from tests.server.web.pages.conftest import (  # noqa: F401 - the fixture comes with the import
    CODES,
    boundaries,
    compiled_catalogue,
)
from tests.server.web.pages.women import DAY, TODAY, CareTown, a_follow_up, a_home, a_woman

COLLECTIONS = {
    "rita": ["villages", "submissions"],
    "vera": ["villages", "submissions"],
    "lea": ["villages"],
    "ada": ["villages"],
    "lin": ["villages", "submissions", "follow-ups"],
    "wang": ["villages", "follow-ups"],
    "nia": ["villages", "follow-ups"],
}
FACTS = {
    "villages": {"code", "name", "count_text", "suppressed"},
    "submissions": {"instance_id", "form_id", "review_state", "received_at", "village", "how"},
    "follow-ups": {"state", "due_on", "late_on", "village"},
}


@pytest.fixture
def town(app: Flask, database: Database) -> CareTown:
    return CareTown(app, database)


@pytest.fixture
def gis(town: CareTown) -> Gis:
    return Gis(town)


def test_everybody_finds_the_collections_that_she_may_read_and_no_others(gis: Gis) -> None:
    for name, wanted in COLLECTIONS.items():
        listed = [one["id"] for one in gis.get(name, "/collections").json["collections"]]
        assert listed == wanted, name
        for collection in FACTS:
            statuses = {gis.get(name, f"/collections/{collection}{below}").status_code for below in ("", "/items")}
            assert statuses == {200 if collection in wanted else 403}, (name, collection)
        paths = gis.get(name, "/api").get_json(force=True)["paths"]
        assert {path.split("/")[2] for path in paths if path.startswith("/collections/")} == set(wanted)
    refused = gis.get("wang", "/collections/submissions/items")
    assert refused.json["code"] == 403.1
    assert [gis.get(who, "/collections").json["code"] for who in ("nobody", "otto")] == [401.2, 403.1]


def test_the_landing_page_leads_to_the_definition_the_classes_and_the_collections(gis: Gis) -> None:
    links = {one["rel"]: one for one in gis.get("lea").json["links"]}
    own = f"http://localhost/v1{gis.base}"
    assert {rel: one["href"] for rel, one in links.items()} == {
        "self": own,
        "service-desc": own + "/api",
        "service-doc": own + "/api?f=html",
        "conformance": own + "/conformance",
        "data": own + "/collections",
    }
    definition = gis.get("lea", links["service-desc"]["href"])
    assert definition.content_type == links["service-desc"]["type"] == "application/vnd.oai.openapi+json;version=3.0"
    assert len(gis.get("lea", "/conformance").json["conformsTo"]) == 3
    assert gis.get("lea", "/").status_code == 200


@pytest.mark.parametrize(
    "path", ["", "/conformance", "/api", "/collections", "/collections/villages", "/collections/x"]
)
def test_an_unknown_parameter_is_refused_in_our_json(gis: Gis, path: str) -> None:
    answer = gis.get("lea", path + "?crs=x")
    assert answer.json["code"] == (404.1 if path.endswith("/x") else 400.4)


@pytest.mark.parametrize("query", ["limit=0", "bbox=1,2,3", "datetime=soon", "token=x", "f=html", "bbox=0,2,1,1"])
def test_a_question_that_cannot_be_read_is_refused(gis: Gis, query: str) -> None:
    for collection in FACTS:
        assert gis.get("lin", f"/collections/{collection}/items?{query}").status_code == 400


def test_villages_have_their_outlines_and_the_number_that_the_map_shows(gis: Gis, town: CareTown) -> None:
    for village in (1,) * 3 + (2,) * 7:
        town.record(village=village)
    found = {one["id"]: one for one in gis.items("lea", "villages")}
    assert list(found) == list(CODES)
    assert found[CODES[0]]["geometry"]["type"] == "MultiPolygon"
    assert {code: set(one["properties"]) for code, one in found.items()} == dict.fromkeys(CODES, FACTS["villages"])
    for query in ("bbox=105.001,30.001,105.002,30.002", "datetime=2026-03-02", "datetime=../1990-01-01", "limit=1"):
        [one] = gis.items("lea", "villages", f"?{query}")[:1]
        assert one == found[CODES[0]], "no question narrows what is counted"
    seen = gis.clients["lea"]
    seen.prefix = ""
    on_map = seen.get(f"/map/villages?project={town.project_id}").get_json(force=True)["features"]
    assert [one["properties"]["suppressed"] for one in on_map] == [
        one["properties"]["suppressed"] for one in found.values()
    ]
    assert found[CODES[0]]["properties"]["count_text"] == "<5"
    assert gis.get("vera", f"/collections/villages/items/{CODES[1]}").get_json(force=True)["id"] == CODES[1]
    assert gis.get("vera", "/collections/villages/items/999999999").json["code"] == 404.1


def test_a_box_finds_villages_of_which_some_part_lies_in_it(gis: Gis) -> None:
    """The two stand side by side, each a hundredth of a degree wide, from 105 E 30 N."""
    boxes = {
        "105.001,30.001,105.002,30.002": CODES[:1],
        "105.009,30.001,0,105.011,30.002,99": CODES,
        "105.005,30.005,105.005,30.005": CODES[:1],
        "106,30,107,31": (),
        "170,-20,-170,20": (),
        "105.015,30.001,-170,30.002": CODES[1:],
    }
    assert {box: gis.ids("lea", "villages", f"?bbox={box}") for box in boxes} == {
        box: list(codes) for box, codes in boxes.items()
    }


def test_records_are_those_of_the_map_s_pins_and_no_health_record_is_among_them(gis: Gis, town: CareTown) -> None:
    first, second, hers = town.record(village=1, note="secret"), town.record(village=2), town.record(village=1)
    with town.database.transaction() as db:
        db.execute(update(Submission).where(Submission.id == hers).values(health=True))
    assert {name: gis.ids(name, "submissions") for name in ("rita", "vera", "lin")} == {
        "rita": [first, second],
        "vera": [first],
        "lin": [first, second],
    }
    [one] = gis.items("vera", "submissions")
    assert set(one["properties"]) == FACTS["submissions"] and "secret" not in str(one)
    assert one["geometry"] == {"type": "Point", "coordinates": [105.005, 30.005]}
    assert (one["properties"]["received_at"], one["properties"]["village"]) == ("2026-03-02T01:00:00.000Z", CODES[0])
    single = gis.get("vera", f"/collections/submissions/items/{first}").get_json(force=True)
    assert {**one, "links": single["links"]} == single
    asked = [("vera", second), ("lin", hers), ("vera", 2**52)]
    assert [gis.get(name, f"/collections/submissions/items/{row}").status_code for name, row in asked] == [404] * 3
    with town.database.transaction() as db:
        db.execute(update(Submission).where(Submission.id == first).values(deleted_at=MORNING))
    assert gis.ids("vera", "submissions") == []


def test_a_record_without_a_point_stands_at_the_label_of_the_village_that_it_names(gis: Gis, town: CareTown) -> None:
    record = town.record(village=0)
    assert gis.ids("rita", "submissions") == []
    with town.database.transaction() as db:
        village = db.scalars(select(Village).where(Village.code == CODES[1])).one()
        label = [round(village.label_lon or 0, 6), round(village.label_lat or 0, 6)]
        db.execute(update(Submission).values(village_id=village.id, place_how="village"))
    [one] = gis.items("rita", "submissions")
    assert (one["geometry"]["coordinates"], one["properties"]["how"]) == (label, "village")
    assert gis.ids("rita", "submissions", "?bbox=105.01,30,105.02,30.01") == [record]
    assert gis.ids("rita", "submissions", "?bbox=105,30,105.009,30.01") == []
    assert gis.get("rita", f"/collections/submissions/items/{record}").status_code == 200
    assert gis.get("vera", f"/collections/submissions/items/{record}").status_code == 404


def test_a_trace_is_a_point_upon_it(gis: Gis, town: CareTown) -> None:
    town.record()
    line = "SRID=4326;LINESTRING(105.001 30.001, 105.003 30.001)"
    with town.database.transaction() as db:
        db.execute(update(SubmissionGeometry).values(geometry=line))
    [one] = gis.items("rita", "submissions", "?bbox=105,30,105.01,30.01")
    assert one["geometry"]["type"] == "Point" and 105.001 <= one["geometry"]["coordinates"][0] <= 105.003
    assert one["geometry"]["coordinates"][1] == 30.001


def test_records_are_asked_by_when_they_came(gis: Gis, town: CareTown, clock: Clock) -> None:
    sent = []
    for _ in range(3):
        sent.append(town.record())
        clock.forward(days=1)
    times = {
        "2026-03-03T01:00:00Z": sent[1:2],
        "2026-03-03T01:00:00Z/..": sent[1:],
        "../2026-03-03T00:59:59.999Z": sent[:1],
        "2026-03-03": sent[1:2],
        "2026-03-02/2026-03-03": sent[:2],
        "2026-03-02T01:00:00.001Z/2026-03-03T00:00:00Z": [],
        "0001-01-01T00:00:00Z/9999-12-31T00:00:00Z": sent,
    }
    assert {one: gis.ids("rita", "submissions", f"?datetime={one}") for one in times} == times
    assert gis.ids("rita", "villages", "?datetime=2026-03-03") == list(CODES), "what has no time belongs to all"


def test_follow_ups_are_those_of_the_list_at_the_label_of_their_village(gis: Gis, town: CareTown) -> None:
    late, due, there = *add_tasks(town, 1, -4, 3), *add_tasks(town, 2, 3)
    with town.database.transaction() as db:
        home = a_home(db, town.project_id)
        at_home = a_follow_up(db, home, rule="HH-V", left=60, opens_on=TODAY, due_on=TODAY + 30 * DAY).visit_key
        a_follow_up(db, a_woman(db, town.project_id), left=60, opens_on=TODAY + DAY)
        a_follow_up(db, a_woman(db, town.project_id, consent_until=TODAY - DAY))
        a_follow_up(db, a_woman(db, town.project_id), state="done_on_time", ended=True, answered_on=TODAY)
        village = db.scalars(select(Village).where(Village.code == CODES[0])).one()
        label = [round(village.label_lon or 0, 6), round(village.label_lat or 0, 6)]
    found = {one["id"]: one for one in gis.items("wang", "follow-ups")}
    assert {key: one["properties"]["state"] for key, one in found.items()} == {
        late: "overdue",
        due: "due",
        at_home: "open",
    }
    assert set(gis.ids("lin", "follow-ups")) == {late, due, there, at_home} and gis.ids("nia", "follow-ups") == []
    assert {tuple(one["geometry"]["coordinates"]) for one in found.values()} == {tuple(label)}
    assert {key: set(one["properties"]) for key, one in found.items()} == dict.fromkeys(found, FACTS["follow-ups"])
    assert (found[late]["properties"]["late_on"], found[late]["properties"]["village"]) == ("2026-02-27", CODES[0])
    assert gis.get("wang", f"/collections/follow-ups/items/{late}").get_json(force=True)["id"] == late
    assert gis.get("wang", f"/collections/follow-ups/items/{there}").json["code"] == 404.1


def test_a_woman_who_chose_another_worker_is_on_that_one_s_map_only_where_she_works(gis: Gis, town: CareTown) -> None:
    with town.database.transaction() as db:
        wang, nia = str(town.actor_id(db, "wang")), str(town.actor_id(db, "nia"))
        assert nia
        hers = [
            a_follow_up(db, a_woman(db, town.project_id, village=village, assigned_worker=wang)).visit_key
            for village in (1, 2)
        ]
    assert gis.ids("wang", "follow-ups") == hers[:1]
    assert set(gis.ids("lin", "follow-ups")) == set(hers)


def test_follow_ups_are_asked_by_place_and_by_the_day_on_which_they_are_due(gis: Gis, town: CareTown) -> None:
    (late, soon), (there,) = add_tasks(town, 1, -4, 3), add_tasks(town, 2, 3)
    with town.database.reading() as db:
        due_on = db.scalars(select(FollowUp.due_on).where(FollowUp.visit_key == late)).one()
    assert gis.ids("lin", "follow-ups", f"?datetime={due_on}") == [late]
    assert gis.ids("lin", "follow-ups", f"?datetime=../{due_on - DAY}") == []
    assert set(gis.ids("lin", "follow-ups", f"?datetime={due_on + DAY}/..")) == {soon, there}
    assert set(gis.ids("lin", "follow-ups", "?bbox=105,30,105.0099,30.01")) == {late, soon}
    assert gis.ids("lin", "follow-ups", "?bbox=105.015,30,-170,31") == [there]


def test_without_a_label_there_is_no_place_and_without_boundaries_no_village(gis: Gis, town: CareTown) -> None:
    [key] = add_tasks(town, 1, 3)
    with town.database.transaction() as db:
        db.execute(update(Village).values(label_lon=None, label_lat=None))
    assert [(one["id"], one["geometry"]) for one in gis.items("wang", "follow-ups")] == [(key, None)]
    for query in ("?bbox=-180,-90,180,90", "?bbox=1,1,2,2", "?bbox=170,-20,-170,20"):
        assert gis.ids("wang", "follow-ups", query) == [key], "what has no place belongs to every box"


PAGES = {"villages": ("lea", CODES), "submissions": ("rita", None), "follow-ups": ("lin", None)}


@pytest.mark.parametrize("collection", PAGES)
def test_pages_hold_everything_once_also_when_things_come_and_go_between_them(
    gis: Gis, town: CareTown, collection: str
) -> None:
    if collection == "villages":
        codes = tuple(f"5199012010{number:02}" for number in range(11, 18))
        made = read_boundaries(boundaries(*codes), "v.geojson", "EPSG:4326")
        with town.database.transaction() as db:
            import_boundaries(db, town.project_id, made, None, MORNING)
    elif collection == "submissions":
        for number in range(7):
            town.record(village=1 + number % 2)
        with town.database.transaction() as db:  # some by their village alone, between the others
            ids = db.scalars(select(Submission.id).order_by(Submission.id)).all()[1::3]
            db.query(SubmissionGeometry).where(SubmissionGeometry.submission_id.in_(ids)).delete()
            db.execute(update(Submission).where(Submission.id.in_(ids)).values(place_how="village"))
    else:
        add_tasks(town, 1, *range(-3, 4))
    who, path = PAGES[collection][0], f"/collections/{collection}/items"
    whole = gis.ids(who, collection)
    assert len(whole) == 7
    assert gis.pages(who, f"{path}?limit=3") == [whole[:3], whole[3:6], whole[6:]]
    assert gis.pages(who, f"{path}?limit=7&bbox=100,20,110,40") == [whole]
    body = gis.get(who, f"{path}?limit=3").get_json(force=True)
    following = next(one["href"] for one in body["links"] if one["rel"] == "next")
    if collection == "submissions":
        with town.database.transaction() as db:
            db.execute(update(Submission).where(Submission.id == whole[0]).values(deleted_at=MORNING))
        assert [one["id"] for one in gis.get(who, following).get_json(force=True)["features"]] == whole[3:6]


@pytest.mark.parametrize("collection", PAGES)
def test_a_page_costs_as_many_queries_however_much_is_on_it(
    gis: Gis, town: CareTown, collection: str, count_queries: Callable[[], Any]
) -> None:
    path, costs = f"/collections/{collection}/items", []
    for _ in range(2):
        for _ in range(3):
            town.record()
        add_tasks(town, 1, 3, 4, 5)
        gis.get("lin", path)  # numbers that were told before are told again for nothing
        with count_queries() as statements:
            assert gis.get("lin", path).status_code == 200
        costs.append(len(statements))
    assert costs[0] == costs[1], costs


def test_a_look_is_written_down_and_what_tells_of_nobody_is_none(gis: Gis, town: CareTown) -> None:
    record, [key] = town.record(), add_tasks(town, 1, 3)
    with town.database.reading() as db:
        subject = db.scalars(select(FollowUp.subject)).one()
    assert subject
    for path, action in (
        ("/collections/villages/items", None),
        ("/collections", None),
        ("/collections/submissions/items", "map.read"),
        (f"/collections/submissions/items/{record}", "submission.read"),
        ("/collections/follow-ups/items", "followup.list"),
        (f"/collections/follow-ups/items/{key}", "followup.read"),
    ):
        before = looks(town.database)
        assert gis.get("lin", path).status_code == 200
        assert looks(town.database)[len(before) :] == ([action] if action else []), path
    with town.database.reading() as db:
        assert db.scalar(select(func.count()).where(Reading.about.is_not(None))) == 1


def looks(database: Database) -> list[str]:
    with database.reading() as db:
        return list(db.scalars(select(Reading.action).order_by(Reading.audit_id)))


def test_a_plain_project_has_no_follow_ups(app: Flask, database: Database, project_id: int, as_bob: Client) -> None:
    base = f"/projects/{project_id}/ogc"
    assert [one["id"] for one in as_bob.get(f"{base}/collections").json["collections"]] == ["villages", "submissions"]
    for below in ("", "/items", "/items/0d2f1c4e-6f0a-4c1b-9a55-3e1f0f6c7a21"):
        assert as_bob.get(f"{base}/collections/follow-ups{below}").json["code"] == 404.1
    assert as_bob.get(f"{base}/collections/villages/items").get_json(force=True)["features"] == []
    with database.transaction() as db:
        db.execute(update(Project).values(deleted_at=MORNING + timedelta(days=1)))
    assert as_bob.get(base).json["code"] == 404.1


def test_people_read_what_there_is_for_them_in_their_language(gis: Gis, town: CareTown) -> None:
    gis.get("lea")
    for how in ({"headers": {"Accept": "text/html,*/*;q=0.8"}}, {"query_string": {"f": "html"}}):
        page = gis.get("lea", "/api", **how)
        assert (page.status_code, page.mimetype) == (200, "text/html")
        assert f"http://localhost/v1{gis.base}" in page.text and "count_text" in page.text
        assert "received_at" not in page.text and "late_on" not in page.text, "nothing of what she may not read"
    words = [gis.get("lea", "/api?f=html", headers={"Accept-Language": tag}).text for tag in ("zh-CN", "en")]
    assert ["给地图软件看的地图" in words[0], "The map for GIS programs" in words[1]] == [True, True]
    with town.database.transaction() as db:
        db.execute(update(Project).values(name="<b>x</b>"))
    assert "&lt;b&gt;x" in gis.get("lea", "/api?f=html").text


def test_words_are_in_the_language_of_whoever_asks(gis: Gis) -> None:
    gis.get("lin")
    who = gis.clients["lin"]
    titles = {
        tag: [
            one["title"]
            for one in who.get(gis.base + "/collections", headers={"Accept-Language": tag}).json["collections"]
        ]
        for tag in ("zh-CN", "en")
    }
    assert titles == {"zh-CN": ["村", "记录", "随访"], "en": ["Villages", "Records", "Follow-ups"]}


def test_a_village_is_called_as_it_is_called_now_while_its_boundaries_hold(gis: Gis) -> None:
    town = gis.town
    assert [one["properties"]["name"] for one in gis.items("lea", "villages")] == ["村1", "村2"]
    with town.database.transaction() as db:
        db.execute(update(Village).where(Village.code == CODES[0]).values(name="新名"))
    assert [one["properties"]["name"] for one in gis.items("lea", "villages")] == ["新名", "村2"]
    assert (
        gis.get("lea", f"/collections/villages/items/{CODES[0]}").get_json(force=True)["properties"]["name"] == "新名"
    )
    with town.database.reading() as db:
        drawn = draw_town(db, town.project_id)
        shown = village_features(db, whole_town(db.get_one(Project, town.project_id)))["features"]
    assert drawn and [one.name for one in drawn.villages] == ["新名", "村2"]
    assert [one["properties"]["name"] for one in shown] == ["新名", "村2"]
