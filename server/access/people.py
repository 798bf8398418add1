"""Web accounts: making, disabling, passwords, and the first administrator."""

from datetime import datetime, timedelta

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from server.access import roles, tokens
from server.access.audit import record
from server.access.passwords import check_password, hash_password
from server.access.phone_passwords import end_phone_password
from server.access.second_factors import drop_factors
from server.access.sessions import end_sessions_of
from server.config import EMAIL
from server.errors import NotFound, UnexpectedValue, UniqueViolation
from server.models import Actor, Assignment, CalendarAddress, NotificationChannel, OneTimeToken, OpenIdName, User

SETUP_LIFE = timedelta(days=7)
PASSWORD_LINK_LIFE = timedelta(hours=48)


def has_users(db: Session) -> bool:
    return db.scalar(select(func.count()).select_from(User)) != 0


def create_user(
    db: Session,
    email: str,
    password: str | None,
    display_name: str | None,
    by: int | None,
    now: datetime,
    hashed: str | None = None,
) -> User:
    """A web account without any role; `hashed` is the password's hash where it is ready.

    Raises UnexpectedValue, UniqueViolation or a password's Problem.
    """
    address = email.strip().lower()
    if not EMAIL.fullmatch(address):
        raise UnexpectedValue(field="email", value=email, reason="it is no e-mail address")
    if password is not None and hashed is None:
        hashed = hash_new(password)
    if db.scalar(select(User.actor_id).where(User.email == address)) is not None:
        raise UniqueViolation(fields=["email"], values=[address])
    actor = Actor(type="user", display_name=(display_name or address.split("@")[0]).strip(), created_at=now)
    db.add(actor)
    db.flush()
    user = User(actor_id=actor.id, email=address, password_hash=hashed)
    db.add(user)
    db.flush()
    record(db, "user.create", actor_id=by, actee_actor_id=actor.id, now=now)
    return user


def hash_new(password: str) -> str:
    """A new password's hash, made before the first statement: hashing has a queue, and nobody may hold the database in it.

    Raises the Problem that says why the password cannot be used.
    """
    check_password(password)
    return hash_password(password)


def create_administrator(
    db: Session, email: str, password: str, now: datetime, name: str | None = None, hashed: str | None = None
) -> User:
    """A web account with Central's role 1 on the whole site. Raises as `create_user`."""
    user = create_user(db, email, password, name, by=None, now=now, hashed=hashed)
    db.add(Assignment(actor_id=user.actor_id, role_id=roles.ADMIN))
    record(
        db,
        "user.assignment.create",
        actor_id=None,
        actee_actor_id=user.actor_id,
        now=now,
        details={"roleId": roles.ADMIN},
    )
    return user


def get_user(db: Session, actor_id: int) -> tuple[Actor, User]:
    """Raises NotFound."""
    row = db.execute(select(Actor, User).join(User, User.actor_id == Actor.id).where(Actor.id == actor_id)).first()
    if row is None or row[0].deleted_at is not None:
        raise NotFound()
    return row[0], row[1]


def set_password(
    db: Session, actor_id: int, new: str, by: int | None, now: datetime, keep_session: bytes | None = None
) -> None:
    """Sets a password and ends the person's other sessions and her phone password."""
    set_hash(db, actor_id, hash_new(new), by, now, keep_session)


def set_hash(
    db: Session, actor_id: int, hashed: str, by: int | None, now: datetime, keep_session: bytes | None = None
) -> None:
    """As `set_password`, for a password whose hash is ready."""
    get_user(db, actor_id)
    db.execute(update(User).where(User.actor_id == actor_id).values(password_hash=hashed))
    end_sessions_of(db, actor_id, but=keep_session)
    end_phone_password(db, actor_id, by, now)
    db.execute(delete(OneTimeToken).where(OneTimeToken.actor_id == actor_id))
    record(db, "user.update", actor_id=by, actee_actor_id=actor_id, now=now, details={"data": {"password": True}})


def choose_language(db: Session, actor_id: int, language: str) -> None:
    """The language in which somebody is written to: zh or en."""
    db.execute(update(User).where(User.actor_id == actor_id).values(language=language))


