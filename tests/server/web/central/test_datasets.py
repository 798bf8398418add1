"""Entity lists, by HTTP, as far as setting up a project needs them."""

import pytest
from sqlalchemy import update

from server.access.roles import PROJECT_VIEWER
from server.db import Database
from server.models import Assignment, Project
from tests.client import Client
from tests.making import an_xform


def test_a_list_is_made_with_its_properties(as_bob: Client, project_id: int) -> None:
    path = f"/projects/{project_id}/datasets"
    made = as_bob.post(path, json={"name": "树", "approvalRequired": True})

    assert made.json == {
        "name": "树",
        "projectId": project_id,
        "createdAt": "2026-03-02T01:00:00.000Z",
        "approvalRequired": True,
        "ownerOnly": False,
        "lastUpdate": None,
        "linkedForms": [],
        "sourceForms": [],
        "draftLinkedForms": [],
        "draftSourceForms": [],
        "properties": [],
    }
    assert as_bob.post(path + "/树/properties", json={"name": "height.m"}).json == {"success": True}
    assert as_bob.get(path + "/树").json["properties"] == [
        {"name": "height.m", "odataName": "height_m", "publishedAt": "2026-03-02T01:00:00.000Z", "forms": []}
    ]
    assert [one["name"] for one in as_bob.get(path).json] == ["树"]


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        ({}, 400.2),
        ({"name": "a.b"}, 400.8),
        ({"name": "__a"}, 400.8),
        ({"name": "a b"}, 400.8),
        ({"name": ""}, 400.8),
        ({"name": "x" * 256}, 400.8),
        ({"name": 5}, 400.11),
        ({"name": "x", "approvalRequired": "no"}, 400.11),
        ({"name": "homes"}, 409.3),
        ({"name": "HOMES"}, 409.16),
    ],
)
def test_a_list_that_cannot_be_made_is_told_by_number(as_bob: Client, project_id: int, sent: dict, code: float) -> None:
    as_bob.post(f"/projects/{project_id}/datasets", json={"name": "homes"})
    assert as_bob.post(f"/projects/{project_id}/datasets", json=sent).json["code"] == code


@pytest.mark.parametrize(
    ("name", "code"),
    [("label", 400.8), ("Name", 400.8), ("1a", 400.8), ("kind", 409.3), ("KIND", 409.17), ("x" * 256, 400.13)],
)
def test_a_property_that_cannot_be_made_is_told_by_number(
    as_bob: Client, project_id: int, name: str, code: float
) -> None:
    path = f"/projects/{project_id}/datasets"
    as_bob.post(path, json={"name": "homes"})
    as_bob.post(path + "/homes/properties", json={"name": "kind"})
    assert as_bob.post(path + "/homes/properties", json={"name": name}).json["code"] == code


def test_a_list_names_the_forms_that_write_and_read_it(as_bob: Client, project_id: int) -> None:
    path = f"/projects/{project_id}"
    as_bob.post(path + "/forms?publish=true&ignoreWarnings=true", data=an_xform(entities=True), content_type="text/xml")
    reads = an_xform("reads").replace(b"</instance>", b'</instance><instance id="h" src="jr://file/homes.csv"/>', 1)
    as_bob.post(path + "/forms?publish=true&ignoreWarnings=true", data=reads, content_type="text/xml")
    homes = as_bob.get(path + "/datasets/homes").json

    assert homes["sourceForms"] == [{"name": "走访", "xmlFormId": "visit"}]
    assert homes["linkedForms"] == [{"name": "走访", "xmlFormId": "reads"}]
    assert homes["properties"][0]["forms"] == [{"name": "走访", "xmlFormId": "visit"}]


