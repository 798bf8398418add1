"""App users, by HTTP: one for each worker's phone."""

from collections import Counter

import pytest
from flask import Flask
from sqlalchemy import select

from server.access.roles import PROJECT_VIEWER, VILLAGE_WORKER
from server.db import Database
from server.models import AppUser, Assignment, Audit, Project, Village, VillageScope
from tests.client import Client
from tests.conftest import MORNING
from tests.making import a_form, a_phone


def test_a_phones_token_is_shown_to_its_manager_until_it_is_revoked(as_bob: Client, project_id: int) -> None:
    path = f"/projects/{project_id}/app-users"
    made = as_bob.post(path, json={"displayName": "王秀英的手机", "token": "x", "projectId": 9})

    assert made.json == {
        "projectId": project_id,
        "id": made.json["id"],
        "type": "field_key",
        "displayName": "王秀英的手机",
        "createdAt": "2026-03-02T01:00:00.000Z",
        "updatedAt": None,
        "deletedAt": None,
        "token": made.json["token"],
    }
    assert len(made.json["token"]) == 64
    assert as_bob.get(path).json == [made.json]
    assert as_bob.get(f"{path}/{made.json['id']}").json == made.json
    as_bob.delete(f"/sessions/{made.json['token']}")
    assert as_bob.get(path).json == [{**made.json, "token": None}]


def test_the_database_holds_no_token_that_could_be_read(as_bob: Client, database: Database, project_id: int) -> None:
    token = as_bob.post(f"/projects/{project_id}/app-users", json={"displayName": "x"}).json["token"]
    with database.reading() as db:
        row = db.query(AppUser).one()

    assert token.encode() not in row.token_hash + row.token_sealed


def test_working_phones_come_before_revoked_ones(as_bob: Client, project_id: int) -> None:
    path = f"/projects/{project_id}/app-users"
    first = as_bob.post(path, json={"displayName": "a"}).json
    as_bob.post(path, json={"displayName": "b"})
    as_bob.delete(f"/sessions/{first['token']}")

    assert [row["displayName"] for row in as_bob.get(path).json] == ["b", "a"]


@pytest.mark.parametrize(
    ("sent", "code"),
    [({}, 400.2), ({"displayName": " "}, 400.2), ({"displayName": 5}, 400.11), ({"displayName": "a\x07"}, 400.8)],
)
def test_a_phone_without_a_usable_name_is_refused(as_bob: Client, project_id: int, sent: dict, code: float) -> None:
    assert as_bob.post(f"/projects/{project_id}/app-users", json=sent).json["code"] == code


def test_extended_app_users_tell_who_made_them_and_when_they_spoke(as_bob: Client, project_id: int, cast: dict) -> None:
    path = f"/projects/{project_id}/app-users"
    as_bob.post(path, json={"displayName": "x"})
    (row,) = as_bob.get(path, headers={"X-Extended-Metadata": "true"}).json

    assert (row["createdBy"]["id"], row["lastUsed"], row["properties"]) == (cast["bob"], None, None)


def test_who_only_looks_sees_no_phone(
    as_chelsea: Client, as_nobody: Client, app: Flask, database: Database, cast: dict
) -> None:
    with database.transaction() as db:
        db.add(Assignment(actor_id=cast["chelsea"], role_id=PROJECT_VIEWER, project_id=cast["project"]))
        actor_id, token = a_phone(db, app.extensions["fangshi.key"], cast["project"])
    path = f"/projects/{cast['project']}/app-users"

    for client, code in ((as_chelsea, 403.1), (as_nobody, 401.2), (Client(app, key=token), 403.1)):
        assert client.get(path).json["code"] == code
        assert client.post(path, json={"displayName": "x"}).json["code"] == code
        assert client.get(f"{path}/{actor_id}").json["code"] == code
        assert client.delete(f"{path}/{actor_id}").json["code"] == code


def test_a_phone_of_another_project_is_not_found_here(
    as_alice: Client, app: Flask, database: Database, project_id: int
) -> None:
    with database.transaction() as db:
        other = Project(name="别镇", created_at=MORNING)
        db.add(other)
        db.flush()
        actor_id, _ = a_phone(db, app.extensions["fangshi.key"], project_id)
        path = f"/projects/{other.id}/app-users/{actor_id}"

    assert as_alice.get(path).json["code"] == 404.1
    assert as_alice.patch(path, json={}).json["code"] == 404.1
    assert as_alice.delete(path).json["code"] == 404.1


