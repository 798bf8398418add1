"""Entities made and changed by submissions; what cannot be done is written beside the record, never told to the phone."""

import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from threading import Barrier

import orjson
import pytest
from flask import Flask
from sqlalchemy import select

from server.db import Database
from server.models import Audit, Dataset, DeriveProblem, Entity, EntityVersion
from tests.client import Client
from tests.making import a_dataset, a_form, a_phone, a_record, an_xform


@pytest.fixture
def phone(app: Flask, database: Database, project_id: int) -> Client:
    with database.transaction() as db:
        form = a_form(db, project_id, entities=True)
        _, token = a_phone(db, app.extensions["fangshi.key"], project_id, form)
    return Client(app, key=token)


def create(uuid_: str, label: str = "一户") -> str:
    return f'<entity dataset="homes" id="{uuid_}" create="1"><label>{label}</label></entity>'


def change(uuid_: str, base: int, more: str = "") -> str:
    return f'<entity dataset="homes" id="{uuid_}" update="1" baseVersion="{base}" {more}><label/></entity>'


def the_entity(database: Database) -> Entity:
    with database.reading() as db:
        return db.scalars(select(Entity)).one()


def test_a_record_creates_an_entity_with_its_properties(phone: Client, project_id: int, database: Database) -> None:
    key = str(uuid.uuid4())
    phone.send(project_id, a_record(village="A1", entity=create(key)))
    entity = the_entity(database)
    assert (entity.uuid, entity.label, entity.version, entity.village_code) == (key, "一户", 1, "A1")
    assert orjson.loads(entity.data_json) == {"village_code": "A1"}


def test_a_record_that_makes_or_changes_an_entity_is_written_once_and_without_savepoints(
    phone: Client, project_id: int, count_queries: Callable[[], AbstractContextManager[list[str]]]
) -> None:
    """What it may is read by its version, which waited to be written: each such record failed at first, and cost twice."""
    phone.send(project_id, a_record(village="A1"))  # makes the project's key
    key = str(uuid.uuid4())
    for act in (create(key), change(key, base=1)):
        with count_queries() as statements:
            assert phone.send(project_id, a_record(village="A1", entity=act)).status_code == 201
        assert not [one for one in statements if "SAVEPOINT" in one]
        assert sum(one.count("INTO submission ") for one in statements) == 1


@pytest.mark.parametrize("door", ["/entities", "/entities/{}", "/entities.csv", ".svc/Entities", ".svc/Entities('{}')"])
def test_an_entity_is_read_by_the_first_request_after_its_201(
    phone: Client, as_bob: Client, project_id: int, door: str
) -> None:
    key, place = str(uuid.uuid4()), f"/projects/{project_id}/datasets/homes"
    assert phone.send(project_id, a_record(village="A1", entity=create(key))).status_code == 201
    answer = as_bob.get(place + door.format(key))
    assert answer.status_code == 200
    assert key in answer.text


def test_an_update_from_the_newest_version_is_no_conflict(phone: Client, project_id: int, database: Database) -> None:
    key = str(uuid.uuid4())
    phone.send(project_id, a_record(village="A1", entity=create(key)))
    phone.send(project_id, a_record(village="A2", entity=change(key, 1)))
    entity = the_entity(database)
    assert (entity.version, entity.label, entity.village_code, entity.conflict) == (2, "一户", "A2", None)


def test_two_updates_from_the_same_version_are_a_hard_conflict(
    phone: Client, project_id: int, database: Database
) -> None:
    key = str(uuid.uuid4())
    phone.send(project_id, a_record(village="A1", entity=create(key)))
    phone.send(project_id, a_record(village="A2", entity=change(key, 1)))
    phone.send(project_id, a_record(village="A3", entity=change(key, 1)))
    entity = the_entity(database)
    assert (entity.version, entity.village_code, entity.conflict) == (3, "A3", "hard")


