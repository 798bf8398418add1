"""A mail by which somebody sets a new password: to who has an account, once in a quarter of an hour, and its link works."""

import re
from dataclasses import replace
from datetime import timedelta
from email.message import EmailMessage

import pytest
from flask import Flask
from sqlalchemy import func, select

from server import equip_app
from server.access import reset_wishes
from server.access.people import disable_user
from server.access.reset_wishes import forget_wishes, wish_reset
from server.config import Config, MailServer
from server.db import Database
from server.followups.handing_over import Delayed
from server.followups.outbox import Letterhead
from server.followups.reset_mail import send_reset
from server.followups.smtp import SmtpPost
from server.models import OneTimeToken, ResetWish
from server.sending_jobs import send_resets
from tests.client import Client
from tests.conftest import MORNING, Clock
from tests.smtp_sink import Sink

HEAD = Letterhead("Fangshi <office@town.example>", "https://town.example/")


@pytest.fixture
def mailing(config: Config, sink: Sink) -> Config:
    server = MailServer("smtp", "127.0.0.1", sink.port, HEAD.sender)
    return replace(config, mail=server, public_url="http://localhost")


@pytest.fixture
def anybody(app: Flask, bare_app: Flask, mailing: Config, database: Database, cast: dict[str, int]) -> Client:
    """Whoever comes to a server that has mail."""
    equip_app(bare_app, mailing, database)  # type: ignore[arg-type]
    return Client(bare_app)


def ask(anybody: Client, email: str) -> None:
    answer = anybody.post("/users/reset/initiate", json={"email": email})
    assert (answer.status_code, answer.json) == (200, {"success": True})


def links_in(sink: Sink) -> list[str]:
    return [re.findall(r"/join/(\S+)", mail.get_content())[0] for mail in sink.mails]


def test_who_asked_gets_a_link_that_sets_a_password_once(
    anybody: Client, sink: Sink, mailing: Config, database: Database, clock: Clock
) -> None:
    ask(anybody, " Bob@Example.test ")
    assert sink.mails == [], "the answer waits for no mail server"
    assert send_resets(database, mailing, clock.now()) == 1

    (mail,) = sink.mails
    assert (mail["To"], mail["From"]) == ("bob@example.test", HEAD.sender)
    assert "设置新密码" in mail["Subject"]
    (token,) = links_in(sink)
    assert f"http://localhost/join/{token}" in mail.get_content()
    holder = Client(anybody.inner.application, token=token)
    for status in (200, 401):
        assert holder.post("/users/reset/verify", json={"new": "brave new password"}).status_code == status
    signed = anybody.post("/sessions", json={"email": "bob@example.test", "password": "brave new password"})
    assert signed.status_code == 200


def test_who_has_no_account_gets_the_same_answer_and_no_mail(
    anybody: Client, sink: Sink, mailing: Config, database: Database, clock: Clock, cast: dict[str, int]
) -> None:
    with database.transaction() as db:
        disable_user(db, cast["chelsea"], cast["alice"], MORNING)
    for email in ("nobody@example.test", "chelsea@example.test"):
        ask(anybody, email)
    with database.reading() as db:
        assert db.scalar(select(func.count()).select_from(ResetWish)) == 2
    assert send_resets(database, mailing, clock.now()) == 0
    assert sink.reached == 0


def test_one_address_gets_one_mail_in_a_quarter_of_an_hour(
    anybody: Client, sink: Sink, mailing: Config, database: Database, clock: Clock
) -> None:
    for _ in range(3):
        ask(anybody, "bob@example.test")
        send_resets(database, mailing, clock.now())
    assert len(sink.mails) == 1
    clock.forward(minutes=15)
    send_resets(database, mailing, clock.now())
    ask(anybody, "bob@example.test")
    send_resets(database, mailing, clock.now())
    assert len(sink.mails) == 2
    with database.reading() as db:
        assert len(db.scalars(select(OneTimeToken)).all()) == 2, "the first link is good for its time"


def test_a_mail_that_was_not_taken_is_tried_again_with_a_link_of_its_own(
    sink: Sink, post: SmtpPost, database: Database, cast: dict[str, int]
) -> None:
    with database.transaction() as db:
        wish_reset(db, "bob@example.test", MORNING)
    sink.say["RCPT"] = "451 later"
    assert send_reset(database, post, HEAD, MORNING) is False
    with database.reading() as db:
        assert db.scalars(select(OneTimeToken)).all() == []
    sink.say.clear()
    assert send_reset(database, post, HEAD, MORNING) is True
    assert send_reset(database, post, HEAD, MORNING) is None
    assert len(links_in(sink)) == 1


def test_a_mail_that_is_refused_keeps_no_other_waiting(
    sink: Sink, post: SmtpPost, database: Database, cast: dict[str, int]
) -> None:
    with database.transaction() as db:
        for email in ("alice@example.test", "bob@example.test"):
            wish_reset(db, email, MORNING)
    sink.say["RCPT"] = "550 nobody"
    assert send_reset(database, post, HEAD, MORNING) is False
    sink.say.clear()
    assert send_reset(database, post, HEAD, MORNING) is True
    assert [mail["To"] for mail in sink.mails] == ["bob@example.test"]


def test_a_mail_that_is_put_off_keeps_no_other_waiting(
    mailing: Config, database: Database, cast: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody's own mail server says "later" again and again; a stranger may have asked in her name for that."""
    later, taken = {"bob@example.test"}, []

    def send(_post: SmtpPost, message: EmailMessage, _may_hand_over: object) -> bool:
        if message["To"] in later:
            raise Delayed
        taken.append(message["To"])
        return True

    monkeypatch.setattr(SmtpPost, "send", send)
    with database.transaction() as db:
        for minute, name in enumerate(("bob", "chelsea", "alice")):
            wish_reset(db, f"{name}@example.test", MORNING + timedelta(minutes=minute))
    assert send_resets(database, mailing, MORNING + timedelta(minutes=3)) == 2
    assert taken == ["chelsea@example.test", "alice@example.test"], "in the order in which they asked"
    later.clear()
    assert send_resets(database, mailing, MORNING + timedelta(minutes=4)) == 1


def test_a_server_without_mail_remembers_no_address(
    app: Flask, config: Config, database: Database, cast: dict[str, int]
) -> None:
    ask(Client(app), "bob@example.test")
    with database.reading() as db:
        assert db.scalars(select(ResetWish)).all() == []
    assert send_resets(database, config, MORNING) == 0


def test_whoever_asks_for_many_addresses_fills_a_short_table(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reset_wishes, "MOST", 3)
    with database.transaction() as db:
        for number in range(5):
            wish_reset(db, f"{number}@example.test", MORNING)
        assert db.scalar(select(func.count()).select_from(ResetWish)) == 3
        forget_wishes(db, MORNING + reset_wishes.REMEMBERED)
        assert db.scalar(select(func.count()).select_from(ResetWish)) == 0
