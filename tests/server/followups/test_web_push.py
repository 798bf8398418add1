"""Web push: off until a town sets it up, sealed for one browser, signed by the town's key, and neutral like every word."""

import json
from datetime import timedelta

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from sqlalchemy import text

from server import clock
from server.db import Database
from server.errors import Problem
from server.followups.channels import (
    WEB_PUSH,
    Destination,
    Owner,
    bots_of,
    destination_of,
    get_channel,
    push_key_of,
    put_channel,
    read_destination,
    remove_channel,
)
from server.followups.chat import send
from server.followups.handing_over import Delayed, HandOver, Refused, Unknown
from server.followups.push_keys import make_key, public_part
from tests.http_sink import HttpSink
from tests.server.followups.a_browser import ABrowser, as_bytes
from tests.server.followups.chatting import ALLOWED, send_all, who_sets
from tests.server.followups.posting import deliver, rows, states, tell
from tests.server.followups.staff import MORNING, Staff

CONTACT = "duty@shiqiao.example"
TEXT = "访视：紧急提醒\nW-0231，上门访视：紧急，请今天跟进。"


def put(database: Database, owner: Owner, destination: Destination) -> None:
    with database.transaction() as db:
        put_channel(db, owner, destination, True, True, who_sets(db, owner), MORNING)


def a_push(http_sink: HttpSink, browser: ABrowser, key: str = "") -> Destination:
    return Destination(WEB_PUSH, f"{http_sink.url}/push/1", browser.secret, contact=CONTACT, key=key or make_key())


def yes() -> bool:
    return True


def test_our_browser_opens_the_example_of_rfc_8291() -> None:
    number = int.from_bytes(as_bytes("q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94"))
    browser = ABrowser(ec.derive_private_key(number, ec.SECP256R1()), as_bytes("BTBZMqHH6r4Tts7J_aSIgg"))
    body = (
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95b"
        "Qpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
    )
    assert browser.open(as_bytes(body)) == "When I grow up, I want to be a watermelon"


def test_a_text_is_sealed_for_the_browser_and_signed_by_the_town(http_sink: HttpSink) -> None:
    http_sink.status, http_sink.body = 201, b""
    browser, key = ABrowser(), make_key()
    assert send(a_push(http_sink, browser, key), TEXT, "m", ALLOWED, yes)
    [got] = http_sink.got
    assert (got.path, browser.open(got.body)) == ("/push/1", TEXT)
    assert (got.headers["content-encoding"], got.headers["ttl"]) == ("aes128gcm", str(12 * 3600))
    scheme, token, public = got.headers["authorization"].replace(",", "").split()
    assert (scheme, public) == ("vapid", f"k={public_part(key)}")
    told = check_signature(token.removeprefix("t="), public_part(key))
    assert (told["aud"], told["sub"]) == (http_sink.url, f"mailto:{CONTACT}")
    assert 0 < told["exp"] - clock.now().timestamp() <= timedelta(hours=24).total_seconds()


def check_signature(token: str, public: str) -> dict[str, object]:
    """What the token says. Raises InvalidSignature."""
    head, body, signature = token.split(".")
    raw = as_bytes(signature)
    signed = encode_dss_signature(int.from_bytes(raw[:32]), int.from_bytes(raw[32:]))
    key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), as_bytes(public))
    key.verify(signed, f"{head}.{body}".encode(), ec.ECDSA(hashes.SHA256()))
    told: dict[str, object] = json.loads(as_bytes(body))
    return told


@pytest.mark.parametrize(
    ("status", "error", "why"),
    [
        (404, Refused, "gone"),
        (410, Refused, "gone"),
        (403, Refused, "status:403"),
        (429, Delayed, "busy"),
        (503, Delayed, "busy"),
        (504, Unknown, "unknown"),
    ],
)
def test_what_the_makers_of_browsers_answer(http_sink: HttpSink, status: int, error: type[HandOver], why: str) -> None:
    http_sink.status, http_sink.body = status, b""
    with pytest.raises(error) as caught:
        send(a_push(http_sink, ABrowser()), TEXT, "m", ALLOWED, yes)
    assert caught.value.why == why


