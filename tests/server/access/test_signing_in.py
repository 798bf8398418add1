"""What slows down who guesses passwords, with the clock in hand."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.access import signing_in
from server.access.people import create_user
from server.access.signing_in import check_sign_in, forget_failures, has_failed, note_failure
from server.errors import TooManyTries, Unauthenticated
from server.models import FailedSignIn
from tests.conftest import MORNING, PASSWORD

EMAIL = "dora@example.test"


@pytest.fixture(autouse=True)
def accounts(db: Session) -> None:
    create_user(db, EMAIL, PASSWORD, None, None, MORNING)
    create_user(db, "other@example.test", PASSWORD, None, None, MORNING)


def fail(db: Session, email: str, minutes: float, network: str = "10.0.0.1") -> type[Exception]:
    at = MORNING + timedelta(minutes=minutes)
    with pytest.raises((Unauthenticated, TooManyTries)) as caught:
        check_sign_in(db, email, "wrong", network, at)
    note_failure(db, email, network, at)
    return caught.type


def test_five_failures_are_free_the_sixth_waits_until_the_first_is_old(db: Session) -> None:
    assert [fail(db, EMAIL, minute) for minute in range(5)] == [Unauthenticated] * 5
    with pytest.raises(TooManyTries) as caught:
        check_sign_in(db, EMAIL, PASSWORD, "10.0.0.1", MORNING + timedelta(minutes=5))
    assert caught.value.details["seconds"] == 10 * 60 + 1
    assert check_sign_in(db, EMAIL, PASSWORD, "10.0.0.1", MORNING + timedelta(minutes=15)).is_person


def test_a_right_password_forgets_the_failures_before(db: Session) -> None:
    for _ in range(4):
        fail(db, EMAIL, 0)
    assert has_failed(db, EMAIL)
    forget_failures(db, EMAIL)
    assert not has_failed(db, EMAIL)
    assert [fail(db, EMAIL, 1) for _ in range(5)] == [Unauthenticated] * 5


def test_an_account_is_one_whatever_its_capitals(db: Session) -> None:
    for number in range(5):
        fail(db, EMAIL.upper() if number % 2 else f" {EMAIL}", 0)
    assert fail(db, EMAIL, 0) is TooManyTries


def test_an_address_that_fails_a_hundred_times_waits_but_what_is_right_goes_through(
    db: Session,
) -> None:
    for number in range(100):
        assert fail(db, f"made-up-{number}@example.test", 0) is Unauthenticated
    assert fail(db, "one-more@example.test", 1) is TooManyTries
    assert fail(db, "one-more@example.test", 1, network="10.0.0.2") is Unauthenticated
    assert check_sign_in(db, EMAIL, PASSWORD, "10.0.0.1", MORNING + timedelta(minutes=1)).is_person


def test_every_answer_takes_one_hash(db: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    checked: list[str] = []
    real = signing_in.check_credentials

    def counting(session: Session, email: str, password: str) -> object:
        checked.append(email)
        return real(session, email, password)

    monkeypatch.setattr(signing_in, "check_credentials", counting)
    for _ in range(7):
        fail(db, EMAIL, 0)
    fail(db, "nobody@example.test", 0)
    assert len(checked) == 8


def test_failures_are_kept_for_a_quarter_of_an_hour_and_without_what_was_typed(db: Session) -> None:
    fail(db, "my password by mistake", 0)
    rows = db.scalars(select(FailedSignIn)).all()
    assert len(rows) == 2 and all(len(row.key) == 32 for row in rows)

    fail(db, EMAIL, 16)
    assert len(db.scalars(select(FailedSignIn)).all()) == 2
