"""Who is told what of a filtered list: a phone its own entities, or those that say what the phone's properties say."""

import uuid
from collections.abc import Callable
from contextlib import AbstractContextManager

import pytest
from flask import Flask
from sqlalchemy import select, update

from server.access.roles import DATA_COLLECTOR, PROJECT_VIEWER
from server.db import Database
from server.models import Assignment, Dataset, DatasetRule, FormAttachment, Project
from tests.client import Client
from tests.making import a_form, a_phone, a_record, an_xform

READS = an_xform("reads", entities=True).replace(
    b"</instance>", b'</instance><instance id="h" src="jr://file-csv/homes.csv"/>', 1
)


class Town:
    """A plain project with a form that makes homes and carries their list, and two phones that send it."""

    def __init__(self, app: Flask, database: Database, project_id: int, manager: Client) -> None:
        self.app, self.database, self.project_id, self.manager = app, database, project_id, manager
        self.base = f"/projects/{project_id}"
        self.homes = f"{self.base}/datasets/homes"
        with database.transaction() as db:
            form = a_form(db, project_id, "reads", xml=READS)
            dataset = db.scalars(select(Dataset)).one()
            slot = db.scalars(select(FormAttachment).where(FormAttachment.name == "homes.csv")).one()
            slot.dataset_id = dataset.id
            made = [a_phone(db, app.extensions["fangshi.key"], project_id, form) for _ in range(2)]
            self.ids = [one for one, _ in made]
        self.phones = [Client(app, key=token) for _, token in made]

    def send(self, phone: int, village: str) -> str:
        key = str(uuid.uuid4())
        entity = f'<entity dataset="homes" id="{key}" create="1"><label>户{village}</label></entity>'
        assert (
            self.phones[phone].send(self.project_id, a_record("reads", village=village, entity=entity)).status_code
            == 201
        )
        return key

    def told(self, who: Client) -> set[str]:
        """The ids in the list as this caller gets it."""
        lines = who.get(f"{self.base}/forms/reads/attachments/homes.csv").text.splitlines()
        return {line.split(",")[0] for line in lines[1:]}

    def hash(self, who: Client) -> str:
        manifest = who.get(f"{self.base}/forms/reads/manifest", headers={"X-OpenRosa-Version": "1.0"}).text
        return manifest.partition("<hash>")[2].partition("</hash>")[0]

    def gone(self, who: Client, *keys: str) -> dict[str, bool]:
        asked = f"?id={','.join(keys)}" if keys else ""
        parts = who.get(f"{self.homes}/integrity{asked}").text.split('<entity id="')[1:]
        return {one[:36]: "<deleted>true" in one for one in parts}

    def filter(self, wanted: object) -> dict:
        answer = self.manager.patch(self.homes, json={"accessFilter": wanted})
        assert answer.status_code == 200, answer.json
        return answer.json

    def name_properties(self, *names: str) -> None:
        for name in names:
            assert self.manager.post(f"{self.base}/actor-properties", json={"name": name}).json == {"success": True}

    def say(self, phone: int, **values: str | None) -> dict:
        return self.manager.patch(f"{self.base}/app-users/{self.ids[phone]}", json={"properties": values}).json


@pytest.fixture
def town(app: Flask, database: Database, project_id: int, as_bob: Client) -> Town:
    return Town(app, database, project_id, as_bob)


BY_VILLAGE = {"type": "property", "rules": [{"datasetProperty": "village_code", "actorProperty": "village"}]}


def test_without_a_filter_each_phone_is_told_everything(town: Town) -> None:
    keys = {town.send(0, "A1"), town.send(1, "A2")}
    assert town.told(town.phones[0]) == town.told(town.phones[1]) == keys
    assert town.hash(town.phones[0]) == town.hash(town.phones[1])


def test_of_a_list_for_owners_each_phone_is_told_its_own(town: Town) -> None:
    first, second = town.send(0, "A1"), town.send(1, "A1")
    town.manager.patch(town.homes, json={"ownerOnly": True})
    assert (town.told(town.phones[0]), town.told(town.phones[1])) == ({first}, {second})
    assert town.gone(town.phones[0], first, second, str(uuid.uuid4())) == {first: False, second: True}
    assert town.gone(town.phones[0]) == {first: False, second: True}, "without ids it is about all (2.9)"
    assert town.told(town.manager) == {first, second}, "who may list entities is told all of them"