def test_a_deleted_phone_may_nothing_any_more(as_bob: Client, app: Flask, project_id: int) -> None:
    path = f"/projects/{project_id}/app-users"
    made = as_bob.post(path, json={"displayName": "x"}).json

    assert as_bob.delete(f"{path}/{made['id']}").json == {"success": True}
    assert as_bob.get(path).json == []
    assert Client(app, key=made["token"]).get("/projects").json["code"] == 403.1
    assert Client(app, token=made["token"]).get("/projects").json["code"] == 401.2


def test_a_key_that_is_no_token_is_401_and_one_unknown_is_403(app: Flask, as_nobody: Client) -> None:
    assert Client(app, key="short").get("/projects").json["code"] == 401.2
    assert Client(app, key="A" * 64).get("/projects").json["code"] == 403.1
    assert as_nobody.get("/projects?st=" + "A" * 64).json["code"] == 403.1


def test_a_phone_reads_the_form_it_is_assigned_to_in_every_way_collect_does(
    app: Flask, database: Database, project_id: int
) -> None:
    with database.transaction() as db:
        form = a_form(db, project_id)
        a_form(db, project_id, "secret")
        _, token = a_phone(db, app.extensions["fangshi.key"], project_id, form)
    phone, base = Client(app, key=token), f"/projects/{project_id}/forms"

    for path in ("", ".xml", "/fields", "/manifest", "/attachments", "/versions", "/versions/1", "/versions/1.xml"):
        assert phone.get(f"{base}/visit{path}").status_code == 200, path
        assert phone.get(f"{base}/secret{path}").status_code == 403, path
    assert [one["xmlFormId"] for one in phone.get(base).json] == ["visit"]
    assert phone.get("/projects").json == []
    for method, path in (("DELETE", "/visit"), ("PATCH", "/visit"), ("POST", "/visit/draft"), ("POST", "")):
        assert phone.open(method, base + path, json={}).json["code"] == 403.1


def test_who_carries_a_phone_is_set_at_an_address_of_its_own(
    as_bob: Client, database: Database, project_id: int, cast: dict
) -> None:
    path = f"/projects/{project_id}/app-users"
    made = as_bob.post(path, json={"displayName": "x"}).json
    with database.transaction() as db:
        db.get_one(Project, project_id).kind = "care"
        db.add(Assignment(actor_id=cast["chelsea"], role_id=VILLAGE_WORKER, project_id=project_id))
    carer = f"{path}/{made['id']}/carer"

    assert as_bob.get(carer).json == {"userId": None, "role": "village_worker"}
    sent = {"userId": cast["chelsea"], "role": "clinician"}
    assert as_bob.put(carer, json=sent).json == sent
    assert as_bob.put(carer, json={"userId": None}).json == {"userId": None, "role": "clinician"}
    assert as_bob.get(path).json == [{**made, "updatedAt": "2026-03-02T01:00:00.000Z"}]


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        ({}, 400.2),
        ({"role": "clinician"}, 400.2),
        ({"userId": "5"}, 400.11),
        ({"userId": True}, 400.11),
        ({"userId": 999999}, 400.8),
        ({"userId": None, "role": "reviewer"}, 400.8),
        ({"userId": None, "role": 5}, 400.11),
    ],
)
def test_a_carer_that_cannot_be_is_told_by_number(
    as_bob: Client, database: Database, project_id: int, sent: dict, code: float
) -> None:
    made = as_bob.post(f"/projects/{project_id}/app-users", json={"displayName": "x"}).json
    with database.transaction() as db:
        db.get_one(Project, project_id).kind = "care"
    assert as_bob.put(f"/projects/{project_id}/app-users/{made['id']}/carer", json=sent).json["code"] == code


def test_who_may_not_manage_phones_hands_none_over(
    as_chelsea: Client, as_nobody: Client, app: Flask, database: Database, project_id: int
) -> None:
    with database.transaction() as db:
        actor_id, token = a_phone(db, app.extensions["fangshi.key"], project_id)
    path = f"/projects/{project_id}/app-users/{actor_id}/carer"
    for client, code in ((as_chelsea, 403.1), (as_nobody, 401.2), (Client(app, key=token), 403.1)):
        assert client.get(path).json["code"] == code
        assert client.put(path, json={"userId": None}).json["code"] == code


