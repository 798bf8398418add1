"""Web accounts, by HTTP."""

import pytest
from flask import Flask

from server.access.people import issue_link
from server.db import Database
from tests.client import Client
from tests.conftest import MORNING, PASSWORD
from tests.making import a_phone


def test_an_administrator_makes_a_user(as_alice: Client, as_bob: Client) -> None:
    sent = {
        "email": "Dora@Example.test",
        "password": "brave new password",
        "displayName": " 多拉 ",
        "id": 1,
        "type": "x",
    }
    made = as_alice.post("/users", json=sent)

    assert made.status_code == 200
    assert made.json == {
        "id": made.json["id"],
        "type": "user",
        "displayName": "多拉",
        "createdAt": "2026-03-02T01:00:00.000Z",
        "updatedAt": None,
        "deletedAt": None,
        "email": "dora@example.test",
        "lastLoginAt": None,
    }
    assert as_bob.post("/users", json=sent).json["code"] == 403.1


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        ({}, 400.2),
        ({"email": None}, 400.2),
        ({"email": "no address"}, 400.8),
        ({"email": "alice@example.test"}, 409.3),
        ({"email": "d@example.test", "password": "short"}, 400.21),
        ({"email": "d@example.test", "password": "长" * 30}, 400.38),
        ({"email": "d@example.test", "password": "password1234"}, 400.44),
        ({"email": "d@example.test", "password": "PasswordPassword"}, 400.44),
        ({"email": "d@example.test", "password": 12345678901}, 400.11),
        ({"email": "d@example.test", "displayName": "a\x00"}, 400.8),
        ({"email": "d" * 300 + "@example.test"}, 400.8),
    ],
)
def test_a_user_that_cannot_be_made_is_told_by_number(as_alice: Client, sent: dict, code: float) -> None:
    answer = as_alice.post("/users", json=sent)
    assert (answer.json["code"], answer.status_code) == (code, int(code))


def test_a_duplicate_address_names_the_field(as_alice: Client) -> None:
    answer = as_alice.post("/users", json={"email": "bob@example.test"})
    assert answer.json["details"] == {"fields": ["email"], "values": ["bob@example.test"]}


def test_the_current_user_is_oneself_with_ones_verbs(as_bob: Client, as_alice: Client, as_nobody: Client) -> None:
    assert as_bob.get("/users/current").json["displayName"] == "bob"
    extended = as_alice.get("/users/current", headers={"X-Extended-Metadata": "true"}).json

    assert "user.create" in extended["verbs"] and extended["preferences"] == {"site": {}, "projects": {}}
    assert as_nobody.get("/users/current").json["code"] == 401.2


def test_a_phone_is_no_current_user(app: Flask, database: Database, project_id: int) -> None:
    with database.transaction() as db:
        _, token = a_phone(db, app.extensions["fangshi.key"], project_id)

    phone = Client(app, key=token)
    assert phone.get("/users/current").json["code"] == 403.1
    assert phone.get("/users").json == []


def test_who_may_not_list_users_finds_only_an_exact_address(as_alice: Client, as_chelsea: Client) -> None:
    assert [user["email"] for user in as_alice.get("/users").json] == [
        "alice@example.test",
        "bob@example.test",
        "chelsea@example.test",
    ]
    assert [user["displayName"] for user in as_alice.get("/users?q=BO").json] == ["bob"]
    assert as_alice.get("/users?q=%25").json == []
    assert as_chelsea.get("/users").json == []
    assert as_chelsea.get("/users?q=bob").json == []
    assert [user["displayName"] for user in as_chelsea.get("/users?q=bob@example.test").json] == ["bob"]


def test_one_sees_and_changes_oneself_and_not_others(as_chelsea: Client, as_alice: Client, cast: dict) -> None:
    own, others = f"/users/{cast['chelsea']}", f"/users/{cast['bob']}"

    assert as_chelsea.get(own).json["displayName"] == "chelsea"
    assert (
        as_chelsea.patch(own, json={"displayName": "切尔西", "lastLoginAt": "2000-01-01"}).json["displayName"]
        == "切尔西"
    )
    assert as_chelsea.get(others).json["code"] == 403.1
    assert as_chelsea.patch(others, json={"displayName": "x"}).json["code"] == 403.1
    assert as_alice.patch(others, json={"email": "robert@example.test"}).json["email"] == "robert@example.test"
    assert as_alice.patch(others, json={"email": "alice@example.test"}).json["code"] == 409.3
    assert as_alice.get("/users/99999").json["code"] == 404.1
    assert as_alice.get("/users/99999999999999999999").json["code"] == 404.1


