"""Which entities of a list somebody reaches, by HTTP: what one is elsewhere opens nothing here."""

import re
import uuid

import pytest
from flask import Flask
from sqlalchemy import update

from server.access.roles import DATA_COLLECTOR, PROJECT_VIEWER
from server.db import Database
from server.models import Assignment, Dataset
from tests.care_town import CareTown
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
