"""A phone's key: shown again to who manages it, stopped at once, made anew."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.access import phones
from server.access.authenticate import caller_of_key
from server.errors import Forbidden, MissingParameter, Unauthenticated
from server.models import AppUser, Audit, Project
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


def used(db: Session, phone: phones.Phone, device: str | None, minutes: float = 0) -> AppUser:
    phones.note_use(db, phone.actor.id, device, MORNING + timedelta(minutes=minutes))
    db.flush()
    return phone.row


def test_the_first_device_is_the_keys_own_and_another_is_written_beside_it(db: Session, project: Project) -> None:
    phone = phones.create_app_user(db, KEY, project.id, "x", None, MORNING)
    assert used(db, phone, None).first_used_at == MORNING and phone.row.first_device_id is None
    assert used(db, phone, "collect:a").first_device_id == "collect:a"
    assert used(db, phone, "collect:a", 5).other_device_id is None
    row = used(db, phone, "collect:b", 9)
    assert (row.first_device_id, row.other_device_id, row.last_device_id) == ("collect:a", "collect:b", "collect:b")
    assert row.other_device_at == MORNING + timedelta(minutes=9)
    assert used(db, phone, "collect:a", 10).other_device_id == "collect:b", "the office still has to look"


def test_a_device_that_the_office_knows_is_the_keys_own_from_then_on(db: Session, project: Project) -> None:
    phone = phones.create_app_user(db, KEY, project.id, "x", None, MORNING)
    assert not phones.accept_device(db, phone.actor.id, phone.actor.id, MORNING)
    used(db, phone, "collect:a")
    used(db, phone, "collect:b")
    assert phones.accept_device(db, phone.actor.id, phone.actor.id, MORNING)
    assert (phone.row.first_device_id, phone.row.other_device_id) == ("collect:b", None)
    assert used(db, phone, "collect:a").other_device_id == "collect:a"


def test_a_new_card_knows_no_device(db: Session, project: Project) -> None:
    phone = phones.create_app_user(db, KEY, project.id, "x", None, MORNING)
    used(db, phone, "collect:a")
    used(db, phone, "collect:b")
    phones.reissue_app_user(db, KEY, phone.actor.id, phone.actor.id, MORNING)
    db.refresh(phone.row)
    assert (phone.row.first_device_id, phone.row.first_used_at, phone.row.other_device_id) == (None, None, None)


def test_that_a_phone_was_lost_is_written_down(db: Session, project: Project) -> None:
    phone = phones.create_app_user(db, KEY, project.id, "x", None, MORNING)
    phones.revoke_app_user(db, phone.actor.id, None, MORNING, lost=True)
    row = db.scalars(select(Audit).where(Audit.action == "field_key.session.end")).one()
    assert (row.details, row.project_id) == ({"lost": True}, project.id)


def test_a_phones_use_is_written_once_a_minute_and_at_once_for_another_device_or_key() -> None:
    uses = phones.RecentUse()
    later = MORNING + timedelta(seconds=59)
    assert uses.is_due(1, "a", "key", MORNING) and not uses.is_due(1, "a", "key", later)
    assert uses.is_due(1, "b", "key", later) and uses.is_due(2, "a", "key", later)
    assert uses.is_due(1, "b", "key", later + timedelta(minutes=1))
    assert uses.is_due(1, "b", "key", MORNING), "the clock jumped back"
    assert uses.is_due(1, "b", "another", MORNING) and not uses.is_due(1, "b", "another", MORNING)
