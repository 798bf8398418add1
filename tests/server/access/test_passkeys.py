"""Passkeys against a device written here, so that each part of its answer can be wrong by itself (WebAuthn 2, 7.1, 7.2)."""

import hashlib
import json
import secrets
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import cbor2
import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from sqlalchemy import select
from sqlalchemy.orm import Session
from webauthn.helpers import bytes_to_base64url

from server.access import passkeys, people, second_factors
from server.access.passkeys import Site
from server.errors import MissingParameter, NotFound, Unauthenticated
from server.models import Passkey
from tests.conftest import MORNING

SITE = Site("fangshi.example.test", "https://fangshi.example.test")
PRESENT, VERIFIED, HOLDS_KEY = 0x01, 0x04, 0x40


@dataclass
class Device:
    """A phone with one passkey. What it says of itself can be changed."""

    host: str = SITE.host
    origin: str = SITE.origin
    flags: int = PRESENT | VERIFIED
    count: int = 0
    credential_id: bytes = field(default_factory=lambda: secrets.token_bytes(16))
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    def client_data(self, kind: str, challenge: str) -> bytes:
        return json.dumps({"type": kind, "challenge": challenge, "origin": self.origin}).encode()

    def about(self, more: bytes = b"", flags: int = 0) -> bytes:
        host = hashlib.sha256(self.host.encode()).digest()
        return host + bytes([self.flags | flags]) + self.count.to_bytes(4, "big") + more

    def cose_key(self) -> bytes:
        numbers = self.key.public_key().public_numbers()
        return cbor2.dumps({1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")})

    def make(self, options: dict[str, Any]) -> dict[str, Any]:
        """The answer to navigator.credentials.create, as the page sends it."""
        held = bytes(16) + len(self.credential_id).to_bytes(2, "big") + self.credential_id + self.cose_key()
        attestation = {"fmt": "none", "attStmt": {}, "authData": self.about(held, HOLDS_KEY)}
        response = {
            "clientDataJSON": bytes_to_base64url(self.client_data("webauthn.create", options["challenge"])),
            "attestationObject": bytes_to_base64url(cbor2.dumps(attestation)),
        }
        return self.named(response)

    def show(self, options: dict[str, Any]) -> dict[str, Any]:
        """The answer to navigator.credentials.get."""
        self.count += 1
        client, about = self.client_data("webauthn.get", options["challenge"]), self.about()
        signed = self.key.sign(about + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        response = {
            "clientDataJSON": bytes_to_base64url(client),
            "authenticatorData": bytes_to_base64url(about),
            "signature": bytes_to_base64url(signed),
        }
        return self.named(response)

    def named(self, response: dict[str, str]) -> dict[str, Any]:
        name = bytes_to_base64url(self.credential_id)
        return {"id": name, "rawId": name, "type": "public-key", "response": response, "clientExtensionResults": {}}


@pytest.fixture
def dora(db: Session) -> int:
    return people.create_user(db, "dora@example.test", None, "dora", None, MORNING).actor_id


def register(db: Session, actor_id: int, device: Device, name: str = "办公室电脑") -> list[str]:
    token, options = passkeys.begin_registration(db, actor_id, SITE, MORNING)
    return passkeys.finish_registration(db, actor_id, token, device.make(options), name, SITE, MORNING)


def sign_in(db: Session, device: Device) -> int:
    token, options = passkeys.begin_passkey_sign_in(db, SITE, MORNING)
    return passkeys.finish_passkey_sign_in(db, token, device.show(options), SITE, MORNING)


def test_a_passkey_is_made_and_signs_its_owner_in_as_often_as_she_likes(db: Session, dora: int) -> None:
    device = Device()
    assert len(register(db, dora, device)) == 10, "the first factor brings codes on paper"
    assert second_factors.asks_second_factor(db, dora)
    assert [sign_in(db, device) for _ in range(3)] == [dora] * 3
    row = db.scalars(select(Passkey)).one()
    assert (row.name, row.sign_count, row.last_used_at) == ("办公室电脑", 3, MORNING)


def test_what_is_asked_for_names_nobody_and_demands_a_finger_or_a_pin(db: Session, dora: int) -> None:
    _, options = passkeys.begin_registration(db, dora, SITE, MORNING)
    assert options["authenticatorSelection"]["userVerification"] == "required"
    assert options["authenticatorSelection"]["residentKey"] == "required"
    _, options = passkeys.begin_passkey_sign_in(db, SITE, MORNING)
    assert options["userVerification"] == "required" and not options.get("allowCredentials")


WRONG = {
    "another site's page": {"origin": "https://evil.test"},
    "another site's key": {"host": "evil.test"},
    "no finger and no PIN": {"flags": PRESENT},
    "nobody there": {"flags": VERIFIED},
    "another key": {"key": ec.generate_private_key(ec.SECP256R1())},
    "an unknown one": {"credential_id": b"unknown"},
    "a copy that signed less often": {"count": 2},
}


@pytest.mark.parametrize("change", WRONG.values(), ids=list(WRONG))
def test_a_passkey_that_does_not_fit_signs_nobody_in(db: Session, dora: int, change: dict[str, Any]) -> None:
    device = Device(count=5)
    register(db, dora, device)
    for name, value in change.items():
        setattr(device, name, value)
    with pytest.raises(Unauthenticated):
        sign_in(db, device)


@pytest.mark.parametrize("change", list(WRONG.values())[:4], ids=list(WRONG)[:4])
def test_a_passkey_made_wrongly_is_not_kept(db: Session, dora: int, change: dict[str, Any]) -> None:
    with pytest.raises(Unauthenticated):
        register(db, dora, Device(**change))
    assert db.scalars(select(Passkey)).all() == []


def test_an_answer_is_good_once_for_its_own_question_and_in_time(db: Session, dora: int) -> None:
    device = Device()
    register(db, dora, device)
    token, options = passkeys.begin_passkey_sign_in(db, SITE, MORNING)
    other, _ = passkeys.begin_passkey_sign_in(db, SITE, MORNING)
    answer = device.show(options)
    for wrong, at in ((other, MORNING), (None, MORNING), (token, MORNING + timedelta(minutes=10))):
        with pytest.raises(Unauthenticated):
            passkeys.finish_passkey_sign_in(db, wrong, answer, SITE, at)
    assert passkeys.finish_passkey_sign_in(db, token, answer, SITE, MORNING) == dora
    with pytest.raises(Unauthenticated):
        passkeys.finish_passkey_sign_in(db, token, answer, SITE, MORNING)


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"id": 1},
        {"id": "AAAA"},
        {"id": "é"},
        {"id": None, "response": []},
        {"id": "AAAA", "rawId": "AAAA", "type": "public-key", "response": {}},
    ],
)
def test_what_is_no_answer_at_all_is_refused(db: Session, dora: int, answer: dict[str, Any]) -> None:
    register(db, dora, Device())
    token, _ = passkeys.begin_passkey_sign_in(db, SITE, MORNING)
    with pytest.raises(Unauthenticated):
        passkeys.finish_passkey_sign_in(db, token, answer, SITE, MORNING)
    token, _ = passkeys.begin_registration(db, dora, SITE, MORNING)
    with pytest.raises(Unauthenticated):
        passkeys.finish_registration(db, dora, token, answer, "x", SITE, MORNING)


