"""Entities by REST: Central's shapes and codes, all-or-nothing in bulk, and the scope of a care project."""

import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from server.access.roles import PROJECT_MANAGER, REVIEWER
from server.db import Database
from server.models import Assignment, Change, Entity, Project, Village, VillageScope
from tests.client import Client
from tests.conftest import MORNING
from tests.making import a_dataset, a_form, a_phone

KEY = "6ba7b810-9dad-41d1-80b4-00c04fd430c8"


@pytest.fixture
def path(database: Database, project_id: int) -> str:
    with database.transaction() as db:
        a_dataset(db, project_id, "homes", ["village_code", "size"])
    return f"/projects/{project_id}/datasets/homes/entities"


def make(client: Client, path: str, **sent: object) -> dict:
    return client.post(path, json={"label": "一户", "data": {"size": "3"}, **sent}).json


def test_an_entity_is_made_and_read_back_in_centrals_shape(as_bob: Client, path: str, cast: dict) -> None:
    made = make(as_bob, path, uuid=KEY)
    assert made == as_bob.get(f"{path}/{KEY}").json
    assert (made["uuid"], made["creatorId"], made["conflict"], made["deletedAt"]) == (KEY, cast["bob"], None, None)
    version = made["currentVersion"]
    assert (version["version"], version["label"], version["current"]) == (1, "一户", True)
    assert (version["data"], version["dataReceived"]) == ({"size": "3"}, {"size": "3", "label": "一户"})
    assert isinstance(version["userAgent"], str)
    (listed,) = as_bob.get(path).json
    assert "data" not in listed["currentVersion"]


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        ({"label": "", "data": {}}, 400.8),
        ({"label": 3}, 400.11),
        ({"label": "x", "data": {"size": 3}}, 400.11),
        ({"label": "x", "data": {"none": "3"}}, 400.28),
        ({"label": "x", "uuid": "no"}, 400.11),
        ({"label": "x", "data": []}, 400.11),
        ({"data": {"size": "3"}}, 400.2),
        ({"label": None}, 400.2),
        ({"label": "x", "more": "y"}, 400.31),
        ({"label": "x", "source": {}}, 400.31),
        ({"entities": [3]}, 400.31),
        ({"entities": ["1"]}, 400.31),
        ({"entities": "x"}, 400.31),
        ({"entities": []}, 400.31),
        ({"entities": [{"label": "x", "more": "y"}]}, 400.31),
        ({"entities": [{"label": "x"}, {"data": {}}]}, 400.2),
        ({"entities": [{"label": "x"}]}, 400.2),
        ({"entities": [{"label": "x"}], "source": {}}, 400.2),
        ({"entities": [{"label": "x"}], "source": {"name": ""}}, 400.2),
        ({"entities": [{"label": "x"}], "source": {"name": 3}}, 400.11),
        ({"entities": [{"label": "x"}], "source": {"name": "a.csv", "size": "9"}}, 400.11),
        ({"entities": [{"label": "x"}], "source": {"name": "a.csv", "size": True}}, 400.11),
    ],
)
def test_what_cannot_be_an_entity_is_refused(as_bob: Client, path: str, sent: dict, code: float) -> None:
    assert as_bob.post(path, json=sent).json["code"] == code
    assert as_bob.get(path).json == []


def test_the_same_uuid_twice_is_refused_and_a_deleted_one_too(as_bob: Client, path: str) -> None:
    make(as_bob, path, uuid=KEY)
    assert make(as_bob, path, uuid=KEY)["code"] == 409.3
    as_bob.delete(f"{path}/{KEY}")
    refused = make(as_bob, path, uuid=KEY)
    assert (refused["code"], refused["details"]) == (409.19, {"entityUuids": [KEY]})


def test_an_id_that_is_no_uuid_is_told_from_one_that_is_not_here(as_bob: Client, path: str) -> None:
    for one, code in (("uuid:not-a-uuid", 400.11), (str(uuid.uuid4()), 404.1), (f"uuid:{uuid.uuid4()}", 404.1)):
        assert as_bob.get(f"{path}/{one}").json["code"] == code
        assert as_bob.patch(f"{path}/{one}?force=true", json={"label": "x"}).json["code"] == code
        assert as_bob.delete(f"{path}/{one}").json["code"] == code
        assert as_bob.post(f"{path}/{one}/restore").json["code"] == code
        assert as_bob.get(f"{path}/{one}/geojson").json["code"] == code


def test_a_property_that_was_deleted_is_told_of_no_entity(as_bob: Client, path: str) -> None:
    make(as_bob, path, uuid=KEY)
    one = f"{path}/{KEY}"
    as_bob.patch(one + "?force=true", json={"data": {"size": ""}})
    assert as_bob.delete(path.removesuffix("/entities") + "/properties/size").json == {"success": True}
    assert as_bob.get(one).json["currentVersion"]["data"] == {}
    assert [row["data"] for row in as_bob.get(one + "/versions").json] == [{"size": "3"}, {}]


