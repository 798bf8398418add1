"""The door of an entity list's OData: Central's rows, pages that stay, filters on anything, and nobody else's people."""

from typing import Any
from urllib.parse import quote

import pytest
from flask import Flask
from lxml import etree
from sqlalchemy import update

from server.access.roles import PROJECT_MANAGER, REVIEWER
from server.db import Database
from server.models import Actor, Assignment, Dataset, Entity, Project, Village, VillageScope
from tests.client import Client
from tests.conftest import MORNING, Clock
from tests.making import a_dataset, a_phone
from tests.server.reports.reading import HOST, a_token, ids, pages_of

EDM = "{http://docs.oasis-open.org/odata/ns/edm}"
KEYS = [f"6ba7b810-9dad-41d1-80b4-00c04fd430c{n}" for n in range(5)]


@pytest.fixture
def feed(database: Database, project_id: int) -> str:
    with database.transaction() as db:
        a_dataset(db, project_id, "homes", ["village_code", "size", "备注", "其他", "a.b"])
    return f"/projects/{project_id}/datasets/homes.svc"


@pytest.fixture
def rows(feed: str) -> str:
    return feed + "/Entities"


@pytest.fixture
def entities(feed: str) -> str:
    return feed.replace(".svc", "/entities")


@pytest.fixture
def five(as_bob: Client, entities: str, clock: Clock) -> list[str]:
    """Five homes of 0 to 4, one a minute; gives their keys, the newest first."""
    for number, key in enumerate(KEYS):
        clock.forward(minutes=1)
        told = {"size": str(number), "备注": f"第{number}家", "a.b": "Deep Well" if number == 3 else ""}
        sent = as_bob.post(entities, json={"uuid": key, "label": f"户 {number}", "data": told})
        assert sent.status_code == 200, sent.json
    return KEYS[::-1]


def test_the_service_document_names_the_one_table(as_bob: Client, feed: str) -> None:
    reply = as_bob.get(feed)
    assert (reply.headers["OData-Version"], "odata.metadata=minimal" in reply.content_type) == ("4.0", True)
    assert reply.json == {
        "@odata.context": f"{HOST}/v1{feed}/$metadata",
        "value": [{"name": "Entities", "kind": "EntitySet", "url": "Entities"}],
    }


def test_a_row_has_centrals_members_and_properties_that_are_never_null(
    as_bob: Client, rows: str, entities: str, five: list[str], cast: dict[str, int], clock: Clock
) -> None:
    clock.forward(minutes=1)
    as_bob.patch(f"{entities}/{KEYS[2]}?baseVersion=1", json={"label": "新户"})
    (row,) = as_bob.get(f"{rows}?$filter=__id eq '{KEYS[2]}'").json["value"]
    assert list(row) == ["__id", "label", "__system", "village_code", "size", "__", "___2", "a_b"]
    assert row == {
        "__id": KEYS[2],
        "label": "新户",
        "__system": {
            "createdAt": "2026-03-02T01:03:00.000Z",
            "creatorId": str(cast["bob"]),
            "creatorName": "bob",
            "updates": 1,
            "updatedAt": "2026-03-02T01:06:00.000Z",
            "deletedAt": None,
            "version": 2,
            "conflict": None,
        },
        "village_code": "",
        "size": "2",
        "__": "第2家",
        "___2": "",
        "a_b": "",
    }


def test_the_metadata_declares_the_names_of_the_rows_and_of_the_lists_properties(
    as_bob: Client, feed: str, rows: str, five: list[str]
) -> None:
    reply = as_bob.get(feed + "/$metadata")
    assert reply.content_type.startswith("application/xml")
    assert as_bob.get(feed + "/%24metadata").data == reply.data
    root = etree.fromstring(reply.data)
    types = {one.get("Name"): one for one in root.iter(EDM + "EntityType", EDM + "ComplexType")}
    told = {one.get("Name"): one.get("Type") for one in types["Entities"].iter(EDM + "Property")}
    (row,) = as_bob.get(rows + "?$top=1").json["value"]
    assert sorted(told) == sorted(row)
    assert told.pop("__system") == "org.opendatakit.entity.metadata"
    assert set(told.values()) == {"Edm.String"}
    assert [one.get("Name") for one in types["metadata"]] == list(row["__system"])
    (named,) = [one.get("Name") for one in root.iter(EDM + "EntitySet")]
    assert named == "Entities"
    assert [one.get("Namespace") for one in root.iter(EDM + "Schema")] == [
        "org.opendatakit.entity",
        "org.opendatakit.user.homes",
    ]
    properties = as_bob.get(feed.removesuffix(".svc")).json["properties"]
    assert [one["odataName"] for one in properties] == ["village_code", "size", "__", "___2", "a_b"]