def test_programs_are_told_a_key_again_until_it_is_revoked_and_every_look_of_a_care_project_is_written_down(
    as_bob: Client, app: Flask, database: Database, project_id: int, cast: dict
) -> None:
    path = f"/projects/{project_id}/app-users"
    plain = as_bob.post(path, json={"displayName": "x"}).json
    as_bob.get(path)
    with database.transaction() as db:
        assert db.scalars(select(Audit).where(Audit.action == "field_key.read")).all() == []
        db.get_one(Project, project_id).kind = "care"
    made = as_bob.post(path, json={"displayName": "y"}).json
    Client(app, key=made["token"]).get(f"/projects/{project_id}/formList?deviceID=collect:a")

    assert [one["token"] for one in as_bob.get(path).json] == [plain["token"], made["token"]]
    assert as_bob.get(f"{path}/{made['id']}").json["token"] == made["token"]
    as_bob.delete(f"/sessions/{plain['token']}")
    assert [one["token"] for one in as_bob.get(path).json] == [made["token"], None]
    app.extensions["fangshi.readings"].flush()
    with database.reading() as db:
        rows = db.scalars(select(Audit).where(Audit.action == "field_key.read")).all()
    looks: Counter[int | None] = Counter()
    for row in rows:
        looks[row.actee_actor_id] += (row.details or {}).get("times", 1)
    assert {row.actor_id for row in rows} == {cast["bob"]}
    assert looks == {plain["id"]: 1, made["id"]: 4}
    assert all(token not in str(row.details) for row in rows for token in (plain["token"], made["token"]))


def test_a_manager_of_some_villages_is_told_of_no_other_phone(
    as_bob: Client, as_alice: Client, app: Flask, database: Database, project_id: int
) -> None:
    path = f"/projects/{project_id}/app-users"
    with database.transaction() as db:
        db.get_one(Project, project_id).kind = "care"
        actor_id, _ = a_phone(db, app.extensions["fangshi.key"], project_id)
        db.add(VillageScope(actor_id=actor_id, project_id=project_id, village_id=None))
    made = as_bob.post(path, json={"displayName": "x"}).json

    assert [one["id"] for one in as_bob.get(path).json] == [made["id"]], "right after it is made it is there"
    assert len(as_alice.get(path).json) == 2
    one, villages = f"{path}/{actor_id}", f"/projects/{project_id}/actors/{actor_id}/villages"
    for answer in (
        as_bob.get(one),
        as_bob.patch(one, json={}),
        as_bob.delete(one),
        as_bob.get(f"{one}/carer"),
        as_bob.put(f"{one}/carer", json={"userId": None}),
        as_bob.put(villages, json={"villages": []}),
    ):
        assert answer.json["code"] == 404.1


def test_a_manager_of_some_villages_only_stops_a_phone_that_has_others_too(
    as_bob: Client, as_alice: Client, app: Flask, database: Database, project_id: int, cast: dict[str, int]
) -> None:
    with database.transaction() as db:
        db.get_one(Project, project_id).kind = "care"
        for code in ("V1", "V2"):
            db.add(Village(project_id=project_id, code=code, name=code, created_at=MORNING))
    villages = f"/projects/{project_id}/actors/{{}}/villages"
    as_alice.put(villages.format(cast["bob"]), json={"villages": ["V1"]})
    made = as_bob.post(f"/projects/{project_id}/app-users", json={"displayName": "x"}).json
    path, hers = f"/projects/{project_id}/app-users/{made['id']}", villages.format(made["id"])
    assert as_bob.put(hers, json={"villages": ["V1"]}).status_code == 200
    assert as_bob.get(path).json["token"] == made["token"]
    assert as_alice.put(hers, json={"villages": ["V1", "V2"]}).status_code == 200

    assert as_bob.get(path).json["token"] is None
    for answer in (
        as_bob.delete(path),
        as_bob.put(f"{path}/carer", json={"userId": None, "role": "clinician"}),
        as_bob.put(hers, json={"villages": ["V1"]}),
    ):
        assert answer.json["code"] == 403.1
    assert as_alice.get(path).json["token"] == made["token"]
    assert as_alice.get(f"{path}/carer").json == {"userId": None, "role": "village_worker"}
    assert as_bob.delete(f"/sessions/{made['token']}").status_code == 200, "she may stop it"
    assert as_alice.delete(path).status_code == 200
