"""A phone that signs in by Digest, with the password that is its own."""

from dataclasses import replace

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from server.access import people, phone_passwords
from server.access.digest import NONCE_LIFE
from server.db import Database
from server.models import Authenticator, PhonePassword
from server.web.session import PHONE_DOORS
from tests.client import Client
from tests.conftest import MORNING, PASSWORD, Clock
from tests.making import a_form, a_record
from tests.phones.collectsim.csim.okhttp import Digest, Reply, challenges

HTTPS = {"X-Forwarded-Proto": "https"}
DOORS = (
    ("GET", "formList"),
    ("GET", "formList?deviceID=collect%3Aab"),
    ("GET", "forms/visit.xml"),
    ("GET", "forms/visit/manifest"),
    ("GET", "forms/visit/attachments/none.csv"),
    ("GET", "datasets/none/integrity?id=a%2Cb"),
    ("HEAD", "submission"),
    ("GET", "submission"),
)


class DigestPhone:
    """Signs as Collect does: nothing before it is asked, then each request under the nonce that it was given."""

    def __init__(self, app: Flask, project_id: int, secret: str, email: str = "bob@example.test") -> None:
        self.client, self.base = Client(app), f"/projects/{project_id}/"
        self.digest = Digest(email, secret)

    def learn(self, answer: TestResponse) -> None:
        reply = Reply(answer.status_code, "", list(answer.headers), b"", "")
        self.digest.params = next(params for scheme, params in challenges(reply) if scheme == "Digest")

    def header(self, method: str, path: str) -> dict[str, str]:
        return {"Authorization": self.digest.header(method, f"/v1{self.base}{path}", False, b"")}

    def ask(self, method: str, path: str, **how: object) -> TestResponse:
        """With the nonce that is known, the first time with the one that the refusal gives."""
        if not self.digest.params:
            self.learn(self.client.open(method, self.base + path))
        return self.client.open(method, self.base + path, headers=self.header(method, path), **how)


@pytest.fixture
def digest_on(app: Flask) -> Flask:
    app.config["CONFIG"] = replace(app.config["CONFIG"], digest=True)
    return app


@pytest.fixture
def secret(digest_on: Flask, database: Database, cast: dict, project_id: int) -> str:
    """Bob's phone password; there is a form to fill."""
    with database.transaction() as db:
        a_form(db, project_id)
        return phone_passwords.make_phone_password(db, cast["bob"], MORNING)


@pytest.fixture
def by_name(digest_on: Flask, project_id: int, secret: str) -> DigestPhone:
    return DigestPhone(digest_on, project_id, secret)


@pytest.mark.parametrize(("method", "path"), DOORS)
def test_a_phone_signs_in_by_digest_wherever_a_phone_asks(
    digest_on: Flask, project_id: int, by_name: DigestPhone, secret: str, method: str, path: str
) -> None:
    asked = Client(digest_on).open(method, by_name.base + path)
    assert asked.status_code == 401
    (offer,) = asked.headers.getlist("WWW-Authenticate")
    assert offer.startswith('Digest realm="Fangshi", qop="auth", algorithm=MD5, nonce="') and "stale" not in offer
    answers = [by_name.ask(method, path).status_code for _ in range(3)]
    assert set(answers) <= {200, 204, 404} and len(set(answers)) == 1
    wrong = DigestPhone(digest_on, project_id, secret[::-1]).ask(method, path)
    assert wrong.status_code == 401 and "stale" not in wrong.headers["WWW-Authenticate"]


def test_every_door_of_phones_is_one(app: Flask) -> None:
    assert {rule.endpoint for rule in app.url_map.iter_rules()} >= PHONE_DOORS


def test_a_record_is_sent_by_digest(digest_on: Flask, project_id: int, by_name: DigestPhone, as_bob: Client) -> None:
    by_name.ask("HEAD", "submission")
    for _ in range(2):  # each time signed anew
        sent = by_name.client.send(
            project_id, a_record(), path=by_name.base + "submission", headers=by_name.header("POST", "submission")
        )
        assert sent.status_code == 201
    listed = as_bob.get(by_name.base + "forms/visit/submissions").json
    assert [one["submitterId"] for one in listed] == [as_bob.get("/users/current").json["id"]] * 2