def test_a_chain_made_offline_arrives_in_order_without_conflict(
    phone: Client, project_id: int, database: Database
) -> None:
    key, branch = str(uuid.uuid4()), str(uuid.uuid4())
    phone.send(project_id, a_record(village="A1", entity=create(key)))
    phone.send(project_id, a_record(village="A2", entity=change(key, 1, f'branchId="{branch}"')))
    phone.send(project_id, a_record(village="A3", entity=change(key, 2, f'branchId="{branch}"')))
    entity = the_entity(database)
    assert (entity.version, entity.conflict) == (3, None)
    with database.reading() as db:
        assert db.scalars(select(EntityVersion.base_version).order_by(EntityVersion.id)).all() == [None, 1, 2]


@pytest.mark.parametrize(
    "entity",
    [
        '<entity dataset="homes" id="not-a-uuid" create="1"><label>x</label></entity>',
        '<entity dataset="homes" id="6ba7b810-9dad-41d1-80b4-00c04fd430c8" create="1"><label/></entity>',
        '<entity dataset="homes" id="6ba7b810-9dad-41d1-80b4-00c04fd430c8" update="1" baseVersion="1"><label/></entity>',
        '<entity dataset="other" id="6ba7b810-9dad-41d1-80b4-00c04fd430c8" create="1"><label>x</label></entity>',
    ],
)
def test_what_cannot_be_done_is_written_beside_the_record(
    phone: Client, project_id: int, database: Database, entity: str
) -> None:
    assert phone.send(project_id, a_record(entity=entity)).status_code == 201
    with database.reading() as db:
        assert db.scalars(select(Entity)).all() == []
        assert db.scalars(select(Audit.action).where(Audit.action == "entity.error")).all() == ["entity.error"]


def test_every_change_of_a_list_is_counted(phone: Client, project_id: int, database: Database) -> None:
    key = str(uuid.uuid4())
    for entity in (create(key), change(key, 1)):
        with database.reading() as db:
            before = db.scalars(select(Dataset.revision)).one()
        phone.send(project_id, a_record(entity=entity))
        with database.reading() as db:
            assert db.scalars(select(Dataset.revision)).one() == before + 1


def test_an_identical_resend_does_nothing_twice(phone: Client, project_id: int, database: Database) -> None:
    xml = a_record(entity=create(str(uuid.uuid4())))
    for _ in range(2):
        assert phone.send(project_id, xml).status_code == 201
    assert the_entity(database).version == 1


ONLY_UPDATES = an_xform("count", entities=True).replace(b' create=""', b"")


@pytest.mark.parametrize("dataset", ["homes", "orchards"])
def test_a_record_does_to_lists_only_what_its_form_declares(
    app: Flask, database: Database, project_id: int, dataset: str
) -> None:
    """Else a phone could change any list of the project through any form that writes one (403.2)."""
    with database.transaction() as db:
        form = a_form(db, project_id, "count", entities=True, xml=ONLY_UPDATES)
        a_dataset(db, project_id, "orchards", ["village_code"])
        _, token = a_phone(db, app.extensions["fangshi.key"], project_id, form)
    entity = create(str(uuid.uuid4())).replace("homes", dataset)
    assert Client(app, key=token).send(project_id, a_record("count", entity=entity)).status_code == 201
    with database.reading() as db:
        assert db.scalars(select(Entity)).all() == []
        assert (
            db.scalars(select(Audit.details).where(Audit.action == "entity.error")).one()["problem"]["problemCode"]
            == 403.2
        )


def test_records_that_change_an_entity_at_once_are_all_put_on_it(
    app: Flask, database: Database, project_id: int, phone: Client
) -> None:
    key = str(uuid.uuid4())
    phone.send(project_id, a_record(village="A1", entity=create(key)))
    ready = Barrier(3)

    def send(number: int) -> int:
        ready.wait()
        own = Client(app, key=phone.prefix.removeprefix("/v1/key/"))
        return own.send(project_id, a_record(village=f"A{number}", entity=change(key, 1))).status_code

    with ThreadPoolExecutor(3) as pool:
        assert list(pool.map(send, range(3))) == [201] * 3
    with database.reading() as db:
        assert db.scalars(select(Entity.version)).one() == 4
        assert db.scalars(select(DeriveProblem)).all() == []
