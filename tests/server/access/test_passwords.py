"""Passwords: one hash an answer, and never more of them at once than the memory holds."""

import threading

import pytest

from server.access import passwords
from server.errors import PasswordTooLong, PasswordTooShort, PasswordWeak, Problem


def test_an_unknown_account_waits_for_no_place_that_it_holds_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "AT_ONCE", threading.BoundedSemaphore(1))
    passwords.nobodys_hash.cache_clear()
    answers: list[bool] = []
    trying = threading.Thread(target=lambda: answers.append(passwords.password_fits("a guess", None)), daemon=True)
    trying.start()
    trying.join(20)
    assert answers == [False]


def test_nobodys_password_fits_nobody() -> None:
    assert not passwords.password_fits("nobody has this password", None)


def test_what_was_stored_by_another_program_fits_nothing_and_breaks_nothing() -> None:
    assert not passwords.password_fits("x", "$2b$12$abcdefghijklmnopqrstuv")


@pytest.mark.parametrize(
    ("password", "said"),
    [
        ("九个字的密码不够长", PasswordTooShort),
        ("字" * 25, PasswordTooLong),
        ("1234567890", PasswordWeak),
        ("QWERTYUIOP", PasswordWeak),
    ],
)
def test_a_password_is_refused_with_its_reason(password: str, said: type[Problem]) -> None:
    with pytest.raises(said):
        passwords.check_password(password)


def test_ten_characters_of_any_kind_are_enough() -> None:
    passwords.check_password("村口那棵大柳树下面坐")
