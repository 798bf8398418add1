"""App users: one for each worker's phone. The key in its address is all it has, so it can be stopped at once."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from server.access import tokens
from server.access.audit import record
from server.errors import MissingParameter, NotFound
from server.models import Actor, AppUser, Assignment, Project

WRITE_EVERY = timedelta(minutes=1)
DEVICE_LENGTH = 255


@dataclass(frozen=True)
class Phone:
    """An app user as those see it who may manage it; `token` is None once revoked."""

    actor: Actor
    row: AppUser
    token: str | None


def create_app_user(
    db: Session, key: bytes, project_id: int, display_name: str, by: int | None, now: datetime
) -> Phone:
    """A new phone's key; it sees no form until it is assigned to one. Raises MissingParameter."""
    if not display_name.strip():
        raise MissingParameter(field="displayName")
    actor = Actor(type="field_key", display_name=display_name.strip(), created_at=now)
    db.add(actor)
    db.flush()
    token = tokens.make_token()
    row = AppUser(
        actor_id=actor.id,
        project_id=project_id,
        created_by_id=by,
        token_hash=tokens.hash_token(token),
        token_sealed=tokens.seal(key, token),
    )
    db.add(row)
    db.flush()
    record(db, "field_key.create", actor_id=by, project_id=project_id, actee_actor_id=actor.id, now=now)
    return Phone(actor, row, token)


def list_app_users(db: Session, key: bytes, project_id: int) -> list[Phone]:
    """A project's phones, those that work first, then by name."""
    rows = db.execute(
        select(Actor, AppUser)
        .join(AppUser, AppUser.actor_id == Actor.id)
        .where(AppUser.project_id == project_id, Actor.deleted_at.is_(None))
        .order_by(AppUser.revoked_at.is_not(None), Actor.display_name, Actor.id)
    )
    return [Phone(actor, row, tokens.unseal(key, row.token_sealed)) for actor, row in rows]


def get_app_user(db: Session, key: bytes, project_id: int, actor_id: int) -> Phone:
    """Raises NotFound, also for a phone of another project."""
    row = db.execute(
        select(Actor, AppUser)
        .join(AppUser, AppUser.actor_id == Actor.id)
        .where(AppUser.project_id == project_id, Actor.id == actor_id, Actor.deleted_at.is_(None))
    ).first()
    if row is None:
        raise NotFound()
    return Phone(row[0], row[1], tokens.unseal(key, row[1].token_sealed))


def revoke_app_user(db: Session, actor_id: int, by: int | None, now: datetime) -> None:
    """Stops a phone's key at once; what it sent stays."""
    project_id = db.scalar(select(AppUser.project_id).where(AppUser.actor_id == actor_id))
    db.execute(
        update(AppUser).where(AppUser.actor_id == actor_id).values(token_hash=None, token_sealed=None, revoked_at=now)
    )
    record(db, "field_key.session.end", actor_id=by, project_id=project_id, actee_actor_id=actor_id, now=now)


def reissue_app_user(db: Session, key: bytes, actor_id: int, by: int, now: datetime) -> str:
    """A new key for a phone that was lost or stopped; the old one no longer works. Returns the token."""
    token = tokens.make_token()
    db.execute(
        update(AppUser)
        .where(AppUser.actor_id == actor_id)
        .values(token_hash=tokens.hash_token(token), token_sealed=tokens.seal(key, token), revoked_at=None)
    )
    record(db, "field_key.update", actor_id=by, actee_actor_id=actor_id, now=now)
    return token


def delete_app_user(db: Session, project_id: int, actor_id: int, by: int, now: datetime) -> None:
    revoke_app_user(db, actor_id, by, now)
    db.execute(update(Actor).where(Actor.id == actor_id).values(deleted_at=now))
    db.execute(delete(Assignment).where(Assignment.actor_id == actor_id))
    record(db, "field_key.delete", actor_id=by, project_id=project_id, actee_actor_id=actor_id, now=now)


def find_phone_by_token(db: Session, token: str) -> int | None:
    """The actor whose key this is: DELETE /sessions/{token} revokes by it."""
    return db.scalar(select(AppUser.actor_id).where(AppUser.token_hash == tokens.hash_token(token)))


def project_of_phone(db: Session, actor_id: int) -> Project:
    return db.scalars(select(Project).join(AppUser).where(AppUser.actor_id == actor_id)).one()


def note_use(db: Session, actor_id: int, device_id: str | None, now: datetime) -> None:
    """Remembers when a phone last spoke and which device it was: whoever manages it can see a card used twice."""
    changes = {"last_used_at": now} | ({"last_device_id": device_id[:DEVICE_LENGTH]} if device_id else {})
    db.execute(update(AppUser).where(AppUser.actor_id == actor_id).values(changes))


class RecentUse:
    """Which phones' last use was written down a moment ago: a phone that speaks often is written once a minute."""

    def __init__(self) -> None:
        self._written: dict[int, datetime] = {}

    def is_due(self, actor_id: int, now: datetime) -> bool:
        """Whether to write it down now; a clock that jumped back counts as due."""
        last = self._written.get(actor_id)
        if last is not None and timedelta(0) <= now - last < WRITE_EVERY:
            return False
        self._written[actor_id] = now
        return True
