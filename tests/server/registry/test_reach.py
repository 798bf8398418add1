"""Which entities of a list somebody reaches, by HTTP: what one is elsewhere opens nothing here."""

import re
import uuid
from contextlib import AbstractContextManager
from unittest.mock import patch

import pytest
from flask import Flask
from sqlalchemy import select, update

from server.access.roles import DATA_COLLECTOR, PROJECT_VIEWER
from server.db import Database
from server.models import ActorProperty, Assignment, Dataset, DatasetProperty, DatasetRule
from tests.care_town import LISTS, CareTown
from tests.client import Client


@pytest.fixture
def town(app: Flask, database: Database) -> CareTown:
    return CareTown(app, database, ("households",))


def a_home(town: CareTown, village: str) -> str:
    key = str(uuid.uuid4())
    with town.database.transaction() as db:
        town.entity(db, "households", key, "H-1", {"village_code": village})
    return key


@pytest.mark.parametrize("role", ["town_lead", "dpo"])
def test_a_role_in_another_project_opens_no_list_of_this_one(
    town: CareTown, app: Flask, database: Database, role: str
) -> None:
    a_home(town, "A1")
    person, elsewhere = town.person(role, role), CareTown(app, database)
    desk = Client.signed_in(app, database, person)
    assert town.names(desk, "households") == []
    with database.transaction() as db:
        for given in (DATA_COLLECTOR, PROJECT_VIEWER):
            db.add(Assignment(actor_id=person, role_id=given, project_id=elsewhere.project_id))
    assert town.names(desk, "households") == []


def test_whose_list_is_empty_hears_of_no_change_in_it(town: CareTown, app: Flask, database: Database) -> None:
    lead = Client.signed_in(app, database, town.person("lead", "town_lead"))
    worker = town.phone("A1")
    before = town.hashes(lead), town.hashes(worker)
    with database.transaction() as db:
        db.execute(update(Dataset).values(revision=Dataset.revision + 1))
    assert town.hashes(lead) == before[0]
    assert town.hashes(worker) != before[1]


def test_integrity_tells_of_no_home_in_another_village(town: CareTown, app: Flask, database: Database) -> None:
    here, there = a_home(town, "A1"), a_home(town, "A2")
    address = f"/projects/{town.project_id}/datasets/households/integrity"

    def told(who: Client, query: str = "") -> dict[str, str]:
        return dict(re.findall(r'entity id="([^"]+)">\s*<deleted>(\w+)<', who.get(address + query).text))

    phone, lead = town.phone("A1"), Client.signed_in(app, database, town.person("lead", "town_lead"))
    assert told(phone) == {here: "false"}
    assert told(phone, f"?id={here},{there}") == {here: "false", there: "true"}
    assert told(lead) == {}


def test_homes_are_told_by_village_alone_whatever_filter_their_list_had_before_the_project_cared(
    town: CareTown, database: Database
) -> None:
    """`ownerOnly` could be said of any list before anybody read it, and of a plain project's before it became this one."""
    here, _ = a_home(town, "A1"), a_home(town, "A2")
    phone = town.phone("A1")
    before = town.hashes(phone)
    with database.transaction() as db:
        db.execute(update(Dataset).values(owner_only=True))
    assert town.names(phone, "households") == [here]
    assert town.hashes(phone) == before
    with database.transaction() as db:
        home = db.scalars(select(Dataset.id).where(Dataset.name == "households")).one()
        town_property = ActorProperty(project_id=town.project_id, name="team")
        db.add(town_property)
        db.flush()
        its = DatasetProperty.dataset_id == home, DatasetProperty.name == "village_code"
        village = db.scalars(select(DatasetProperty.id).where(*its)).one()
        db.add(DatasetRule(dataset_id=home, property_id=village, actor_property_id=town_property.id))
        db.execute(update(Dataset).values(owner_only=False))
    assert town.names(phone, "households") == [here]


def test_cases_are_listed_to_benefit_officers_of_the_village_alone_and_homes_to_them_without_points(
    app: Flask, database: Database
) -> None:
    files = ("me", "due_visits", "households", "benefit_cases", "women")
    with patched_lists({"households": ["village_code", "door_code", "geometry"], "benefit_cases": ["village_code"]}):
        town = CareTown(app, database, files)
    town.woman("A1")
    with database.transaction() as db:
        at = {"village_code": "A1", "door_code": "A-0231", "geometry": "30.5 105.5 0 5"}
        town.entity(db, "households", str(uuid.uuid4()), "A-0231", at)
        for village in ("A1", "A2"):
            town.entity(db, "benefit_cases", str(uuid.uuid4()), "A-0231 #1", {"village_code": village})
    officer, other, plain = (town.person(name, role, "A1") for name, role in OFFICERS)
    phones = {
        "officer": town.phone("A1", care_role="benefit_officer", person=officer),
        "nobody's": town.phone("A1", care_role="benefit_officer"),
        "no officer's": town.phone("A1", care_role="benefit_officer", person=other),
        "worker": town.phone("A1"),
        "clinic": town.phone("A1", care_role="clinician"),
    }
    seen = {name: len(town.rows(phone, "benefit_cases")) for name, phone in phones.items()}
    assert seen == {"officer": 1, "nobody's": 1, "no officer's": 0, "worker": 0, "clinic": 0}
    assert town.rows(phones["officer"], "women") == [] != town.rows(phones["worker"], "women")
    (told,), (whole,) = (town.rows(phones[name], "households") for name in ("officer", "worker"))
    assert set(told) == {"name", "label", "__version", "village_code", "door_code"}
    assert whole["geometry"] == "30.5 105.5 0 5"
    assert town.hashes(phones["officer"])["households.csv"] != town.hashes(phones["worker"])["households.csv"]
    (me,) = town.rows(phones["officer"], "me")
    assert me["role"] == "benefit_officer"

    before = town.hashes(phones["worker"])
    with database.transaction() as db:
        town.entity(db, "benefit_cases", str(uuid.uuid4()), "A-0231 #2", {"village_code": "A1"})
        db.execute(update(Dataset).where(Dataset.name == "benefit_cases").values(revision=Dataset.revision + 1))
    assert town.hashes(phones["worker"]) == before, "nor does anybody else hear of a change"
    address = f"/v1/projects/{town.project_id}/datasets/benefit_cases/entities"
    for person in (other, plain):
        desk = Client.signed_in(app, database, person)
        desk.prefix = ""
        assert desk.get(address).status_code == 403


OFFICERS = (("officer", "benefit_officer"), ("other", "reviewer"), ("plain", "manager"))


def patched_lists(lists: dict[str, list[str]]) -> AbstractContextManager[object]:
    return patch.dict(LISTS, lists)