def test_a_deleted_user_is_gone_and_its_address_free(as_alice: Client, as_bob: Client, cast: dict) -> None:
    assert as_bob.delete(f"/users/{cast['chelsea']}").json["code"] == 403.1
    assert as_alice.delete(f"/users/{cast['bob']}").json == {"success": True}
    assert as_alice.get(f"/users/{cast['bob']}").json["code"] == 404.1
    assert as_bob.get("/users/current").json["code"] == 401.2
    assert as_alice.post("/users", json={"email": "bob@example.test"}).status_code == 200


def test_nobody_deletes_himself(as_alice: Client, cast: dict) -> None:
    assert as_alice.delete(f"/users/{cast['alice']}").json["code"] == 403.1


def test_ones_own_password_needs_the_old_one_and_ends_other_sessions(
    as_bob: Client, as_nobody: Client, app: Flask, cast: dict
) -> None:
    other = Client(
        app, token=as_nobody.post("/sessions", json={"email": "bob@example.test", "password": PASSWORD}).json["token"]
    )
    path = f"/users/{cast['bob']}/password"

    assert as_bob.put(path, json={"old": "wrong", "new": "brave new password"}).json["code"] == 401.2
    assert as_bob.put(path, json={"new": "brave new password"}).json["code"] == 400.3
    assert as_bob.put(path, json={"old": PASSWORD, "new": "short"}).json["code"] == 400.21
    assert as_bob.put(path, json={"old": PASSWORD, "new": "brave new password"}).json == {"success": True}
    assert as_bob.get("/users/current").status_code == 200
    assert other.get("/users/current").status_code == 401


def test_an_administrator_sets_a_password_without_mail(
    as_alice: Client, as_chelsea: Client, as_nobody: Client, cast: dict
) -> None:
    path = f"/users/{cast['bob']}/password"

    assert as_chelsea.put(path, json={"new": "brave new password"}).json["code"] == 403.1
    assert as_alice.put(path, json={"new": "brave new password"}).json == {"success": True}
    signed = as_nobody.post("/sessions", json={"email": "bob@example.test", "password": "brave new password"})
    assert signed.status_code == 200


def test_a_reset_never_tells_who_has_an_account(as_nobody: Client) -> None:
    for address in ("alice@example.test", "nobody@example.test"):
        answer = as_nobody.post("/users/reset/initiate", json={"email": address})
        assert (answer.status_code, answer.json) == (200, {"success": True})
    assert as_nobody.post("/users/reset/initiate", json={}).json["code"] == 400.2


def test_only_an_administrator_makes_a_password_invalid(as_alice: Client, as_bob: Client, as_nobody: Client) -> None:
    path, sent = "/users/reset/initiate?invalidate=true", {"email": "bob@example.test"}

    assert as_nobody.post(path, json=sent).json["code"] == 401.2
    assert as_bob.post(path, json=sent).json["code"] == 403.1
    assert as_alice.post(path, json=sent).json == {"success": True}
    assert as_nobody.post("/sessions", json={**sent, "password": PASSWORD}).json["code"] == 401.2


def test_the_token_of_a_link_sets_a_password_once(
    app: Flask, as_nobody: Client, database: Database, cast: dict
) -> None:
    with database.transaction() as db:
        token = issue_link(db, "password", cast["bob"], MORNING)
    holder = Client(app, token=token)

    assert as_nobody.post("/users/reset/verify", json={"new": "brave new password"}).json["code"] == 401.2
    assert holder.post("/users/reset/verify", json={"new": "short"}).json["code"] == 400.21
    assert holder.post("/users/reset/verify", json={"new": "brave new password"}).json == {"success": True}
    assert holder.post("/users/reset/verify", json={"new": "brave new password"}).json["code"] == 401.2
    signed = as_nobody.post("/sessions", json={"email": "bob@example.test", "password": "brave new password"})
    assert signed.status_code == 200