def test_one_entity_is_addressed_by_its_key(as_bob: Client, rows: str, five: list[str]) -> None:
    for spelling in (f"('{KEYS[1]}')", f"(%27uuid%3A{KEYS[1].upper()}%27)"):
        reply = as_bob.get(rows + spelling)
        assert (ids(reply), reply.json["@odata.context"][-19:]) == ([KEYS[1]], ".svc/$metadata#Entities"[-19:])
    for path in ("('6ba7b810-9dad-41d1-80b4-00c04fd43fff')", "('')", "('x')", "/Nothing", "Nothing"):
        assert as_bob.get(rows + path).json["code"] == 404.1


def test_pages_follow_each_other_whatever_is_added_or_deleted_meanwhile(
    as_bob: Client, rows: str, entities: str, five: list[str]
) -> None:
    first = as_bob.get(rows + "?$top=2&$count=true&$skip=1")
    assert (ids(first), first.json["@odata.count"]) == (five[1:3], 5)
    token = a_token({"uuid": five[2]})
    assert first.json["@odata.nextLink"] == f"{HOST}/v1{rows}?%24top=2&%24count=true&%24skiptoken={token}"
    as_bob.post(entities, json={"label": "新"})
    as_bob.delete(f"{entities}/{five[2]}")
    as_bob.delete(f"{entities}/{five[3]}")
    second = as_bob.get(first.json["@odata.nextLink"].removeprefix(f"{HOST}/v1"))
    assert (ids(second), second.json["@odata.count"], "@odata.nextLink" in second.json) == (five[4:], 4, False)


@pytest.mark.parametrize("query", ["", "&$filter=size ge '0'", "&$search=户", "&$orderby=__system/createdAt desc"])
def test_all_pages_together_are_the_list_once(as_bob: Client, rows: str, five: list[str], query: str) -> None:
    assert pages_of(as_bob, f"{rows}?$top=2{query}") == [five[:2], five[2:4], five[4:]]


FILTERS = {
    "__system/createdAt gt 2026-03-02T01:03:00Z": [4, 3],
    "year(__system/createdAt) eq 2025": [],
    f"__id eq '{KEYS[0]}' or __id eq '{KEYS[4]}'": [4, 0],
    "__system/updatedAt eq null and not (size eq '4')": [3, 2, 1, 0],
    "__system/conflict eq 'hard'": [],
    "size eq '2'": [2],
    "__ eq '第1家'": [1],
    "备注 eq '第1家'": [1],
    "label eq '户 3'": [3],
    "a_b ne ''": [3],
}


@pytest.mark.parametrize("text", FILTERS)
def test_a_filter_asks_of_what_the_server_knows_and_of_properties(
    as_bob: Client, rows: str, five: list[str], text: str
) -> None:
    expected = [KEYS[number] for number in FILTERS[text]]
    assert ids(as_bob.get(f"{rows}?$filter={quote(text)}")) == expected
    counted = as_bob.get(f"{rows}?$top=0&$count=true&$filter={quote(text)}").json
    assert (counted["value"], counted["@odata.count"]) == ([], len(expected))


def test_a_search_finds_every_word_anywhere(as_bob: Client, rows: str, five: list[str]) -> None:
    assert ids(as_bob.get(rows + "?$search=well deep")) == [KEYS[3]]
    assert ids(as_bob.get(rows + f"?$search={KEYS[4][-6:]}")) == [KEYS[4]]
    assert ids(as_bob.get(rows + "?$search=well 0")) == [KEYS[3]], "the id counts too"
    assert ids(as_bob.get(rows + "?$search=nowhere")) == []


def test_deleted_ones_are_shown_to_whoever_asks_for_them(
    as_bob: Client, rows: str, entities: str, five: list[str]
) -> None:
    as_bob.delete(f"{entities}/{KEYS[1]}")
    assert ids(as_bob.get(rows)) == [KEYS[4], KEYS[3], KEYS[2], KEYS[0]]
    gone = as_bob.get(rows + "?$filter=__system/deletedAt ne null")
    assert (ids(gone), gone.json["value"][0]["__system"]["deletedAt"]) == ([KEYS[1]], "2026-03-02T01:05:00.000Z")


SELECTIONS = {
    "__id": ["__id"],
    "label, __system/version": ["label", "__system"],
    "备注": ["__"],
    "___2,size": ["size", "___2"],
    "*": ["__id", "label", "__system", "village_code", "size", "__", "___2", "a_b"],
    "a.b": ["a_b"],
}


@pytest.mark.parametrize("text", SELECTIONS)
def test_a_selection_names_properties_by_either_name(as_bob: Client, rows: str, five: list[str], text: str) -> None:
    (row,) = as_bob.get(f"{rows}?$top=1&$select={quote(text)}").json["value"]
    assert list(row) == SELECTIONS[text]
    if "__system" in row and text != "*":
        assert row["__system"] == {"version": 1}


