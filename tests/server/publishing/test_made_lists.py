"""Nobody but the server writes me and due_visits in a care project, by no door."""

import pytest
from flask import Flask
from sqlalchemy import func, select

from server.access.roles import PROJECT_MANAGER
from server.db import Database
from server.models import Dataset, Entity, EntityVersion, Form, Project
from tests.care_town import CareTown, naming
from tests.client import Client
from tests.conftest import MORNING
from tests.making import an_xform

SENTENCE = "The server makes the list {} for each phone, so nobody else writes it."


@pytest.fixture
def town(app: Flask, database: Database, without_java: None) -> CareTown:
    return CareTown(app, database)


@pytest.fixture
def manager(town: CareTown, app: Flask, database: Database) -> Client:
    """Holds every verb of a list and of a form."""
    actor_id = town.person("mo")
    with database.transaction() as db:
        town.give(db, actor_id, PROJECT_MANAGER, ())
    return Client.signed_in(app, database, actor_id)


def writing_into(name: str, form_id: str = "writer") -> bytes:
    return an_xform(form_id, entities=True).replace(b'dataset="homes"', f'dataset="{name}"'.encode())


@pytest.mark.parametrize("query", ["", "&publish=true"])
@pytest.mark.parametrize("name", ["me", "due_visits", "Due_Visits"])
def test_a_form_that_writes_such_a_list_is_refused(
    town: CareTown, manager: Client, database: Database, name: str, query: str
) -> None:
    answer = manager.post(
        f"/projects/{town.project_id}/forms?ignoreWarnings=true{query}",
        data=writing_into(name),
        content_type="application/xml",
    )
    assert (answer.json["code"], answer.json["message"]) == (400.8, SENTENCE.format(name))
    with database.reading() as db:
        assert db.scalar(select(func.count()).select_from(Form)) == 1


@pytest.mark.parametrize("is_there", [False, True])
def test_a_draft_from_before_the_project_cared_is_refused_at_publishing(
    town: CareTown, manager: Client, database: Database, is_there: bool
) -> None:
    path = f"/projects/{town.project_id}/forms"
    kind_of(town, database, "plain")
    if is_there:
        manager.post(f"/projects/{town.project_id}/datasets", json={"name": "me"})
    made = manager.post(path + "?ignoreWarnings=true", data=writing_into("me"), content_type="application/xml")
    assert made.status_code == 200
    kind_of(town, database, "care")

    assert manager.post(f"{path}/writer/draft/publish").json["message"] == SENTENCE.format("me")
    with database.reading() as db:
        assert ("me" in db.scalars(select(Dataset.name)).all()) is is_there


def kind_of(town: CareTown, database: Database, kind: str) -> None:
    with database.transaction() as db:
        db.get_one(Project, town.project_id).kind = kind


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", ""),
        ("POST", "/me/properties"),
        ("POST", "/due_visits/entities"),
        ("PATCH", "/due_visits/entities/1b6f8d2e-0000-4000-8000-000000000001?force=true"),
        ("DELETE", "/me/entities/1b6f8d2e-0000-4000-8000-000000000001"),
        ("POST", "/me/entities/bulk-delete"),
        ("POST", "/me/entities/1b6f8d2e-0000-4000-8000-000000000001/restore"),
    ],
)
def test_no_rest_door_writes_such_a_list(town: CareTown, manager: Client, method: str, path: str) -> None:
    sent = {"name": "me", "label": "x", "ids": ["1b6f8d2e-0000-4000-8000-000000000001"]}
    answer = manager.open(method, f"/projects/{town.project_id}/datasets{path}", json=sent)
    name = "due_visits" if "due_visits" in path else "me"
    assert (answer.json["code"], answer.json["message"]) == (400.8, SENTENCE.format(name))


def test_no_file_is_put_in_the_place_of_such_a_list(town: CareTown, manager: Client) -> None:
    path = f"/projects/{town.project_id}/forms"
    xml = naming(an_xform("other"), ("me", "due_visits"))
    manager.post(path + "?ignoreWarnings=true", data=xml, content_type="application/xml")
    slot = f"{path}/other/draft/attachments/me.csv"

    for answer in (manager.post(slot, data=b"name,label\n"), manager.patch(slot, json={"dataset": True})):
        assert (answer.json["code"], answer.json["details"]["value"]) == (400.8, "me.csv")
    assert manager.delete(slot).status_code == 404
    listed = manager.get(f"{path}/other/draft/attachments").json
    assert [(one["name"], one["exists"], one["blobExists"]) for one in listed] == [
        ("due_visits.csv", True, False),
        ("me.csv", True, False),
    ]


def test_in_a_plain_project_the_names_are_free(as_bob: Client, project_id: int) -> None:
    for name in ("me", "due_visits"):
        assert as_bob.post(f"/projects/{project_id}/datasets", json={"name": name}).status_code == 200


def test_a_manager_without_a_care_role_has_no_door_to_lists_about_women(town: CareTown, manager: Client) -> None:
    woman = town.woman("A1")
    for name in ("women", "pregnancies", "contraception_episodes", "referrals", "transfers"):
        path = f"/projects/{town.project_id}/datasets/{name}/entities"
        for answer in (
            manager.get(path),
            manager.get(f"{path}/{woman}"),
            manager.get(f"{path}/{woman}/versions"),
            manager.post(path, json={"label": "x"}),
            manager.patch(f"{path}/{woman}?force=true", json={"label": "x"}),
            manager.delete(f"{path}/{woman}"),
            manager.post(path + "/bulk-delete", json={"ids": [woman]}),
        ):
            assert answer.json["code"] == 403.1, (name, answer.json)
            assert answer.json["message"] == f"The list {name} is for village workers and clinicians alone."
    assert manager.get(f"/projects/{town.project_id}/datasets/households/entities").status_code == 200


def test_a_clinician_reads_the_women_of_her_villages_by_rest(town: CareTown, app: Flask, database: Database) -> None:
    women = [town.woman("A1"), town.woman("A2")]
    with database.transaction() as db:
        for row in db.scalars(select(Entity)):
            empty = {"received_json": "{}", "data_json": row.data_json, "created_at": MORNING}
            db.add(EntityVersion(entity_id=row.id, version=1, label=row.label, **empty))
    doctor = Client.signed_in(app, database, town.person("doctor", "clinician", "A1"))

    path = f"/projects/{town.project_id}/datasets/women/entities"
    assert [one["uuid"] for one in doctor.get(path).json] == women[:1]
    assert doctor.get(f"{path}/{women[1]}").status_code == 404