def test_a_list_made_for_owners_is_one_from_its_first_entity_on(town: Town) -> None:
    """The column was kept once, and read by nobody."""
    made = town.manager.post(f"{town.base}/datasets", json={"name": "trees", "ownerOnly": True}).json
    assert (made["ownerOnly"], made["accessFilter"]) == (True, {"type": "ownerOnly"})
    town.manager.post(f"{town.base}/datasets/trees/entities", json={"label": "树"})
    with town.database.transaction() as db:
        trees = db.scalars(select(Dataset.id).where(Dataset.name == "trees")).one()
        db.execute(update(FormAttachment).values(dataset_id=trees))
    assert town.told(town.phones[0]) == set()
    assert len(town.told(town.manager)) == 1


def test_the_hash_of_ones_own_moves_with_ones_own_alone(town: Town) -> None:
    town.filter({"type": "ownerOnly"})
    seen = [town.hash(town.phones[0])]
    town.send(1, "A1")
    assert town.hash(town.phones[0]) == seen[0], "somebody else's entity"
    own = town.send(0, "A1")
    seen.append(town.hash(town.phones[0]))
    town.manager.patch(f"{town.homes}/entities/{own}?force=true", json={"label": "改名"})
    seen.append(town.hash(town.phones[0]))
    town.manager.delete(f"{town.homes}/entities/{own}")
    assert town.hash(town.phones[0]) == seen[0], "nothing is listed, as at first"
    town.manager.post(f"{town.homes}/properties", json={"name": "new"})
    seen.append(town.hash(town.phones[0]))
    assert len(set(seen)) == len(seen)
    assert town.hash(town.phones[1]) not in seen


def test_a_phone_is_told_what_says_the_same_as_its_properties(town: Town) -> None:
    near, far, nowhere = town.send(0, "A1"), town.send(0, "A2"), town.send(0, "")
    town.name_properties("village")
    assert town.say(0, village=" A1 ")["properties"] == {"village": "A1"}
    before = town.hash(town.phones[0])
    assert town.filter(BY_VILLAGE)["accessFilter"] == BY_VILLAGE
    assert town.told(town.phones[0]) == {near}
    assert town.told(town.phones[1]) == set(), "of whom nothing is said, even where an entity says nothing"
    assert town.gone(town.phones[0], near, far, nowhere) == {near: False, far: True, nowhere: True}
    assert town.gone(town.phones[0]) == {near: False, far: True, nowhere: True}
    assert len({before, town.hash(town.phones[0]), town.hash(town.phones[1])}) == 3


def test_the_hash_moves_with_what_is_said_of_the_phone(town: Town) -> None:
    town.name_properties("village", "team")
    town.filter(BY_VILLAGE)
    seen = [town.hash(town.phones[0])]
    for value in ("A1", "A2", None):
        town.say(0, village=value)
        seen.append(town.hash(town.phones[0]))
    assert seen[0] == seen[3] and len(set(seen)) == 3
    town.say(0, team="x")
    assert town.hash(town.phones[0]) == seen[3], "no rule asks for the team"


def test_one_of_several_rules_is_enough(town: Town) -> None:
    both = [town.send(0, village) for village in ("A1", "A2", "A3")]
    town.name_properties("village", "other")
    second = {"datasetProperty": "village_code", "actorProperty": "other"}
    town.filter({"type": "property", "rules": [*BY_VILLAGE["rules"], second]})
    town.say(0, village="A1", other="A2")
    assert town.told(town.phones[0]) == set(both[:2])


def test_an_entity_that_moves_leaves_the_phone_and_comes_back(town: Town) -> None:
    home = town.send(0, "A1")
    town.name_properties("village")
    town.filter(BY_VILLAGE)
    town.say(0, village="A1")
    before = town.hash(town.phones[0])
    for value, told in (("A2", set()), ("A1", {home})):
        town.manager.patch(f"{town.homes}/entities/{home}?force=true", json={"data": {"village_code": value}})
        assert town.told(town.phones[0]) == told
        assert town.gone(town.phones[0], home) == {home: not told}
    assert town.hash(town.phones[0]) != before


def test_a_filter_is_taken_away_and_changed_for_another(town: Town) -> None:
    first, second = town.send(0, "A1"), town.send(1, "A2")
    town.name_properties("village")
    town.say(1, village="A1")
    town.filter(BY_VILLAGE)
    assert town.told(town.phones[1]) == {first}
    assert town.filter({"type": "ownerOnly"})["ownerOnly"] is True
    assert town.told(town.phones[1]) == {second}
    assert town.filter(BY_VILLAGE)["ownerOnly"] is False
    assert "accessFilter" not in town.filter(None)
    assert town.told(town.phones[1]) == {first, second}
    with town.database.reading() as db:
        assert db.scalars(select(DatasetRule)).all() == []


