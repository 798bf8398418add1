import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from server.access import people, phone_passwords, profiles, second_factors
from server.errors import NotFound, Unauthenticated
from server.models import Audit, Authenticator, PhonePassword
from tests.conftest import MORNING, PASSWORD


@pytest.fixture
def dora(db: Session) -> int:
    return people.create_user(db, "dora@example.test", PASSWORD, "dora", None, MORNING).actor_id


def opens(db: Session, secret: str, email: str = "dora@example.test") -> bool:
    try:
        return phone_passwords.check_phone(db, email, secret.__eq__).display_name == "dora"
    except Unauthenticated:
        return False


def test_it_is_made_here_sealed_and_one_a_person(db: Session, dora: int) -> None:
    first = phone_passwords.make_phone_password(db, dora, MORNING)
    assert phone_passwords.is_shaped(first) and opens(db, first) and opens(db, first, " Dora@example.test ")
    db.commit()
    assert first.encode() not in bytes(db.scalar(text("SELECT secret FROM phone_password")))
    second = phone_passwords.make_phone_password(db, dora, MORNING)
    assert (opens(db, first), opens(db, second)) == (False, True)
    phone_passwords.remove_phone_password(db, dora, dora, MORNING)
    assert not opens(db, second)
    with pytest.raises(NotFound):
        phone_passwords.remove_phone_password(db, dora, dora, MORNING)
    actions = db.scalars(select(Audit.action).where(Audit.action.like("user.phone%")).order_by(Audit.id)).all()
    assert actions == [f"user.phone_password.{one}" for one in ("create", "create", "delete")]


def test_nobody_else_and_no_account_that_is_stopped_or_gone_has_one(db: Session, dora: int) -> None:
    emil = people.create_user(db, "emil@example.test", PASSWORD, "emil", None, MORNING).actor_id
    secret = phone_passwords.make_phone_password(db, dora, MORNING)
    assert not opens(db, secret, "emil@example.test") and not opens(db, secret, "nobody@example.test")
    assert not opens(db, PASSWORD)
    people.disable_user(db, dora, emil, MORNING)
    assert not opens(db, secret)
    people.enable_user(db, dora, emil, MORNING)
    assert opens(db, secret)
    people.delete_user(db, dora, emil, MORNING)
    assert db.scalars(select(PhonePassword)).all() == []


def test_a_new_password_ends_it(db: Session, dora: int) -> None:
    """Whoever knew the old one may have made it."""
    secret = phone_passwords.make_phone_password(db, dora, MORNING)
    people.set_password(db, dora, "a new and long one", dora, MORNING)
    assert not opens(db, secret) and not phone_passwords.end_phone_password(db, dora, dora, MORNING)
    phone_passwords.make_phone_password(db, dora, MORNING)
    profiles.forget_password(db, dora, None, MORNING)
    assert phone_passwords.find_phone_password(db, dora) is None


def test_an_administrators_help_for_who_lost_everything_ends_it_too(db: Session, dora: int) -> None:
    secret = phone_passwords.make_phone_password(db, dora, MORNING)
    second_factors.remove_all(db, dora, None, MORNING)
    assert not opens(db, secret)


def test_where_more_than_a_password_is_asked_who_has_set_nothing_up_has_no_rights(db: Session, dora: int) -> None:
    secret = phone_passwords.make_phone_password(db, dora, MORNING)
    assert phone_passwords.check_phone(db, "dora@example.test", secret.__eq__, "everybody").must_add_factor
    db.add(Authenticator(actor_id=dora, secret="x", created_at=MORNING, confirmed_at=MORNING))
    db.flush()
    assert not phone_passwords.check_phone(db, "dora@example.test", secret.__eq__, "everybody").must_add_factor


def test_when_it_was_used_last_is_written_every_few_minutes(db: Session, dora: int) -> None:
    phone_passwords.make_phone_password(db, dora, MORNING)
    assert phone_passwords.is_due(db, dora, MORNING)
    phone_passwords.note_use(db, dora, MORNING)
    assert not phone_passwords.is_due(db, dora, MORNING)
    row = phone_passwords.find_phone_password(db, dora)
    assert row is not None and row.last_used_at == MORNING


@pytest.mark.parametrize(
    "wrong", ["", "abcd-abcd-abcd", "abcd-abcd-abcd-abc1", "abcd-abcd-abcd-abcd-", "ABCD-ABCD-ABCD-ABCD"]
)
def test_what_is_not_made_here_is_not_looked_for(wrong: str) -> None:
    assert phone_passwords.is_shaped("abcd-2345-wxyz-kmnp") and not phone_passwords.is_shaped(wrong)
