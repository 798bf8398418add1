"""What slows down who guesses passwords, with the clock in hand."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from server.access import signing_in
from server.access.people import create_user
from server.access.signing_in import FailedTries, check_sign_in
from server.errors import TooManyTries, Unauthenticated
from tests.conftest import MORNING, PASSWORD

EMAIL = "dora@example.test"


@pytest.fixture
def tries(db: Session) -> FailedTries:
    create_user(db, EMAIL, PASSWORD, None, None, MORNING)
    create_user(db, "other@example.test", PASSWORD, None, None, MORNING)
    return FailedTries()


def fail(db: Session, tries: FailedTries, email: str, minutes: float, network: str = "10.0.0.1") -> type[Exception]:
    with pytest.raises((Unauthenticated, TooManyTries)) as caught:
        check_sign_in(db, tries, email, "wrong", network, MORNING + timedelta(minutes=minutes))
    return caught.type


def test_five_failures_are_free_the_sixth_waits_until_the_first_is_old(db: Session, tries: FailedTries) -> None:
    assert [fail(db, tries, EMAIL, minute) for minute in range(5)] == [Unauthenticated] * 5
    with pytest.raises(TooManyTries) as caught:
        check_sign_in(db, tries, EMAIL, PASSWORD, "10.0.0.1", MORNING + timedelta(minutes=5))
    assert caught.value.details["seconds"] == 10 * 60 + 1
    assert check_sign_in(db, tries, EMAIL, PASSWORD, "10.0.0.1", MORNING + timedelta(minutes=15)).is_person


def test_a_right_password_forgets_the_failures_before(db: Session, tries: FailedTries) -> None:
    for _ in range(4):
        fail(db, tries, EMAIL, 0)
    check_sign_in(db, tries, EMAIL, PASSWORD, "10.0.0.1", MORNING)
    assert [fail(db, tries, EMAIL, 1) for _ in range(5)] == [Unauthenticated] * 5


def test_an_account_is_one_whatever_its_capitals(db: Session, tries: FailedTries) -> None:
    for number in range(5):
        fail(db, tries, EMAIL.upper() if number % 2 else f" {EMAIL}", 0)
    assert fail(db, tries, EMAIL, 0) is TooManyTries


def test_an_address_that_fails_a_hundred_times_waits_but_what_is_right_goes_through(
    db: Session, tries: FailedTries
) -> None:
    for number in range(100):
        assert fail(db, tries, f"made-up-{number}@example.test", 0) is Unauthenticated
    assert fail(db, tries, "one-more@example.test", 1) is TooManyTries
    assert fail(db, tries, "one-more@example.test", 1, network="10.0.0.2") is Unauthenticated
    assert check_sign_in(db, tries, EMAIL, PASSWORD, "10.0.0.1", MORNING + timedelta(minutes=1)).is_person


def test_every_answer_takes_one_hash(db: Session, tries: FailedTries, monkeypatch: pytest.MonkeyPatch) -> None:
    checked: list[str] = []
    real = signing_in.check_credentials

    def counting(session: Session, email: str, password: str) -> object:
        checked.append(email)
        return real(session, email, password)

    monkeypatch.setattr(signing_in, "check_credentials", counting)
    for _ in range(7):
        fail(db, tries, EMAIL, 0)
    fail(db, tries, "nobody@example.test", 0)
    assert len(checked) == 8


def test_made_up_accounts_do_not_fill_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signing_in, "MOST_KEYS", 10)
    tries = FailedTries()
    for number in range(100):
        tries.note(f"account {number}", 5, MORNING)
    assert len(tries._failed) <= 10
