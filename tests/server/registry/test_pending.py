"""Lists that make entities once somebody approves: what waits, and what becomes of it when they ask for approval no more."""

import uuid
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from server.access.roles import APP_USER
from server.blobs import BlobStore
from server.config import Config
from server.db import Database
from server.intake.purging import run_purge
from server.models import Assignment, Dataset, Entity, Form, FormAttachment, Project
from server.registry import permitted
from tests.client import Client
from tests.conftest import MORNING
from tests.making import a_form, a_phone, a_record, an_xform
from tests.server.registry.test_applying import create

READS = an_xform("reads").replace(b"</instance>", b'</instance><instance id="h" src="jr://file-csv/homes.csv"/>', 1)


@pytest.fixture
def phone(app: Flask, database: Database, project_id: int) -> Client:
    with database.transaction() as db:
        form = a_form(db, project_id, entities=True)
        actor_id, token = a_phone(db, app.extensions["fangshi.key"], project_id, form)
        reads = a_form(db, project_id, "reads", xml=READS)
        db.add(Assignment(actor_id=actor_id, role_id=APP_USER, project_id=project_id, form_id=reads.id))
        dataset = db.scalars(select(Dataset)).one()
        dataset.approval_required = True
        db.scalars(select(FormAttachment).where(FormAttachment.name == "homes.csv")).one().dataset_id = dataset.id
    return Client(app, key=token)


@pytest.fixture
def homes(project_id: int) -> str:
    return f"/projects/{project_id}/datasets/homes"


def sent(phone: Client, project_id: int, number: int) -> list[str]:
    """The instance ids of records that ask for an entity each."""
    ids = [f"uuid:{uuid.uuid4()}" for _ in range(number)]
    for one in ids:
        phone.send(project_id, a_record(village="A1", instance_id=one, entity=create(str(uuid.uuid4()))))
    return ids


def review(client: Client, project_id: int, instance_id: str, state: str) -> None:
    record = f"/projects/{project_id}/forms/visit/submissions/{instance_id}"
    assert client.patch(record, json={"reviewState": state}).status_code == 200


def listed(client: Client, homes: str) -> int:
    return len(client.get(homes + "/entities").json)


def test_whoever_ends_approval_says_what_becomes_of_what_waits(
    phone: Client, as_bob: Client, project_id: int, homes: str
) -> None:
    records = sent(phone, project_id, 5)
    for one, state in zip(records, ("approved", "rejected", "hasIssues"), strict=False):
        review(as_bob, project_id, one, state)
    assert listed(as_bob, homes) == 1
    refused = as_bob.patch(homes, json={"approvalRequired": False, "ownerOnly": True}).json
    assert (refused["code"], refused["details"]) == (400.29, {"count": 3})
    assert as_bob.get(homes).json["approvalRequired"] is True
    assert as_bob.get(homes).json["ownerOnly"] is False, "nothing of it was done"


def test_a_form_that_went_out_of_the_trash_holds_up_no_end_of_approval(
    phone: Client, as_bob: Client, project_id: int, homes: str, database: Database, config: Config
) -> None:
    """Nothing of it is left to be read, and this process has not read it before."""
    sent(phone, project_id, 1)
    as_bob.delete(f"/projects/{project_id}/forms/visit")
    assert run_purge(database, BlobStore(config.blob_dir, database.keys), MORNING + timedelta(days=31)).forms == 1
    permitted._DECLARED.clear()
    ended = as_bob.patch(homes, json={"approvalRequired": False})
    assert (ended.status_code, ended.json["approvalRequired"]) == (200, False)


def test_in_a_care_project_it_is_not_said_how_many_wait(
    phone: Client, as_bob: Client, project_id: int, homes: str, database: Database
) -> None:
    sent(phone, project_id, 2)
    with database.transaction() as db:
        db.execute(update(Project).values(kind="care"))
    refused = as_bob.patch(homes, json={"approvalRequired": False}).json
    assert (refused["code"], refused.get("details") or {}) == (400.29, {})
    assert "2" not in refused["message"].replace("?", "")


def test_with_convert_what_waits_makes_its_entities_as_if_approved(
    phone: Client, as_bob: Client, project_id: int, homes: str, database: Database
) -> None:
    review(as_bob, project_id, sent(phone, project_id, 4)[0], "rejected")
    assert as_bob.patch(homes + "?convert=True", json={"approvalRequired": False}).json["approvalRequired"] is False
    assert listed(as_bob, homes) == 3
    with database.reading() as db:
        makers = set(db.scalars(select(Entity.creator_id)))
    assert len(makers) == 1 and None not in makers, "who sent the records, not who changed the list"
    assert as_bob.patch(homes, json={"approvalRequired": False}).status_code == 200, "nothing waits any more"