def test_an_answer_that_was_overheard_opens_nothing_a_second_time(digest_on: Flask, by_name: DigestPhone) -> None:
    by_name.ask("HEAD", "submission")
    heard = by_name.header("GET", "formList")
    assert by_name.client.get(by_name.base + "formList", headers=heard).status_code == 200
    again = Client(digest_on).get(by_name.base + "formList", headers=heard)
    assert again.status_code == 401 and again.headers["WWW-Authenticate"].endswith("stale=true")
    by_name.learn(again)
    assert by_name.ask("GET", "formList").status_code == 200


def test_what_was_signed_for_one_address_or_method_opens_no_other(digest_on: Flask, by_name: DigestPhone) -> None:
    by_name.ask("HEAD", "submission")
    for method, path, signed in (
        ("GET", "formList?a=1", ("GET", "formList")),
        ("GET", "formList", ("GET", "formList?a=1")),
        ("GET", "formList", ("GET", "form%4cist")),
        ("GET", "formList", ("POST", "formList")),
        ("GET", "formList", ("GET", "submission")),
    ):
        answer = by_name.client.open(method, by_name.base + path, headers=by_name.header(*signed))
        assert answer.status_code == 401, (path, signed)


def test_a_challenge_that_is_over_is_told_from_a_wrong_password(
    digest_on: Flask, by_name: DigestPhone, clock: Clock
) -> None:
    assert by_name.ask("GET", "formList").status_code == 200
    clock.forward(seconds=NONCE_LIFE.total_seconds() + 1)
    over = by_name.ask("GET", "formList")
    assert over.status_code == 401 and over.headers["WWW-Authenticate"].endswith("stale=true")
    by_name.learn(over)
    assert by_name.ask("GET", "formList").status_code == 200
    by_name.digest.params = by_name.digest.params | {"nonce": "made-up-by-the-phone"}
    made_up = by_name.ask("GET", "formList")
    assert made_up.status_code == 401 and made_up.headers["WWW-Authenticate"].endswith("stale=true")


def test_guesses_at_a_phone_password_are_counted_like_all_others(
    digest_on: Flask, project_id: int, by_name: DigestPhone, secret: str, clock: Clock
) -> None:
    guesser = DigestPhone(digest_on, project_id, "guess")
    answers = [guesser.ask("GET", "formList") for _ in range(6)]
    assert [one.status_code for one in answers] == [401] * 5 + [429]
    assert "WWW-Authenticate" not in answers[5].headers and int(answers[5].headers["Retry-After"]) > 0
    assert by_name.ask("GET", "formList").status_code == 429
    nobody = DigestPhone(digest_on, project_id, "guess", "nobody@example.test")
    assert [nobody.ask("GET", "formList").status_code for _ in range(6)] == [401] * 5 + [429]
    clock.forward(minutes=15)
    by_name.digest.params = {}
    assert by_name.ask("GET", "formList").status_code == 200


@pytest.mark.parametrize("path", ["users/current", "projects/{project}/forms", "projects/{project}/forms/visit.svc"])
def test_a_phone_password_opens_nothing_but_what_is_a_phones(
    digest_on: Flask, project_id: int, by_name: DigestPhone, secret: str, path: str
) -> None:
    path = "/" + path.format(project=project_id)
    assert "WWW-Authenticate" not in Client(digest_on).get(path).headers
    by_name.ask("GET", "formList")
    by_name.base = ""
    signed = by_name.client.get(path, headers=by_name.header("GET", path))
    assert signed.status_code == 401
    assert Client.by_password(digest_on, "bob@example.test", secret).get(path).status_code == 401
    assert (
        Client(digest_on).post("/sessions", json={"email": "bob@example.test", "password": secret}).status_code == 401
    )