WRONG = {
    "$top=-1": 400.11,
    "$skip=x": 400.11,
    "$select=nothing": 400.23,
    "$select=__system/nothing": 400.23,
    "$filter=nothing eq 1": 501.5,
    "$filter=size eq 1": 400.18,
    "$filter=__system/reviewState eq 'approved'": 501.5,
    "$filter=size add 1 eq 2": 501.4,
    "$filter=(": 400.18,
    "$orderby=size": 501.5,
    "$expand=member": 501.6,
    "$compute=x": 501.1,
    "$skiptoken=01": 400.35,
    f"$skiptoken={a_token({'instanceId': 'x'})}": 400.35,
    f"$skiptoken={a_token({'uuid': 'x'})}": 400.34,
    f"$skiptoken={a_token({'uuid': KEYS[0]})}&$orderby=__id": 501.1,
}


@pytest.mark.parametrize("query", WRONG)
def test_what_cannot_be_answered_has_its_code(as_bob: Client, rows: str, five: list[str], query: str) -> None:
    assert as_bob.get(f"{rows}?{query}").json["code"] == WRONG[query]


def test_an_order_of_ones_own_goes_on_by_counting(as_bob: Client, rows: str, five: list[str]) -> None:
    assert pages_of(as_bob, rows + "?$top=3&$orderby=__system/createdAt asc") == [KEYS[:3], KEYS[3:]]


def test_what_an_order_leaves_open_goes_by_the_number_in_the_direction_of_its_first_name(
    as_bob: Client, rows: str, five: list[str]
) -> None:
    for order, told in (
        ("__system/creatorId", KEYS),
        ("__system/creatorId asc,__system/conflict desc", KEYS),
        ("__system/creatorId DESC", KEYS[::-1]),
        ("__system/creatorId desc,__system/conflict", KEYS[::-1]),
    ):
        assert ids(as_bob.get(f"{rows}?$orderby={order}")) == told, order


def test_nothing_changed_is_304_until_something_did(
    as_bob: Client, rows: str, entities: str, five: list[str], database: Database, cast: dict[str, int], clock: Clock
) -> None:
    def ask(tag: str = "") -> Any:
        return as_bob.get(rows + "?$top=5", headers={"If-None-Match": tag} if tag else {})

    def changed() -> bool:
        nonlocal tag
        before, tag = tag, ask().headers["ETag"]
        assert ask(tag).status_code == 304
        return tag != before

    tag = ask().headers["ETag"]
    assert tag.startswith('W/"')
    assert not changed()
    clock.forward(minutes=1)
    as_bob.patch(f"{entities}/{KEYS[0]}?force=true", json={"data": {"size": "9"}})
    assert changed()
    with database.transaction() as db:
        db.execute(update(Entity).where(Entity.uuid == KEYS[0]).values(conflict="soft"))
    assert changed(), "a conflict is in the rows"
    as_bob.patch(f"{entities}/{KEYS[0]}?force=true&resolve=true")
    assert changed(), "so is that there is none any more"
    as_bob.delete(f"{entities}/{KEYS[1]}")
    assert changed()
    as_bob.post(entities.removesuffix("/entities") + "/properties", json={"name": "roof"})
    assert changed()
    with database.transaction() as db:
        db.execute(update(Actor).where(Actor.id == cast["bob"]).values(display_name="Robert", updated_at=clock.now()))
    assert changed(), "the name of who made it is in the rows"
    assert "ETag" not in as_bob.get(rows + "?$filter=__system/createdAt lt now()").headers


def test_only_those_who_may_list_entities_read(
    as_alice: Client, as_chelsea: Client, as_nobody: Client, app: Flask, database: Database, feed: str, project_id: int
) -> None:
    with database.transaction() as db:
        _, token = a_phone(db, app.extensions["fangshi.key"], project_id)
    phone = Client(app, key=token)
    for path in ("", "/Entities", f"/Entities('{KEYS[0]}')"):
        assert as_alice.get(feed + path).status_code in (200, 404)
        assert as_chelsea.get(feed + path).json["code"] == 403.1
        assert phone.get(feed + path).json["code"] == 403.1
        assert as_nobody.get(feed + path).json["code"] == 401.2
        assert as_alice.get(f"/projects/999999999/datasets/homes.svc{path}").json["code"] == 404.1
        assert as_alice.get(feed.replace("homes", "nothing") + path).json["code"] == 404.1
    refused = etree.fromstring(as_chelsea.get(feed + "/$metadata").data)
    assert (refused.tag, refused.get("code")) == ("error", "403.1")