@pytest.mark.parametrize("change", [{"secret": "x.y"}, {"key": "no key"}, {"contact": "nobody"}])
def test_what_is_not_whole_is_refused_before_anything_is_sent(http_sink: HttpSink, change: dict[str, str]) -> None:
    told = {"address": f"{http_sink.url}/push/1", "secret": ABrowser().secret, "contact": CONTACT, "key": make_key()}
    with pytest.raises(Refused) as caught:
        send(Destination(WEB_PUSH, **{**told, **change}), TEXT, "m", ALLOWED, yes)
    assert (caught.value.why, http_sink.reached) == ("not_whole", 0)


def test_a_town_has_it_off_until_somebody_sets_it_up_and_off_again(database: Database, staff: Staff) -> None:
    town, chen = Owner(project_id=staff.project.id), Owner(actor_id=staff.chen)
    browser = ABrowser()
    put(database, chen, Destination(WEB_PUSH, "https://push.example.test/1", browser.secret))
    with database.reading() as db:
        assert push_key_of(db, staff.project.id) == ""
        assert destination_of(db, get_channel(db, chen, WEB_PUSH), staff.project.id) is None
    put(database, town, read_destination(town, WEB_PUSH, CONTACT, "", "", ALLOWED))
    with database.reading() as db:
        to = destination_of(db, get_channel(db, chen, WEB_PUSH), staff.project.id)
        assert to is not None
        assert (to.address, to.secret, to.contact) == ("https://push.example.test/1", browser.secret, CONTACT)
        assert public_part(to.key) == push_key_of(db, staff.project.id)
        assert bots_of(db, {staff.project.id}) == {}, "what it sets up reaches nobody by itself"
        assert b"PRIVATE" not in b"".join(
            map(bytes, db.scalars(text("SELECT destination_json FROM notification_channel")))
        )
    with database.transaction() as db:
        remove_channel(db, town, WEB_PUSH, staff.lead, MORNING)
        assert destination_of(db, get_channel(db, chen, WEB_PUSH), staff.project.id) is None


def test_another_contact_leaves_browsers_their_key(database: Database, staff: Staff) -> None:
    town = Owner(project_id=staff.project.id)
    keys = []
    for contact in (CONTACT, "other@shiqiao.example"):
        put(database, town, Destination(WEB_PUSH, contact=contact))
        with database.reading() as db:
            keys.append(push_key_of(db, staff.project.id))
    assert keys[0] == keys[1] != ""


@pytest.mark.parametrize(
    ("address", "secret"),
    [
        ("https://10.0.0.7/push", None),
        ("http://1.1.1.1/push", None),
        ("https://1.1.1.1/push", "short.short"),
        ("https://1.1.1.1/push", ""),
        ("", None),
    ],
)
def test_what_no_browser_made_is_refused(address: str, secret: str | None) -> None:
    with pytest.raises(Problem):
        read_destination(
            Owner(actor_id=7), WEB_PUSH, address, ABrowser().secret if secret is None else secret, "", frozenset()
        )


@pytest.mark.parametrize("contact", ["nobody", "a@b", "a b@c.cn", "https://1.1.1.1/", ""])
def test_a_town_names_a_mail_address(contact: str) -> None:
    with pytest.raises(Problem):
        read_destination(Owner(project_id=7), WEB_PUSH, contact, "", "", frozenset())


def test_an_overdue_visit_reaches_the_browser_in_neutral_words(
    database: Database, staff: Staff, http_sink: HttpSink
) -> None:
    browser = ABrowser()
    put(database, Owner(actor_id=staff.chen), Destination(WEB_PUSH, f"{http_sink.url}/push/1", browser.secret))
    put(database, Owner(project_id=staff.project.id), Destination(WEB_PUSH, contact=CONTACT))
    row = tell(database, staff)
    deliver(database, MORNING)
    assert send_all(database, MORNING) == ["sent"]
    [got] = http_sink.got
    said = browser.open(got.body)
    assert said == "访视：一条提醒\nW-0231，上门访视：超期 1 天。\n请打开访视查看：https://town.test/inbox"
    assert not [word for word in ("王", "ANC", row.subject) if word in f"{said}{got.headers}"]


def test_where_the_town_took_it_away_nothing_leaves_and_nothing_fails(
    database: Database, staff: Staff, http_sink: HttpSink
) -> None:
    put(database, Owner(actor_id=staff.chen), Destination(WEB_PUSH, f"{http_sink.url}/push/1", ABrowser().secret))
    tell(database, staff)
    deliver(database, MORNING)
    send_all(database, MORNING)
    assert (states(database, WEB_PUSH), http_sink.got, len(rows(database, "inbox"))) == (["taken_back"], [], 1)
