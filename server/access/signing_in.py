"""Signing in, and what slows down who guesses passwords. Rules: threats.md rows 18 and 19."""

import hashlib
import ipaddress
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from server.access.audit import record
from server.access.second_factors import check_code
from server.access.sessions import open_session
from server.errors import Problem, TooManyTries, Unauthenticated
from server.models import FailedSignIn, User

WINDOW = timedelta(minutes=15)
FAILURES_OF_ACCOUNT = 6
TRIES_OF_ADDRESS = 100


class Opened(NamedTuple):
    """A session that has just begun; `token` is seen this once."""

    token: str
    created_at: datetime
    expires_at: datetime


def key_of_account(email: str) -> bytes:
    return hashlib.sha256(f"account {email.strip().lower()}".encode()).digest()


def key_of_address(address: str) -> bytes:
    return hashlib.sha256(f"address {network_of(address)}".encode()).digest()


def network_of(address: str) -> str:
    """What one household has: an IPv4 address, or the first 64 bits of an IPv6 one, in which it may choose for every try."""
    try:
        known = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if known.version == 4:
        return str(known)
    return str(known.ipv4_mapped or ipaddress.ip_network((known, 64), strict=False))


def email_of(db: Session, actor_id: int) -> str:
    """A person's address, under which failures are counted."""
    return db.scalar(select(User.email).where(User.actor_id == actor_id)) or ""


def refuse(db: Session, email: str, address: str, now: datetime) -> Problem:
    """Counts a try that failed or came while its account waits, and gives what to answer. In a transaction of its own.

    The sixth failure within a quarter of an hour is told to wait, and the account does from there: after five, what is
    right goes in. A network waits after a hundred, except for what is right. Tries while the account waits are refused
    whatever they are, so they teach nobody anything and make its wait no longer: they count for their network alone.
    """
    take_turns(db, email)
    db.execute(delete(FailedSignIn).where(FailedSignIn.failed_at <= now - WINDOW))
    waited, address_wait = (
        account_waits(db, email, now),
        seconds_to_wait(db, key_of_address(address), TRIES_OF_ADDRESS, now),
    )
    keys = [key_of_address(address)] + ([] if waited else [key_of_account(email)])
    db.execute(insert(FailedSignIn), [{"key": key, "failed_at": now} for key in keys])
    longest = max(seconds_to_wait(db, key_of_account(email), FAILURES_OF_ACCOUNT, now), address_wait)
    if not waited and account_waits(db, email, now):
        note_refusals(db, email, now)
    return TooManyTries(seconds=longest) if longest else Unauthenticated()


def note_refusals(db: Session, email: str, now: datetime) -> None:
    """Once a quarter of an hour at most: somebody tried to sign in as her again and again."""
    actor_id = db.scalar(select(User.actor_id).where(User.email == email.strip().lower()))
    if actor_id is not None:
        record(db, "user.session.refused", actor_id=None, actee_actor_id=actor_id, now=now)


def take_turns(db: Session, email: str) -> None:
    """One failure of an account after the other: a hundred guesses sent at once are counted as a hundred.

    SQLite writes one transaction at a time anyway.
    """
    if db.get_bind().dialect.name == "postgresql":
        number = int.from_bytes(key_of_account(email)[:8], "big", signed=True)
        db.execute(select(func.pg_advisory_xact_lock(number)))


def forget_failures(db: Session, email: str) -> None:
    """Who has shown all that is asked clears the account; the network keeps its count."""
    db.execute(delete(FailedSignIn).where(FailedSignIn.key == key_of_account(email)))


def has_failed(db: Session, email: str) -> bool:
    return db.scalar(select(FailedSignIn.id).where(FailedSignIn.key == key_of_account(email)).limit(1)) is not None


def address_waits(db: Session, address: str, now: datetime) -> bool:
    return seconds_to_wait(db, key_of_address(address), TRIES_OF_ADDRESS, now) > 0


def account_waits(db: Session, email: str, now: datetime) -> bool:
    return seconds_to_wait(db, key_of_account(email), FAILURES_OF_ACCOUNT, now) > 0


def seconds_to_wait(db: Session, key: bytes, most: int, now: datetime) -> int:
    """Seconds until fewer than `most` failures lie within the window; 0 when that is so already."""
    times = db.scalars(
        select(FailedSignIn.failed_at)
        .where(FailedSignIn.key == key, FailedSignIn.failed_at > now - WINDOW)
        .order_by(FailedSignIn.failed_at.desc())
        .limit(most)
    ).all()
    return 0 if len(times) < most else int((times[-1] + WINDOW - now).total_seconds()) + 1


def try_code(db: Session, actor_id: int, code: str, address: str, now: datetime) -> Problem | None:
    """Uses up a second factor's code; what to answer when it is not right, which counts like a wrong password.

    In a transaction of its own, which is committed either way.
    """
    email = email_of(db, actor_id)
    take_turns(db, email)
    if account_waits(db, email, now):
        return refuse(db, email, address, now)
    try:
        check_code(db, actor_id, code, now)
    except Unauthenticated as wrong:
        refused = refuse(db, email, address, now)
        return refused if isinstance(refused, TooManyTries) else wrong
    forget_failures(db, email)
    return None


def sign_in(
    db: Session,
    actor_id: int,
    user_agent: str | None,
    now: datetime,
    second_factor: bool = False,
    address: str | None = None,
) -> Opened:
    """Begins a session for a person who has shown all that is asked; `second_factor`: that was more than a password."""
    token, expires_at = open_session(db, actor_id, now, user_agent, second_factor, address)
    record(db, "user.session.create", actor_id=actor_id, actee_actor_id=actor_id, now=now)
    return Opened(token, now, expires_at)
