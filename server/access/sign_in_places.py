"""Where a person is signed in: which browser or program, from where, when it was used last; and ending one, or all others."""

import hashlib
import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from server.access.audit import record
from server.access.sessions import end_sessions_of
from server.errors import NotFound
from server.models import Session as SessionRow

WRITE_EVERY = timedelta(minutes=5)
BROWSERS = (
    ("Edg", "Edge"),
    ("Firefox", "Firefox"),
    ("MicroMessenger", "WeChat"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
MACHINES = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS", "Mac"),
    ("Linux", "Linux"),
)


@dataclass(frozen=True)
class Place:
    """One session as its owner sees it. `name` tells it apart without opening it: the hash of its token's hash."""

    name: str
    device: str
    address: str | None
    began_at: datetime
    last_used_at: datetime
    second_factor: bool
    is_here: bool


def list_places(db: Session, actor_id: int, here: bytes | None, now: datetime) -> list[Place]:
    """Where a person is signed in now, the latest used first."""
    rows = db.scalars(select(SessionRow).where(SessionRow.actor_id == actor_id, SessionRow.expires_at > now))
    places = [place_of(row, here) for row in rows]
    return sorted(places, key=lambda one: one.last_used_at, reverse=True)


def place_of(row: SessionRow, here: bytes | None) -> Place:
    return Place(
        name_of(row.token_hash),
        say_device(row.user_agent or ""),
        row.address,
        row.created_at,
        row.last_used_at or row.created_at,
        row.second_factor,
        row.token_hash == here,
    )


def name_of(token_hash: bytes) -> str:
    return hashlib.sha256(token_hash).hexdigest()[:32]


def say_device(user_agent: str) -> str:
    """The browser and the machine in two words, such as "Chrome, Android"; for a program what it calls itself."""
    browser = next((word for mark, word in BROWSERS if mark in user_agent), None)
    machine = next((word for mark, word in MACHINES if mark in user_agent), None)
    if browser and machine:
        return f"{browser}, {machine}"
    return re.split(r"[\s(]", user_agent.strip(), maxsplit=1)[0][:60]


def end_place(db: Session, actor_id: int, name: str, by: int, now: datetime) -> bytes:
    """Ends one session of a person; returns its token's hash. Raises NotFound."""
    hashes = db.scalars(select(SessionRow.token_hash).where(SessionRow.actor_id == actor_id)).all()
    found = next((one for one in hashes if name_of(one) == name), None)
    if found is None:
        raise NotFound()
    db.execute(delete(SessionRow).where(SessionRow.token_hash == found))
    record(db, "user.session.end", actor_id=by, actee_actor_id=actor_id, now=now, details={"sessions": 1})
    return found


def end_places(db: Session, actor_id: int, by: int, now: datetime, but: bytes | None = None) -> None:
    """Ends all sessions of a person, perhaps but the one that asks."""
    end_sessions_of(db, actor_id, but=but)
    record(db, "user.session.end", actor_id=by, actee_actor_id=actor_id, now=now, details={"sessions": "all"})


def is_due(last_used_at: datetime | None, now: datetime) -> bool:
    """Whether to write down again that a session was used; a clock that jumped back counts as due."""
    return last_used_at is None or not timedelta(0) <= now - last_used_at < WRITE_EVERY


def note_place(db: Session, token_hash: bytes, address: str | None, now: datetime) -> None:
    """Remembers when a session was used last, and from where."""
    changes = {"last_used_at": now, "address": address}
    db.execute(update(SessionRow).where(SessionRow.token_hash == token_hash).values(changes))


def mark_second_factor(db: Session, token_hash: bytes) -> None:
    """From now on this session counts as begun with more than a password: the factor was shown in it."""
    db.execute(update(SessionRow).where(SessionRow.token_hash == token_hash).values(second_factor=True))
