"""From an address and a password to a Caller, for pages and for programs; and which Basic credentials are remembered."""

import hashlib
import hmac
import threading
import time
from collections.abc import Callable
from typing import NamedTuple

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from server.access import tokens
from server.access.authenticate import person
from server.access.caller import Caller
from server.access.passwords import password_fits
from server.access.second_factors import asks_second_factor
from server.errors import BasicRefused, Unauthenticated
from server.models import Actor, AppPassword, User

BASIC_MEMORY_SECONDS = 300


def check_credentials(db: Session, email: str, password: str) -> Caller:
    """The person with this address and password. Raises Unauthenticated, after the same time for an unknown address."""
    row = db.execute(
        select(Actor.id, Actor.display_name, User.password_hash)
        .join(User, User.actor_id == Actor.id)
        .where(active(email))
    ).first()
    if not password_fits(password, row.password_hash if row else None):
        raise Unauthenticated()
    assert row is not None, "nobody's password never fits"
    return person(db, row.id, row.display_name)


class Proof(NamedTuple):
    """Who a person is, and whether she showed more than the password that she knows."""

    caller: Caller
    second_factor: bool


def check_program(db: Session, email: str, password: str, asked_of: str = "nobody") -> Proof:
    """As `check_credentials`, for programs: they may also show a password that was made for them. Raises Unauthenticated."""
    if tokens.is_token(password):
        row = db.execute(
            select(Actor.id, Actor.display_name)
            .join(User, User.actor_id == Actor.id)
            .join(AppPassword, AppPassword.actor_id == Actor.id)
            .where(active(email), AppPassword.secret_hash == tokens.hash_token(password))
        ).first()
        if row is not None:
            return Proof(person(db, row.id, row.display_name, None, True, asked_of), True)
    return Proof(check_credentials(db, email, password), False)


def stored_hash(db: Session, email: str) -> str | None:
    """The hash of the password that opens this account now; None for an account that does not work."""
    return db.scalar(select(User.password_hash).join(Actor, Actor.id == User.actor_id).where(active(email)))


def active(email: str) -> ColumnElement[bool]:
    return (User.email == email.strip().lower()) & User.disabled_at.is_(None) & Actor.deleted_at.is_(None)


class BasicMemory:
    """Remembers for minutes which Basic credentials fitted, so that Excel does not cost an Argon2 a request.

    Keyed by an HMAC under a key of this process and bound to the stored hash: a changed password is forgotten at once. Bound
    to the network too: an account that waits must not tell a guesser elsewhere, by letting him in, that his guess was right.
    """

    def __init__(self) -> None:
        self._key = hashlib.sha256(str(time.monotonic_ns()).encode()).digest() + tokens.make_token().encode()
        self._until: dict[bytes, float] = {}
        self._lock = threading.Lock()

    def mark(self, network: str, email: str, password: str, stored: str) -> bytes:
        return hmac.new(self._key, "\0".join((network, email, password, stored)).encode(), hashlib.sha256).digest()

    def knows(self, mark: bytes) -> bool:
        return self._until.get(mark, 0) > time.monotonic()

    def keep(self, mark: bytes) -> None:
        with self._lock:
            now = time.monotonic()
            self._until = {key: until for key, until in self._until.items() if until > now}
            self._until[mark] = now + BASIC_MEMORY_SECONDS


def caller_of_basic(
    db: Session,
    email: str,
    password: str,
    memory: BasicMemory,
    network: str | None,
    check: Callable[[str, str], Proof],
    asked_of: str = "nobody",
) -> Caller:
    """The person behind Basic credentials (the door has made sure of HTTPS); `check` is asked about those not remembered.

    `network` is where they come from; None for one of which nothing is believed by memory, since so many tries failed there.
    Raises whatever `check` raises, and BasicRefused where the password alone is not enough.
    """
    row = db.execute(
        select(Actor.id, Actor.display_name, User.password_hash)
        .join(User, User.actor_id == Actor.id)
        .where(active(email))
    ).first()
    mark = memory.mark(network, email, password, row.password_hash or "") if row and network is not None else None
    known = mark is not None and memory.knows(mark)
    if not known:
        proof = check(email, password)
        if proof.second_factor:
            return proof.caller
    assert row is not None, "a password that fits is somebody's"
    if asks_second_factor(db, row.id):
        raise BasicRefused()
    if mark is not None and not known:
        memory.keep(mark)
    return person(db, row.id, row.display_name, asked_of=asked_of)
