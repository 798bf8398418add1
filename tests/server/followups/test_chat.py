"""One text to a real HTTPS server that stands for each bot, in the shape that apprise gives it, with what it may answer."""

import hashlib
import hmac
import json
import logging
from datetime import timedelta
from urllib.parse import parse_qs

import pytest

from server.access import outbound
from server.followups.channels import Destination
from server.followups.chat import send
from server.followups.handing_over import REASONS, Delayed, HandOver, Refused, Unknown
from tests.http_sink import BOTS, HttpSink

KEY = "a1b2c3d4e5f60718293a4b5c6d7e8f90"
ALLOWED = frozenset({"127.0.0.1", "gateway.test", *BOTS})
TEXT = "访视：紧急提醒\nW-0231，上门访视：紧急，请今天跟进。"
BOT = Destination("wecom", KEY)


def yes() -> bool:
    return True


def hook(http_sink: HttpSink, secret: str = "") -> Destination:
    return Destination("webhook", f"{http_sink.url}/in?for=us", secret)


@pytest.mark.parametrize(
    ("destination", "host", "path", "told"),
    [
        (BOT, BOTS[0], f"/cgi-bin/webhook/send?key={KEY}", {"msgtype": "text", "text": {"content": TEXT}}),
        (
            Destination("dingtalk", KEY),
            BOTS[1],
            f"/robot/send?access_token={KEY}",
            {"msgtype": "text", "at": {"atMobiles": [], "isAtAll": False}, "text": {"content": TEXT}},
        ),
        (
            Destination("feishu", KEY),
            BOTS[2],
            f"/open-apis/bot/v2/hook/{KEY}/",
            {"msg_type": "text", "content": {"text": TEXT}},
        ),
        (
            Destination("lark", KEY),
            BOTS[3],
            f"/open-apis/bot/v2/hook/{KEY}",
            {"msg_type": "text", "content": {"text": TEXT}},
        ),
    ],
)
def test_each_bot_gets_its_own_shape(
    http_sink: HttpSink,
    monkeypatch: pytest.MonkeyPatch,
    destination: Destination,
    host: str,
    path: str,
    told: dict[str, object],
) -> None:
    http_sink.stand_for_bots(monkeypatch)
    assert send(destination, TEXT, "m", ALLOWED, yes)
    [got] = http_sink.got
    assert (got.host, got.path, got.told) == (host, path, told)


def test_a_bot_of_dingtalk_with_a_secret_gets_a_signature(http_sink: HttpSink, monkeypatch: pytest.MonkeyPatch) -> None:
    http_sink.stand_for_bots(monkeypatch)
    send(Destination("dingtalk", KEY, "SEC1234"), TEXT, "m", ALLOWED, yes)
    asked = parse_qs(http_sink.got[0].path.partition("?")[2])
    assert asked.keys() == {"access_token", "timestamp", "sign"}


def test_a_hook_gets_json_with_a_mark_and_a_signature(http_sink: HttpSink) -> None:
    assert send(hook(http_sink, "s3cret"), TEXT, "mark-of-it", ALLOWED, yes)
    [got] = http_sink.got
    assert (got.path, got.told["message"], got.told["type"]) == ("/in?for=us", TEXT, "info")
    assert got.headers["idempotency-key"] == "mark-of-it"
    signed = hmac.new(b"s3cret", got.body, hashlib.sha256).hexdigest()
    assert got.headers["x-fangshi-signature"] == f"sha256={signed}"
    assert "s3cret" not in str(got.headers)


def test_a_gateway_for_text_messages_gets_a_form_with_the_number(
    http_sink: HttpSink, monkeypatch: pytest.MonkeyPatch
) -> None:
    http_sink.stand_for_bots(monkeypatch, "gateway.test")
    send(Destination("sms", "https://gateway.test/send", "t0ken", "13800138000"), TEXT, "m", ALLOWED, yes)
    [got] = http_sink.got
    told = parse_qs(got.body.decode())
    assert (told["to"], told["message"]) == (["13800138000"], [TEXT])
    assert got.headers["authorization"] == "Bearer t0ken"


