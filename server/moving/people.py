"""Who is who: web accounts by their address, phones with their keys, and whoever only signed something.

Nobody's password comes along, so a new account has none. A phone keeps its key: it goes on sending once its server's name
leads here. An account is found by its address and given the roles that it has there in this project alone.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.access import roles, tokens
from server.access.audit import record
from server.access.people import create_user
from server.config import EMAIL
from server.models import Actor, AppUser, Assignment, Audit, Form, MovedActor, PublicLink, User
from server.moving.bringing import Bringing, Row, read_time
from server.moving.filters import bring_values

TAKEN_ROLES = frozenset({roles.PROJECT_MANAGER, roles.PROJECT_VIEWER, roles.DATA_COLLECTOR, roles.APP_USER})


def bring_user(db: Session, bringing: Bringing, told: Row) -> int:
    """An account by its address; a new one has no password and may do nothing yet."""
    address = told["email"].strip().lower()
    user = db.scalar(select(User).where(User.email == address))
    if user is None and EMAIL.fullmatch(address):
        user = create_user(db, address, None, told.get("displayName"), None, bringing.now)
        bringing.report.came["users"] += 1
    if user is None:
        return stand_in(db, told, bringing.now)
    if user.password_hash is None:
        bringing.report.leave("users", address, "no_password")
    return user.actor_id


def bring_phones(bringing: Bringing, phones: Iterable[Row], key: bytes) -> None:
    for told in phones:
        bringing.report.there["app_users"] += 1
        with bringing.transaction() as db:
            known = bringing.actors.get(str(told["id"]))
            if known is None:
                known = add_phone(db, bringing, told, key)
                know(db, bringing, told["id"], known)
                bringing.report.came["app_users"] += 1
            elif told.get("token") is None and works_here(db, known):  # it may have got a new key here
                bringing.report.leave("app_users", told["id"], "stopped_there")
            bring_values(db, bringing, told, known)
        bringing.report.here["app_users"] += 1


def add_phone(db: Session, bringing: Bringing, told: Row, key: bytes) -> int:
    """A phone with the key that it has there; without one where it was stopped, or where another phone here has it."""
    token = told.get("token")
    if token is not None and (not tokens.is_token(token) or is_in_use(db, token)):
        token = None
        bringing.report.leave("app_users", told["id"], "key_taken")
    actor = add_actor(db, told, "field_key", bringing.now)
    maker = (told.get("createdBy") or {}).get("id")
    row = AppUser(
        actor_id=actor.id,
        project_id=bringing.project_id,
        created_by_id=bringing.actors.get(str(maker)),
        token_hash=tokens.hash_token(token) if token else None,
        token_sealed=tokens.seal(key, token) if token else None,
        revoked_at=None if token else bringing.now,
        last_used_at=read_time(told.get("lastUsed")),
    )
    db.add(row)
    db.flush()
    record(
        db,
        "field_key.create",
        actor_id=None,
        project_id=bringing.project_id,
        actee_actor_id=actor.id,
        now=bringing.now,
    )
    return actor.id


def works_here(db: Session, actor_id: int) -> bool:
    return db.scalar(select(AppUser.actor_id).filter_by(actor_id=actor_id, revoked_at=None)) is not None


def is_in_use(db: Session, token: str) -> bool:
    """As a phone's key or a link's."""
    wanted = tokens.hash_token(token)
    return any(
        db.scalar(select(kind.actor_id).where(kind.token_hash == wanted)) is not None for kind in (AppUser, PublicLink)
    )


def actor_of(db: Session, bringing: Bringing, told: Row | None, number: int | None = None) -> int | None:
    """Who that is here. Somebody of whom only the name is known (a link, an account that is gone) stands here by that name,
    and can do nothing.
    """
    theirs = told["id"] if told else number
    if theirs is None:
        return None
    known = bringing.actors.get(str(theirs))
    if known is not None:
        return known
    account = bringing.accounts.get(str(theirs))
    if account is not None:
        return know(db, bringing, theirs, bring_user(db, bringing, account))
    return know(db, bringing, theirs, stand_in(db, told or {"displayName": f"#{theirs}"}, bringing.now))


def know(db: Session, bringing: Bringing, theirs: object, actor_id: int) -> int:
    if bringing.actors.get(str(theirs)) is None:
        db.add(MovedActor(move_id=bringing.move_id, theirs=str(theirs), actor_id=actor_id))
        db.flush()
        bringing.actors[str(theirs)] = actor_id
    return actor_id


def stand_in(db: Session, told: Row, now: datetime) -> int:
    kind = told.get("type") if told.get("type") in ("public_link", "singleUse") else "user"
    actor = add_actor(db, told, str(kind), now)
    actor.deleted_at = read_time(told.get("deletedAt")) or now
    db.flush()
    return actor.id


def add_actor(db: Session, told: Row, kind: str, now: datetime) -> Actor:
    actor = Actor(
        type=kind,
        display_name=told.get("displayName") or "–",
        created_at=read_time(told.get("createdAt")) or now,
        updated_at=read_time(told.get("updatedAt")),
    )
    db.add(actor)
    db.flush()
    return actor


def bring_roles(bringing: Bringing, systems: dict[int, str], given: Iterable[Row]) -> None:
    """`given` are rows of assignments there, with `xmlFormId` for those of a form; `systems` names its roles by number."""
    report = bringing.report
    for told in given:
        theirs, system = told.get("actorId") or told["actor"]["id"], systems.get(told["roleId"], str(told["roleId"]))
        role = roles.BY_SYSTEM.get(system)
        if role is not None and role.id == roles.PUBLIC_LINK:
            continue  # said where the links are
        if role is None or role.id not in TAKEN_ROLES:
            report.leave("assignments", f"{system} {theirs}", "unknown_role")
            continue
        with bringing.transaction() as db:
            actor = db.get_one(Actor, actor_of(db, bringing, told.get("actor"), theirs))
            if actor.deleted_at is not None:
                report.leave("assignments", f"{system} {theirs}", "unknown_person")
                continue
            report.there["assignments"] += 1
            report.here["assignments"] += give(db, bringing, role, actor, told.get("xmlFormId"))


def was_taken_here(db: Session, actor: Actor, role: roles.Role, project_id: int, form_id: int | None) -> bool:
    """Whether somebody here took the role away: it is not given back behind their back."""
    details = select(Audit.details).where(
        Audit.action == f"{actor.type}.assignment.delete",
        Audit.actee_actor_id == actor.id,
        Audit.project_id == project_id,
        Audit.form_id.is_(None) if form_id is None else Audit.form_id == form_id,
    )
    return any((one or {}).get("roleId") == role.id for one in db.scalars(details))


def give(db: Session, bringing: Bringing, role: roles.Role, actor: Actor, xml_form_id: str | None) -> bool:
    """Whether it is here now, be it since before."""
    form_id = None
    if xml_form_id is not None:
        form_id = db.scalar(
            select(Form.id).where(
                Form.project_id == bringing.project_id, Form.xml_form_id == xml_form_id, Form.deleted_at.is_(None)
            )
        )
        if form_id is None:
            return False
    where: dict[str, Any] = {
        "actor_id": actor.id,
        "role_id": role.id,
        "project_id": bringing.project_id,
        "form_id": form_id,
    }
    if db.scalar(select(Assignment.id).filter_by(**where)) is not None:
        return True
    if was_taken_here(db, actor, role, bringing.project_id, form_id):
        bringing.report.leave("assignments", f"{role.system} {actor.id}", "changed_here")
        return False
    db.add(Assignment(**where))
    bringing.report.came["assignments"] += 1
    record(
        db,
        f"{actor.type}.assignment.create",
        actor_id=None,
        actee_actor_id=actor.id,
        project_id=bringing.project_id,
        form_id=form_id,
        details={"roleId": role.id},
        now=bringing.now,
    )
    return True
