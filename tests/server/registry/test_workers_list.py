"""The rows of the workers' list: who is in it, and that results are told to her alone whose they are."""

import re

import orjson
import pytest
from flask import Flask
from sqlalchemy import select

from server.access import roles
from server.access.caller import Caller
from server.access.projects import holds_records
from server.db import Database
from server.models import AppUser, Assignment, Dataset, DatasetProperty, Entity, Project
from server.registry.workers import worker_uuid
from server.registry.workers_list import hand_phone
from tests.care_town import CareTown
from tests.client import Client
from tests.conftest import MORNING
from tests.server.registry.quizzing import RESULTS, QuizTown


@pytest.fixture
def town(app: Flask, database: Database) -> QuizTown:
    return QuizTown(app, database)


def desk(town: CareTown, role: str) -> Client:
    return Client.signed_in(town.app, town.database, town.person(role, role))


def version_told(town: QuizTown, client: Client, person: int) -> int:
    return int(town.told_of(client, person)["__version"])


def stop_working(town: QuizTown, person: int) -> None:
    with town.database.transaction() as db:
        for one in db.scalars(select(Assignment).where(Assignment.actor_id == person)):
            db.delete(one)
    town.refresh()


def work_again(town: QuizTown, person: int) -> None:
    with town.database.transaction() as db:
        db.add(Assignment(actor_id=person, role_id=roles.VILLAGE_WORKER, project_id=town.project_id))
    town.refresh()


def test_her_results_are_in_her_own_row_on_her_own_phone_and_nowhere_else(town: QuizTown) -> None:
    clients = [town.other, town.phone("A1"), *(desk(town, one) for one in ("clinician", "reviewer", "manager"))]
    before = [town.hashes(one)["workers.csv"] for one in clients]
    town.take(town.hers, town.zhao)
    town.take(town.hers, town.zhao, base=2, fails="2")

    own = town.told_of(town.hers, town.zhao)
    assert {name: own[name] for name in RESULTS} == {**dict.fromkeys(RESULTS), **town.results(town.zhao)}
    assert (own["fails"], own["__version"]) == ("2", "3")
    assert set(town.told_of(town.hers, town.qian).values()) == {town.keys[town.qian], "qian", "1", ""}
    for client, known in zip(clients, before, strict=True):
        assert set(town.told_of(client, town.zhao).values()) == {town.keys[town.zhao], "zhao", "1", ""}
        assert town.hashes(client)["workers.csv"] == known, "that there was a quiz is told to nobody"


def test_the_hash_is_another_for_each_carrier_and_after_her_own_quiz(town: QuizTown) -> None:
    hashes = [town.hashes(one)["workers.csv"] for one in (town.hers, town.other, town.phone("A1"))]
    assert len(set(hashes)) == 3
    town.take(town.hers, town.zhao)
    assert town.hashes(town.hers)["workers.csv"] != hashes[0]


@pytest.mark.parametrize("role", ["town_lead", "dpo"])
def test_who_has_no_use_for_lists_gets_no_row(town: QuizTown, role: str) -> None:
    town.take(town.hers, town.zhao)
    assert town.rows(desk(town, role), "workers") == []


@pytest.mark.parametrize("role", ["manager", "viewer", "reviewer", "clinician"])
def test_the_doors_to_entities_give_nothing_of_it_and_take_nothing(town: QuizTown, role: str) -> None:
    town.take(town.hers, town.zhao)
    client, here = desk(town, role), f"/projects/{town.project_id}/datasets"
    one = f"{here}/workers/entities/{town.keys[town.zhao]}"
    for address in (f"{here}/workers/entities", f"{here}/workers/entities?deleted=true", one, f"{one}/versions"):
        answer = client.get(address)
        assert (answer.status_code, "55" in answer.text) == (403, False), address
    for method, address in (("PATCH", f"{one}?force=true"), ("DELETE", one), ("POST", f"{here}/workers/entities")):
        assert client.open(method, address, json={"label": "x", "data": {}}).status_code in (400, 403)
    listed = client.get(here, headers={"X-Extended-Metadata": "true"}).json
    (told,) = [each for each in listed if each["name"] == "workers"]
    assert not told.get("entities") and not told.get("lastEntity")
    assert town.row(town.zhao).label == "zhao"


