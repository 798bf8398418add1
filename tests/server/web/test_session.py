"""Basic credentials at a door: over HTTPS only, remembered for minutes, slowed down when guessed."""

import base64

import pytest
from flask import Flask

from server.access import passwords
from tests.client import Client
from tests.conftest import PASSWORD


def basic(app: Flask, email: str, password: str, https: bool = True) -> Client:
    client = Client(app)
    client.headers = {"Authorization": "Basic " + base64.b64encode(f"{email}:{password}".encode()).decode()}
    if https:
        client.headers["X-Forwarded-Proto"] = "https"
    return client


def test_basic_credentials_are_taken_over_https_only(app: Flask, cast: dict) -> None:
    assert basic(app, "bob@example.test", PASSWORD).get("/users/current").json["displayName"] == "bob"
    refused = basic(app, "bob@example.test", PASSWORD, https=False).get("/users/current")

    assert (refused.status_code, refused.json["code"]) == (401, 401.3)
    assert "WWW-Authenticate" not in refused.headers


def test_credentials_that_fitted_cost_no_second_hash(app: Flask, cast: dict, monkeypatch: pytest.MonkeyPatch) -> None:
    bob = basic(app, "bob@example.test", PASSWORD)
    assert bob.get("/users/current").status_code == 200
    monkeypatch.setattr(passwords, "HASHER", None)
    assert bob.get("/users/current").status_code == 200


def test_guessing_by_basic_is_slowed_down_and_remembered_credentials_go_on(app: Flask, cast: dict) -> None:
    known = basic(app, "bob@example.test", PASSWORD)
    assert known.get("/users/current").status_code == 200
    guesses = [basic(app, "bob@example.test", f"guess {n}").get("/users/current").status_code for n in range(6)]

    assert guesses == [401, 401, 401, 401, 401, 429]
    assert known.get("/users/current").status_code == 200
    signed = Client(app).post("/sessions", json={"email": "bob@example.test", "password": PASSWORD})
    assert signed.status_code == 429, "one account, whichever door"


@pytest.mark.parametrize("value", ["", "x", "====", "Ym9i", "AAAA", "//79", "YQBiOmM="])
def test_a_basic_header_that_says_nothing_is_401(app: Flask, cast: dict, value: str) -> None:
    client = Client(app)
    client.headers = {"Authorization": f"Basic {value}", "X-Forwarded-Proto": "https"}
    answer = client.get("/users/current")

    assert (answer.status_code, answer.json["code"]) == (401, 401.2)
    assert answer.headers["WWW-Authenticate"].startswith("Basic")
