"""Signing in, and what slows down who guesses passwords. Rules: threats.md rows 18 and 19."""

import threading
from collections import deque
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy.orm import Session

from server.access.audit import record
from server.access.authenticate import check_credentials, open_session
from server.access.caller import Caller
from server.errors import TooManyTries, Unauthenticated

WINDOW = timedelta(minutes=15)
TRIES_OF_ACCOUNT = 5
TRIES_OF_ADDRESS = 100
MOST_KEYS = 50_000  # what is remembered of made-up accounts must not fill the memory


class Opened(NamedTuple):
    """A session that has just begun; `token` is seen this once."""

    token: str
    created_at: datetime
    expires_at: datetime


class FailedTries:
    """When sign-ins failed of late, by account and by network address. One a process; a restart forgets."""

    def __init__(self) -> None:
        self._failed: dict[str, deque[datetime]] = {}
        self._lock = threading.Lock()

    def note(self, key: str, most: int, now: datetime) -> None:
        with self._lock:
            self._failed.setdefault(key, deque(maxlen=most)).append(now)
            if len(self._failed) > MOST_KEYS:
                self.forget_old(now)

    def forget_old(self, now: datetime) -> None:
        for key in [key for key, times in self._failed.items() if times[-1] <= now - WINDOW]:
            del self._failed[key]
        while len(self._failed) > MOST_KEYS:
            del self._failed[next(iter(self._failed))]

    def clear(self, key: str) -> None:
        with self._lock:
            self._failed.pop(key, None)

    def seconds_to_wait(self, key: str, most: int, now: datetime) -> int:
        """Seconds until `most` failures are no longer within the window; 0 when there are fewer."""
        with self._lock:
            times = [time for time in self._failed.get(key, ()) if time > now - WINDOW]
        if len(times) < most:
            return 0
        return int((times[-most] + WINDOW - now).total_seconds()) + 1


def check_sign_in(db: Session, tries: FailedTries, email: str, password: str, network: str, now: datetime) -> Caller:
    """The person, by reads only. Every answer takes one hash's time, whether the account exists or is being slowed down.

    From the sixth failure an account waits, and so does everything from an address with a hundred failures except what is
    right. Raises Unauthenticated or TooManyTries.
    """
    account, place = f"account {email.strip().lower()}", f"address {network}"
    wait = tries.seconds_to_wait(account, TRIES_OF_ACCOUNT, now)
    try:
        caller = check_credentials(db, email, password)
    except Unauthenticated:
        wait = wait or tries.seconds_to_wait(place, TRIES_OF_ADDRESS, now)
        tries.note(account, TRIES_OF_ACCOUNT, now)
        tries.note(place, TRIES_OF_ADDRESS, now)
        if wait:
            raise TooManyTries(seconds=wait) from None
        raise
    if wait:
        raise TooManyTries(seconds=wait)
    tries.clear(account)
    return caller


def sign_in(db: Session, caller: Caller, user_agent: str | None, now: datetime) -> Opened:
    """Begins a session for a person that `check_sign_in` gave."""
    assert caller.actor_id is not None, "only people sign in"
    token, expires_at = open_session(db, caller.actor_id, now, user_agent)
    record(db, "user.session.create", actor_id=caller.actor_id, actee_actor_id=caller.actor_id, now=now)
    return Opened(token, now, expires_at)
