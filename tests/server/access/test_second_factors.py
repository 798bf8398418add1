"""Codes of an app and codes on paper, with the clock in hand."""

from datetime import timedelta

import pyotp
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.access import second_factors
from server.access.people import create_user
from server.errors import Unauthenticated
from server.models import Audit, RecoveryCode
from tests.conftest import MORNING, PASSWORD


@pytest.fixture
def dora(db: Session) -> int:
    return create_user(db, "dora@example.test", PASSWORD, None, None, MORNING).actor_id


def set_up(db: Session, actor_id: int) -> tuple[str, list[str]]:
    """The app's secret, and the codes on paper; the code of MORNING is used."""
    secret = second_factors.begin_authenticator(db, actor_id, MORNING)
    return secret, second_factors.confirm_authenticator(db, actor_id, code_at(secret), MORNING)


def code_at(secret: str, seconds: float = 0) -> str:
    return pyotp.TOTP(secret).at(MORNING + timedelta(seconds=seconds))


def takes(db: Session, actor_id: int, code: str, seconds: float = 0) -> bool:
    try:
        second_factors.check_code(db, actor_id, code, MORNING + timedelta(seconds=seconds))
    except Unauthenticated:
        return False
    return True


def test_an_app_counts_once_its_first_code_was_typed(db: Session, dora: int) -> None:
    secret = second_factors.begin_authenticator(db, dora, MORNING)
    assert not second_factors.asks_second_factor(db, dora)
    assert not takes(db, dora, code_at(secret))
    with pytest.raises(Unauthenticated):
        second_factors.confirm_authenticator(db, dora, "000000", MORNING)
    codes = second_factors.confirm_authenticator(db, dora, f" {code_at(secret)[:3]} {code_at(secret)[3:]}", MORNING)
    assert second_factors.asks_second_factor(db, dora) and len(set(codes)) == 10


def test_a_code_is_good_once_and_so_is_none_before_it(db: Session, dora: int) -> None:
    secret, _ = set_up(db, dora)
    assert not takes(db, dora, code_at(secret)), "it was used to set the app up"
    assert takes(db, dora, code_at(secret, 60), 60)
    assert not takes(db, dora, code_at(secret, 60), 61)
    assert not takes(db, dora, code_at(secret, 30), 61)


@pytest.mark.parametrize(("off", "fits"), [(-90, False), (-30, True), (0, True), (30, True), (90, False)])
def test_a_phones_clock_may_be_off_by_half_a_minute(db: Session, dora: int, off: int, fits: bool) -> None:
    secret, _ = set_up(db, dora)
    assert takes(db, dora, code_at(secret, 600 + off), 600) is fits


@pytest.mark.parametrize("code", ["", "12345", "1234567", "abcdef", "１２３４５６", "aaaa-aaaa-aaaa-aaaa"])
def test_what_is_no_code_is_not_taken(db: Session, dora: int, code: str) -> None:
    set_up(db, dora)
    assert not takes(db, dora, code, 600)


def test_a_code_on_paper_is_good_once_however_it_is_typed_and_only_hers(db: Session, dora: int) -> None:
    _, codes = set_up(db, dora)
    other = create_user(db, "other@example.test", PASSWORD, None, None, MORNING).actor_id
    assert not takes(db, other, codes[0])
    assert takes(db, dora, codes[0].upper().replace("-", " "))
    assert not takes(db, dora, codes[0])
    assert takes(db, dora, codes[1])
    assert second_factors.get_factors(db, dora).recovery_codes_left == 8
    stored = b"".join(db.scalars(select(RecoveryCode.code_hash)))
    assert not any(code.encode() in stored for code in codes)


def test_new_codes_on_paper_end_the_old_ones(db: Session, dora: int) -> None:
    _, codes = set_up(db, dora)
    new = second_factors.make_recovery_codes(db, dora, MORNING)
    assert not takes(db, dora, codes[0]) and takes(db, dora, new[0])


def test_a_second_app_is_not_set_up_over_the_first(db: Session, dora: int) -> None:
    set_up(db, dora)
    with pytest.raises(Unauthenticated):
        second_factors.begin_authenticator(db, dora, MORNING)


def test_codes_on_paper_go_with_the_last_factor(db: Session, dora: int) -> None:
    _, codes = set_up(db, dora)
    second_factors.remove_authenticator(db, dora, MORNING)
    assert not second_factors.asks_second_factor(db, dora)
    assert not takes(db, dora, codes[0])


def test_an_administrator_takes_all_away_and_it_is_written_down_who_did(db: Session, dora: int) -> None:
    set_up(db, dora)
    by = create_user(db, "ada@example.test", PASSWORD, None, None, MORNING).actor_id
    second_factors.remove_all(db, dora, by, MORNING)
    assert not second_factors.asks_second_factor(db, dora)
    row = db.scalars(select(Audit).where(Audit.action == "user.second_factor.delete")).one()
    assert (row.actor_id, row.actee_actor_id) == (by, dora)


def test_the_secret_is_sealed_in_the_database(db: Session, dora: int) -> None:
    secret, _ = set_up(db, dora)
    stored = db.connection().exec_driver_sql("SELECT secret FROM authenticator").scalar()
    assert secret.encode() not in bytes(stored)