def test_many_are_made_or_none(as_bob: Client, path: str, database: Database) -> None:
    good = [{"label": f"户 {n}", "data": {"size": str(n)}} for n in range(20)]
    bad = [*good, {"label": "x", "data": {"none": "1"}}]
    assert as_bob.post(path, json={"entities": bad, "source": {"name": "a.csv"}}).json["code"] == 400.28
    assert as_bob.get(path).json == []
    assert as_bob.post(path, json={"entities": good, "source": {"name": "a.csv", "size": 9}}).json == {"success": True}
    with database.reading() as db:
        assert db.scalar(select(func.count()).select_from(Entity)) == 20


def test_of_many_those_that_are_taken_or_were_deleted_are_named(as_bob: Client, path: str) -> None:
    here, gone, other = KEY, str(uuid.uuid4()), str(uuid.uuid4())
    for one in (here, gone, other):
        make(as_bob, path, uuid=one)
    as_bob.post(path + "/bulk-delete", json={"ids": [gone, other]})

    def bulk(*keys: str) -> dict:
        rows = [{"uuid": one, "label": "x"} for one in keys]
        return as_bob.post(path, json={"entities": rows, "source": {"name": "a.csv"}}).json

    new = str(uuid.uuid4())
    assert bulk(new, here)["details"] == {"fields": ["uuid"], "values": [here]}
    assert bulk(new, f"uuid:{new.upper()}")["details"] == {"fields": ["uuid"], "values": [new]}
    refused = bulk(new, gone, other)
    assert (refused["code"], sorted(refused["details"]["entityUuids"])) == (409.19, sorted([gone, other]))
    assert [row["uuid"] for row in as_bob.get(path).json] == [here]


