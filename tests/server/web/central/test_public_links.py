"""Links by which anybody fills in a form: made, shown, changed, stopped; and what one opens."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy import select, update

from server.db import Database
from server.models import Audit, Project, PublicLink, Submission
from tests.client import Client
from tests.making import a_form, a_record, new_id


@pytest.fixture
def form(database: Database, project_id: int) -> str:
    with database.transaction() as db:
        a_form(db, project_id)
        a_form(db, project_id, "other")
    return f"/projects/{project_id}/forms/visit"


@pytest.fixture
def link(as_bob: Client, form: str) -> dict:
    return as_bob.post(form + "/public-links", json={"displayName": " 公告栏 "}).json


@pytest.fixture
def anybody(app: Flask, link: dict) -> Client:
    return Client(app, key=link["token"])


def test_a_link_has_centrals_shape(as_bob: Client, form: str, link: dict, cast: dict[str, int]) -> None:
    assert {name: value for name, value in link.items() if name not in ("id", "token")} == {
        "type": "public_link",
        "displayName": "公告栏",
        "createdAt": "2026-03-02T01:00:00.000Z",
        "updatedAt": None,
        "deletedAt": None,
        "once": False,
    }
    assert len(link["token"]) == 64
    assert as_bob.get(form + "/public-links").json == [link]
    assert as_bob.get(f"{form}/public-links/{link['id']}").json == link
    (extended,) = as_bob.get(form + "/public-links", headers={"X-Extended-Metadata": "true"}).json
    assert extended["createdBy"]["id"] == cast["bob"]


def test_the_database_does_not_hold_the_token(database: Database, link: dict) -> None:
    with database.reading() as db:
        row = db.scalars(select(PublicLink)).one()
    assert link["token"].encode() not in (row.token_hash or b"") + (row.token_sealed or b"")


@pytest.mark.parametrize("way", ["key", "st", "bearer"])
def test_anybody_reads_the_form_and_sends_a_record_by_it(
    app: Flask, as_bob: Client, form: str, link: dict, project_id: int, way: str
) -> None:
    who = Client(app, key=link["token"]) if way == "key" else Client(app)
    query = f"?st={link['token'].replace('$', '%24')}" if way == "st" else ""
    headers = {"Authorization": f"Bearer {link['token']}"} if way == "bearer" else {}
    assert b"<h:title>" in who.get(form + ".xml" + query, headers=headers).data
    listed = who.get(f"/projects/{project_id}/formList{query}", headers=headers).data.decode()
    assert listed.count("<xform>") == 1 and "<formID>visit</formID>" in listed
    assert f"/v1/key/{link['token']}/projects" in listed
    record = a_record()
    sent = who.post(form + "/submissions" + query, data=record, headers=headers)
    assert (sent.status_code, sent.json["submitterId"]) == (200, link["id"])
    path = f"/projects/{project_id}/submission{query}"
    assert who.send(project_id, record, path=path, headers=headers).status_code == 201
    assert [one["displayName"] for one in as_bob.get(form + "/submissions/submitters").json] == ["公告栏"]


@pytest.mark.parametrize(
    "path", ["/submissions", ".svc/Submissions", "/public-links", "/submissions.csv", "/assignments", "/draft"]
)
def test_a_link_reads_nothing_that_was_sent(anybody: Client, as_bob: Client, form: str, path: str) -> None:
    anybody.post(form + "/submissions", data=a_record())
    assert anybody.get(form + path).status_code in (403, 404)


def test_a_link_opens_its_own_form_alone(anybody: Client, form: str, project_id: int) -> None:
    other = f"/projects/{project_id}/forms/other"
    assert anybody.get(other + ".xml").json["code"] == 403.1
    assert anybody.send(project_id, a_record("other")).status_code == 403
    assert anybody.get("/users/current").json["code"] == 403.1
    assert anybody.get("/projects").json == []


def test_a_link_fills_no_draft(anybody: Client, as_bob: Client, form: str, without_java: None) -> None:
    """It is asked for by everybody: what its makers try is theirs, and no link for one record sends a second there."""
    assert as_bob.post(form + "/draft").status_code == 200
    assert anybody.post(form + "/draft/submissions", data=a_record()).json["code"] == 403.1
    assert as_bob.get(form + "/draft/submissions").json == []


def test_a_link_corrects_nothing_that_another_sent(anybody: Client, as_bob: Client, form: str, project_id: int) -> None:
    first = as_bob.post(form + "/submissions", data=a_record()).json["instanceId"]
    assert anybody.send(project_id, a_record(deprecated_id=first)).status_code == 403


def test_a_link_to_a_closed_form_takes_nothing(anybody: Client, as_bob: Client, form: str) -> None:
    as_bob.patch(form, json={"state": "closed"})
    assert anybody.get(form + ".xml").status_code == 403
    assert anybody.post(form + "/submissions", data=a_record()).json["code"] == 409.2


def test_a_link_for_one_record_takes_it_again_and_no_second(
    app: Flask, as_bob: Client, form: str, project_id: int
) -> None:
    link = as_bob.post(form + "/public-links", json={"displayName": "一次", "once": True}).json
    assert link["once"] is True
    anybody, first = Client(app, key=link["token"]), a_record(photo="1.jpg")
    assert anybody.send(project_id, first).status_code == 201
    assert anybody.send(project_id, first, {"1.jpg": b"x"}).status_code == 201
    refused = anybody.send(project_id, a_record())
    assert (refused.status_code, b"OpenRosaResponse" in refused.data) == (403, True)
    assert anybody.post(form + "/submissions", data=a_record()).json["code"] == 403.1
    as_bob.patch(f"{form}/public-links/{link['id']}", json={"once": False})
    assert anybody.send(project_id, a_record()).status_code == 201


def test_of_two_records_that_come_at_once_by_such_a_link_one_is_taken(
    app: Flask, as_bob: Client, form: str, project_id: int, database: Database
) -> None:
    token = as_bob.post(form + "/public-links", json={"displayName": "一次", "once": True}).json["token"]
    ready = Barrier(4)

    def send() -> int:
        ready.wait()
        return Client(app, key=token).send(project_id, a_record()).status_code

    with ThreadPoolExecutor(4) as pool:
        answers = sorted(one.result() for one in [pool.submit(send) for _ in range(4)])
    assert answers == [201, 403, 403, 403]
    with database.reading() as db:
        assert len(db.scalars(select(Submission.id)).all()) == 1


def test_a_link_is_named_anew(as_bob: Client, form: str, link: dict) -> None:
    changed = as_bob.patch(f"{form}/public-links/{link['id']}", json={"displayName": "橱窗"}).json
    assert (changed["displayName"], changed["token"]) == ("橱窗", link["token"])
    assert changed["updatedAt"] == "2026-03-02T01:00:00.000Z"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, 400.2),
        ({"displayName": " "}, 400.2),
        ({"displayName": 1}, 400.11),
        ({"displayName": "x", "once": 1}, 400.11),
    ],
)
def test_a_link_without_a_name_is_refused(as_bob: Client, form: str, body: dict, code: float) -> None:
    assert as_bob.post(form + "/public-links", json=body).json["code"] == code
    assert as_bob.get(form + "/public-links").json == []


def test_a_link_is_stopped_by_its_token_and_stays_in_the_list(
    as_bob: Client, as_chelsea: Client, as_nobody: Client, anybody: Client, form: str, link: dict
) -> None:
    path = "/sessions/" + link["token"].replace("$", "%24")
    assert as_chelsea.delete(path).json["code"] == 403.1
    assert as_nobody.delete(path).json["code"] == 401.2
    assert as_bob.delete(path).json == {"success": True}
    assert as_bob.delete(path).json["code"] == 403.1
    assert as_bob.get(form + "/public-links").json[0]["token"] is None
    assert anybody.get(form + ".xml").json["code"] == 403.1


def test_a_link_that_was_taken_away_is_gone_and_what_came_by_it_stays(
    as_bob: Client, anybody: Client, form: str, link: dict, database: Database
) -> None:
    anybody.post(form + "/submissions", data=a_record())
    assert as_bob.delete(f"{form}/public-links/{link['id']}").json == {"success": True}
    assert as_bob.get(form + "/public-links").json == []
    assert as_bob.get(f"{form}/public-links/{link['id']}").json["code"] == 404.1
    assert anybody.get(form + ".xml").json["code"] == 403.1
    assert len(as_bob.get(form + "/submissions").json) == 1
    with database.reading() as db:
        acts = db.scalars(select(Audit.action).where(Audit.action.startswith("public_link")).order_by(Audit.id)).all()
    assert acts == ["public_link.create", "public_link.delete"]


def test_a_link_of_another_form_is_not_found(as_bob: Client, form: str, link: dict) -> None:
    other = form.replace("visit", "other")
    for method in ("GET", "PATCH", "DELETE"):
        assert as_bob.open(method, f"{other}/public-links/{link['id']}", json={}).json["code"] == 404.1


def test_a_form_tells_how_many_of_its_links_work(as_bob: Client, form: str, link: dict) -> None:
    extended = {"X-Extended-Metadata": "true"}
    as_bob.post(form + "/public-links", json={"displayName": "二"})
    assert as_bob.get(form, headers=extended).json["publicLinks"] == 2
    as_bob.delete("/sessions/" + link["token"].replace("$", "%24"))
    assert as_bob.get(form, headers=extended).json["publicLinks"] == 1
    assert as_bob.get(form.replace("visit", "other"), headers=extended).json["publicLinks"] == 0


@pytest.mark.parametrize("part", ["", "/versions", "/versions/1"])
def test_a_link_is_not_told_how_many_sent_what_nor_who_made_the_form(
    as_bob: Client, anybody: Client, form: str, part: str
) -> None:
    anybody.post(form + "/submissions", data=a_record())
    extended = {"X-Extended-Metadata": "true"}
    told = anybody.get(form + part, headers=extended).json
    one = told[0] if part == "/versions" else told
    assert (one["submissions"], one["lastSubmission"], one["createdBy"], one["publicLinks"]) == (None, None, None, 0)
    assert set(one["reviewStates"].values()) == {None}
    assert as_bob.get(form, headers=extended).json["submissions"] == 1


def test_who_does_not_manage_the_form_neither_makes_nor_sees_links(
    as_chelsea: Client, as_nobody: Client, anybody: Client, form: str
) -> None:
    for who, code in ((as_chelsea, 403.1), (as_nobody, 401.2), (anybody, 403.1)):
        assert who.get(form + "/public-links").json["code"] == code
        assert who.post(form + "/public-links", json={"displayName": "x"}).json["code"] == code


def test_a_care_project_has_no_links_and_one_from_before_opens_nothing(
    as_bob: Client, anybody: Client, form: str, database: Database, project_id: int
) -> None:
    with database.transaction() as db:
        db.execute(update(Project).where(Project.id == project_id).values(kind="care"))
    assert as_bob.post(form + "/public-links", json={"displayName": "x"}).json["code"] == 403.1
    assert anybody.get(form + ".xml").json["code"] == 403.1
    assert anybody.send(project_id, a_record(instance_id=new_id())).status_code == 403
