"""Signing in for programs, by HTTP."""

import pytest
from flask import Flask

from server.db import Database
from tests.client import Client
from tests.conftest import PASSWORD, Clock
from tests.making import a_phone

ALICE = {"email": "alice@example.test", "password": PASSWORD}


def test_the_right_password_opens_a_session_of_a_day(as_nobody: Client, app: Flask) -> None:
    answer = as_nobody.post("/sessions", json=ALICE)

    assert answer.status_code == 200
    assert set(answer.json) == {"token", "csrf", "expiresAt", "createdAt"}
    assert (answer.json["createdAt"], answer.json["expiresAt"]) == (
        "2026-03-02T01:00:00.000Z",
        "2026-03-03T01:00:00.000Z",
    )
    assert answer.headers["Cache-Control"] == "no-store"
    assert Client(app, token=answer.json["token"]).get("/users/current").json["email"] == "alice@example.test"


def test_the_cookie_is_kept_from_scripts_and_other_sites(as_nobody: Client) -> None:
    plain = as_nobody.post("/sessions", json=ALICE).headers.getlist("Set-Cookie")
    secure = as_nobody.post("/sessions", json=ALICE, headers={"X-Forwarded-Proto": "https"}).headers
    session = next(cookie for cookie in plain if cookie.startswith("session="))

    assert "HttpOnly" in session and "SameSite=Strict" in session and "Path=/" in session and "Secure" not in session
    assert any(c.startswith("__Host-session=") and "Secure" in c for c in secure.getlist("Set-Cookie"))


def test_another_sites_form_signs_nobodys_browser_in(as_nobody: Client) -> None:
    """What a form of text/plain sends can be read as JSON; the answer's token is read by programs, not by that site."""
    body = b'{"email": "alice@example.test", "x": "=", "password": "%s"}' % PASSWORD.encode()
    cookies = {
        site: as_nobody.post("/sessions", data=body, content_type="text/plain", headers={"Origin": site}).headers
        for site in ("https://evil.test", "null", "http://localhost")
    }
    assert [len(one.getlist("Set-Cookie")) for one in cookies.values()] == [0, 0, 2]


def test_an_address_is_one_whatever_its_capitals(as_nobody: Client) -> None:
    assert as_nobody.post("/sessions", json={**ALICE, "email": " Alice@Example.TEST "}).status_code == 200


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"{", 400.1),
        (b"[]", 400.11),
        (b"", 400.3),
        (b'{"email": "alice@example.test"}', 400.3),
        (b'{"email": 5, "password": "x"}', 400.11),
        (b'{"email": {"a": 1}, "password": []}', 400.11),
        (b'{"email": "a\\u0000b", "password": "x"}', 400.8),
        (b'{"email": "\\ud800", "password": "x"}', 400.1),
        (b'{"email": "nobody@example.test", "password": "correct horse battery"}', 401.2),
        (b'{"email": "alice@example.test", "password": "wrong horse battery"}', 401.2),
        (b'{"email": "' + b"a" * 260_000 + b'"}', 400.36),
    ],
)
def test_what_cannot_be_a_sign_in_is_told_by_number(as_nobody: Client, body: bytes, code: float) -> None:
    answer = as_nobody.post("/sessions", data=body, content_type="application/json")

    assert answer.json["code"] == code
    assert answer.status_code == int(code)
    assert answer.json["message"]


def test_the_sixth_failure_of_an_account_must_wait_and_other_accounts_need_not(as_nobody: Client, clock: Clock) -> None:
    wrong = {**ALICE, "password": "wrong horse battery"}
    codes = [as_nobody.post("/sessions", json=wrong).status_code for _ in range(6)]
    blocked = as_nobody.post("/sessions", json=ALICE)
    bob = as_nobody.post("/sessions", json={"email": "bob@example.test", "password": PASSWORD})

    assert codes == [401, 401, 401, 401, 401, 429]
    assert (blocked.status_code, blocked.json["code"], bob.status_code) == (429, 429.1, 200)
    assert 0 < int(blocked.headers["Retry-After"]) <= 15 * 60 + 1
    clock.forward(minutes=16)
    assert as_nobody.post("/sessions", json=ALICE).status_code == 200


def test_an_unknown_account_is_slowed_down_like_a_known_one(as_nobody: Client) -> None:
    codes = [
        as_nobody.post("/sessions", json={"email": "x@example.test", "password": "y"}).status_code for _ in range(6)
    ]
    assert codes == [401, 401, 401, 401, 401, 429]


def test_a_session_tells_when_it_ends(as_alice: Client, as_nobody: Client) -> None:
    assert as_alice.get("/sessions/restore").json == {
        "createdAt": "2026-03-02T01:00:00.000Z",
        "expiresAt": "2026-03-03T01:00:00.000Z",
    }
    assert as_nobody.get("/sessions/restore").json["code"] == 404.1


def test_a_session_ended_is_over_for_its_token(as_alice: Client) -> None:
    assert as_alice.delete("/sessions/current").json == {"success": True}
    assert as_alice.get("/users/current").json["code"] == 401.2


def test_a_session_is_over_after_a_day(as_alice: Client, clock: Clock) -> None:
    clock.forward(hours=24, seconds=1)
    assert as_alice.get("/users/current").json["code"] == 401.2


def test_one_ends_a_session_by_its_own_token(as_nobody: Client, app: Flask) -> None:
    token = as_nobody.post("/sessions", json=ALICE).json["token"]
    alice = Client(app, token=token)

    assert alice.delete(f"/sessions/{token}").json == {"success": True}
    assert alice.get("/users/current").status_code == 401


def test_a_manager_revokes_a_phone_by_its_token(
    as_bob: Client, as_chelsea: Client, app: Flask, database: Database, project_id: int
) -> None:
    with database.transaction() as db:
        actor_id, token = a_phone(db, app.extensions["fangshi.key"], project_id)

    assert as_chelsea.delete(f"/sessions/{token}").json["code"] == 403.1
    assert as_bob.delete(f"/sessions/{token}").json == {"success": True}
    assert Client(app, key=token).get("/projects").json["code"] == 403.1
    assert as_bob.get(f"/projects/{project_id}/app-users/{actor_id}").json["token"] is None


@pytest.mark.parametrize("token", ["x", "A" * 64, "%00", "a%2Fb"])
def test_ending_somebody_elses_or_no_session_is_forbidden_alike(as_bob: Client, token: str) -> None:
    assert as_bob.delete(f"/sessions/{token}").status_code in (403, 404)


def test_the_session_of_another_person_cannot_be_ended(as_bob: Client, as_alice: Client) -> None:
    token = as_alice.headers["Authorization"].split()[1]

    assert as_bob.delete(f"/sessions/{token}").json["code"] == 403.1
    assert as_alice.get("/users/current").status_code == 200
