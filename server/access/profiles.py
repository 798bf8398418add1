"""Web accounts as lists and pages show them, and the changes people make to their names and addresses."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from server.access.audit import record
from server.access.people import get_user
from server.access.phone_passwords import end_phone_password
from server.access.sessions import end_sessions_of
from server.config import EMAIL
from server.errors import MissingParameter, UnexpectedValue, UniqueViolation
from server.models import Actor, User


class Profile(NamedTuple):
    """A person: the actor and the account."""

    actor: Actor
    user: User


def get_profile(db: Session, actor_id: int) -> Profile:
    """Raises NotFound."""
    return Profile(*get_user(db, actor_id))


def list_users(db: Session, q: str | None, everybody: bool) -> list[Profile]:
    """People by name. `q` looks in names and addresses; who may not list everybody finds only an exact address."""
    if not everybody and not q:
        return []
    query = (
        select(Actor, User)
        .join(User, User.actor_id == Actor.id)
        .where(Actor.deleted_at.is_(None))
        .order_by(Actor.display_name, Actor.id)
    )
    if not everybody:
        query = query.where(User.email == (q or "").strip().lower())
    elif q:
        needle = q.strip().lower()
        query = query.where(
            or_(
                func.lower(Actor.display_name).contains(needle, autoescape=True),
                User.email.contains(needle, autoescape=True),
            )
        )
    return [Profile(actor, user) for actor, user in db.execute(query)]


def update_profile(
    db: Session, actor_id: int, display_name: str | None, email: str | None, by: int, now: datetime
) -> Profile:
    """Changes a person's name or address; None leaves it. Raises MissingParameter, UnexpectedValue, UniqueViolation."""
    profile = get_profile(db, actor_id)
    if display_name is not None:
        if not display_name.strip():
            raise MissingParameter(field="displayName")
        profile.actor.display_name = display_name.strip()
    if email is not None:
        profile.user.email = free_address(db, email, actor_id)
    profile.actor.updated_at = now
    db.flush()
    changed = [name for name, value in (("displayName", display_name), ("email", email)) if value is not None]
    record(db, "user.update", actor_id=by, actee_actor_id=actor_id, now=now, details={"data": changed})
    return profile


def free_address(db: Session, email: str, actor_id: int) -> str:
    address = email.strip().lower()
    if not EMAIL.fullmatch(address):
        raise UnexpectedValue(field="email", value=email, reason="it is no e-mail address")
    if db.scalar(select(User.actor_id).where(User.email == address, User.actor_id != actor_id)) is not None:
        raise UniqueViolation(fields=["email"], values=[address])
    return address


def find_actors(db: Session, ids: Iterable[int | None]) -> dict[int, Actor]:
    """Actors by id, in one query; those that do not exist are absent."""
    rows = db.scalars(select(Actor).where(Actor.id.in_({actor_id for actor_id in ids if actor_id is not None})))
    return {actor.id: actor for actor in rows}


def forget_password(db: Session, actor_id: int, by: int | None, now: datetime) -> None:
    """The password no longer works and all sessions end; a link or an administrator sets a new one."""
    profile = get_profile(db, actor_id)
    profile.user.password_hash = None
    end_sessions_of(db, actor_id)
    end_phone_password(db, actor_id, by, now)
    db.flush()
    record(db, "user.update", actor_id=by, actee_actor_id=actor_id, now=now, details={"data": {"password": False}})
