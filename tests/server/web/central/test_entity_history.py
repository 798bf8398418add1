"""What became of an entity, by REST: versions with their conflicts and sources, what each changed, what was done to it."""

import uuid
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from server.access.roles import CLINICIAN
from server.blobs import BlobStore
from server.config import Config
from server.db import Database
from server.intake.purging import run_purge
from server.models import Assignment, Dataset, Entity, Project, VillageScope
from server.registry.backlog import PATIENCE, force_one
from tests.client import Client
from tests.conftest import MORNING, Clock
from tests.making import a_dataset, a_form, a_phone, a_record
from tests.server.registry.test_applying import change, create


@pytest.fixture
def phone(app: Flask, database: Database, project_id: int) -> Client:
    with database.transaction() as db:
        form = a_form(db, project_id, entities=True)
        a_dataset(db, project_id, "homes", [])
        _, token = a_phone(db, app.extensions["fangshi.key"], project_id, form, name="秀兰的手机")
    return Client(app, key=token)


@pytest.fixture
def key() -> str:
    return str(uuid.uuid4())


@pytest.fixture
def home(phone: Client, as_bob: Client, project_id: int, key: str) -> str:
    """The address of an entity that a phone made: village A1, label 一户."""
    as_bob.post(f"/projects/{project_id}/datasets/homes/properties", json={"name": "size"})
    phone.send(project_id, a_record(village="A1", entity=create(key)))
    return f"/projects/{project_id}/datasets/homes/entities/{key}"


def column(versions: list[dict], name: str) -> list:
    return [one[name] for one in versions]


def test_the_versions_of_an_entity_without_a_conflict(as_bob: Client, home: str) -> None:
    as_bob.patch(home + "?baseVersion=1", json={"data": {"size": "3", "village_code": "A1"}})
    first, second = as_bob.get(home + "/versions").json
    assert (first["version"], second["version"], second["current"]) == (1, 2, True)
    assert (first["dataReceived"], first["baseDiff"]) == ({"village_code": "A1", "label": "一户"}, [])
    assert (second["data"], second["baseVersion"]) == ({"village_code": "A1", "size": "3"}, 1)
    assert (second["baseDiff"], second["serverDiff"]) == (["size"], ["size"]), "what was received and is new"
    assert column([first, second], "lastGoodVersion") == [False, True]
    assert {(one["conflict"], one["resolved"], one["relevantToConflict"]) for one in (first, second)} == {
        (None, False, False)
    }
    assert as_bob.get(home + "/versions?relevantToConflict=true").json == []


def test_two_changes_from_one_version_are_a_conflict_until_somebody_resolves_it(
    phone: Client, as_bob: Client, project_id: int, home: str, key: str
) -> None:
    as_bob.patch(home + "?baseVersion=1", json={"data": {"size": "3"}})
    as_bob.patch(home + "?baseVersion=2", json={"data": {"village_code": "A2"}})
    phone.send(project_id, a_record(village="A3", entity=change(key, 1)))
    versions = as_bob.get(home + "/versions").json
    assert column(versions, "conflict") == [None, None, None, "hard"]
    assert column(versions, "lastGoodVersion") == [False, False, True, False]
    assert column(versions, "relevantToConflict") == [True, False, True, True], "its base, the last good one, itself"
    assert (versions[3]["baseDiff"], versions[3]["serverDiff"]) == (["village_code"], ["village_code"])
    assert versions[3]["conflictingProperties"] == ["village_code"]
    relevant = as_bob.get(home + "/versions?relevantToConflict=True").json
    assert column(relevant, "version") == [1, 3, 4]

    assert as_bob.patch(home + "?resolve=true&baseVersion=4").json["conflict"] is None
    versions = as_bob.get(home + "/versions").json
    assert (column(versions, "conflict"), versions[3]["resolved"]) == ([None, None, None, "hard"], True)
    assert column(versions, "lastGoodVersion") == [False, False, False, True]
    assert as_bob.get(home + "/versions?relevantToConflict=true").json == []

    phone.send(project_id, a_record(village="A3", entity=change(key, 3)))
    versions = as_bob.get(home + "/versions").json
    assert (versions[4]["conflict"], versions[4]["resolved"], versions[3]["resolved"]) == ("soft", False, True)
    assert column(as_bob.get(home + "/versions?relevantToConflict=true").json, "version") == [3, 4, 5]