def test_without_convert_what_waited_makes_none(phone: Client, as_bob: Client, project_id: int, homes: str) -> None:
    (record,) = sent(phone, project_id, 1)
    assert as_bob.patch(homes + "?convert=false", json={"approvalRequired": False}).status_code == 200
    assert listed(as_bob, homes) == 0
    sent(phone, project_id, 1)
    assert listed(as_bob, homes) == 1, "later ones make theirs at once"
    review(as_bob, project_id, record, "approved")
    assert listed(as_bob, homes) == 2


def test_records_of_other_forms_in_the_trash_or_with_an_error_do_not_wait(
    phone: Client, as_bob: Client, project_id: int, homes: str, database: Database
) -> None:
    key = str(uuid.uuid4())
    as_bob.post(homes + "/entities", json={"uuid": key, "label": "一户"})
    twice = f"uuid:{uuid.uuid4()}"
    phone.send(project_id, a_record("reads"))
    phone.send(project_id, a_record(village="A1", instance_id=twice, entity=create(key)))
    review(as_bob, project_id, twice, "approved")
    review(as_bob, project_id, twice, "hasIssues")
    (gone,) = sent(phone, project_id, 1)
    as_bob.delete(f"/projects/{project_id}/forms/visit/submissions/{gone}")
    assert as_bob.patch(homes, json={"approvalRequired": False}).status_code == 200


def test_a_record_that_failed_waits_again_once_it_was_corrected(
    phone: Client, as_bob: Client, project_id: int, homes: str
) -> None:
    first, second = (f"uuid:{uuid.uuid4()}" for _ in range(2))
    nameless = f'<entity dataset="homes" id="{uuid.uuid4()}" create="1"><label/></entity>'
    phone.send(project_id, a_record(village="A1", instance_id=first, entity=nameless))
    review(as_bob, project_id, first, "approved")
    review(as_bob, project_id, first, "hasIssues")
    assert as_bob.patch(homes, json={"approvalRequired": False}).status_code == 200
    as_bob.patch(homes, json={"approvalRequired": True})
    named = create(str(uuid.uuid4()))
    phone.send(project_id, a_record(village="A1", instance_id=second, deprecated_id=first, entity=named))
    refused = as_bob.patch(homes, json={"approvalRequired": False}).json
    assert (refused["code"], refused["details"]) == (400.29, {"count": 1})
    assert as_bob.patch(homes + "?convert=true", json={"approvalRequired": False}).status_code == 200
    assert listed(as_bob, homes) == 1


def test_a_phone_is_told_that_a_list_waits_for_approval(
    phone: Client, as_bob: Client, project_id: int, homes: str
) -> None:
    asked = f"/projects/{project_id}/forms/reads/manifest"
    headers = {"X-OpenRosa-Version": "1.0"}
    assert '<mediaFile type="approvalEntityList">' in phone.get(asked, headers=headers).text
    as_bob.patch(homes, json={"approvalRequired": False})
    assert '<mediaFile type="entityList">' in phone.get(asked, headers=headers).text


def test_a_deleted_form_leaves_nothing_waiting(
    phone: Client, as_bob: Client, project_id: int, homes: str, database: Database
) -> None:
    sent(phone, project_id, 1)
    as_bob.delete(f"/projects/{project_id}/forms/visit")
    with database.reading() as db:
        assert db.scalar(select(Form.deleted_at).where(Form.xml_form_id == "visit")) is not None
    assert as_bob.patch(homes, json={"approvalRequired": False}).status_code == 200


def test_what_a_record_changes_needs_no_approval_and_what_it_makes_does(
    phone: Client, as_bob: Client, project_id: int, homes: str
) -> None:
    """Also where it asks for either, whichever it will be."""
    here, new = str(uuid.uuid4()), str(uuid.uuid4())
    as_bob.post(homes + "/entities", json={"uuid": here, "label": "一户"})
    for key in (here, new):
        either = (
            f'<entity dataset="homes" id="{key}" create="1" update="1" baseVersion="1"><label>改名</label></entity>'
        )
        phone.send(project_id, a_record(village="A2", entity=either))
    (row,) = as_bob.get(homes + "/entities").json
    assert (row["uuid"], row["currentVersion"]["label"], row["currentVersion"]["version"]) == (here, "改名", 2)
