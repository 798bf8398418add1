"""The feed of changes: everything once, in order, and nothing that the caller's rights do not reach."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from server.access.roles import CLINICIAN, TOWN_LEAD
from server.db import Database
from server.models import Assignment, Change, FollowUp, Submission, VillageScope
from tests.client import Client
from tests.conftest import MORNING
from tests.making import a_form, a_phone, a_record, new_id
from tests.server.registry.caring import Care, a_uuid


@pytest.fixture
def phone(app: Flask, database: Database, project_id: int) -> Client:
    from server.access.roles import APP_USER

    with database.transaction() as db:
        a_form(db, project_id)
        actor, token = a_phone(db, app.extensions["fangshi.key"], project_id)
        db.add(Assignment(actor_id=actor, role_id=APP_USER, project_id=project_id))
    return Client(app, key=token)


def feed(client: Client, project_id: int, **asked: int) -> Any:
    answer = client.get(f"/projects/{project_id}/changes", query_string=asked)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return answer.json


def kinds(client: Client, project_id: int) -> list[str]:
    return [one["kind"] for one in feed(client, project_id)["changes"]]


def test_a_record_s_life_is_told_in_order(as_bob: Client, phone: Client, project_id: int, clock: object) -> None:
    first, second = new_id(), new_id()
    assert phone.send(project_id, a_record(instance_id=first)).status_code == 201
    record = f"/projects/{project_id}/forms/visit/submissions/{first}"
    assert as_bob.patch(record, json={"reviewState": "approved"}).status_code == 200
    assert phone.send(project_id, a_record(instance_id=second, deprecated_id=first)).status_code == 201
    assert as_bob.delete(record).status_code == 200
    found = feed(as_bob, project_id)
    assert [(one["seq"], one["kind"]) for one in found["changes"]] == [
        (1, "submission.create"),
        (2, "submission.review"),
        (3, "submission.update"),
        (4, "submission.delete"),
    ]
    assert {(one["id"], one["xmlFormId"]) for one in found["changes"]} == {(first, "visit")}
    assert found["changes"][0]["at"] == "2026-03-02T01:00:00.000Z"
    assert (found["next"], found["more"]) == (4, False)
    assert feed(as_bob, project_id, after=4) == {"changes": [], "next": 4, "more": False}


def test_it_is_read_in_stretches_by_the_link(as_bob: Client, phone: Client, project_id: int) -> None:
    sent = [new_id() for _ in range(5)]
    for one in sent:
        phone.send(project_id, a_record(instance_id=one))
    got, path = [], f"/projects/{project_id}/changes?limit=2"
    for _ in range(4):
        answer = as_bob.get(path)
        got += [one["id"] for one in answer.json["changes"]]
        link = answer.headers["Link"]
        assert link.endswith('>; rel="next"')
        path = link.partition("/v1")[2].partition(">")[0]
    assert got == sent
    assert path == f"/projects/{project_id}/changes?after=5&limit=2"
    assert as_bob.get(f"/projects/{project_id}/changes?limit=1001").status_code == 400
    assert as_bob.get(f"/projects/{project_id}/changes?after=x").status_code == 400


def test_phones_and_strangers_have_no_feed(app: Flask, as_chelsea: Client, phone: Client, project_id: int) -> None:
    path = f"/projects/{project_id}/changes"
    assert [one.get(path).status_code for one in (as_chelsea, phone, Client(app))] == [403, 403, 401]
    assert as_chelsea.get("/projects/999999999/changes").status_code == 404


def test_trials_of_drafts_are_not_told(app: Flask, as_bob: Client, database: Database, project_id: int) -> None:
    with database.transaction() as db:
        form_id = a_form(db, project_id, "other").id
        made = {"form_id": form_id, "draft": True, "instance_id": new_id(), "created_at": MORNING}
        row = Submission(project_id=project_id, **made)
        db.add(row)
        db.flush()
        db.add(Change(project_id=project_id, kind="submission.create", about_id=row.id, made_at=MORNING))
    assert feed(as_bob, project_id) == {"changes": [], "next": 0, "more": False}


def test_entities_are_told_with_their_list(as_bob: Client, project_id: int) -> None:
    base = f"/projects/{project_id}/datasets"
    assert as_bob.post(base, json={"name": "homes"}).status_code == 200
    one = as_bob.post(f"{base}/homes/entities", json={"label": "a", "data": {}}).json["uuid"]
    assert as_bob.patch(f"{base}/homes/entities/{one}?force=true", json={"label": "b"}).status_code == 200
    assert as_bob.delete(f"{base}/homes/entities/{one}").status_code == 200
    bulk = {"source": {"name": "x.csv"}, "entities": [{"label": "c", "data": {}}, {"label": "d", "data": {}}]}
    assert as_bob.post(f"{base}/homes/entities", json=bulk).status_code == 200
    found = feed(as_bob, project_id)["changes"]
    assert [one["kind"] for one in found] == ["entity.create", "entity.update", "entity.delete", *["entity.create"] * 2]
    assert ({one["dataset"] for one in found}, len({one["id"] for one in found})) == ({"homes"}, 3)
    assert found[0]["id"] == one


@pytest.fixture
def care(app: Flask, database: Database, project_id: int) -> Care:
    return Care(app, database, project_id)


def person(app: Flask, database: Database, project_id: int, name: str, role: int) -> Client:
    from server.access.people import create_user
    from tests.conftest import PASSWORD

    with database.transaction() as db:
        actor_id = create_user(db, f"{name}@example.test", PASSWORD, name, None, MORNING).actor_id
        db.add(Assignment(actor_id=actor_id, role_id=role, project_id=project_id))
        db.add(VillageScope(actor_id=actor_id, project_id=project_id, village_id=None))
    return Client.signed_in(app, database, actor_id)


def test_in_a_care_project_each_hears_of_what_she_may_read(
    app: Flask, database: Database, project_id: int, care: Care, as_alice: Client
) -> None:
    lin = person(app, database, project_id, "lin", CLINICIAN)
    lead = person(app, database, project_id, "lea", TOWN_LEAD)
    woman, pregnancy = a_uuid(), a_uuid()
    consent = care.register(woman)
    record = care.pregnancy(woman, pregnancy)
    heard = feed(lin, project_id)["changes"]
    assert {one.get("id") for one in heard} >= {consent, record, woman, pregnancy}
    with database.reading() as db:
        visits = set(db.scalars(select(FollowUp.visit_key).where(FollowUp.subject == woman)))
    assert visits and visits <= {one["id"] for one in heard if one["kind"] == "follow_up.change"}
    said = str(lead.get(f"/projects/{project_id}/changes").get_data(as_text=True))
    assert not [one for one in (consent, record, woman, pregnancy, *visits) if one in said]
    assert as_alice.get(f"/projects/{project_id}/changes").status_code == 403


def test_what_she_takes_back_is_gone_from_the_feed_too(
    app: Flask, database: Database, project_id: int, care: Care
) -> None:
    lin = person(app, database, project_id, "lin", CLINICIAN)
    woman, pregnancy = a_uuid(), a_uuid()
    care.register(woman)
    record = care.pregnancy(woman, pregnancy)
    before = feed(lin, project_id)
    care.withdraw(woman, "2026-03-01")
    after = feed(lin, project_id)["changes"]
    assert record in str(before)
    assert not [one for one in (record, woman, pregnancy) if one in str(after)]
    assert "gone" in [one["kind"] for one in after if one["seq"] > before["next"]]
    assert "id" not in next(one for one in after if one["kind"] == "gone")


def test_after_an_erasure_no_change_says_what_it_was_of(
    app: Flask, database: Database, project_id: int, care: Care
) -> None:
    woman, pregnancy = a_uuid(), a_uuid()
    care.register(woman)
    care.pregnancy(woman, pregnancy)
    care.withdraw(woman, "2026-03-01", erase="erase")
    with database.reading() as db:
        left = db.scalars(select(Change).where(Change.about_id.is_not(None))).all()
        assert {one.kind.partition(".")[0] for one in left} == {"submission"}
        assert db.scalar(select(func.count()).where(Change.kind.startswith("entity."))) > 0


def test_it_asks_as_often_for_many_as_for_few(
    as_bob: Client, phone: Client, project_id: int, count_queries: Any, database: Database
) -> None:
    asked = []
    for number in (2, 12):
        for _ in range(number):
            phone.send(project_id, a_record())
        feed(as_bob, project_id)
        with count_queries() as seen:
            feed(as_bob, project_id)
        asked.append(len(seen))
    assert asked[0] == asked[1] < 16
