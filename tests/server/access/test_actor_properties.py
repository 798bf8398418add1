"""What can be said of a project's phones: names, values, who may say it, and what is refused."""

import pytest
from flask import Flask
from sqlalchemy import select

from server.access.roles import PROJECT_VIEWER
from server.db import Database
from server.models import ActorPropertyValue, Assignment
from tests.client import Client

EXTENDED = {"X-Extended-Metadata": "true"}


@pytest.fixture
def path(project_id: int) -> str:
    return f"/projects/{project_id}"


def a_phone(client: Client, path: str, **more: object) -> dict:
    return client.post(f"{path}/app-users", json={"displayName": "手机", **more}).json


def test_names_are_made_and_listed_in_order(as_bob: Client, as_alice: Client, path: str) -> None:
    assert as_bob.get(f"{path}/actor-properties").json == []
    for name in ("village", "plot_id", "村"):
        assert as_bob.post(f"{path}/actor-properties", json={"name": name}).json == {"success": True}
    assert as_bob.get(f"{path}/actor-properties").json == [{"name": "plot_id"}, {"name": "village"}, {"name": "村"}]
    assert [row["details"] for row in as_alice.get("/audits?action=actor_property.create").json] == [
        {"name": "村"},
        {"name": "plot_id"},
        {"name": "village"},
    ]


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("label", 400.8),
        ("displayName", 400.8),
        ("__x", 400.8),
        ("a b", 400.8),
        ("", 400.8),
        (None, 400.2),
        (3, 400.11),
        ("x" * 256, 400.13),
        ("village", 409.3),
    ],
)
def test_a_name_that_cannot_be_is_told_by_number(as_bob: Client, path: str, name: object, code: float) -> None:
    as_bob.post(f"{path}/actor-properties", json={"name": "village"})
    assert as_bob.post(f"{path}/actor-properties", json={"name": name}).json["code"] == code


def test_what_is_said_of_phones_is_set_changed_and_taken_away(as_bob: Client, as_alice: Client, path: str) -> None:
    for name in ("village", "team"):
        as_bob.post(f"{path}/actor-properties", json={"name": name})
    first = a_phone(as_bob, path, properties={"village": "A1"})
    second = a_phone(as_bob, path)
    one = f"{path}/app-users/{first['id']}"
    assert as_bob.get(one, headers=EXTENDED).json["properties"] == {"village": "A1"}
    assert as_bob.patch(one, json={"properties": {"team": " 甲 "}}).json["properties"] == {
        "team": "甲",
        "village": "A1",
    }
    assert as_bob.patch(one, json={"properties": {"village": None}}).json["properties"] == {"team": "甲"}
    as_bob.patch(f"{path}/app-users/{second['id']}", json={"properties": {"team": "乙", "village": "A1"}})
    assert as_bob.patch(one, json={"properties": {"team": "  "}}).json["properties"] is None
    assert as_bob.patch(one, json={}).json["properties"] is None
    assert as_bob.patch(one, json={"properties": None}).json["properties"] is None
    listed = as_bob.get(f"{path}/app-users", headers=EXTENDED).json
    assert {row["id"]: row["properties"] for row in listed} == {
        first["id"]: None,
        second["id"]: {"team": "乙", "village": "A1"},
    }
    assert as_bob.get(f"{path}/actor-properties", headers=EXTENDED).json == [
        {"name": "team", "values": ["乙"]},
        {"name": "village", "values": ["A1"]},
    ]
    newest = as_alice.get("/audits?action=field_key.property.set").json[0]
    assert newest["details"] == {"properties": ["team"]}, "the audit never says to what"


@pytest.mark.parametrize(
    ("sent", "code"),
    [({"none": "x"}, 400.8), ({"village": 3}, 400.8), ({"village": ["x"]}, 400.8), ([], 400.8), ("x", 400.8)],
)
def test_what_cannot_be_said_of_a_phone_is_refused_whole(
    as_bob: Client, path: str, database: Database, sent: object, code: float
) -> None:
    for name in ("village", "other"):
        as_bob.post(f"{path}/actor-properties", json={"name": name})
    sent = {"other": "x", **sent} if isinstance(sent, dict) else sent
    assert a_phone(as_bob, path, properties=sent)["code"] == code
    assert as_bob.get(f"{path}/app-users").json == [], "nor is there a phone of it"
    phone = a_phone(as_bob, path)
    assert as_bob.patch(f"{path}/app-users/{phone['id']}", json={"properties": sent}).json["code"] == code
    with database.reading() as db:
        assert db.scalars(select(ActorPropertyValue)).all() == []


def test_names_of_one_project_are_none_of_anothers(as_alice: Client, path: str) -> None:
    as_alice.post(f"{path}/actor-properties", json={"name": "village"})
    other = as_alice.post("/projects", json={"name": "别镇"}).json["id"]
    assert as_alice.get(f"/projects/{other}/actor-properties").json == []
    assert a_phone(as_alice, f"/projects/{other}", properties={"village": "A1"})["code"] == 400.8


def test_who_views_the_project_sees_the_names_and_makes_none(
    app: Flask, as_chelsea: Client, as_nobody: Client, path: str, database: Database, cast: dict
) -> None:
    assert as_nobody.get(f"{path}/actor-properties").json["code"] == 401.2
    assert as_chelsea.get(f"{path}/actor-properties").json["code"] == 403.1
    with database.transaction() as db:
        db.add(Assignment(actor_id=cast["chelsea"], role_id=PROJECT_VIEWER, project_id=cast["project"]))
    assert as_chelsea.get(f"{path}/actor-properties").json == []
    assert as_chelsea.post(f"{path}/actor-properties", json={"name": "x"}).json["code"] == 403.1