@pytest.mark.parametrize("part", ["clientDataJSON", "authenticatorData", "signature"])
@pytest.mark.parametrize("value", [1, None, "", "AAAA", "é", "e30"])
def test_a_broken_part_of_an_answer_is_refused(db: Session, dora: int, part: str, value: Any) -> None:
    device = Device()
    register(db, dora, device)
    token, options = passkeys.begin_passkey_sign_in(db, SITE, MORNING)
    answer = device.show(options)
    answer["response"][part] = value
    with pytest.raises(Unauthenticated):
        passkeys.finish_passkey_sign_in(db, token, answer, SITE, MORNING)


@pytest.mark.parametrize("value", [1, None, "", "AAAA", "e30", bytes_to_base64url(cbor2.dumps({"fmt": "none"}))])
def test_a_broken_attestation_is_refused(db: Session, dora: int, value: Any) -> None:
    token, options = passkeys.begin_registration(db, dora, SITE, MORNING)
    answer = Device().make(options)
    answer["response"]["attestationObject"] = value
    with pytest.raises(Unauthenticated):
        passkeys.finish_registration(db, dora, token, answer, "x", SITE, MORNING)


HOSTILE = {
    "no key at all": {"key": b""},
    "a list for text": {"fmt": "android-safetynet", "attStmt": {"ver": "2.0", "response": [b"x"]}},
    "an endless name": {"credential_id": bytes(1024)},
}


