"""Passwords for programs: Excel, pyODK, ruODK cannot show a second factor, so each gets a long random secret of its own."""

from datetime import datetime

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from server.access import sign_in_places, tokens
from server.access.audit import record
from server.errors import MissingParameter, NotFound
from server.models import AppPassword

LONGEST_NAME = 60


def make_app_password(db: Session, actor_id: int, name: str, now: datetime) -> str:
    """Returns the secret, which is seen this once. Raises MissingParameter without the program's name."""
    if not name.strip():
        raise MissingParameter(field="name")
    secret = tokens.make_token()
    db.add(
        AppPassword(
            actor_id=actor_id, secret_hash=tokens.hash_token(secret), name=name.strip()[:LONGEST_NAME], created_at=now
        )
    )
    db.flush()
    record(db, "user.app_password.create", actor_id=actor_id, actee_actor_id=actor_id, now=now)
    return secret


def is_due(db: Session, secret: str, now: datetime) -> bool:
    """Whether to write down again that a program used its password."""
    last = db.scalar(select(AppPassword.last_used_at).where(AppPassword.secret_hash == tokens.hash_token(secret)))
    return sign_in_places.is_due(last, now)


def note_use(db: Session, secret: str, now: datetime) -> None:
    hers = AppPassword.secret_hash == tokens.hash_token(secret)
    db.execute(update(AppPassword).where(hers).values(last_used_at=now))


def remove_app_password(db: Session, actor_id: int, password_id: int, now: datetime) -> None:
    """Raises NotFound, also for somebody else's."""
    hers = (AppPassword.id == password_id) & (AppPassword.actor_id == actor_id)
    if not db.execute(delete(AppPassword).where(hers)).rowcount:  # type: ignore[attr-defined]
        raise NotFound()
    record(db, "user.app_password.delete", actor_id=actor_id, actee_actor_id=actor_id, now=now)
