"""Accounts: who signs in after what, and links that are good once."""

from datetime import datetime, timedelta

import pyotp
import pytest
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from server.access import people
from server.access.app_passwords import make_app_password
from server.access.authenticate import caller_of_session
from server.access.credentials import check_credentials
from server.access.openid import find_person
from server.access.openid_wire import Told
from server.access.second_factors import begin_authenticator, confirm_authenticator
from server.access.sessions import open_session
from server.config import OpenIdProvider
from server.db import Database
from server.errors import NotFound, Unauthenticated, UnexpectedValue
from server.models import AppPassword, Authenticator, OneTimeToken, OpenIdName, RecoveryCode
from tests.conftest import MORNING, PASSWORD


@pytest.mark.parametrize("address", ["a@b.test", "王@example.lan", "first.last+tag@host.local", "A@B"])
def test_any_local_part_at_a_domain_is_an_address(db: Session, address: str) -> None:
    assert people.create_user(db, address, None, None, None, MORNING).email == address.lower()


@pytest.mark.parametrize("address", ["", "a", "@b", "a@", "a b@c", "a@b@c", "a,b@c", "x" * 65 + "@b"])
def test_what_is_no_address_is_refused(db: Session, address: str) -> None:
    with pytest.raises(UnexpectedValue):
        people.create_user(db, address, None, None, None, MORNING)


def test_who_is_disabled_is_out_at_once_and_comes_back(db: Session) -> None:
    actor_id = people.create_user(db, "d@example.test", PASSWORD, None, None, MORNING).actor_id
    token, _ = open_session(db, actor_id, MORNING)
    assert caller_of_session(db, token, MORNING) is not None

    people.disable_user(db, actor_id, actor_id, MORNING)
    assert caller_of_session(db, token, MORNING) is None
    with pytest.raises(Unauthenticated):
        check_credentials(db, "d@example.test", PASSWORD)
    people.enable_user(db, actor_id, actor_id, MORNING)
    assert check_credentials(db, "d@example.test", PASSWORD).actor_id == actor_id


def test_a_password_link_is_good_once_and_for_two_days(db: Session) -> None:
    actor_id = people.create_user(db, "d@example.test", PASSWORD, None, None, MORNING).actor_id
    old = people.issue_link(db, "password", actor_id, MORNING)
    token = people.issue_link(db, "password", actor_id, MORNING)

    assert people.find_link(db, old, MORNING) is None, "a newer link replaces an older"
    assert people.find_link(db, token, MORNING + timedelta(hours=48)) is None
    assert people.use_link(db, token, None, "brave new password", None, MORNING) == actor_id
    assert check_credentials(db, "d@example.test", "brave new password").actor_id == actor_id
    with pytest.raises(NotFound):
        people.use_link(db, token, None, "brave new password", None, MORNING)


def test_a_link_that_somebody_follows_at_the_same_moment_is_good_for_one_of_them(
    db: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = people.issue_link(db, "setup", None, MORNING)
    find = people.find_link

    def find_and_be_late(db: Session, token: str, now: datetime) -> OneTimeToken | None:
        found = find(db, token, now)
        db.execute(delete(OneTimeToken).execution_options(synchronize_session=False))
        return found

    monkeypatch.setattr(people, "find_link", find_and_be_late)
    with pytest.raises(NotFound):
        people.use_link(db, token, "a@example.test", PASSWORD, None, MORNING)
    assert not people.has_users(db)


@pytest.mark.parametrize("purpose", ["password", "setup"])
def test_a_link_is_followed_with_the_hash_ready_before_the_database_is_held(
    database: Database, monkeypatch: pytest.MonkeyPatch, purpose: str
) -> None:
    with database.transaction() as db:
        known = purpose == "password"
        actor_id = people.create_user(db, "d@example.test", None, None, None, MORNING).actor_id if known else None
        token = people.issue_link(db, purpose, actor_id, MORNING)
    held: list[bool] = []
    real = people.hash_password
    with database.writing() as writing:

        def hash_and_look(password: str) -> str:
            held.append(writing.in_transaction())
            return real(password)

        monkeypatch.setattr(people, "hash_password", hash_and_look)
        people.use_link(writing, token, "e@example.test", PASSWORD, None, MORNING)
        writing.commit()
    assert held == [False], "one hash, and nobody waits for it"


def test_a_set_up_link_makes_the_first_administrator_and_no_second(db: Session) -> None:
    token, other = (people.issue_link(db, "setup", None, MORNING) for _ in range(2))
    with pytest.raises(NotFound):
        people.use_link(db, token, "a@example.test", PASSWORD, None, MORNING)
    people.create_user(db, "late@example.test", None, None, None, MORNING)
    with pytest.raises(NotFound):
        people.use_link(db, other, "a@example.test", PASSWORD, None, MORNING)


def test_who_is_deleted_leaves_nothing_to_sign_in_with_and_may_come_back(db: Session) -> None:
    provider = OpenIdProvider("https://id.example.test", "fangshi", "secret", "县政务")
    told = Told("u-1", "d@example.test", True, False)
    first = people.create_user(db, "d@example.test", PASSWORD, None, None, MORNING).actor_id
    assert find_person(db, provider, told, MORNING) == first
    confirm_authenticator(db, first, pyotp.TOTP(begin_authenticator(db, first, MORNING)).at(MORNING), MORNING)
    make_app_password(db, first, "Excel", MORNING)
    people.issue_link(db, "password", first, MORNING)

    people.delete_user(db, first, first, MORNING)
    for table in (OpenIdName, Authenticator, RecoveryCode, AppPassword, OneTimeToken):
        assert db.scalars(select(table)).all() == []
    again = people.create_user(db, "d@example.test", PASSWORD, None, None, MORNING).actor_id
    assert find_person(db, provider, told, MORNING) == again != first