def test_nobody_makes_the_list_by_hand(town: QuizTown) -> None:
    manager, here = desk(town, "manager"), f"/projects/{town.project_id}/datasets"
    assert manager.post(here, json={"name": "workers"}).json["code"] == 400.8
    assert manager.post(f"{here}/workers/properties", json={"name": "phone"}).json["code"] == 400.8


@pytest.mark.parametrize(
    ("role", "sees"), [("trainer", 1), ("manager", 0), ("viewer", 0), ("reviewer", 0), ("clinician", 0)]
)
def test_the_records_of_a_quiz_are_for_trainers_alone(town: QuizTown, role: str, sees: int) -> None:
    town.take(town.hers, town.zhao)
    client, form = desk(town, role), f"/projects/{town.project_id}/forms/training_quiz"
    assert len(client.get(f"{form}/submissions").json) == sees
    answers = client.get(f"{form}.svc/Submissions")
    assert (answers.status_code, len(answers.json["value"])) == (200, sees)


def test_a_phone_that_changes_hands_is_told_higher_versions_of_both_rows(town: QuizTown, app: Flask) -> None:
    town.take(town.hers, town.zhao)
    town.take(town.hers, town.zhao, base=2, fails="2")
    town.take(town.other, town.qian, score="20")
    with town.database.reading() as db:
        phone = db.scalars(select(AppUser.actor_id).where(AppUser.person_id == town.zhao)).one()
    had = version_told(town, town.hers, town.zhao), version_told(town, town.hers, town.qian)
    with town.database.transaction() as db:
        project = db.get_one(Project, town.project_id)
        admin = Caller(actor_id=None, type="user", villages={town.project_id: None})
        hand_phone(db, admin, project, phone, town.qian, "village_worker", MORNING)

    assert version_told(town, town.hers, town.zhao) > had[0] and town.told_of(town.hers, town.zhao)["score"] == ""
    assert version_told(town, town.hers, town.qian) > had[1] and town.told_of(town.hers, town.qian)["score"] == "20"


def test_who_works_no_longer_is_gone_and_has_her_own_row_again_when_she_comes_back(town: QuizTown) -> None:
    town.take(town.hers, town.zhao)
    stop_working(town, town.zhao)
    integrity = town.other.get(f"/projects/{town.project_id}/datasets/workers/integrity?id={town.keys[town.zhao]}")
    assert re.findall(r"<deleted>(\w+)<", integrity.text) == ["true"]
    assert town.told_of(town.other, town.zhao) == {}

    work_again(town, town.zhao)
    assert town.told_of(town.other, town.zhao)["label"] == "zhao"
    assert town.results(town.zhao)["score"] == "55"
    work_again(town, town.zhao)
    assert town.row(town.zhao).version == 2, "nothing is written twice"


def test_a_new_worker_is_named_in_the_rows_of_the_women_who_had_chosen_her_number(town: QuizTown) -> None:
    person = town.person("sun", "village_worker", "A1")
    with town.database.transaction() as db:
        women = db.scalars(select(Dataset).where(Dataset.name == "women", Dataset.project_id == town.project_id)).one()
        db.add(DatasetProperty(dataset_id=women.id, name="assigned_worker", published_at=MORNING))
    hers, anothers = (town.woman("A1", assigned_worker=str(one)) for one in (person, town.qian))
    for key, one in ((hers, person), (anothers, town.qian)):
        town.change(Entity, key, data_json=orjson.dumps({"assigned_worker": str(one)}).decode())
    town.refresh()

    with town.database.reading() as db:
        rows = {row.uuid: row for row in db.scalars(select(Entity).where(Entity.uuid.in_((hers, anothers))))}
    assert orjson.loads(rows[hers].data_json)["assigned_worker"] == worker_uuid(town.project_id, person)
    assert rows[hers].version == 2
    assert rows[anothers].version == 1


def test_a_project_that_has_but_these_rows_may_still_become_plain(app: Flask, database: Database) -> None:
    town = QuizTown(app, database)
    with database.reading() as db:
        assert not holds_records(db, db.get_one(Project, town.project_id))
