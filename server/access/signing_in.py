"""Signing in, and what slows down who guesses passwords. Rules: threats.md rows 18 and 19."""

import hashlib
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from server.access.audit import record
from server.access.authenticate import check_credentials, open_session
from server.access.caller import Caller
from server.errors import TooManyTries, Unauthenticated
from server.models import FailedSignIn

WINDOW = timedelta(minutes=15)
TRIES_OF_ACCOUNT = 5
TRIES_OF_ADDRESS = 100


class Opened(NamedTuple):
    """A session that has just begun; `token` is seen this once."""

    token: str
    created_at: datetime
    expires_at: datetime


def key_of_account(email: str) -> bytes:
    return hashlib.sha256(f"account {email.strip().lower()}".encode()).digest()


def key_of_address(network: str) -> bytes:
    return hashlib.sha256(f"address {network}".encode()).digest()


def note_failure(db: Session, email: str, network: str, now: datetime) -> None:
    """Writes a failure down for its account and its network address, and forgets those that count no longer."""
    db.execute(delete(FailedSignIn).where(FailedSignIn.failed_at <= now - WINDOW))
    keys = (key_of_account(email), key_of_address(network))
    db.execute(insert(FailedSignIn), [{"key": key, "failed_at": now} for key in keys])


def forget_failures(db: Session, email: str) -> None:
    """The right password clears its account; the address keeps its count."""
    db.execute(delete(FailedSignIn).where(FailedSignIn.key == key_of_account(email)))


def has_failed(db: Session, email: str) -> bool:
    return db.scalar(select(FailedSignIn.id).where(FailedSignIn.key == key_of_account(email)).limit(1)) is not None


def seconds_to_wait(db: Session, key: bytes, most: int, now: datetime) -> int:
    """Seconds until fewer than `most` failures lie within the window; 0 when that is so already."""
    times = db.scalars(
        select(FailedSignIn.failed_at)
        .where(FailedSignIn.key == key, FailedSignIn.failed_at > now - WINDOW)
        .order_by(FailedSignIn.failed_at.desc())
        .limit(most)
    ).all()
    return 0 if len(times) < most else int((times[-1] + WINDOW - now).total_seconds()) + 1


def check_sign_in(db: Session, email: str, password: str, network: str, now: datetime) -> Caller:
    """The person, by reads only. Every answer takes one hash's time, whether the account exists or is being slowed down.

    From the sixth failure an account waits, and so does everything from an address with a hundred failures except what is
    right. Raises Unauthenticated or TooManyTries; whoever calls notes the failure in a transaction of its own.
    """
    wait = seconds_to_wait(db, key_of_account(email), TRIES_OF_ACCOUNT, now)
    try:
        caller = check_credentials(db, email, password)
    except Unauthenticated:
        wait = wait or seconds_to_wait(db, key_of_address(network), TRIES_OF_ADDRESS, now)
        if not wait:
            raise
    if wait:
        raise TooManyTries(seconds=wait)
    return caller


def sign_in(db: Session, caller: Caller, user_agent: str | None, now: datetime) -> Opened:
    """Begins a session for a person that `check_sign_in` gave."""
    assert caller.actor_id is not None, "only people sign in"
    token, expires_at = open_session(db, caller.actor_id, now, user_agent)
    record(db, "user.session.create", actor_id=caller.actor_id, actee_actor_id=caller.actor_id, now=now)
    return Opened(token, now, expires_at)
