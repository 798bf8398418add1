"""What a village is a part of, and that rights in it reach its parts."""

import pytest
from flask import Flask
from sqlalchemy import select

from server.db import Database
from server.models import Audit
from tests.care_town import CareTown
from tests.client import Client


class Office:
    def __init__(self, app: Flask, database: Database) -> None:
        self.town = CareTown(app, database)
        self.lead = Client.signed_in(app, database, self.town.person("lead", "town_lead"))
        self.worker = Client.signed_in(app, database, self.town.person("worker", "village_worker", "A1"))
        self.path = f"/projects/{self.town.project_id}/villages"

    def put(self, code: str, parent: object, name: str | None = None, who: Client | None = None) -> int:
        sent = {"parent": parent} | ({"name": name} if name else {})
        return (who or self.lead).put(f"{self.path}/{code}", json=sent).status_code


@pytest.fixture
def office(app: Flask, database: Database) -> Office:
    return Office(app, database)


def test_a_hamlet_is_made_under_its_village_and_listed_there(office: Office, database: Database) -> None:
    assert office.put("A1-1", "A1", "上社") == 200
    listed = {one["code"]: one["parent"] for one in office.worker.get(office.path).json}
    assert listed == {"A1": None, "A1-1": "A1", "A2": None}
    with database.reading() as db:
        [act] = db.scalars(select(Audit).where(Audit.action == "village.update"))
        assert act.details == {"village": "A1-1", "parent": "A1"}


def test_rights_in_a_cluster_reach_its_villages_and_their_hamlets_until_they_are_taken_out(office: Office) -> None:
    assert office.put("C", None, "东片") == office.put("A1-1", "A1", "上社") == 200
    phone = office.town.phone("A1")
    there, below = office.town.woman("A2"), office.town.woman("A1-1")
    assert office.town.names(phone, "women") == [below]
    assert office.put("A2", "A1") == 200
    assert set(office.town.names(phone, "women")) == {there, below}
    assert office.put("A2", None) == 200
    assert office.town.names(phone, "women") == [below]


@pytest.mark.parametrize(
    ("code", "parent", "name"), [("A1", "A1", None), ("A1", "Z9", None), ("Z9", None, None), ("A1", 3, None)]
)
def test_what_makes_no_tree_is_refused(office: Office, code: str, parent: object, name: str | None) -> None:
    assert office.put(code, parent, name) == 400


def test_no_village_is_a_part_of_its_own_part_and_there_are_five_levels_at_most(office: Office) -> None:
    above = "A1"
    for number in range(4):
        assert office.put(f"L{number}", above, "层") == 200
        above = f"L{number}"
    assert office.put("L9", above, "层") == 400
    assert office.put("A1", above) == 400


def test_who_imports_boundaries_makes_the_tree_and_nobody_else(office: Office, app: Flask, database: Database) -> None:
    assert office.put("A1", "A2", who=office.worker) == 403
    assert Client(app).get(office.path).status_code == 401


def test_who_has_some_villages_puts_no_other_one_under_them(office: Office, app: Flask, database: Database) -> None:
    """Its records would be hers from then on, and nobody gives himself that."""
    manager = Client.signed_in(app, database, office.town.person("manager", "manager", "A1"))
    assert office.put("A2", "A1", who=manager) == 403
    assert office.put("Z9", "A1", "新村", who=manager) == 403
    assert {one["code"]: one["parent"] for one in manager.get(office.path).json} == {"A1": None, "A2": None}
    assert office.put("A1-1", "A1", "上社") == 200
    assert office.put("A1-1", "A1", "下社", who=manager) == 200, "it is hers already"
    assert office.put("A1-1", None, who=manager) == 200
