"""Credentials at a door. Basic: over HTTPS only, remembered for minutes, slowed down when guessed. Digest: a phone's, once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from werkzeug.test import TestResponse

from server.access import credentials, passwords, people, signing_in
from server.db import Database
from server.models import Session as SessionRow
from server.web import session
from tests.client import Client
from tests.conftest import MORNING, PASSWORD, Clock


def test_basic_credentials_are_taken_over_https_only(app: Flask, cast: dict) -> None:
    assert Client.by_password(app, "bob@example.test", PASSWORD).get("/users/current").json["displayName"] == "bob"
    refused = Client.by_password(app, "bob@example.test", PASSWORD, https=False).get("/users/current")

    assert (refused.status_code, refused.json["code"]) == (401, 401.3)
    assert "WWW-Authenticate" not in refused.headers


def test_credentials_that_fitted_cost_no_second_hash(app: Flask, cast: dict, monkeypatch: pytest.MonkeyPatch) -> None:
    bob = Client.by_password(app, "bob@example.test", PASSWORD)
    assert bob.get("/users/current").status_code == 200
    monkeypatch.setattr(passwords, "HASHER", None)
    assert bob.get("/users/current").status_code == 200


def test_guessing_by_basic_is_slowed_down_and_remembered_credentials_go_on(app: Flask, cast: dict) -> None:
    known = Client.by_password(app, "bob@example.test", PASSWORD)
    assert known.get("/users/current").status_code == 200
    guesses = [
        Client.by_password(app, "bob@example.test", f"guess {n}").get("/users/current").status_code for n in range(6)
    ]

    assert guesses == [401, 401, 401, 401, 401, 429]
    assert known.get("/users/current").status_code == 200
    signed = Client(app).post("/sessions", json={"email": "bob@example.test", "password": PASSWORD})
    assert signed.status_code == 429, "one account, whichever door"


@pytest.mark.parametrize("method, path", [("GET", "formList"), ("HEAD", "submission"), ("GET", "forms/visit.svc")])
def test_at_the_doors_of_phones_and_of_excel_guesses_wait_like_everywhere(
    app: Flask, cast: dict, project_id: int, method: str, path: str
) -> None:
    def ask(password: str) -> TestResponse:
        return Client.by_password(app, "bob@example.test", password).open(method, f"/projects/{project_id}/{path}")

    answers = [ask(f"guess {number}") for number in range(6)]
    assert [one.status_code for one in answers] == [401] * 5 + [429]
    assert all("WWW-Authenticate" in one.headers for one in answers[:5])
    assert int(answers[5].headers["Retry-After"]) > 0 and "WWW-Authenticate" not in answers[5].headers
    assert ask(PASSWORD).status_code == 429


def test_what_is_remembered_tells_a_guesser_nothing(app: Flask, cast: dict, database: Database) -> None:
    """A guess that fits would be let in where others wait: so it is remembered for the network that showed it alone."""
    known, guesser = (Client.by_password(app, "bob@example.test", PASSWORD) for _ in range(2))
    guesser.headers["X-Forwarded-For"] = "203.0.113.7"
    assert known.get("/users/current").status_code == 200
    for number in range(6):
        Client.by_password(app, "bob@example.test", f"guess {number}").get("/users/current")
    assert guesser.get("/users/current").status_code == 429, "elsewhere it waits like every guess"
    assert known.get("/users/current").status_code == 200
    with database.transaction() as db:
        for number in range(94):
            signing_in.refuse(db, f"made-up-{number}@example.test", "127.0.0.1", MORNING)
    assert known.get("/users/current").status_code == 429, "nor where a hundred guesses came from"


@pytest.mark.parametrize("value", ["", "x", "====", "Ym9i", "AAAA", "//79", "YQBiOmM="])
def test_a_basic_header_that_says_nothing_is_401(app: Flask, cast: dict, value: str) -> None:
    client = Client(app)
    client.headers = {"Authorization": f"Basic {value}", "X-Forwarded-Proto": "https"}
    answer = client.get("/users/current")

    assert (answer.status_code, answer.json["code"]) == (401, 401.2)
    assert answer.headers["WWW-Authenticate"].startswith("Basic")


def test_every_answer_takes_one_hash_known_unknown_disabled_or_waiting(
    app: Flask, cast: dict, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    with database.transaction() as db:
        people.disable_user(db, cast["chelsea"], cast["alice"], MORNING)
    tries: list[int] = []
    real = passwords.HASHER

    class Counting:
        def verify(self, stored: str, password: str) -> bool:
            tries[-1] += 1
            return real.verify(stored, password)

    passwords.nobodys_hash()
    monkeypatch.setattr(passwords, "HASHER", Counting())
    client = Client(app)
    for email in ("nobody@example.test", "chelsea@example.test", *["bob@example.test"] * 8):
        tries.append(0)
        client.post("/sessions", json={"email": email, "password": "a guess"})
    tries.append(0)
    assert client.post("/sessions", json={"email": "bob@example.test", "password": PASSWORD}).status_code == 429
    assert tries == [1] * 11


def test_guesses_sent_at_once_are_counted_as_if_they_came_one_by_one(
    app: Flask, cast: dict, database: Database
) -> None:
    def guess(number: int) -> int:
        return (
            Client(app).post("/sessions", json={"email": "bob@example.test", "password": f"guess {number}"}).status_code
        )

    with ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(guess, range(24)))
    assert sorted(answers) == [401] * 5 + [429] * 19


@pytest.mark.parametrize("end", ["changed", "disabled"])
def test_a_password_that_no_longer_fits_when_its_turn_to_hash_is_over_opens_nothing(
    app: Flask, cast: dict, database: Database, monkeypatch: pytest.MonkeyPatch, end: str
) -> None:
    """Who waits in the queue with an old password must not come out of it with a session that its end does not end."""
    real = credentials.password_fits

    def fits_and_ends(password: str, stored: str | None) -> bool:
        fits = real(password, stored)
        with database.transaction() as db:
            if end == "changed":
                people.set_password(db, cast["bob"], "a new and long one", None, MORNING)
            else:
                people.disable_user(db, cast["bob"], cast["alice"], MORNING)
        return fits

    monkeypatch.setattr(credentials, "password_fits", fits_and_ends)
    answer = Client(app).post("/sessions", json={"email": "bob@example.test", "password": PASSWORD})
    assert answer.status_code == 401
    with database.reading() as db:
        assert db.scalars(select(SessionRow).where(SessionRow.actor_id == cast["bob"])).all() == []


def test_a_right_password_for_another_account_works_from_an_address_that_waits(
    app: Flask, cast: dict, database: Database
) -> None:
    with database.transaction() as db:
        for number in range(100):
            signing_in.refuse(db, f"made-up-{number}@example.test", "127.0.0.1", MORNING)
    client = Client(app)
    wrong = client.post("/sessions", json={"email": "alice@example.test", "password": "wrong"})
    assert wrong.status_code == 429 and 0 < int(wrong.headers["Retry-After"]) <= 901
    assert client.post("/sessions", json={"email": "bob@example.test", "password": PASSWORD}).status_code == 200


def test_bearers_and_key_urls_are_never_slowed_down(app: Flask, cast: dict) -> None:
    for number in range(8):
        assert Client(app, token=f"{number}" * 64).get("/users/current").status_code == 401
        assert Client(app, key=f"{number}" * 64).get("/projects/1/formList").status_code == 403
    signed = Client(app).post("/sessions", json={"email": "bob@example.test", "password": PASSWORD})
    assert signed.status_code == 200


def test_what_ends_a_wait_is_time(app: Flask, cast: dict, clock: Clock) -> None:
    client = Client(app)
    for _ in range(6):
        client.post("/sessions", json={"email": "bob@example.test", "password": "wrong"})
    refused = client.post("/sessions", json={"email": "bob@example.test", "password": PASSWORD})
    clock.forward(seconds=int(refused.headers["Retry-After"]))
    assert client.post("/sessions", json={"email": "bob@example.test", "password": PASSWORD}).status_code == 200


def test_a_wrong_old_password_is_a_failed_sign_in(app: Flask, cast: dict, as_bob: Client) -> None:
    path, sent = f"/users/{cast['bob']}/password", {"old": "wrong", "new": "a new and long one"}
    assert [as_bob.put(path, json=sent).status_code for _ in range(6)] == [401] * 5 + [429]
    assert as_bob.put(path, json={**sent, "old": PASSWORD}).status_code == 429


def test_where_a_session_was_used_last_is_written_every_few_minutes(
    app: Flask, cast: dict, as_bob: Client, database: Database, clock: Clock, count_queries: Callable
) -> None:
    clock.forward(minutes=4)
    with count_queries() as statements:
        as_bob.get("/users/current")
    assert not any(one.startswith("UPDATE session") for one in statements)
    clock.forward(minutes=2)
    as_bob.get("/users/current")
    with database.reading() as db:
        row = db.scalars(select(SessionRow)).one()
    assert (row.last_used_at, row.address) == (MORNING + timedelta(minutes=6), "127.0.0.1")


@pytest.mark.parametrize(
    "path, is_brief",
    [
        ("/v1/projects/1/forms/visit.xml", True),
        ("/v1/projects/1/forms/visit.svc/Submissions.member", True),
        ("/map/tiles/9/1/1.mvt", True),
        ("/v1/projects/1/forms", False),
    ],
)
def test_what_is_asked_for_often_has_no_transaction_on_postgresql(
    app: Flask, database: Database, path: str, is_brief: bool
) -> None:
    with app.test_request_context(path):
        driver = session.reading().connection().connection.driver_connection
        assert driver is not None
        assert database.is_sqlite or driver.autocommit == is_brief
