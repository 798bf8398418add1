"""App users: one for each worker's phone. The key in its address is all it has, so it can be stopped at once."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from server.access import tokens
from server.access.audit import record
from server.errors import MissingParameter, NotFound
from server.models import Actor, ActorPropertyValue, AppUser, Assignment, Project

WRITE_EVERY = timedelta(minutes=1)
DEVICE_LENGTH = 255


@dataclass(frozen=True)
class Phone:
    """An app user as those see it who may manage it; `token` is None once revoked, and where it `reaches_further` than
    who asks (phone_reach.py).
    """

    actor: Actor
    row: AppUser
    token: str | None
    reaches_further: bool = False


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


def is_printed(project: Project, phone: Phone) -> bool:
    """Whether pages show a phone's key. In a care project one that is in use is shown no more: for another device a new one
    is made, which ends it, so nobody reads along unnoticed. Programs are told it, as Central tells them (6.4).
    """
    return phone.token is not None and (project.kind != "care" or phone.row.first_used_at is None)


def revoke_app_user(db: Session, actor_id: int, by: int | None, now: datetime, lost: bool = False) -> None:
    """Stops a phone's key at once; what it sent stays. That it was lost is written beside the act."""
    project_id = db.scalar(select(AppUser.project_id).where(AppUser.actor_id == actor_id))
    db.execute(
        update(AppUser).where(AppUser.actor_id == actor_id).values(token_hash=None, token_sealed=None, revoked_at=now)
    )
    more = {"details": {"lost": True}} if lost else {}
    record(db, "field_key.session.end", actor_id=by, project_id=project_id, actee_actor_id=actor_id, now=now, **more)


def reissue_app_user(db: Session, key: bytes, actor_id: int, by: int, now: datetime) -> str:
    """A new key for a phone that was lost or stopped; the old one no longer works, and no device is known to it yet.

    Returns the token.
    """
    token = tokens.make_token()
    new = {"token_hash": tokens.hash_token(token), "token_sealed": tokens.seal(key, token), "revoked_at": None}
    unbound = dict.fromkeys(("first_device_id", "first_used_at", "other_device_id", "other_device_at"))
    db.execute(update(AppUser).where(AppUser.actor_id == actor_id).values({**new, **unbound}))
    project_id = db.scalar(select(AppUser.project_id).where(AppUser.actor_id == actor_id))
    record(db, "field_key.update", actor_id=by, project_id=project_id, actee_actor_id=actor_id, now=now)
    return token


def accept_device(db: Session, actor_id: int, by: int, now: datetime) -> bool:
    """The office knows the other device: it is the one from now on. False when there was none to accept."""
    row = db.get(AppUser, actor_id)
    if row is None or row.other_device_id is None:
        return False
    row.first_device_id, row.first_used_at = row.other_device_id, row.other_device_at
    row.other_device_id = row.other_device_at = None
    db.flush()
    record(db, "field_key.device.accept", actor_id=by, project_id=row.project_id, actee_actor_id=actor_id, now=now)
    return True


def delete_app_user(db: Session, project_id: int, actor_id: int, by: int, now: datetime) -> None:
    revoke_app_user(db, actor_id, by, now)
    db.execute(update(Actor).where(Actor.id == actor_id).values(deleted_at=now))
    db.execute(delete(Assignment).where(Assignment.actor_id == actor_id))
    db.execute(delete(ActorPropertyValue).where(ActorPropertyValue.actor_id == actor_id))
    record(db, "field_key.delete", actor_id=by, project_id=project_id, actee_actor_id=actor_id, now=now)


def find_phone_by_token(db: Session, token: str) -> int | None:
    """The actor whose key this is: DELETE /sessions/{token} revokes by it."""
    return db.scalar(select(AppUser.actor_id).where(AppUser.token_hash == tokens.hash_token(token)))


def project_of_phone(db: Session, actor_id: int) -> Project:
    return db.scalars(select(Project).join(AppUser).where(AppUser.actor_id == actor_id)).one()


def note_use(db: Session, actor_id: int, device_id: str | None, now: datetime) -> None:
    """Remembers when a phone last spoke and which device it was.

    The first device is the key's own. Another one is refused nothing: people change phones. It is written beside the first,
    so that the office can ask whether the card was copied.
    """
    row = db.get(AppUser, actor_id)
    if row is None:
        return
    row.last_used_at = now
    row.first_used_at = row.first_used_at or now
    device = (device_id or "")[:DEVICE_LENGTH] or None
    if device is None:
        return
    row.last_device_id = device
    if row.first_device_id is None:
        row.first_device_id = device
    elif device != row.first_device_id:
        row.other_device_id, row.other_device_at = device, now


class RecentUse:
    """Which phones' last use was written down a moment ago: one that speaks often is written once a minute, device and key."""

    def __init__(self) -> None:
        self._written: dict[int, tuple[str | None, bytes, datetime]] = {}

    def is_due(self, actor_id: int, device_id: str | None, key: str, now: datetime) -> bool:
        """Whether to write it down now. A new card is used for the first time whatever the old one did a moment ago; a clock
        that jumped back counts as due.
        """
        used, written = (device_id, tokens.hash_token(key)), self._written.get(actor_id)
        if written is not None and written[:2] == used and timedelta(0) <= now - written[2] < WRITE_EVERY:
            return False
        self._written[actor_id] = (*used, now)
        return True

    def forget(self, actor_id: int) -> None:
        """It could not be written: the next time this phone speaks it is due again."""
        self._written.pop(actor_id, None)
