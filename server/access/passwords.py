"""Passwords: at least 10 characters, none of the common ones, no other rule. Argon2id."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerifyMismatchError

from server.errors import PasswordTooLong, PasswordTooShort, PasswordWeak, Unavailable
from server.workplaces import one_of

SHORTEST = 10
MOST_BYTES = 72  # Central's limit (400.38), which its clients know
HASHER = PasswordHasher()  # argon2id with the library's current parameters
AT_ONCE = threading.BoundedSemaphore(2)  # 64 MiB each: a flood of sign-ins must not take the memory
IN_ALL = threading.BoundedSemaphore(16)  # with those who wait: half of the threads; the others serve phones
WAIT_SECONDS = 10.0


@cache
def common_passwords() -> frozenset[str]:
    return frozenset((Path(__file__).parent / "common_passwords.txt").read_text(encoding="utf-8").split())


def check_password(password: str) -> None:
    """Raises the Problem that says why a password cannot be used."""
    if len(password) < SHORTEST:
        raise PasswordTooShort()
    if len(password.encode()) > MOST_BYTES:
        raise PasswordTooLong()
    if password.lower() in common_passwords():
        raise PasswordWeak()


@contextmanager
def one_of_few() -> Iterator[None]:
    """A place among the few that hash. Raises Unavailable (503) when too many wait for one, or for too long."""
    with one_of(IN_ALL, 0, busy), one_of(AT_ONCE, WAIT_SECONDS, busy):
        yield


def busy() -> Unavailable:
    return Unavailable("Too many people are signing in at this moment. Try again in half a minute.")


def hash_password(password: str) -> str:
    with one_of_few():
        return HASHER.hash(password)


@cache
def nobodys_hash() -> str:
    return hash_password("nobody has this password")


def password_fits(password: str, stored: str | None) -> bool:
    """Whether the password is the stored one. Takes as long for an unknown account: who has one is nobody's business."""
    known = stored or nobodys_hash()  # before taking a place: making it takes one too
    with one_of_few():
        try:
            return HASHER.verify(known, password) and stored is not None
        except (VerifyMismatchError, InvalidHashError):
            return False
