"""Passwords for programs: long, random, one for each, stopped one by one."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.access import app_passwords, people
from server.access.credentials import check_program
from server.access.tokens import is_token
from server.errors import MissingParameter, NotFound, Unauthenticated
from server.models import AppPassword
from tests.conftest import MORNING, PASSWORD


def test_a_program_shows_its_own_password_and_counts_as_a_second_factor(db: Session) -> None:
    dora, other = (people.create_user(db, f"{one}@x.test", PASSWORD, None, None, MORNING).actor_id for one in "do")
    secret = app_passwords.make_app_password(db, dora, " Excel ", MORNING)
    assert is_token(secret)
    proof = check_program(db, "d@x.test", secret)
    assert (proof.caller.actor_id, proof.second_factor) == (dora, True)
    assert not check_program(db, "d@x.test", PASSWORD).second_factor
    with pytest.raises(Unauthenticated):
        check_program(db, "o@x.test", secret)
    row = db.scalars(select(AppPassword)).one()
    assert row.name == "Excel" and secret.encode() not in row.secret_hash
    with pytest.raises(NotFound):
        app_passwords.remove_app_password(db, other, row.id, MORNING)
    app_passwords.remove_app_password(db, dora, row.id, MORNING)
    with pytest.raises(Unauthenticated):
        check_program(db, "d@x.test", secret)


def test_who_is_disabled_is_out_with_every_password(db: Session) -> None:
    dora = people.create_user(db, "d@x.test", PASSWORD, None, None, MORNING).actor_id
    secret = app_passwords.make_app_password(db, dora, "Excel", MORNING)
    people.disable_user(db, dora, dora, MORNING)
    with pytest.raises(Unauthenticated):
        check_program(db, "d@x.test", secret)


def test_a_program_has_a_name(db: Session) -> None:
    dora = people.create_user(db, "d@x.test", PASSWORD, None, None, MORNING).actor_id
    with pytest.raises(MissingParameter):
        app_passwords.make_app_password(db, dora, "  ", MORNING)
