"""A phone's key: shown again to who manages it, stopped at once, made anew."""

import pytest
from sqlalchemy.orm import Session

from server.access import phones
from server.access.authenticate import caller_of_key
from server.errors import Forbidden, MissingParameter, Unauthenticated
from server.models import Project
from tests.conftest import MORNING
from tests.making import a_town

KEY = bytes(range(32))


@pytest.fixture
def project(db: Session) -> Project:
    return a_town(db, kind="plain")


def test_a_key_opens_and_a_revoked_one_does_not(db: Session, project: Project) -> None:
    phone = phones.create_app_user(db, KEY, project.id, " 王秀英 ", None, MORNING)
    token = phone.token or ""

    assert phone.actor.display_name == "王秀英"
    assert caller_of_key(db, token).home_project_id == project.id
    assert [one.token for one in phones.list_app_users(db, KEY, project.id)] == [token]
    phones.revoke_app_user(db, phone.actor.id, None, MORNING)
    with pytest.raises(Forbidden):
        caller_of_key(db, token)
    db.expire_all()
    assert [one.token for one in phones.list_app_users(db, KEY, project.id)] == [None]


def test_a_new_key_ends_the_old_one(db: Session, project: Project) -> None:
    phone = phones.create_app_user(db, KEY, project.id, "x", None, MORNING)
    new = phones.reissue_app_user(db, KEY, phone.actor.id, phone.actor.id, MORNING)

    assert caller_of_key(db, new).actor_id == phone.actor.id
    with pytest.raises(Forbidden):
        caller_of_key(db, phone.token or "")


def test_what_is_no_key_at_all_is_unauthenticated(db: Session) -> None:
    with pytest.raises(Unauthenticated):
        caller_of_key(db, "short")


def test_a_phone_has_a_name(db: Session, project: Project) -> None:
    with pytest.raises(MissingParameter):
        phones.create_app_user(db, KEY, project.id, "  ", None, MORNING)