def test_many_ask_nothing_of_each(
    as_bob: Client, path: str, count_queries: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    """All of them are written at once, then their versions, and what the audit and programs hear of them."""
    numbers = []
    for more in (2, 12):
        rows = [{"label": "x", "data": {"size": "3"}} for _ in range(more)]
        with count_queries() as asked:
            assert as_bob.post(path, json={"entities": rows, "source": {"name": "a.csv"}}).status_code == 200
        numbers.append(len(asked))
    assert numbers[1] == numbers[0]


def test_a_change_names_its_base_version_or_is_forced(as_bob: Client, path: str) -> None:
    make(as_bob, path, uuid=KEY)
    one = f"{path}/{KEY}"
    assert as_bob.patch(one, json={"data": {"size": "4"}}).json["code"] == 409.15
    changed = as_bob.patch(one + "?baseVersion=1", json={"data": {"size": "4"}}).json
    assert (changed["currentVersion"]["version"], changed["currentVersion"]["data"]["size"]) == (2, "4")
    outdated = as_bob.patch(one + "?baseVersion=1", json={"label": "别的"}).json
    assert outdated["details"] == {"current": 2, "provided": 1}
    forced = as_bob.patch(one + "?force=True", json={"label": "别的"}).json
    assert (forced["currentVersion"]["label"], forced["currentVersion"]["data"]["size"]) == ("别的", "4")
    assert as_bob.patch(one + "?force=true&resolve=true").json["code"] == 400.32
    assert [row["version"] for row in as_bob.get(one + "/versions").json] == [1, 2, 3]


def test_of_changes_at_once_each_is_put_on_the_one_before(
    app: Flask, as_bob: Client, path: str, database: Database, cast: dict
) -> None:
    make(as_bob, path, uuid=KEY)
    for query, told in (("force=true", [200] * 4), ("baseVersion=5", [200, 409.15, 409.15, 409.15])):
        ready = Barrier(4)
        clients = [Client.signed_in(app, database, cast["bob"]) for _ in range(4)]

        def change(client: Client, query: str = query, ready: Barrier = ready) -> float:
            ready.wait()
            reply = client.patch(f"{path}/{KEY}?{query}", json={"data": {"size": "4"}})
            return reply.json.get("code", reply.status_code)

        with ThreadPoolExecutor(4) as pool:
            assert sorted(pool.map(change, clients)) == told
    assert [row["version"] for row in as_bob.get(f"{path}/{KEY}/versions").json] == [1, 2, 3, 4, 5, 6]


def test_a_deleted_entity_is_gone_until_restored(as_bob: Client, path: str) -> None:
    make(as_bob, path, uuid=KEY)
    assert as_bob.delete(f"{path}/{KEY}").json == {"success": True}
    assert as_bob.get(f"{path}/{KEY}").status_code == 404
    assert [row["uuid"] for row in as_bob.get(path + "?deleted=true").json] == [KEY]
    as_bob.post(f"{path}/{KEY}/restore")
    assert as_bob.get(f"{path}/{KEY}").status_code == 200
    assert as_bob.post(path + "/bulk-delete", json={"ids": [KEY]}).json == {"count": 1}
    assert as_bob.post(path + "/bulk-restore", json={"ids": [KEY]}).json == {"count": 1}
    assert as_bob.post(path + "/bulk-delete", json={"ids": [str(uuid.uuid4())]}).json == {"count": 0}
    assert as_bob.get(f"{path}/{KEY}").status_code == 200


def test_many_are_deleted_and_restored_at_once_and_written_down_once(
    as_bob: Client, as_alice: Client, path: str, database: Database
) -> None:
    keys = sorted(make(as_bob, path)["uuid"] for _ in range(3))
    sent = {"ids": [f"uuid:{keys[0].upper()}", *keys[1:], str(uuid.uuid4())]}
    assert as_bob.post(path + "/bulk-delete", json=sent).json == {"count": 3}
    assert as_bob.get(path).json == []
    assert as_bob.post(path + "/bulk-delete", json=sent).json == {"count": 0}
    assert as_bob.post(path + "/bulk-restore", json=sent).json == {"count": 3}
    assert sorted(row["uuid"] for row in as_bob.get(path).json) == keys
    for action in ("entity.bulk.delete", "entity.bulk.restore"):
        (row,) = as_alice.get(f"/audits?action={action}").json
        assert sorted(row["details"]["entityUuids"]) == keys
    acts = [row["action"] for row in as_bob.get(f"{path}/{keys[0]}/audits").json]
    assert acts == ["entity.bulk.restore", "entity.bulk.delete", "entity.create"]
    with database.reading() as db:
        told = list(db.scalars(select(Change.kind)))
    assert told.count("entity.delete") == told.count("entity.restore") == 3, "programs hear of each"


def test_a_change_says_something_or_resolves(as_bob: Client, path: str) -> None:
    make(as_bob, path, uuid=KEY)
    one = f"{path}/{KEY}?force=true"
    for sent, code in (
        ({}, 400.28),
        ({"label": None, "data": None}, 400.28),
        ({"label": " "}, 400.8),
        ({"label": "x", "more": 1}, 400.31),
        ({"data": {"none": ""}}, 400.28),
    ):
        assert as_bob.patch(one, json=sent).json["code"] == code
    assert as_bob.get(f"{path}/{KEY}").json["currentVersion"]["version"] == 1


def test_the_makers_of_a_lists_entities_are_told_by_name(
    as_bob: Client, as_alice: Client, as_chelsea: Client, path: str
) -> None:
    assert as_bob.get(path + "/creators").json == []
    for client in (as_bob, as_bob, as_alice):
        gone = make(client, path)["uuid"]
    assert [row["displayName"] for row in as_bob.get(path + "/creators").json] == ["alice", "bob"]
    as_alice.delete(f"{path}/{gone}")
    assert [row["displayName"] for row in as_bob.get(path + "/creators").json] == ["bob"]
    assert as_chelsea.get(path + "/creators").json["code"] == 403.1


def test_only_those_with_the_right_read(
    as_chelsea: Client, as_nobody: Client, app: Flask, database: Database, project_id: int, path: str
) -> None:
    with database.transaction() as db:
        _, token = a_phone(db, app.extensions["fangshi.key"], project_id, a_form(db, project_id))
    for who, status in ((as_chelsea, 403), (as_nobody, 401), (Client(app, key=token), 403)):
        assert who.get(path).status_code == status
        assert who.post(path, json={"label": "x"}).status_code == status


def test_a_reviewer_sees_the_entities_of_her_villages_only(
    as_bob: Client, as_alice: Client, as_chelsea: Client, database: Database, project_id: int, path: str, cast: dict
) -> None:
    for code in ("A1", "A2"):
        make(as_bob, path, data={"village_code": code})
    with database.transaction() as db:
        db.execute(update(Project).values(kind="care"))
        village = Village(project_id=project_id, code="A1", name="甲村", created_at=MORNING)
        db.add(village)
        db.flush()
        db.add(Assignment(actor_id=cast["chelsea"], role_id=REVIEWER, project_id=project_id))
        db.add(VillageScope(actor_id=cast["chelsea"], project_id=project_id, village_id=village.id))
        hidden = db.scalars(select(Entity.uuid).where(Entity.village_code == "A2")).one()
    assert len(as_chelsea.get(path).json) == 1
    assert as_chelsea.get(f"{path}/{hidden}").status_code == 404
    assert as_alice.get(path).status_code == 403


def test_many_at_once_are_made_within_ones_own_villages_or_not_at_all(
    as_chelsea: Client, database: Database, project_id: int, path: str, cast: dict
) -> None:
    with database.transaction() as db:
        db.execute(update(Project).values(kind="care"))
        village = Village(project_id=project_id, code="A1", name="甲村", created_at=MORNING)
        db.add(village)
        db.flush()
        db.add(Assignment(actor_id=cast["chelsea"], role_id=PROJECT_MANAGER, project_id=project_id))
        db.add(VillageScope(actor_id=cast["chelsea"], project_id=project_id, village_id=village.id))

    def sent(*codes: str) -> dict:
        rows = [{"label": code, "data": {"village_code": code}} for code in codes]
        return {"entities": rows, "source": {"name": "a.csv"}}

    assert as_chelsea.post(path, json=sent("A1", "A2")).status_code == 404
    assert as_chelsea.post(path, json=sent("A1", "A1")).json == {"success": True}
    with database.reading() as db:
        assert db.scalars(select(Entity.village_code)).all() == ["A1", "A1"]
