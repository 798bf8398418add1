"""Who asked for a mail by which a new password is set. Asking takes the same whether there is such an account or not.

The mail is sent by the timetable (followups/reset_mail.py), one in a quarter of an hour for an address.
"""

import hashlib
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from server.models import Actor, ResetWish, User

REMEMBERED: Final = timedelta(minutes=15)
MOST: Final = 1000
"""More addresses than an office has people: whoever asks for others only fills a table."""


def hash_email(email: str) -> bytes:
    return hashlib.sha256(email.strip().lower().encode()).digest()


def wish_reset(db: Session, email: str, now: datetime) -> None:
    """Remembered once, until it is forgotten."""
    if (db.scalar(select(func.count()).select_from(ResetWish)) or 0) >= MOST:
        return
    row = {"email_hash": hash_email(email), "asked_at": now}
    dialect = sqlite if db.get_bind().dialect.name == "sqlite" else postgresql
    db.execute(dialect.insert(ResetWish).values(row).on_conflict_do_nothing())


def forget_wishes(db: Session, now: datetime) -> None:
    db.execute(delete(ResetWish).where(ResetWish.asked_at <= now - REMEMBERED))


def take_wish(db: Session, now: datetime, passed_over: Collection[str] = ()) -> User | None:
    """Whoever has an account and waits for a mail, the longest first, but for these addresses; it counts as sent from then on."""
    waiting: dict[bytes, datetime] = dict(
        db.execute(select(ResetWish.email_hash, ResetWish.asked_at).where(ResetWish.sent_at.is_(None))).all()
    )
    if not waiting:
        return None
    people = select(User).join(Actor, Actor.id == User.actor_id)
    works = Actor.deleted_at.is_(None), User.disabled_at.is_(None), User.email.not_in(passed_over)
    every = db.scalars(people.where(*works).order_by(Actor.id))
    here = [(waiting[key], user) for user in every if (key := hash_email(user.email)) in waiting]
    user = min(here, key=lambda one: one[0])[1] if here else None
    if user is not None:
        mark_wish(db, user.email, now)
    return user


def mark_wish(db: Session, email: str, sent_at: datetime | None) -> None:
    """Sent, or (None) to be tried again."""
    db.execute(update(ResetWish).where(ResetWish.email_hash == hash_email(email)).values(sent_at=sent_at))