@pytest.mark.parametrize(
    "wanted",
    [
        {},
        {"type": "none"},
        {"type": ["ownerOnly"]},
        {"type": "property"},
        {"type": "property", "rules": []},
        {"type": "property", "rules": {}},
        {"type": "property", "rules": [3]},
        {"type": "property", "rules": [{"datasetProperty": "village_code"}]},
        {"type": "property", "rules": [{"datasetProperty": "none", "actorProperty": "village"}]},
        {
            "type": "property",
            "rules": [*BY_VILLAGE["rules"], {"datasetProperty": "village_code", "actorProperty": "x"}],
        },
    ],
)
def test_a_filter_that_would_hold_nothing_back_is_refused_and_the_old_one_stays(town: Town, wanted: object) -> None:
    """Central drops rules whose names it does not know: a list with none left would be open to all."""
    home = town.send(0, "A1")
    town.name_properties("village")
    town.filter(BY_VILLAGE)
    answer = town.manager.patch(town.homes, json={"accessFilter": wanted})
    assert answer.json["code"] == 400.8
    assert town.told(town.phones[0]) == set(), home
    assert town.manager.get(town.homes).json["accessFilter"] == BY_VILLAGE


def test_who_fills_in_forms_in_a_browser_is_filtered_as_a_phone_is(town: Town, as_chelsea: Client, cast: dict) -> None:
    town.send(0, "A1")
    with town.database.transaction() as db:
        db.add(Assignment(actor_id=cast["chelsea"], role_id=DATA_COLLECTOR, project_id=town.project_id))
    town.filter({"type": "ownerOnly"})
    assert town.told(as_chelsea) == set()
    with town.database.transaction() as db:
        db.add(Assignment(actor_id=cast["chelsea"], role_id=PROJECT_VIEWER, project_id=town.project_id))
    assert len(town.told(as_chelsea)) == 1


def test_a_draft_tried_by_its_address_tells_nobodys_entities(town: Town) -> None:
    """Whoever has the address of a draft is nobody in particular: an owner of nothing."""
    town.send(0, "A1")
    town.filter({"type": "ownerOnly"})
    draft = town.manager.post(f"{town.base}/forms/reads/draft").json
    with town.database.transaction() as db:
        homes = db.scalars(select(Dataset.id)).one()
        db.execute(update(FormAttachment).values(dataset_id=homes))
    token = town.manager.get(f"{town.base}/forms/reads/draft").json["draftToken"]
    asked = f"/test/{token}{town.base}/forms/reads/draft/attachments/homes.csv"
    assert draft == {"success": True}
    assert Client(town.app).get(asked).text.splitlines() == ["name,label,__version,village_code"]


def test_in_a_care_project_the_filter_comes_on_top_of_the_villages(town: Town) -> None:
    """It gives no phone more than its villages do."""
    town.send(0, "A1")
    town.filter({"type": "ownerOnly"})
    with town.database.transaction() as db:
        db.execute(update(Project).values(kind="care"))
    assert town.told(town.phones[0]) == set(), "the phone has no village"


def test_the_list_and_its_hash_cost_the_same_for_a_hundred_entities_as_for_one(
    town: Town, count_queries: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    town.name_properties("village")
    town.filter(BY_VILLAGE)
    town.say(0, village="A1")
    numbers = []
    for more in (1, 20):
        for _ in range(more):
            town.send(0, "A1")
        with count_queries() as asked:
            town.told(town.phones[0])
            town.gone(town.phones[0])
        numbers.append(len(asked))
    assert numbers[0] == numbers[1]


def test_what_is_said_of_a_phone_is_sealed_and_goes_with_it(town: Town) -> None:
    town.name_properties("village")
    town.say(0, village="SENTINEL")
    with town.database.transaction() as db:
        raw = db.connection().exec_driver_sql("SELECT value FROM actor_property_value").scalar_one()
        assert b"SENTINEL" not in bytes(raw)
    town.manager.delete(f"{town.base}/app-users/{town.ids[0]}")
    with town.database.reading() as db:
        assert db.connection().exec_driver_sql("SELECT count(*) FROM actor_property_value").scalar_one() == 0
