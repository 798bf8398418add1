"""Projects, by HTTP and by role."""

import pytest
from flask import Flask

from server.access.roles import APP_USER, DATA_COLLECTOR, PROJECT_VIEWER
from server.db import Database
from server.models import Assignment, Entity, Project, Submission
from tests.client import Client
from tests.conftest import MORNING
from tests.making import a_dataset, a_form, a_phone
from tests.server.registry.naming import TALK

EXTENDED = {"X-Extended-Metadata": "true"}


def give(database: Database, actor_id: int, role_id: int, project_id: int) -> None:
    with database.transaction() as db:
        db.add(Assignment(actor_id=actor_id, role_id=role_id, project_id=project_id))


def test_a_project_made_by_rest_is_plain(as_alice: Client, as_bob: Client, as_nobody: Client) -> None:
    made = as_alice.post(
        "/projects", json={"name": " 河口镇 ", "description": "试点\n两行", "id": 77, "archived": True}
    )

    assert made.json == {
        "id": made.json["id"],
        "name": "河口镇",
        "description": "试点\n两行",
        "archived": False,
        "keyId": None,
        "kind": "plain",
        "photoMetadata": False,
        "createdAt": "2026-03-02T01:00:00.000Z",
        "updatedAt": None,
        "deletedAt": None,
    }
    assert made.json["id"] != 77
    assert as_bob.post("/projects", json={"name": "x"}).json["code"] == 403.1
    assert as_nobody.post("/projects", json={"name": "x"}).json["code"] == 401.2


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        ({}, 400.2),
        ({"name": ""}, 400.2),
        ({"name": "  "}, 400.2),
        ({"name": ["x"]}, 400.11),
        ({"name": True}, 400.11),
        ({"name": "a\x00b"}, 400.8),
        ({"name": "x", "kind": "secret"}, 400.8),
        ({"name": "x", "description": {"a": 1}}, 400.11),
        ({"name": "长" * 10_001}, 400.13),
    ],
)
def test_a_project_that_cannot_be_made_is_told_by_number(as_alice: Client, sent: dict, code: float) -> None:
    assert as_alice.post("/projects", json=sent).json["code"] == code
    assert len(as_alice.get("/projects").json) == 1


def test_everybody_sees_the_projects_he_has_a_right_in(
    as_alice: Client, as_bob: Client, as_chelsea: Client, as_nobody: Client, project_id: int
) -> None:
    other = as_alice.post("/projects", json={"name": "别处"}).json["id"]

    assert {row["id"] for row in as_alice.get("/projects").json} == {project_id, other}
    assert [row["id"] for row in as_bob.get("/projects/").json] == [project_id]
    assert as_chelsea.get("/projects").json == []
    assert as_nobody.get("/projects").json["code"] == 401.2
    assert as_bob.get(f"/projects/{other}").json["code"] == 403.1
    assert as_bob.get("/projects/999999999").json["code"] == 404.1
    assert as_bob.get("/projects/abc").json["code"] == 404.1


def test_the_extended_project_counts_what_is_in_it(
    as_bob: Client, app: Flask, database: Database, project_id: int
) -> None:
    with database.transaction() as db:
        form = a_form(db, project_id, entities=True)
        a_phone(db, app.extensions["fangshi.key"], project_id)
        sent = Submission(project_id=project_id, form_id=form.id, instance_id="uuid:1", created_at=MORNING)
        draft = Submission(project_id=project_id, form_id=form.id, instance_id="uuid:2", created_at=MORNING, draft=True)
        db.add_all([sent, draft])

    one = as_bob.get(f"/projects/{project_id}", headers=EXTENDED).json
    listed = as_bob.get("/projects", headers=EXTENDED).json[0]

    assert (one["forms"], one["appUsers"], one["datasets"]) == (1, 1, 1)
    assert (one["lastSubmission"], one["lastEntity"]) == ("2026-03-02T01:00:00.000Z", None)
    assert "form.create" in one["verbs"]
    assert {key: value for key, value in one.items() if key != "verbs"} == listed