def test_over_https_a_phone_may_also_send_its_password_by_basic_which_is_offered_first(
    digest_on: Flask, database: Database, cast: dict, by_name: DigestPhone, secret: str, clock: Clock
) -> None:
    path = by_name.base + "formList"
    offered = Client(digest_on).get(path, headers=HTTPS).headers.getlist("WWW-Authenticate")
    assert [one.partition(" ")[0] for one in offered] == ["Basic", "Digest"]
    assert Client.by_password(digest_on, "bob@example.test", secret).get(path).status_code == 200
    assert Client.by_password(digest_on, "bob@example.test", PASSWORD).get(path).status_code == 200
    assert Client.by_password(digest_on, "bob@example.test", secret, https=False).get(path).status_code == 401
    with database.reading() as db:
        assert db.get_one(PhonePassword, cast["bob"]).last_used_at == MORNING
    guesses = [
        Client.by_password(digest_on, "bob@example.test", "aaaa-aaaa-aaaa-aaaa").get(path).status_code for _ in range(6)
    ]
    assert guesses == [401] * 5 + [429], "each is one failure"


def test_with_a_second_factor_a_phone_hears_in_chinese_what_to_use_and_the_phone_password_is_that(
    digest_on: Flask, database: Database, cast: dict, by_name: DigestPhone, secret: str
) -> None:
    with database.transaction() as db:
        db.add(Authenticator(actor_id=cast["bob"], secret="x", created_at=MORNING, confirmed_at=MORNING))
    refused = Client.by_password(digest_on, "bob@example.test", PASSWORD).get(by_name.base + "formList")
    assert refused.status_code == 401 and "第二步验证" in refused.text and "OpenRosaResponse" in refused.text
    assert Client.by_password(digest_on, "bob@example.test", secret).get(by_name.base + "formList").status_code == 200
    assert by_name.ask("GET", "formList").status_code == 200


def test_where_it_is_switched_off_nobody_hears_of_digest_and_no_phone_password_opens(
    app: Flask, by_name: DigestPhone, secret: str
) -> None:
    by_name.ask("GET", "formList")
    app.config["CONFIG"] = replace(app.config["CONFIG"], digest=False)
    assert "WWW-Authenticate" not in Client(app).get(by_name.base + "formList").headers
    assert by_name.ask("GET", "formList").status_code == 401
    assert Client.by_password(app, "bob@example.test", secret).get(by_name.base + "formList").status_code == 401


@pytest.mark.parametrize("value", ["", "x", 'username="bob"', "Basic", 'username="\\u0000"', "username=" * 500])
def test_a_digest_header_that_says_nothing_is_401(digest_on: Flask, by_name: DigestPhone, value: str) -> None:
    answer = by_name.client.get(by_name.base + "formList", headers={"Authorization": f"Digest {value}"})
    assert answer.status_code == 401 and answer.headers["WWW-Authenticate"].startswith("Digest ")


def test_who_comes_by_a_key_is_asked_for_no_password(digest_on: Flask, project_id: int, secret: str) -> None:
    """A phone that is asked shows its owner a box for a name and a password, which nobody has (odk-contract.md 1.4)."""
    for path in (f"/key/short/projects/{project_id}/formList", f"/projects/{project_id}/formList?st=short"):
        for headers in ({}, HTTPS):
            answer = Client(digest_on).get(path, headers=headers)
            assert answer.status_code == 401 and "WWW-Authenticate" not in answer.headers


@pytest.mark.parametrize("disabled", [False, True])
def test_a_phone_password_ends_with_what_it_belongs_to(
    digest_on: Flask, database: Database, cast: dict, by_name: DigestPhone, disabled: bool
) -> None:
    assert by_name.ask("GET", "formList").status_code == 200
    with database.transaction() as db:
        end = people.disable_user if disabled else people.delete_user
        end(db, cast["bob"], cast["alice"], MORNING)
    assert by_name.ask("GET", "formList").status_code == 401