def test_a_conflict_is_not_taken_for_resolved_since_that_of_an_entity_was_whose_number_it_has(
    phone: Client,
    as_bob: Client,
    project_id: int,
    home: str,
    key: str,
    database: Database,
    config: Config,
    clock: Clock,
) -> None:
    """What goes out of the trash gives its number away on SQLite, and those of its versions."""
    for other in (None, str(uuid.uuid4())):
        if other is not None:
            as_bob.delete(home)
            clock.forward(minutes=1)
            run_purge(database, BlobStore(config.blob_dir, database.keys), MORNING + timedelta(days=31))
            home, key = home.replace(key, other), other
            phone.send(project_id, a_record(village="A1", entity=create(key)))
        as_bob.patch(home + "?baseVersion=1", json={"data": {"village_code": "A2"}})
        phone.send(project_id, a_record(village="A3", entity=change(key, 1)))
        third = as_bob.get(home + "/versions").json[2]
        assert (third["conflict"], third["resolved"]) == ("hard", False)
        as_bob.patch(home + "?resolve=true&baseVersion=3")


def test_a_branch_into_which_somebody_else_wrote_is_a_soft_conflict(
    phone: Client, as_bob: Client, project_id: int, home: str, key: str
) -> None:
    """Also the later ones of the branch, which know of the version before: they did not know of what came between."""
    branch = f'branchId="{uuid.uuid4()}" trunkVersion="1"'
    as_bob.patch(home + "?baseVersion=1", json={"data": {"size": "3"}})
    phone.send(project_id, a_record(village="A2", entity=change(key, 1, branch)))
    as_bob.patch(home + "?resolve=true&force=true")
    phone.send(project_id, a_record(village="A3", entity=change(key, 2, branch)))
    versions = as_bob.get(home + "/versions").json
    assert column(versions, "conflict") == [None, None, "soft", "soft"]
    assert column(versions, "resolved") == [False, False, True, False]
    assert (versions[3]["baseVersion"], versions[3]["branchBaseVersion"], versions[3]["trunkVersion"]) == (3, 2, 1)
    assert as_bob.get(home).json["conflict"] == "soft", "nobody has looked at what came since"


def test_a_branch_of_ones_own_is_no_conflict(
    phone: Client, as_bob: Client, project_id: int, home: str, key: str
) -> None:
    branch = f'branchId="{uuid.uuid4()}" trunkVersion="1"'
    for base in (1, 2, 3):
        phone.send(project_id, a_record(village=f"B{base}", entity=change(key, base, branch)))
    versions = as_bob.get(home + "/versions").json
    assert column(versions, "conflict") == [None] * 4
    assert as_bob.get(home).json["conflict"] is None


def test_a_creation_that_comes_after_what_was_made_up_for_it_is_a_conflict(
    phone: Client, as_bob: Client, project_id: int, database: Database
) -> None:
    late = str(uuid.uuid4())
    branch = f'branchId="{uuid.uuid4()}" trunkVersion=""'
    phone.send(project_id, a_record(village="A2", entity=change(late, 1, branch)))
    with database.transaction() as db:
        assert force_one(db, MORNING + PATIENCE)
    phone.send(project_id, a_record(village="A1", entity=create(late)))
    path = f"/projects/{project_id}/datasets/homes/entities/{late}"
    entity = as_bob.get(path).json
    assert (entity["conflict"], entity["currentVersion"]["label"]) == ("hard", "一户")
    versions = as_bob.get(path + "/versions").json
    assert column(versions, "conflict") == [None, "hard"]
    assert versions[1]["conflictingProperties"] == ["label", "village_code"]


def test_a_version_says_where_it_came_from(phone: Client, as_bob: Client, project_id: int, home: str) -> None:
    record = f"/projects/{project_id}/forms/visit/submissions"
    (sent,) = as_bob.get(record).json
    as_bob.patch(home + "?force=true", json={"label": "改名"})
    by_record, by_hand = column(as_bob.get(home + "/versions").json, "source")
    assert by_hand == {}
    told = by_record["submission"]
    assert (told["instanceId"], told["xmlFormId"], told["createdAt"]) == (
        sent["instanceId"],
        "visit",
        sent["createdAt"],
    )
    assert told["submitter"]["displayName"] == "秀兰的手机"
    as_bob.delete(f"{record}/{sent['instanceId']}")
    assert "xmlFormId" not in as_bob.get(home + "/versions").json[0]["source"]["submission"]


def test_extended_metadata_names_who_made_it(phone: Client, as_bob: Client, project_id: int, home: str) -> None:
    as_bob.patch(home + "?force=true", json={"label": "改名"})
    extended = {"X-Extended-Metadata": "true"}
    listed = as_bob.get(home[:-37], headers=extended).json[0]
    for entity in (listed, as_bob.get(home, headers=extended).json):
        assert entity["creator"]["displayName"] == "秀兰的手机"
        assert entity["currentVersion"]["creator"]["displayName"] == "bob"
    versions = as_bob.get(home + "/versions", headers=extended).json
    assert [one["creator"]["displayName"] for one in versions] == ["秀兰的手机", "bob"]
    assert "creator" not in as_bob.get(home).json