def test_a_list_of_projects_takes_as_many_queries_for_ten_as_for_one(
    as_alice: Client, count_queries, project_id: int
) -> None:
    with count_queries() as few:
        as_alice.get("/projects", headers=EXTENDED)
    for number in range(9):
        as_alice.post("/projects", json={"name": f"镇 {number}"})
    with count_queries() as many:
        as_alice.get("/projects", headers=EXTENDED)
    assert len(few) == len(many)


def test_projects_come_with_their_forms_and_lists(as_bob: Client, database: Database, project_id: int) -> None:
    with database.transaction() as db:
        a_form(db, project_id, entities=True)

    (project,) = as_bob.get("/projects?forms=True&datasets=true").json

    assert [form["xmlFormId"] for form in project["formList"]] == ["visit"]
    assert [one["name"] for one in project["datasetList"]] == ["homes"]


def test_who_may_change_a_project(as_bob: Client, as_chelsea: Client, database: Database, cast: dict) -> None:
    path = f"/projects/{cast['project']}"
    give(database, cast["chelsea"], PROJECT_VIEWER, cast["project"])

    assert as_bob.patch(path, json={"name": "新名", "createdAt": "2000-01-01"}).json["name"] == "新名"
    assert as_bob.patch(path, json={"archived": True}).json["archived"] is True
    assert as_bob.patch(path, json={"description": None, "archived": None}).json["archived"] is False
    assert as_bob.patch(path, json={"name": ""}).json["code"] == 400.2
    assert as_bob.patch(path, json={"archived": "yes"}).json["code"] == 400.11
    assert as_chelsea.get(path).status_code == 200
    assert as_chelsea.patch(path, json={"name": "x"}).json["code"] == 403.1
    assert as_chelsea.delete(path).json["code"] == 403.1


def test_only_who_runs_the_site_makes_a_project_a_care_project(
    as_alice: Client, as_bob: Client, project_id: int
) -> None:
    path = f"/projects/{project_id}"

    assert as_bob.patch(path, json={"kind": "care"}).json["code"] == 403.1
    assert as_alice.patch(path, json={"kind": "care"}).json["kind"] == "care"
    assert as_alice.patch(path, json={"kind": "plain"}).json["kind"] == "plain"


def test_a_care_project_that_holds_records_stays_one(as_alice: Client, database: Database, project_id: int) -> None:
    as_alice.patch(f"/projects/{project_id}", json={"kind": "care"})
    with database.transaction() as db:
        form = a_form(db, project_id)
        db.add(Submission(project_id=project_id, form_id=form.id, instance_id="uuid:1", created_at=MORNING))

    assert as_alice.patch(f"/projects/{project_id}", json={"kind": "plain"}).json["code"] == 400.8


def test_a_project_whose_own_forms_choose_further_women_becomes_no_care_project(
    as_alice: Client, database: Database, project_id: int
) -> None:
    with database.transaction() as db:
        xml = TALK.replace('id="talk"', 'id="woman_consent"').encode()
        a_form(db, project_id, "woman_consent", xml=xml)
    refused = as_alice.patch(f"/projects/{project_id}", json={"kind": "care"}).json
    assert refused["code"] == 400.8
    assert refused["details"] == {"field": "kind", "value": "care", "forms": "woman_consent"}
    assert as_alice.get(f"/projects/{project_id}").json["kind"] == "plain"


def test_a_care_project_with_rows_in_a_list_stays_one_though_nobody_sent_a_record(
    as_alice: Client, database: Database, project_id: int
) -> None:
    as_alice.patch(f"/projects/{project_id}", json={"kind": "care"})
    with database.transaction() as db:
        women = a_dataset(db, project_id, "women", [])
        db.add(Entity(dataset_id=women.id, uuid="1", label="W-0231 王*", data_json="{}", created_at=MORNING))

    assert as_alice.patch(f"/projects/{project_id}", json={"kind": "plain"}).json["code"] == 400.8


def test_a_deleted_project_is_found_by_nobody(
    as_bob: Client, as_alice: Client, database: Database, project_id: int
) -> None:
    with database.transaction() as db:
        a_form(db, project_id)

    assert as_bob.delete(f"/projects/{project_id}").json == {"success": True}
    assert as_bob.get("/projects").json == []
    for path in ("", "/forms", "/forms/visit", "/forms/visit.xml", "/app-users", "/assignments", "/datasets"):
        assert as_alice.get(f"/projects/{project_id}{path}").json["code"] == 404.1