def test_lists_are_read_with_a_right_and_in_their_own_project(
    as_alice: Client, as_chelsea: Client, as_nobody: Client, database: Database, cast: dict
) -> None:
    path = f"/projects/{cast['project']}/datasets"
    as_alice.post(path, json={"name": "homes"})
    other = as_alice.post("/projects", json={"name": "别镇"}).json["id"]

    assert as_chelsea.get(path).json["code"] == 403.1
    assert as_nobody.get(path + "/homes").json["code"] == 401.2
    assert as_alice.get(f"/projects/{other}/datasets/homes").json["code"] == 404.1
    with database.transaction() as db:
        db.add(Assignment(actor_id=cast["chelsea"], role_id=PROJECT_VIEWER, project_id=cast["project"]))
    assert as_chelsea.get(path + "/homes").status_code == 200
    assert as_chelsea.post(path, json={"name": "x"}).json["code"] == 403.1


def test_extended_metadata_counts_the_entities_of_each_list(as_bob: Client, project_id: int) -> None:
    path = f"/projects/{project_id}/datasets"
    for name in ("homes", "trees"):
        as_bob.post(path, json={"name": name})
    as_bob.post(path + "/homes/entities", json={"label": "一户"})

    homes, trees = as_bob.get(path, headers={"X-Extended-Metadata": "true"}).json
    shown = ("entities", "lastEntity", "conflicts")
    assert [homes[one] for one in shown] == [1, "2026-03-02T01:00:00.000Z", 0]
    assert [trees[one] for one in shown] == [0, None, 0]
    by_itself = as_bob.get(path + "/homes", headers={"X-Extended-Metadata": "true"}).json
    assert [by_itself[one] for one in shown] == [homes[one] for one in shown]
    assert "entities" not in as_bob.get(path + "/homes").json


def test_who_may_not_read_a_list_is_not_told_how_many_are_on_it(
    as_bob: Client, database: Database, project_id: int
) -> None:
    """Lists about women are read by village workers and clinicians alone."""
    as_bob.post(f"/projects/{project_id}/datasets", json={"name": "women"})
    as_bob.post(f"/projects/{project_id}/datasets/women/entities", json={"label": "一户"})
    with database.transaction() as db:
        db.execute(update(Project).where(Project.id == project_id).values(kind="care"))
    (women,) = as_bob.get(f"/projects/{project_id}/datasets", headers={"X-Extended-Metadata": "true"}).json
    assert [women[one] for one in ("entities", "lastEntity", "conflicts")] == [None, None, None]
    women = as_bob.get(f"/projects/{project_id}/datasets/women", headers={"X-Extended-Metadata": "true"}).json
    assert [women[one] for one in ("entities", "lastEntity", "conflicts")] == [None, None, None]


BOTH = an_xform("both", entities=True).replace(
    b"</instance>", b'</instance><instance id="h" src="jr://file-csv/homes.csv"/>', 1
)


def upload(client: Client, project_id: int, xml: bytes, publish: bool = True) -> None:
    told = f"publish={publish}&ignoreWarnings=true".lower().replace("ignorewarnings", "ignoreWarnings")
    made = client.post(f"/projects/{project_id}/forms?{told}", data=xml, content_type="text/xml")
    assert made.status_code == 200, made.json


def test_a_list_names_the_drafts_that_write_and_read_it(as_bob: Client, project_id: int) -> None:
    path = f"/projects/{project_id}"
    as_bob.post(f"{path}/datasets", json={"name": "homes"})
    upload(as_bob, project_id, BOTH, publish=False)
    as_bob.patch(f"{path}/forms/both/draft/attachments/homes.csv", json={"dataset": True})
    homes = as_bob.get(f"{path}/datasets/homes").json
    form = {"name": "走访", "xmlFormId": "both"}
    assert (homes["sourceForms"], homes["linkedForms"], homes["properties"]) == ([], [], [])
    assert (homes["draftSourceForms"], homes["draftLinkedForms"]) == ([form], [form])


