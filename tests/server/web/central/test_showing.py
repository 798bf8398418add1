"""Forms as a caller may see them, by HTTP: whose they are, what was sent to them, and what a browser does not do of them."""

import pytest

from server.access.roles import PROJECT_VIEWER
from server.db import Database
from server.models import Assignment, Submission
from tests.client import Client
from tests.conftest import MORNING
from tests.making import a_form, an_xform

XML = {"content_type": "application/xml"}
EXTENDED = {"X-Extended-Metadata": "true"}

pytestmark = pytest.mark.usefixtures("without_java")


def test_a_form_that_a_browser_cannot_fill_says_why_in_both_languages(
    as_bob: Client, database: Database, project_id: int
) -> None:
    with database.transaction() as db:
        a_form(db, project_id, xml=an_xform().replace(b'mediatype="image/*"', b'mediatype="video/*"'))
        a_form(db, project_id, "other")
    told = {one["xmlFormId"]: one["phoneAppOnly"] for one in as_bob.get(f"/projects/{project_id}/forms").json}
    assert told["other"] == []
    (reason,) = told["visit"]
    assert (reason["kind"], reason["name"], reason["path"]) == ("upload", "video", "/photo")
    assert reason["reasonZh"] and "film" in reason["reasonEn"]


def test_the_extended_form_counts_what_was_sent(as_bob: Client, database: Database, cast: dict) -> None:
    with database.transaction() as db:
        form = a_form(db, cast["project"])
        for number, state in enumerate((None, None, "hasIssues", "approved")):
            db.add(
                Submission(
                    project_id=cast["project"],
                    form_id=form.id,
                    instance_id=f"uuid:{number}",
                    review_state=state,
                    created_at=MORNING,
                )
            )
    form = as_bob.get(f"/projects/{cast['project']}/forms/visit/", headers=EXTENDED).json

    assert (form["submissions"], form["lastSubmission"]) == (4, "2026-03-02T01:00:00.000Z")
    assert form["reviewStates"] == {"received": 2, "hasIssues": 1, "edited": 0}
    assert as_bob.get(f"/projects/{cast['project']}/forms", headers=EXTENDED).json == [{**form, "publishNotes": None}]


def test_a_list_of_forms_takes_as_many_queries_for_ten_as_for_one(
    as_bob: Client, count_queries, database: Database, project_id: int
) -> None:
    with database.transaction() as db:
        a_form(db, project_id, "first")
    with count_queries() as few:
        as_bob.get(f"/projects/{project_id}/forms", headers=EXTENDED)
    with database.transaction() as db:
        for number in range(9):
            a_form(db, project_id, f"form{number}")
    with count_queries() as many:
        as_bob.get(f"/projects/{project_id}/forms", headers=EXTENDED)
    assert len(few) == len(many)


def test_who_only_looks_reads_published_forms_and_makes_none(
    as_chelsea: Client, as_bob: Client, as_nobody: Client, database: Database, cast: dict
) -> None:
    path = f"/projects/{cast['project']}/forms"
    with database.transaction() as db:
        db.add(Assignment(actor_id=cast["chelsea"], role_id=PROJECT_VIEWER, project_id=cast["project"]))
        a_form(db, cast["project"])
    as_bob.post(path, data=an_xform("secret"), **XML)

    assert [one["xmlFormId"] for one in as_chelsea.get(path).json] == ["visit"]
    assert as_chelsea.get(path + "/secret").json["code"] == 403.1
    assert as_chelsea.get(path + "/secret.xml").json["code"] == 403.1
    assert as_chelsea.get(path + "/visit.xml").status_code == 200
    assert as_chelsea.get(path + "?deleted=true").json["code"] == 403.1
    assert as_chelsea.post(path, data=an_xform("mine"), **XML).json["code"] == 403.1
    assert as_chelsea.patch(path + "/visit", json={"state": "closed"}).json["code"] == 403.1
    assert as_chelsea.delete(path + "/visit").json["code"] == 403.1
    assert as_nobody.get(path + "/visit.xml").json["code"] == 401.2
    assert as_nobody.post(path, data=an_xform("mine"), **XML).json["code"] == 401.2


def test_a_form_is_found_in_its_own_project_only(as_alice: Client, database: Database, project_id: int) -> None:
    with database.transaction() as db:
        a_form(db, project_id)
    other = as_alice.post("/projects", json={"name": "别镇"}).json["id"]

    for rest in ("", ".xml", "/fields", "/draft", "/versions", "/attachments/x.png", "/assignments"):
        assert as_alice.get(f"/projects/{other}/forms/visit{rest}").json["code"] == 404.1