@pytest.mark.parametrize(
    ("status", "body", "error", "why"),
    [
        (200, b'{"errcode": 93000, "errmsg": "invalid webhook url"}', Refused, "code:93000"),
        (200, b'{"errcode": 45009, "errmsg": "api freq out of limit"}', Delayed, "busy"),
        (200, b"<html>hello</html>", Unknown, "unknown"),
        (200, b"[]", Unknown, "unknown"),
        (200, b"{}", Unknown, "unknown"),
        (200, b"[" * 50_000, Unknown, "unknown"),
        (404, b"nobody", Refused, "status:404"),
        (302, b"", Refused, "redirected"),
        (500, b"", Delayed, "busy"),
        (503, b"", Delayed, "busy"),
        (429, b"", Delayed, "busy"),
        (502, b"", Unknown, "unknown"),
        (504, b"", Unknown, "unknown"),
    ],
)
def test_what_a_bot_answers_is_a_yes_or_it_is_known_why_not(
    http_sink: HttpSink,
    monkeypatch: pytest.MonkeyPatch,
    status: int,
    body: bytes,
    error: type[HandOver],
    why: str,
) -> None:
    http_sink.stand_for_bots(monkeypatch)
    http_sink.status, http_sink.body = status, body
    with pytest.raises(error) as caught:
        send(BOT, TEXT, "m", ALLOWED, yes)
    assert caught.value.why == why
    assert why.partition(":")[0] in REASONS
    assert len(http_sink.got) == 1


def test_who_asks_to_wait_is_heard(http_sink: HttpSink) -> None:
    http_sink.status, http_sink.headers = 429, {"Retry-After": "600"}
    with pytest.raises(Delayed) as caught:
        send(hook(http_sink), TEXT, "m", ALLOWED, yes)
    assert caught.value.after == timedelta(minutes=10)


@pytest.mark.parametrize("fault", ["hang", "cut"])
def test_a_hook_whose_answer_was_not_heard_is_unknown(
    http_sink: HttpSink, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    monkeypatch.setattr(outbound, "PATIENCE", 0.4)
    http_sink.fault = fault
    with pytest.raises(Unknown):
        send(hook(http_sink), TEXT, "m", ALLOWED, yes)


def test_a_hook_that_says_yes_and_then_talks_on_has_taken_it(http_sink: HttpSink) -> None:
    http_sink.fault = "endless"
    assert send(hook(http_sink), TEXT, "m", ALLOWED, yes)


def test_a_redirect_inside_is_not_followed(http_sink: HttpSink) -> None:
    http_sink.status, http_sink.headers = 307, {"Location": f"{http_sink.url}/inside"}
    with pytest.raises(Refused):
        send(hook(http_sink), TEXT, "m", ALLOWED, yes)
    assert [one.path for one in http_sink.got] == ["/in?for=us"]


def test_an_address_inside_is_refused_before_anybody_is_called(http_sink: HttpSink) -> None:
    with pytest.raises(Refused) as caught:
        send(hook(http_sink), TEXT, "m", frozenset(), yes)
    assert (caught.value.why, http_sink.reached) == ("not_allowed", 0)


def test_who_may_not_hand_over_sends_nothing(http_sink: HttpSink) -> None:
    assert not send(hook(http_sink), TEXT, "m", ALLOWED, lambda: False)
    assert (http_sink.reached, http_sink.got) == (1, [])


def test_a_gateway_s_words_are_short_and_without_secrets(http_sink: HttpSink) -> None:
    address = f"{http_sink.url}/in/{KEY}"
    http_sink.status = 400
    http_sink.body = f"no such hook /in/{KEY} at {address} for 13800138000, token t0p-secret\n<b>".encode() * 9
    with pytest.raises(Refused) as caught:
        send(Destination("webhook", address, "t0p-secret"), TEXT, "m", ALLOWED, yes)
    assert caught.value.said.startswith("no such hook …")
    assert not [one for one in (KEY, "t0p-secret", "13800138000", "127.0.0.1", "<") if one in caught.value.said]
    assert len(caught.value.said) <= 80


def test_nothing_of_it_is_logged(http_sink: HttpSink, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    http_sink.status = 404
    with pytest.raises(Refused):
        send(Destination("webhook", f"{http_sink.url}/in/{KEY}", "s3cret"), TEXT, "m", ALLOWED, yes)
    with pytest.raises(Refused):
        send(Destination("dingtalk", "no key!"), TEXT, "m", ALLOWED, yes)
    assert KEY not in caplog.text
    assert "no key!" not in caplog.text
    assert "W-0231" not in caplog.text


def test_a_destination_tells_nothing_of_itself() -> None:
    told = repr(Destination("sms", KEY, "s3cret", "13800138000"))
    assert not [one for one in (KEY, "s3cret", "13800138000") if one in told]
    assert "kind='sms'" in told


def test_others_of_this_process_have_requests_as_ever() -> None:
    import requests

    from server.followups.chat import plugin

    plugin("wecom")
    assert requests.post.__module__ == "requests.api"
    assert json.dumps(requests.codes.ok) == "200"
