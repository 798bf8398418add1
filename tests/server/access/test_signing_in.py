"""What slows down who guesses passwords, with the clock in hand."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.access.people import create_user
from server.access.signing_in import account_waits, forget_failures, has_failed, network_of, refuse
from server.errors import Problem, TooManyTries, Unauthenticated
from server.models import Audit, FailedSignIn, User
from tests.conftest import MORNING, PASSWORD

EMAIL = "dora@example.test"


@pytest.fixture(autouse=True)
def accounts(db: Session) -> None:
    create_user(db, EMAIL, PASSWORD, None, None, MORNING)
    create_user(db, "other@example.test", PASSWORD, None, None, MORNING)


def fail(db: Session, email: str, minutes: float, network: str = "10.0.0.1") -> type[Problem]:
    return type(refuse(db, email, network, MORNING + timedelta(minutes=minutes)))


def test_five_failures_are_free_the_sixth_waits_until_the_first_is_old(db: Session) -> None:
    assert [fail(db, EMAIL, minute) for minute in range(5)] == [Unauthenticated] * 5
    assert not account_waits(db, EMAIL, MORNING + timedelta(minutes=5)), "what is right goes in"
    assert refuse(db, EMAIL, "10.0.0.1", MORNING + timedelta(minutes=5)).details["seconds"] == 10 * 60 + 1
    assert account_waits(db, EMAIL, MORNING + timedelta(minutes=5))
    assert not account_waits(db, EMAIL, MORNING + timedelta(minutes=15))


def test_tries_while_the_account_waits_make_its_wait_no_longer_but_count_for_their_network(db: Session) -> None:
    for _ in range(6):
        fail(db, EMAIL, 0)
    assert [fail(db, EMAIL, minute) for minute in (1, 5, 14)] == [TooManyTries] * 3
    assert not account_waits(db, EMAIL, MORNING + timedelta(minutes=15))
    assert len(db.scalars(select(FailedSignIn)).all()) == 6 + 6 + 3


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


def test_an_address_that_fails_a_hundred_times_waits_and_other_addresses_do_not(db: Session) -> None:
    for number in range(100):
        assert fail(db, f"made-up-{number}@example.test", 0) is Unauthenticated
    assert fail(db, "one-more@example.test", 1) is TooManyTries
    assert fail(db, "one-more@example.test", 1, network="10.0.0.2") is Unauthenticated
    assert not account_waits(db, EMAIL, MORNING + timedelta(minutes=1)), "what is right goes through from there"


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("10.1.2.3", "10.1.2.3"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
        ("::ffff:10.1.2.3", "10.1.2.3"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
    ],
)
def test_a_household_is_one_network_whichever_of_its_addresses_it_tries_from(address: str, network: str) -> None:
    assert network_of(address) == network


def test_failures_are_kept_for_a_quarter_of_an_hour_and_without_what_was_typed(db: Session) -> None:
    fail(db, "my password by mistake", 0)
    rows = db.scalars(select(FailedSignIn)).all()
    assert len(rows) == 2 and all(len(row.key) == 32 for row in rows)

    fail(db, EMAIL, 16)
    assert len(db.scalars(select(FailedSignIn)).all()) == 2


def test_an_account_that_begins_to_wait_is_written_down_once_and_a_made_up_one_not(db: Session) -> None:
    for email in (EMAIL, "made-up@example.test"):
        for _ in range(9):
            fail(db, email, 0)
    refusals = db.scalars(select(Audit).where(Audit.action == "user.session.refused")).all()
    dora = db.scalars(select(User.actor_id).where(User.email == EMAIL)).one()
    assert [(one.actor_id, one.actee_actor_id) for one in refusals] == [(None, dora)]