def test_a_list_is_deleted_once_no_form_hangs_on_it_and_its_name_is_free(
    as_bob: Client, as_alice: Client, project_id: int
) -> None:
    path = f"/projects/{project_id}"
    upload(as_bob, project_id, BOTH)
    as_bob.post(f"{path}/datasets/homes/entities", json={"label": "一户"})
    refused = as_bob.delete(f"{path}/datasets/homes").json
    form = {"name": "走访", "xmlFormId": "both"}
    assert (refused["code"], refused["details"]["sourceForms"], refused["details"]["linkedForms"]) == (
        409.21,
        [form],
        [form],
    )
    as_bob.delete(f"{path}/forms/both")
    assert as_bob.delete(f"{path}/datasets/homes").json == {"success": True}
    assert as_bob.get(f"{path}/datasets/homes").json["code"] == 404.1
    assert as_bob.get(f"{path}/datasets").json == []
    (gone,) = as_bob.get(f"{path}/datasets?deleted=true").json
    assert (gone["name"], gone["deletedAt"]) == ("homes", "2026-03-02T01:00:00.000Z")
    assert as_bob.get(f"{path}/datasets/homes%20{gone['id']}").json["code"] == 404.1
    assert as_alice.get("/audits?action=dataset.delete").json[0]["actorId"]
    assert as_bob.post(f"{path}/datasets", json={"name": "homes"}).json["properties"] == []
    assert as_bob.get(f"{path}/datasets/homes/entities").json == []
    assert as_alice.get("/projects", headers={"X-Extended-Metadata": "true"}).json[0]["datasets"] == 1


def test_a_form_whose_list_was_deleted_is_not_brought_back(as_bob: Client, project_id: int) -> None:
    path = f"/projects/{project_id}"
    upload(as_bob, project_id, BOTH)
    as_bob.delete(f"{path}/forms/both")
    as_bob.delete(f"{path}/datasets/homes")
    (form,) = as_bob.get(f"{path}/forms?deleted=true").json
    assert as_bob.post(f"{path}/forms/{form['id']}/restore").json["code"] == 409.23


def test_a_form_whose_property_was_deleted_is_not_brought_back_until_there_is_one_again(
    as_bob: Client, project_id: int
) -> None:
    path = f"/projects/{project_id}"
    upload(as_bob, project_id, an_xform(entities=True))
    as_bob.delete(f"{path}/forms/visit")
    assert as_bob.delete(f"{path}/datasets/homes/properties/village_code").json == {"success": True}
    (form,) = as_bob.get(f"{path}/forms?deleted=true").json
    assert as_bob.post(f"{path}/forms/{form['id']}/restore").json["code"] == 409.23
    as_bob.post(f"{path}/datasets/homes/properties", json={"name": "village_code"})
    assert as_bob.post(f"{path}/forms/{form['id']}/restore").status_code == 200


def test_what_a_care_project_lives_by_is_not_deleted(as_bob: Client, database: Database, project_id: int) -> None:
    for name in ("women", "trees"):
        as_bob.post(f"/projects/{project_id}/datasets", json={"name": name})
    with database.transaction() as db:
        db.execute(update(Project).where(Project.id == project_id).values(kind="care"))
    assert as_bob.delete(f"/projects/{project_id}/datasets/women").json["code"] == 409.21
    for sent in ({"ownerOnly": True}, {"accessFilter": {"type": "ownerOnly"}}):
        assert as_bob.patch(f"/projects/{project_id}/datasets/women", json=sent).json["code"] == 400.8
        assert as_bob.patch(f"/projects/{project_id}/datasets/trees", json=sent).status_code == 200
    made = as_bob.post(f"/projects/{project_id}/datasets", json={"name": "referrals", "ownerOnly": True})
    assert made.json["code"] == 400.8
    assert as_bob.delete(f"/projects/{project_id}/datasets/trees").json == {"success": True}


