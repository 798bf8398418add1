"""What phones did offline and the network brought in another order: it waits, is done in order, and is never lost."""

import itertools
import uuid
from datetime import timedelta

import orjson
import pytest
from flask import Flask
from sqlalchemy import func, select

from server.db import Database
from server.models import Audit, Dataset, Entity, EntityBacklog, EntityVersion
from server.registry.backlog import PATIENCE, force_one
from tests.client import Client
from tests.conftest import MORNING
from tests.making import a_form, a_phone, a_record
from tests.server.registry.test_applying import change, create


@pytest.fixture
def phone(app: Flask, database: Database, project_id: int) -> Client:
    with database.transaction() as db:
        form = a_form(db, project_id, entities=True)
        _, token = a_phone(db, app.extensions["fangshi.key"], project_id, form)
    return Client(app, key=token)


def chain() -> tuple[str, list[bytes]]:
    """An entity made offline and changed twice there: its uuid, and the three records in the order of filling."""
    key, branch = str(uuid.uuid4()), str(uuid.uuid4())
    return key, [
        a_record(village="A1", entity=create(key)),
        a_record(village="A2", entity=change(key, 1, f'branchId="{branch}" trunkVersion=""')),
        a_record(village="A3", entity=change(key, 2, f'branchId="{branch}" trunkVersion=""')),
    ]


def waiting(database: Database) -> int:
    with database.reading() as db:
        return db.scalar(select(func.count()).select_from(EntityBacklog))


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_a_chain_made_offline_ends_the_same_in_whatever_order_it_arrives(
    phone: Client, project_id: int, database: Database, order: tuple[int, ...]
) -> None:
    key, records = chain()
    for index in order:
        assert phone.send(project_id, records[index]).status_code == 201
    with database.reading() as db:
        entity = db.scalars(select(Entity)).one()
        villages = [
            orjson.loads(text)["village_code"]
            for text in db.scalars(select(EntityVersion.data_json).order_by(EntityVersion.version))
        ]
    assert (entity.uuid, entity.version, entity.village_code, entity.conflict) == (key, 3, "A3", None)
    assert villages == ["A1", "A2", "A3"]
    assert waiting(database) == 0


def test_what_waits_is_sent_again_without_waiting_twice(phone: Client, project_id: int, database: Database) -> None:
    _, records = chain()
    for _ in range(2):
        assert phone.send(project_id, records[2]).status_code == 201
    assert waiting(database) == 1


def test_after_five_days_what_waits_is_put_through(phone: Client, project_id: int, database: Database) -> None:
    key, records = chain()
    phone.send(project_id, records[1])
    phone.send(project_id, records[2])
    with database.transaction() as db:
        assert force_one(db, MORNING + PATIENCE - timedelta(seconds=1)) is False
        assert force_one(db, MORNING + PATIENCE) is True
        assert force_one(db, MORNING + PATIENCE) is False
    with database.reading() as db:
        entity = db.scalars(select(Entity)).one()
    assert (entity.uuid, entity.label, entity.version, entity.village_code) == (key, "auto generated", 2, "A3")

    phone.send(project_id, records[0])  # the phone was only lost for a week
    with database.reading() as db:
        entity = db.scalars(select(Entity)).one()
        assert (entity.version, entity.label) == (3, "一户")
        assert db.scalars(select(Audit.id).where(Audit.action == "entity.error")).all() == []


def test_what_waits_for_a_list_that_was_deleted_makes_nothing_there(
    phone: Client, as_bob: Client, project_id: int, database: Database
) -> None:
    _, records = chain()
    phone.send(project_id, records[2])
    as_bob.delete(f"/projects/{project_id}/forms/visit")
    assert as_bob.delete(f"/projects/{project_id}/datasets/homes").json == {"success": True}
    with database.transaction() as db:
        assert force_one(db, MORNING + PATIENCE) is True
    with database.reading() as db:
        assert db.scalars(select(Entity)).all() == []
        (error,) = db.scalars(select(Audit.details).where(Audit.action == "entity.error"))
    assert error["problem"]["problemCode"] == 404.7
    assert waiting(database) == 0


def test_a_change_that_another_phone_came_between_is_a_conflict(
    phone: Client, project_id: int, database: Database
) -> None:
    _, records = chain()
    key = records[0].decode().split(' id="')[2].split('"')[0]
    phone.send(project_id, records[0])
    phone.send(project_id, records[1])
    phone.send(project_id, a_record(village="B1", entity=change(key, 2)))
    phone.send(project_id, records[2])
    with database.reading() as db:
        entity = db.scalars(select(Entity)).one()
    assert (entity.version, entity.village_code, entity.conflict) == (4, "A3", "hard")


def test_a_list_that_wants_approval_gets_its_entity_when_the_office_approves(
    phone: Client, as_bob: Client, project_id: int, database: Database
) -> None:
    with database.transaction() as db:
        db.scalars(select(Dataset)).one().approval_required = True
    xml = a_record(village="A1", entity=create(str(uuid.uuid4())))
    phone.send(project_id, xml)
    instance_id = xml.decode().split("<orx:instanceID>")[1].split("<")[0]
    path = f"/projects/{project_id}/forms/visit/submissions/{instance_id}"
    with database.reading() as db:
        assert db.scalars(select(Entity)).all() == []
    for _ in range(2):
        assert as_bob.patch(path, json={"reviewState": "approved"}).status_code == 200
    with database.reading() as db:
        assert db.scalars(select(Entity.village_code)).one() == "A1"