def test_a_format_the_client_excludes_is_406(as_bob: Client, feed: str) -> None:
    assert as_bob.get(feed + "/Entities", headers={"Accept": "application/xml"}).json["code"] == 406.1
    assert as_bob.get(feed + "/Entities?$format=json").status_code == 200
    assert as_bob.get(feed + "/$metadata?$format=json").status_code == 406
    assert as_bob.get(feed + "/Entities", headers={"OData-MaxVersion": "3.0"}).json["code"] == 404.1


@pytest.mark.parametrize("name", ["村民:一", "a-b", "_"])
def test_any_name_of_a_list_works_in_an_address(as_bob: Client, database: Database, project_id: int, name: str) -> None:
    with database.transaction() as db:
        a_dataset(db, project_id, name, ["size"])
    base = f"/projects/{project_id}/datasets/{quote(name, safe='')}"
    for number in range(2):
        as_bob.post(base + "/entities", json={"label": str(number)})
    assert as_bob.get(base + ".svc/").json["@odata.context"] == f"{HOST}/v1{base}.svc/$metadata"
    assert as_bob.get(base + ".svc/$metadata/").status_code == 200
    assert len(pages_of(as_bob, base + ".svc/Entities/?$top=1")) == 2
    assert as_bob.get(base + "/entities.csv").headers["Content-Disposition"].startswith("attachment")


def test_outside_ones_villages_and_in_the_bin_of_a_care_project_nothing_exists(
    as_chelsea: Client, as_bob: Client, rows: str, five: list[str], database: Database, cast: dict, project_id: int
) -> None:
    with database.transaction() as db:
        db.execute(update(Project).values(kind="care"))
        village = Village(project_id=project_id, code="A1", name="村", created_at=MORNING)
        db.add(village)
        db.flush()
        db.add(Assignment(actor_id=cast["chelsea"], role_id=REVIEWER, project_id=project_id))
        db.add(VillageScope(actor_id=cast["chelsea"], project_id=project_id, village_id=village.id))
        db.execute(update(Entity).where(Entity.uuid.in_(KEYS[:2])).values(village_code="A1"))
        db.execute(update(Entity).where(Entity.uuid == KEYS[1]).values(deleted_at=MORNING))
    for query in ("", "?$search=户", "?$filter=size ne 'x'", "?$filter=__system/deletedAt ne null or size ne 'x'"):
        assert ids(as_chelsea.get(rows + query)) == [KEYS[0]]
    assert as_chelsea.get(rows + "?$top=0&$count=true").json["@odata.count"] == 1
    assert ids(as_chelsea.get(f"{rows}('{KEYS[0]}')")) == [KEYS[0]]
    for hidden in (KEYS[1], KEYS[2]):
        assert as_chelsea.get(f"{rows}('{hidden}')").json["code"] == 404.1
        assert as_chelsea.get(f"{rows}?$skiptoken={a_token({'uuid': hidden})}").json["code"] == 400.34


def test_a_list_about_women_is_for_those_who_care_alone(
    as_bob: Client, database: Database, project_id: int, cast: dict
) -> None:
    with database.transaction() as db:
        db.execute(update(Project).values(kind="care"))
        a_dataset(db, project_id, "women", ["household"])
        db.add(Assignment(actor_id=cast["bob"], role_id=PROJECT_MANAGER, project_id=project_id))
    base = f"/projects/{project_id}/datasets/women"
    for path in (".svc", ".svc/Entities", "/entities.csv", "/entities.geojson"):
        assert as_bob.get(base + path).json["code"] == 403.1


def test_a_key_url_prefixes_the_links(
    app: Flask, database: Database, rows: str, five: list[str], project_id: int
) -> None:
    with database.transaction() as db:
        actor_id, token = a_phone(db, app.extensions["fangshi.key"], project_id, name="表格")
        db.add(Assignment(actor_id=actor_id, role_id=PROJECT_MANAGER, project_id=project_id))
    reply = Client(app, key=token).get(rows + "?$top=1")
    for link in ("@odata.context", "@odata.nextLink"):
        assert reply.json[link].startswith(f"{HOST}/v1/key/{token}/projects/{project_id}/datasets/homes.svc/")


def test_a_list_that_is_long_is_read_by_few_queries(
    as_bob: Client, database: Database, rows: str, entities: str, count_queries: Any
) -> None:
    def counted(number: int) -> int:
        many = [{"label": f"户 {n}"} for n in range(number)]
        as_bob.post(entities, json={"entities": many, "source": {"name": "a.csv"}})
        with count_queries() as seen:
            assert as_bob.get(rows + "?$count=true&$search=户").status_code == 200
        return len(seen)

    assert counted(2) == counted(50)
    with database.reading() as db:
        assert db.query(Dataset).count() == 1