@pytest.mark.parametrize("change", HOSTILE.values(), ids=list(HOSTILE))
def test_a_hostile_attestation_is_refused_and_nothing_breaks(db: Session, dora: int, change: dict[str, Any]) -> None:
    token, options = passkeys.begin_registration(db, dora, SITE, MORNING)
    device = Device(credential_id=change.get("credential_id", b"x" * 16))
    name, key = device.credential_id, change.get("key")
    held = bytes(16) + len(name).to_bytes(2, "big") + name + (device.cose_key() if key is None else cbor2.dumps(key))
    made = {"fmt": "none", "attStmt": {}, "authData": device.about(held, HOLDS_KEY), **change}
    answer = device.make(options)
    answer["response"]["attestationObject"] = bytes_to_base64url(cbor2.dumps(made))
    with pytest.raises(Unauthenticated):
        passkeys.finish_registration(db, dora, token, answer, "x", SITE, MORNING)


def test_a_disabled_persons_passkey_opens_nothing(db: Session, dora: int) -> None:
    device = Device()
    register(db, dora, device)
    people.disable_user(db, dora, dora, MORNING)
    with pytest.raises(Unauthenticated):
        sign_in(db, device)


def test_a_passkey_is_renamed_and_taken_away_by_its_owner_only(db: Session, dora: int) -> None:
    device, other = Device(), people.create_user(db, "o@example.test", None, None, None, MORNING).actor_id
    register(db, dora, device)
    key = db.scalars(select(Passkey)).one()
    for act in (
        lambda: passkeys.rename_passkey(db, other, key.id, "x"),
        lambda: passkeys.remove_passkey(db, other, key.id, MORNING),
    ):
        with pytest.raises(NotFound):
            act()
    with pytest.raises(MissingParameter):
        passkeys.rename_passkey(db, dora, key.id, "  ")
    passkeys.rename_passkey(db, dora, key.id, " 手机 ")
    assert db.scalars(select(Passkey.name)).one() == "手机"
    passkeys.remove_passkey(db, dora, key.id, MORNING)
    with pytest.raises(Unauthenticated):
        sign_in(db, device)
    assert not second_factors.asks_second_factor(db, dora)
    assert second_factors.get_factors(db, dora).recovery_codes_left == 0


def test_one_key_is_made_once(db: Session, dora: int) -> None:
    device = Device()
    register(db, dora, device)
    with pytest.raises(Unauthenticated):
        register(db, dora, device)
    _, options = passkeys.begin_registration(db, dora, SITE, MORNING)
    assert [one["id"] for one in options["excludeCredentials"]] == [bytes_to_base64url(device.credential_id)]


def test_somebody_elses_question_makes_nobody_a_key(db: Session, dora: int) -> None:
    other = people.create_user(db, "o@example.test", None, None, None, MORNING).actor_id
    token, options = passkeys.begin_registration(db, dora, SITE, MORNING)
    with pytest.raises(Unauthenticated):
        passkeys.finish_registration(db, other, token, Device().make(options), "x", SITE, MORNING)
