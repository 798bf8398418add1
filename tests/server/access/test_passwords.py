"""Passwords: one hash an answer, and never more of them at once than the memory holds."""

import threading

import pytest

from server.access import passwords
from server.errors import PasswordTooLong, PasswordTooShort, PasswordWeak, Problem, Unavailable
from server.web_process import THREADS
from server.workplaces import HERE, MOST


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


def test_nobody_waits_for_a_place_longer_than_is_right(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "AT_ONCE", threading.BoundedSemaphore(1))
    monkeypatch.setattr(passwords, "WAIT_SECONDS", 0.05)
    passwords.nobodys_hash()
    with passwords.one_of_few():
        for work in (
            lambda: passwords.hash_password("柳树湾村口那棵大柳树下"),
            lambda: passwords.password_fits("x", None),
        ):
            with pytest.raises(Unavailable):
                work()
    assert not passwords.password_fits("x", None), "the places are given back"


def test_a_flood_of_sign_ins_leaves_half_of_the_threads_to_others() -> None:
    """Those that wait are bounded too: a wait of seconds would let a flood take every thread of the server."""
    begun, over = threading.Semaphore(0), threading.Event()

    def hold() -> None:
        with passwords.IN_ALL:
            begun.release()
            over.wait(20)

    held = [threading.Thread(target=hold, daemon=True) for _ in range(THREADS // 2)]
    for thread in held:
        thread.start()
    for _ in held:
        assert begun.acquire(timeout=20)
    with pytest.raises(Unavailable):
        passwords.password_fits("x", None)
    over.set()
    for thread in held:
        thread.join(20)


def test_those_who_wait_to_sign_in_keep_nobody_else_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "AT_ONCE", threading.BoundedSemaphore(1))
    answered = threading.Event()

    def sign_in() -> None:
        with HERE.work():
            passwords.password_fits("x", "no hash at all")

    def sync() -> None:
        with HERE.work():
            answered.set()

    with passwords.one_of_few():
        guesses = [threading.Thread(target=sign_in, daemon=True) for _ in range(MOST)]
        for one in guesses:
            one.start()
        threading.Thread(target=sync, daemon=True).start()
        assert answered.wait(5)
    for one in guesses:
        one.join(20)
