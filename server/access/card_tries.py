"""Guessing at service cards gets slower with each try, and never ends for good: of one code, and from one network.

A try is counted before it is looked at, so that a hundred sent at once count as a hundred, and a code that no card has
counts as any other. What comes during a pause is refused whatever it is, and makes the pause no longer.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from server.access.signing_in import network_of
from server.errors import TooManyCardTries
from server.models import CardTry

FORGOTTEN_AFTER: Final = timedelta(hours=24)


@dataclass(frozen=True)
class Pace:
    """How many tries are free, how long the first pause is, and the longest: each pause is twice the one before."""

    free: int
    first: timedelta
    longest: timedelta

    def pause(self, failures: int) -> timedelta:
        """How long is waited after so many failures in a row."""
        over = failures - self.free
        if over < 0:
            return timedelta(0)
        return min(self.first * (1 << min(over, 20)), self.longest)


OF_CODE: Final = Pace(5, timedelta(minutes=1), timedelta(hours=1))
"""Six digits at 24 guesses a day and five at once: more than a century for the half of them."""
OF_NETWORK: Final = Pace(30, timedelta(minutes=1), timedelta(minutes=15))
"""Many phones may share one address, so it is given more, and waits less."""


def key_of_code(code: str) -> bytes:
    return hashlib.sha256(f"card code {code}".encode()).digest()


def key_of_network(address: str) -> bytes:
    return hashlib.sha256(f"card network {network_of(address)}".encode()).digest()


def count_try(db: Session, code: str, address: str, now: datetime) -> None:
    """Counts a try as failed until `forget_tries` says otherwise. In a transaction of its own. Raises TooManyCardTries."""
    paces = {key_of_code(code): OF_CODE, key_of_network(address): OF_NETWORK}
    take_turns(db, list(paces))
    db.execute(delete(CardTry).where(CardTry.last_at <= now - FORGOTTEN_AFTER))
    known = {row.key: row for row in db.scalars(select(CardTry).where(CardTry.key.in_(paces)))}
    waits = max((row.waits_until for row in known.values()), default=now)
    if waits > now:
        raise TooManyCardTries(seconds=int((waits - now).total_seconds()) + 1)
    for key, pace in paces.items():
        row = known.get(key)
        if row is None:
            row = CardTry(key=key, failures=0, waits_until=now, last_at=now)
            db.add(row)
        row.failures += 1
        row.waits_until, row.last_at = now + pace.pause(row.failures), now
    db.flush()


def take_turns(db: Session, keys: list[bytes]) -> None:
    """One try of a code, or of a network, after the other. SQLite writes one transaction at a time anyway."""
    if db.get_bind().dialect.name == "postgresql":
        for number in sorted(int.from_bytes(key[:8], "big", signed=True) for key in keys):
            db.execute(select(func.pg_advisory_xact_lock(number)))


def forget_tries(db: Session, code: str, address: str) -> None:
    """The right number was typed: the code starts anew, and this one try does not count for its network."""
    db.execute(delete(CardTry).where(CardTry.key == key_of_code(code)))
    row = db.get(CardTry, key_of_network(address), with_for_update=True)
    if row is not None:
        row.failures = max(0, row.failures - 1)
        row.waits_until = min(row.waits_until, row.last_at)
        db.flush()