def disable_user(db: Session, actor_id: int, by: int, now: datetime) -> None:
    """The account stays, for what it did; nobody signs in with it, and its sessions end at once."""
    get_user(db, actor_id)
    db.execute(update(User).where(User.actor_id == actor_id).values(disabled_at=now))
    end_sessions_of(db, actor_id)
    record(db, "user.update", actor_id=by, actee_actor_id=actor_id, now=now, details={"data": {"disabled": True}})


def enable_user(db: Session, actor_id: int, by: int, now: datetime) -> None:
    get_user(db, actor_id)
    db.execute(update(User).where(User.actor_id == actor_id).values(disabled_at=None))
    record(db, "user.update", actor_id=by, actee_actor_id=actor_id, now=now, details={"data": {"disabled": False}})


def delete_user(db: Session, actor_id: int, by: int, now: datetime) -> None:
    """Central's DELETE: the actor is marked, its address is free again; its roles, its sessions and all that it signed in
    with go. The provider's name for the person is free too: whoever comes back is found by the address again.
    """
    actor, user = get_user(db, actor_id)
    actor.deleted_at = now
    user.email = f"{user.email}#{actor.id}"
    user.password_hash = None
    for table in (Assignment, OpenIdName, OneTimeToken, NotificationChannel, CalendarAddress):
        db.execute(delete(table).where(table.actor_id == actor_id))
    drop_factors(db, actor_id)
    end_sessions_of(db, actor_id)
    record(db, "user.delete", actor_id=by, actee_actor_id=actor_id, now=now)


def issue_link(db: Session, purpose: str, actor_id: int | None, now: datetime, by: int | None = None) -> str:
    """A token for `/join/{token}`, good once: `setup` makes the first administrator, `password` sets a new password.

    Who made a password's link is written down: what is done by it later is done in the person's own name.
    """
    db.execute(
        delete(OneTimeToken).where(
            OneTimeToken.purpose == purpose,
            OneTimeToken.actor_id == actor_id if actor_id else OneTimeToken.actor_id.is_(None),
        )
    )
    return add_link(db, purpose, actor_id, now, by)


def add_link(db: Session, purpose: str, actor_id: int | None, now: datetime, by: int | None = None) -> str:
    """As `issue_link`, beside one that is good already: whoever may ask for a mail ends nobody's link by it."""
    token = tokens.make_token().replace("$", "-").replace("!", "_")  # plain characters: people type and mail these
    life = SETUP_LIFE if purpose == "setup" else PASSWORD_LINK_LIFE
    db.add(
        OneTimeToken(
            token_hash=tokens.hash_token(token),
            purpose=purpose,
            actor_id=actor_id,
            created_at=now,
            expires_at=now + life,
        )
    )
    if actor_id is not None:
        record(db, "user.password_link.create", actor_id=by, actee_actor_id=actor_id, now=now)
    return token


def end_link(db: Session, token: str) -> None:
    """A link that could not be handed over is good for nothing."""
    db.execute(delete(OneTimeToken).where(OneTimeToken.token_hash == tokens.hash_token(token)))


def find_link(db: Session, token: str, now: datetime) -> OneTimeToken | None:
    """The link behind a token, while it is good."""
    return db.scalar(
        select(OneTimeToken).where(OneTimeToken.token_hash == tokens.hash_token(token), OneTimeToken.expires_at > now)
    )


def use_link(db: Session, token: str, email: str | None, password: str, name: str | None, now: datetime) -> int:
    """Follows a link through once; returns the actor whose password is now set. Raises NotFound, or a password's Problem.

    Doors look first whether there is such a link: here the hash is made before anything is asked.
    """
    hashed = hash_new(password)
    link = find_link(db, token, now)
    if link is None or (link.purpose == "setup" and has_users(db)) or not take_link(db, link):
        raise NotFound("This link was used before or is too old. Ask for a new one.")
    if link.purpose == "setup":
        actor_id = create_administrator(db, email or "", password, now, name, hashed).actor_id
    else:
        assert link.actor_id is not None, "a password link names its person"
        actor_id = link.actor_id
        set_hash(db, actor_id, hashed, by=actor_id, now=now)
    return actor_id


def take_link(db: Session, link: OneTimeToken) -> bool:
    """Takes it away; False when somebody else did a moment ago."""
    result = db.execute(delete(OneTimeToken).where(OneTimeToken.token_hash == link.token_hash))
    return bool(result.rowcount)  # type: ignore[attr-defined]
