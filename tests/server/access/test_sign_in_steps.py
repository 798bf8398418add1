"""A sign-in of several steps: each is taken by who took the one before, within minutes, once."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.access.people import create_user
from server.access.sign_in_steps import STEP_LIFE, begin_step, data_of, end_step, find_step
from server.models import SignInStep
from tests.conftest import MORNING


@pytest.fixture
def dora(db: Session) -> int:
    return create_user(db, "dora@example.test", None, None, None, MORNING).actor_id


def test_a_step_is_found_by_its_token_for_its_purpose_until_its_minutes_are_over(db: Session, dora: int) -> None:
    token = begin_step(db, "code", dora, {"next": "/map"}, MORNING)
    found = find_step(db, token, "code", MORNING)
    assert found is not None and found.actor_id == dora and data_of(found) == {"next": "/map"}
    assert find_step(db, token, "passkey", MORNING) is None
    assert find_step(db, token[::-1], "code", MORNING) is None
    assert find_step(db, None, "code", MORNING) is None
    assert find_step(db, token, "code", MORNING + STEP_LIFE) is None


def test_a_step_is_taken_once(db: Session, dora: int) -> None:
    found = find_step(db, begin_step(db, "code", dora, {}, MORNING), "code", MORNING)
    assert found is not None
    assert end_step(db, found) and not end_step(db, found)


def test_steps_that_are_over_are_cleared_away_by_the_next(db: Session, dora: int) -> None:
    begin_step(db, "code", dora, {}, MORNING)
    begin_step(db, "code", dora, {}, MORNING + timedelta(hours=1))
    assert len(db.scalars(select(SignInStep)).all()) == 1
