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