def test_a_property_is_deleted_unless_something_uses_it(as_bob: Client, as_alice: Client, project_id: int) -> None:
    path = f"/projects/{project_id}/datasets/homes"
    upload(as_bob, project_id, an_xform(entities=True))
    for name in ("ruled", "full", "empty"):
        as_bob.post(path + "/properties", json={"name": name})
    as_bob.post(f"/projects/{project_id}/actor-properties", json={"name": "village"})
    rule = {"datasetProperty": "ruled", "actorProperty": "village"}
    as_bob.patch(path, json={"accessFilter": {"type": "property", "rules": [rule]}})
    keys = [
        as_bob.post(path + "/entities", json={"label": "户", "data": {"full": "SECRET", "empty": " "}}).json["uuid"]
        for _ in range(4)
    ]
    for name, why in (("village_code", "dependentForms"), ("ruled", "accessFilter"), ("full", "nonEmptyEntities")):
        refused = as_bob.delete(f"{path}/properties/{name}")
        assert (refused.json["code"], list(refused.json["details"]["prerequisites"])) == (409.22, [why])
        assert "SECRET" not in refused.text
    assert refused.json["details"]["prerequisites"][why]["details"]["totalCount"] == 4
    assert "non-empty" in refused.json["details"]["prerequisites"][why]["message"]
    by_form = as_bob.delete(f"{path}/properties/village_code").json["details"]["prerequisites"]["dependentForms"]
    assert by_form["details"] == {"forms": [{"formName": "走访", "xmlFormId": "visit"}]}
    assert as_bob.delete(path + "/properties/empty").json == {"success": True}
    assert as_bob.delete(path + "/properties/empty").json["code"] == 404.1
    assert [one["name"] for one in as_bob.get(path).json["properties"]] == ["village_code", "ruled", "full"]
    (row,) = as_alice.get("/audits?action=dataset.update.property.delete").json
    assert row["details"] == {"properties": ["empty"]}
    for key in keys:
        as_bob.delete(f"{path}/entities/{key}")
    assert as_bob.delete(path + "/properties/full").json == {"success": True}


def test_in_a_care_project_a_property_that_is_filled_tells_neither_whose_nor_how_many(
    as_alice: Client, as_bob: Client, database: Database, project_id: int
) -> None:
    """An administrator, who reads nobody's entry there, would count the women of whom something is written down."""
    path = f"/projects/{project_id}/datasets/women"
    as_bob.post(f"/projects/{project_id}/datasets", json={"name": "women"})
    as_bob.post(path + "/properties", json={"name": "illness"})
    key = as_bob.post(path + "/entities", json={"label": "某", "data": {"illness": "x"}}).json["uuid"]
    with database.transaction() as db:
        db.execute(update(Project).where(Project.id == project_id).values(kind="care"))
    refused = as_alice.delete(path + "/properties/illness")
    assert refused.json["code"] == 409.22
    assert refused.json["details"]["prerequisites"]["nonEmptyEntities"]["details"] == {}
    assert key not in refused.text


def test_settings_are_changed_one_by_one(as_bob: Client, as_alice: Client, as_chelsea: Client, project_id: int) -> None:
    path = f"/projects/{project_id}/datasets/homes"
    as_bob.post(f"/projects/{project_id}/datasets", json={"name": "homes"})
    assert as_bob.patch(path, json={"approvalRequired": True}).json["approvalRequired"] is True
    changed = as_bob.patch(path, json={"ownerOnly": True}).json
    assert (changed["approvalRequired"], changed["ownerOnly"]) == (True, True)
    assert as_bob.patch(path, json={"ownerOnly": True, "accessFilter": None}).json["ownerOnly"] is False
    assert as_bob.patch(path, json={}).json["approvalRequired"] is True
    for sent, query, code in (
        ({"approvalRequired": "no"}, "", 400.11),
        ({"ownerOnly": None}, "", 400.11),
        ({"accessFilter": []}, "", 400.11),
        ({"approvalRequired": False}, "?convert=perhaps", 400.8),
    ):
        assert as_bob.patch(path + query, json=sent).json["code"] == code
    assert as_chelsea.patch(path, json={"ownerOnly": True}).json["code"] == 403.1
    assert as_bob.patch(path, json={"approvalRequired": False}).status_code == 200
    assert [one["details"] for one in as_alice.get("/audits?action=dataset.update").json] == [
        {"data": {"approvalRequired": False}, "autoConvert": False},
        {"data": {"ownerOnly": False, "accessFilter": None}},
        {"data": {"ownerOnly": True}},
        {"data": {"approvalRequired": True}},
    ]
