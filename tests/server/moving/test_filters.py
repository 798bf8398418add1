"""Who is told what of a list comes over with it, and never is anybody told more than there."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from server.db import Database
from server.models import ActorProperty, Audit, Dataset, DatasetRule, FormAttachment
from server.moving.bringing import Bringing
from server.moving.central_source import CentralSource
from tests.client import Client
from tests.making import a_form, a_phone, a_record
from tests.server.moving.conftest import rows_of, why_left
from tests.server.registry.test_list_filters import BY_VILLAGE, READS

Bring = Callable[..., Bringing]
UNSAID = object()


class Town:
    """A list of homes that is told by village, two phones of two villages, and a home in each."""

    def __init__(self, app: Flask, database: Database, project_id: int, manager: Client) -> None:
        self.app, self.project_id, self.manager = app, project_id, manager
        self.base = f"/projects/{project_id}"
        with database.transaction() as db:
            form = a_form(db, project_id, "reads", xml=READS)
            slot = db.scalars(select(FormAttachment).where(FormAttachment.name == "homes.csv")).one()
            slot.dataset_id = db.scalars(select(Dataset.id)).one()
            made = [a_phone(db, app.extensions["fangshi.key"], project_id, form) for _ in range(2)]
        self.ids, self.keys = [one for one, _ in made], [token for _, token in made]
        self.names("village", "grade")
        self.say(0, village="A1", grade="=1+1")
        self.say(1, village="A2")
        self.filter(BY_VILLAGE)
        self.homes = [self.send("A1"), self.send("A2")]

    def names(self, *names: str) -> None:
        for name in names:
            assert self.manager.post(f"{self.base}/actor-properties", json={"name": name}).json == {"success": True}

    def say(self, phone: int, **values: str | None) -> None:
        answer = self.manager.patch(f"{self.base}/app-users/{self.ids[phone]}", json={"properties": values})
        assert answer.status_code == 200, answer.json

    def filter(self, wanted: object) -> None:
        answer = self.manager.patch(f"{self.base}/datasets/homes", json={"accessFilter": wanted})
        assert answer.status_code == 200, answer.json

    def send(self, village: str) -> str:
        key = str(uuid.uuid4())
        entity = f'<entity dataset="homes" id="{key}" create="1"><label>户{village}</label></entity>'
        sent = Client(self.app, key=self.keys[0]).send(
            self.project_id, a_record("reads", village=village, entity=entity)
        )
        assert sent.status_code == 201
        return key

    def told(self, app: Flask, phone: int) -> list[str]:
        """The homes that a phone is told of, by a server."""
        path = f"{self.base}/forms/reads/attachments/homes.csv"
        lines = Client(app, key=self.keys[phone]).get(path).text.splitlines()
        return [line.split(",")[0] for line in lines[1:]]


@pytest.fixture
def town(app: Flask, database: Database, project_id: int, as_bob: Client, without_java: None) -> Town:
    return Town(app, database, project_id, as_bob)


def answering(monkeypatch: pytest.MonkeyPatch, **words: object) -> None:
    """From now on the other server tells this of its lists; what is UNSAID it leaves out."""
    whole = CentralSource.datasets

    def datasets(self: CentralSource) -> list[Any]:
        told = [{**one, **words} for one in whole(self)]
        return [{name: value for name, value in one.items() if value is not UNSAID} for one in told]

    monkeypatch.setattr(CentralSource, "datasets", datasets)


def the_list(bringing: Bringing) -> tuple[bool, bool, int]:
    with bringing.database.reading() as db:
        one = db.scalars(select(Dataset)).one()
        return one.owner_only, one.approval_required, len(db.scalars(select(DatasetRule)).all())


def test_phones_are_told_by_a_list_what_they_were_told_there(
    bring_it: Bring, town: Town, app: Flask, new_app: Callable[[Bringing], Flask]
) -> None:
    bringing = bring_it()
    report = bringing.report
    assert report.is_whole, list(report.as_lines())
    assert (report.came["actor_properties"], report.came["actor_values"]) == (2, 3)
    assert (report.there["actor_properties"], report.there["actor_values"]) == (2, 3)
    here = new_app(bringing)
    for phone in range(2):
        assert town.told(here, phone) == town.told(app, phone) == [town.homes[phone]]


def test_a_second_run_changes_nothing(bring_it: Bring, town: Town) -> None:
    before = rows_of(bring_it().database)
    again = bring_it()
    assert not +again.report.came
    assert again.report.is_whole
    assert rows_of(again.database) == before


@pytest.mark.parametrize(
    "told",
    [
        {"accessFilter": {"type": "moon"}},
        {"accessFilter": []},
        {"accessFilter": ""},
        {"accessFilter": {"type": "property"}},
        {"accessFilter": {"type": "property", "rules": []}},
        {"accessFilter": {"type": "property", "rules": [{"datasetProperty": "village_code"}]}},
        {
            "accessFilter": {
                "type": "property",
                "rules": [*BY_VILLAGE["rules"], {"datasetProperty": "village_code", "actorProperty": "no"}],
            }
        },
    ],
)
def test_a_filter_that_cannot_be_kept_leaves_the_list_to_its_owners(
    bring_it: Bring,
    town: Town,
    monkeypatch: pytest.MonkeyPatch,
    told: dict[str, Any],
    new_app: Callable[[Bringing], Flask],
) -> None:
    answering(monkeypatch, **told)
    bringing = bring_it()
    assert the_list(bringing) == (True, False, 0)
    assert {("datasets", "filter"), ("datasets", "differs")} <= why_left(bringing)
    assert not bringing.report.is_whole
    assert town.told(new_app(bringing), 1) == []
    before = rows_of(bringing.database)
    again = bring_it()
    assert rows_of(again.database) == before
    assert ("datasets", "filter") in why_left(again)


def test_names_that_are_not_told_leave_the_list_to_its_owners(
    bring_it: Bring, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = CentralSource.list_of

    def list_of(self: CentralSource, path: str, **query: object) -> list[Any]:
        return [] if path.endswith("/actor-properties") else whole(self, path, **query)

    with monkeypatch.context() as patched:
        patched.setattr(CentralSource, "list_of", list_of)
        bringing = bring_it()
    assert the_list(bringing) == (True, False, 0)
    assert {("app_users", "unusable"), ("datasets", "filter")} <= why_left(bringing)
    bringing = bring_it()
    assert the_list(bringing) == (False, False, 1), "the next run knows them"
    assert bringing.report.is_whole, list(bringing.report.as_lines())


def test_a_list_for_owners_and_one_that_waits_for_approval_come_so(bring_it: Bring, town: Town) -> None:
    town.filter({"type": "ownerOnly"})
    town.manager.patch(f"{town.base}/datasets/homes", json={"approvalRequired": True})
    bringing = bring_it()
    assert the_list(bringing) == (True, True, 0)
    assert bringing.report.is_whole


def test_what_an_older_central_says_of_owners_is_kept(
    bring_it: Bring, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    answering(monkeypatch, accessFilter=UNSAID, ownerOnly=True)
    assert the_list(bring_it()) == (True, False, 0)


def test_a_filter_that_changed_there_since_changes_here(bring_it: Bring, town: Town) -> None:
    town.filter(None)
    assert the_list(bring_it()) == (False, False, 0)
    town.filter(BY_VILLAGE)
    town.say(0, village="A2", grade=None)
    bringing = bring_it()
    assert the_list(bringing) == (False, False, 1)
    assert bringing.report.is_whole
    town.filter(None)
    assert the_list(bring_it()) == (False, False, 0)


def test_a_filter_is_not_taken_away_by_a_server_that_says_nothing_of_filters(
    bring_it: Bring, town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    bring_it()
    answering(monkeypatch, accessFilter=UNSAID, ownerOnly=UNSAID)
    assert the_list(bring_it()) == (False, False, 1)


def test_what_was_decided_here_stays(
    bring_it: Bring, town: Town, database: Database, new_app: Callable[[Bringing], Flask]
) -> None:
    bringing = bring_it()
    here = new_app(bringing)
    with bringing.database.transaction() as db:
        phone = db.scalars(select(Audit.actee_actor_id).where(Audit.action == "field_key.property.set")).first()
        manager = db.scalars(select(Audit.actee_actor_id).where(Audit.action == "user.assignment.create")).first()
    somebody = Client.signed_in(here, bringing.database, manager)
    assert somebody.patch(f"{town.base}/datasets/homes", json={"ownerOnly": True}).status_code == 200
    said = somebody.patch(f"{town.base}/app-users/{phone}", json={"properties": {"village": "B9"}})
    assert said.status_code == 200, said.json
    again = bring_it()
    assert the_list(again) == (True, False, 0)
    assert {("datasets", "changed_here"), ("app_users", "changed_here")} <= why_left(again)
    assert not again.report.is_whole


def test_a_name_that_is_none_here_is_named_and_what_it_says_does_not_come(
    bring_it: Bring, town: Town, database: Database
) -> None:
    with database.transaction() as db:
        db.scalars(select(ActorProperty).where(ActorProperty.name == "grade")).one().name = "no name"
    bringing = bring_it()
    assert {("actor_properties", "unusable"), ("app_users", "unusable")} <= why_left(bringing)
    assert the_list(bringing) == (False, False, 1), "the rule needs the other name"
