"""From a token to a Caller, and what rights a person has. From an address and a password: credentials.py."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import bindparam, case, exists, select
from sqlalchemy.orm import Session

from server.access import tokens
from server.access.caller import Caller, Grant
from server.access.roles import PUBLIC_LINK
from server.access.widening import with_parts
from server.errors import Forbidden, Unauthenticated
from server.models import Actor, AppUser, Assignment, Form, Project, PublicLink, User, VillageScope, table_of
from server.models import Session as SessionRow

# Built once: these two run on every request of every phone.
APP_USER, ACTOR, ASSIGNMENT, VILLAGE_SCOPE, USER, PROJECT = map(
    table_of, (AppUser, Actor, Assignment, VillageScope, User, Project)
)
CARRIER = ACTOR.alias("carrier")
ROLE = ASSIGNMENT.alias("role")
HAS_ROLE = exists().where(
    ROLE.c.actor_id == APP_USER.c.person_id, ROLE.c.project_id == APP_USER.c.project_id, ROLE.c.form_id.is_(None)
)
WORKS = USER.c.disabled_at.is_(None) & CARRIER.c.deleted_at.is_(None) & HAS_ROLE.correlate(APP_USER)
PHONE = (
    select(
        APP_USER.c.actor_id,
        APP_USER.c.project_id,
        ACTOR.c.display_name,
        APP_USER.c.care_role,
        case((WORKS, APP_USER.c.person_id)).label("carrier_id"),
        APP_USER.c.person_id,
        PROJECT.c.kind,
        ASSIGNMENT.c.role_id,
        ASSIGNMENT.c.project_id.label("granted_project_id"),
        ASSIGNMENT.c.form_id,
    )
    .join_from(APP_USER, ACTOR, ACTOR.c.id == APP_USER.c.actor_id)
    .join(PROJECT, PROJECT.c.id == APP_USER.c.project_id)
    .outerjoin(ASSIGNMENT, ASSIGNMENT.c.actor_id == APP_USER.c.actor_id)
    .outerjoin(CARRIER, CARRIER.c.id == APP_USER.c.person_id)
    .outerjoin(USER, USER.c.actor_id == APP_USER.c.person_id)
    .where(
        APP_USER.c.token_hash == bindparam("token_hash"),
        APP_USER.c.revoked_at.is_(None),
        ACTOR.c.deleted_at.is_(None),
    )
)
VILLAGES = with_parts(
    select(VILLAGE_SCOPE.c.project_id, VILLAGE_SCOPE.c.village_id).where(
        VILLAGE_SCOPE.c.actor_id == bindparam("actor_id")
    )
)


def caller_of_key(db: Session, token: str) -> Caller:
    """The phone or the link behind a key URL. Malformed is 401.2; well-formed but unknown or revoked 403.1 (a 401 pops a dialog).

    A phone of a care project whose carrier's account no longer works, or who has no role in the project any more, is
    nobody's: it sends what it has filled, and gets nothing until somebody else carries it.
    """
    if not tokens.is_token(token):
        raise Unauthenticated()
    rows = db.connection().execute(PHONE, {"token_hash": tokens.hash_token(token)}).all()
    if not rows:
        return caller_of_link(db, token)
    actor_id, project_id, name, care_role, carrier_id, person_id, kind = rows[0][:7]
    return Caller(
        actor_id=actor_id,
        type="field_key",
        display_name=name,
        grants=tuple(Grant(role, project, form) for *_, role, project, form in rows if role is not None),
        home_project_id=project_id,
        care_role=care_role,
        carrier_id=carrier_id,
        only_sends=kind == "care" and person_id is not None and carrier_id is None,
        key=token,
    )


def caller_of_link(db: Session, token: str) -> Caller:
    """Whoever has a public link: he fills in its form, of a plain project. Raises Forbidden."""
    row = db.execute(
        select(Actor.id, Actor.display_name, Form.project_id, Form.id, PublicLink.once)
        .join(PublicLink, PublicLink.actor_id == Actor.id)
        .join(Form, Form.id == PublicLink.form_id)
        .join(Project, Project.id == Form.project_id)
        .where(PublicLink.token_hash == tokens.hash_token(token), Actor.deleted_at.is_(None), Project.kind == "plain")
    ).first()
    if row is None:
        raise Forbidden("This key is not valid here, or was stopped. Ask your town office for a new card.")
    actor_id, name, project_id, form_id, once = row
    return Caller(
        actor_id=actor_id,
        type="public_link",
        display_name=name,
        grants=(Grant(PUBLIC_LINK, project_id, form_id),),
        key=token,
        once=once,
    )


def caller_of_session(db: Session, token: str, now: datetime, asked_of: str = "nobody") -> Caller | None:
    """The person behind a session token; None when it is unknown, over, or theirs no longer."""
    if not tokens.is_token(token):
        return None
    digest = tokens.hash_token(token)
    row = db.execute(
        select(Actor.id, Actor.display_name, SessionRow.second_factor, SessionRow.last_used_at)
        .join(SessionRow, SessionRow.actor_id == Actor.id)
        .join(User, User.actor_id == Actor.id)
        .where(
            SessionRow.token_hash == digest,
            SessionRow.expires_at > now,
            Actor.deleted_at.is_(None),
            User.disabled_at.is_(None),
        )
    ).first()
    if row is None:
        return None
    return person(db, row.id, row.display_name, digest, row.second_factor, asked_of, row.last_used_at)


def caller_of_bearer(db: Session, token: str, now: datetime, asked_of: str = "nobody") -> Caller:
    """A Bearer token is a person's session or a phone's key. Raises Unauthenticated."""
    caller = caller_of_session(db, token, now, asked_of)
    if caller is not None:
        return caller
    try:
        return caller_of_key(db, token)
    except Forbidden:
        raise Unauthenticated() from None


def person(
    db: Session,
    actor_id: int,
    name: str,
    session_hash: bytes | None = None,
    second_factor: bool = False,
    asked_of: str = "nobody",
    last_used_at: datetime | None = None,
) -> Caller:
    """Who shows only a password where more is asked of her has no right at all until she has set up more.

    `asked_of` is the site's policy: nobody, administrators or everybody; a project may ask it of whoever has a role in it.
    """
    grants, asking = grants_of(db, actor_id)
    more = not second_factor and is_asked(grants, asking, asked_of)
    return Caller(
        actor_id=actor_id,
        type="user",
        display_name=name,
        grants=() if more else grants,
        session_hash=session_hash,
        last_used_at=last_used_at,
        must_add_factor=more,
    )


def with_villages(db: Session, caller: Caller) -> Caller:
    """The caller with the villages of hers: all else here is found without them, and then reaches none.

    What a phone asks most (its form list, a form) is decided by its roles alone.
    """
    if caller.actor_id is None or caller.type == "public_link" or caller.must_add_factor:
        return caller
    return replace(caller, villages=villages_of(db, caller.actor_id))


def must_add_factor(db: Session, actor_id: int, asked_of: str) -> bool:
    """Whether a session that shows only a password would have no rights."""
    return is_asked(*grants_of(db, actor_id), asked_of)


def grants_of(db: Session, actor_id: int) -> tuple[tuple[Grant, ...], bool]:
    """A person's roles, and whether one of them is in a project that asks for a second factor; the site's roles are in all."""
    somewhere = exists().where(Project.asks_second_factor, Project.deleted_at.is_(None))
    asks = case((Assignment.project_id.is_(None), somewhere), else_=Project.asks_second_factor)
    rows = db.execute(
        select(Assignment.role_id, Assignment.project_id, Assignment.form_id, asks)
        .outerjoin(Project, Project.id == Assignment.project_id)
        .where(Assignment.actor_id == actor_id)
    ).all()
    return tuple(Grant(*row[:3]) for row in rows), any(row[3] for row in rows)


def is_asked(grants: tuple[Grant, ...], asking: bool, asked_of: str) -> bool:
    on_site = any(grant.project_id is None for grant in grants)
    return asking or asked_of == "everybody" or (asked_of == "administrators" and on_site)


def villages_of(db: Session, actor_id: int) -> dict[int, frozenset[int] | None]:
    """Village ids by project; None where the whole town is meant."""
    found: dict[int, frozenset[int] | None] = {}
    for project_id, village_id in db.connection().execute(VILLAGES, {"actor_id": actor_id}):
        known = found.get(project_id, frozenset())
        found[project_id] = None if village_id is None or known is None else known | {village_id}
    return found