def test_the_deep_update_sets_states_and_assignments_exactly(
    as_bob: Client, app: Flask, database: Database, cast: dict
) -> None:
    with database.transaction() as db:
        a_form(db, cast["project"], "one")
        two = a_form(db, cast["project"], "two")
        phone, _ = a_phone(db, app.extensions["fangshi.key"], cast["project"], two)
    wish = {
        "name": "深改",
        "forms": [
            {"xmlFormId": "one", "state": "closing", "assignments": [{"roleId": APP_USER, "actorId": phone}]},
            {"xmlFormId": "two", "state": "open", "assignments": []},
        ],
    }

    path = f"/projects/{cast['project']}"
    assert as_bob.put(path, json=wish).json["name"] == "深改"
    assert as_bob.get(path + "/forms/one").json["state"] == "closing"
    assert as_bob.get(path + "/assignments/forms").json == [{"actorId": phone, "roleId": 2, "xmlFormId": "one"}]
    assert as_bob.put(path, json=wish).status_code == 200, "the same wish again changes nothing"


@pytest.mark.parametrize(
    ("forms", "code"),
    [
        ([], 501.2),
        ([{"xmlFormId": "visit"}, {"xmlFormId": "visit"}], 501.2),
        ([{"xmlFormId": "elsewhere"}], 501.2),
        ("visit", 400.11),
        (["visit"], 400.11),
        ([{"xmlFormId": 5}], 400.11),
        ([{"xmlFormId": "visit", "state": "ajar"}], 400.8),
        ([{"xmlFormId": "visit", "assignments": [{"roleId": 2}]}], 400.11),
        ([{"xmlFormId": "visit", "assignments": [{"roleId": True, "actorId": 1}]}], 400.11),
        ([{"xmlFormId": "visit", "assignments": [{"roleId": 2, "actorId": 2**60}]}], 400.11),
        ([{"xmlFormId": "visit", "assignments": [{"roleId": 2, "actorId": 999999999}]}], 404.1),
        ([{"xmlFormId": "visit", "assignments": [{"roleId": 77, "actorId": 1}]}], 404.1),
    ],
)
def test_a_deep_update_that_cannot_be_done_changes_nothing(
    as_bob: Client, database: Database, project_id: int, forms: object, code: float
) -> None:
    with database.transaction() as db:
        a_form(db, project_id)

    assert as_bob.put(f"/projects/{project_id}", json={"name": "改", "forms": forms}).json["code"] == code
    assert as_bob.get(f"/projects/{project_id}").json["name"] == "禾川镇"


def test_a_deep_update_gives_no_role_the_caller_lacks(as_bob: Client, database: Database, cast: dict) -> None:
    with database.transaction() as db:
        a_form(db, cast["project"])
        db.add(Project(name="别镇", created_at=MORNING))
    wish = {"name": "x", "forms": [{"xmlFormId": "visit", "assignments": [{"roleId": 1, "actorId": cast["bob"]}]}]}

    assert as_bob.put(f"/projects/{cast['project']}", json=wish).json["code"] == 403.1


def test_a_data_collector_sees_the_project_and_its_open_forms_only(
    as_chelsea: Client, as_bob: Client, database: Database, cast: dict
) -> None:
    give(database, cast["chelsea"], DATA_COLLECTOR, cast["project"])
    with database.transaction() as db:
        a_form(db, cast["project"], "open")
        a_form(db, cast["project"], "shut").state = "closed"

    path = f"/projects/{cast['project']}"
    assert as_chelsea.get(path).status_code == 200
    assert [form["xmlFormId"] for form in as_chelsea.get(path + "/forms").json] == ["open"]
    assert as_chelsea.get(path + "/forms/shut").json["code"] == 403.1
    assert as_chelsea.get(path + "/app-users").json["code"] == 403.1
    assert as_chelsea.get(path + "/assignments").json["code"] == 403.1