def test_what_came_in_a_file_names_the_file(as_bob: Client, project_id: int, home: str) -> None:
    path = f"/projects/{project_id}/datasets/homes/entities"
    made = {"entities": [{"label": "甲"}, {"label": "乙"}], "source": {"name": "名单.csv", "size": 7}}
    as_bob.post(path, json=made, headers={"User-Agent": "R"})
    newest = as_bob.get(path).json[0]["uuid"]
    (version,) = as_bob.get(f"{path}/{newest}/versions").json
    assert version["source"] == {"name": "名单.csv", "size": 7, "count": 2, "userAgent": "R"}


def test_what_each_version_changed(as_bob: Client, home: str) -> None:
    as_bob.patch(home + "?force=true", json={"data": {"size": "3"}})
    as_bob.patch(home + "?force=true", json={"label": "改名", "data": {"size": "4", "village_code": "A1"}})
    as_bob.patch(home + "?force=true", json={"data": {"size": "4"}})
    assert as_bob.get(home + "/diffs").json == [
        [{"new": "3", "propertyName": "size"}],
        [
            {"old": "一户", "new": "改名", "propertyName": "label"},
            {"old": "3", "new": "4", "propertyName": "size"},
        ],
        [],
    ]


def test_what_was_done_to_an_entity_the_newest_first_and_by_whom(
    phone: Client, as_bob: Client, as_alice: Client, home: str, project_id: int
) -> None:
    phone.send(project_id, a_record(village="A1", entity=create(str(uuid.uuid4()))))
    as_alice.patch(home + "?force=true", json={"label": "改名"}, headers={"X-Action-Notes": "why"})
    as_bob.delete(home)
    as_bob.post(home + "/restore")
    rows = as_bob.get(home + "/audits").json
    assert column(rows, "action") == ["entity.restore", "entity.delete", "entity.update.version", "entity.create"]
    assert [row["actor"]["displayName"] for row in rows] == ["bob", "bob", "alice", "秀兰的手机"]
    assert rows[2]["notes"] == "why"
    assert column(as_bob.get(home + "/audits?limit=1&offset=1").json, "action") == ["entity.delete"]


@pytest.mark.parametrize("what", ["versions", "diffs", "audits"])
def test_the_past_is_for_those_who_read_the_entity(
    as_chelsea: Client, as_nobody: Client, as_bob: Client, home: str, what: str
) -> None:
    assert as_chelsea.get(f"{home}/{what}").json["code"] == 403.1
    assert as_nobody.get(f"{home}/{what}").json["code"] == 401.2
    assert as_bob.get(f"{home[:-36]}{uuid.uuid4()}/{what}").json["code"] == 404.1
    as_bob.delete(home)
    assert as_bob.get(f"{home}/{what}").json["code"] == 404.1


def test_in_a_care_project_a_place_taken_back_is_in_no_version_and_no_difference(
    phone: Client, as_bob: Client, as_chelsea: Client, database: Database, project_id: int, cast: dict
) -> None:
    with database.transaction() as db:
        a_dataset(db, project_id, "households", ["geometry", "door_code"])
    path = f"/projects/{project_id}/datasets/households/entities"
    made = as_bob.post(path, json={"label": "户", "data": {"geometry": "30.1 104.2 0 0"}}).json["uuid"]
    for data in ({"geometry": "31.5 105.5 0 0"}, {"door_code": "7"}, {"geometry": ""}):
        as_bob.patch(f"{path}/{made}?force=true", json={"data": data})
    with database.transaction() as db:
        db.execute(update(Project).values(kind="care"))
        db.add(Assignment(actor_id=cast["chelsea"], role_id=CLINICIAN, project_id=project_id))
        db.add(VillageScope(actor_id=cast["chelsea"], project_id=project_id, village_id=None))
        assert db.scalars(select(Entity).join(Dataset).where(Dataset.name == "households")).one().version == 4
    for what in ("versions", "diffs"):
        answer = as_chelsea.get(f"{path}/{made}/{what}")
        assert answer.status_code == 200
        assert "30.1" not in answer.text and "31.5" not in answer.text
    assert as_chelsea.get(f"{path}/{made}/diffs").json[1] == [{"new": "7", "propertyName": "door_code"}]
