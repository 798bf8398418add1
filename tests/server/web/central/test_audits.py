"""The audit log, by HTTP."""

from urllib.parse import quote

import pytest
from sqlalchemy import update

from server.access.audit import record
from server.db import Database
from server.models import Project
from tests.client import Client
from tests.conftest import MORNING, Clock
from tests.making import an_xform


def test_who_did_what_is_read_newest_first(as_alice: Client, as_bob: Client, cast: dict, clock: Clock) -> None:
    clock.forward(minutes=5)
    made = as_alice.post("/projects", json={"name": "新镇"}, headers={"X-Action-Notes": quote("试点 & 说明")}).json
    row = as_alice.get("/audits?limit=1").json[0]

    assert row == {
        "actorId": cast["alice"],
        "action": "project.create",
        "acteeId": row["acteeId"],
        "details": {"data": {"kind": "plain"}},
        "loggedAt": "2026-03-02T01:05:00.000Z",
        "notes": "试点 & 说明",
    }
    extended = as_alice.get("/audits?limit=1", headers={"X-Extended-Metadata": "true"}).json[0]
    assert extended["actor"]["displayName"] == "alice"
    assert extended["actee"] == {"id": made["id"], "name": "新镇"}
    assert as_bob.get("/audits").json["code"] == 403.1


def test_what_failed_left_no_trace(as_alice: Client, as_bob: Client) -> None:
    before = as_alice.get("/audits").json
    as_alice.post("/projects", json={"name": ""})
    as_bob.post("/projects", json={"name": "x"})
    assert as_alice.get("/audits").json == before


def test_rows_are_cut_by_action_group_and_time(as_alice: Client, project_id: int, clock: Clock) -> None:
    clock.forward(hours=1)
    as_alice.post("/projects", json={"name": "a"})
    clock.forward(hours=1)
    as_alice.post(
        f"/projects/{project_id}/forms?publish=true&ignoreWarnings=true", data=an_xform(), content_type="text/xml"
    )

    def actions(query: str) -> list[str]:
        return [row["action"] for row in as_alice.get(f"/audits?{query}").json]

    assert actions("action=form") == ["form.update.publish", "form.update.draft.set", "form.create"]
    assert actions("action=project.create") == ["project.create"]
    assert actions("action=project&start=2026-03-02T02:00:00Z&end=2026-03-02T03:00:00Z") == ["project.create"]
    assert actions("action=project&start=2026-03-02T02:00:00.001Z") == []
    assert actions("action=project&end=2026-03-02T02:00:00.000Z") == [], "the end is not inside"
    assert actions("action=project&start=2026-03-02T10:00:00%2B08:00") == ["project.create"]
    assert actions("action=form&limit=1&offset=1") == ["form.update.draft.set"]
    assert "user.create" in actions("action=nonverbose")


def test_of_a_care_project_no_act_upon_one_record_and_no_look_is_listed(
    as_alice: Client, project_id: int, database: Database
) -> None:
    acts = ("form.update", "submission.create", "entity.create", "person.read", "consent.withdraw", "rights.erase")
    for kind, listed in (("plain", acts), ("care", acts[:1])):
        with database.transaction() as db:
            db.execute(update(Project).where(Project.id == project_id).values(kind=kind))
            if kind == "plain":
                for action in acts:
                    record(db, action, actor_id=None, now=MORNING, project_id=project_id)
                record(db, "submission.create", actor_id=None, now=MORNING)
        told = [row["action"] for row in as_alice.get("/audits").json if row["action"] in acts]
        assert sorted(told) == sorted((*listed, "submission.create")), "what has no project is listed"
        assert as_alice.get("/audits?action=person.read").json == [] or kind == "plain"


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("limit=x", 400.11), ("offset=-1", 400.11), ("limit=99999999999999999999", 400.11), ("start=yesterday", 400.11),
        ("end=0000-00-00", 400.11), ("start=9999-12-31T23:59:59-12:00", 400.11), ("action=x%25", 400.8), ("action=%00", 400.8),
    ],
)  # fmt: skip
def test_a_question_that_cannot_be_answered_is_told_by_number(as_alice: Client, query: str, code: float) -> None:
    assert as_alice.get(f"/audits?{query}").json["code"] == code


def test_a_note_with_control_characters_stops_the_act(as_alice: Client) -> None:
    answer = as_alice.post("/projects", json={"name": "x"}, headers={"X-Action-Notes": "%00"})
    assert answer.json["code"] == 400.6
