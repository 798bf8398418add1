"""What the pages ask about projects and people. Every list takes the caller: nobody sees a project without a right in it."""

from dataclasses import dataclass

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from server.access import allow, roles
from server.access.caller import Caller
from server.errors import NotFound, Unauthenticated
from server.models import Actor, AppUser, Assignment, OneTimeToken, Project, User, Village, VillageScope
from server.models import Session as SessionRow


def visible_projects(db: Session, caller: Caller) -> list[Project]:
    """The projects in which the caller holds `project.read`, archived ones last, then by name."""
    every = db.scalars(
        select(Project).where(Project.deleted_at.is_(None)).order_by(Project.archived, Project.name, Project.id)
    )
    return [project for project in every if allow.may(caller, "project.read", project)]


def choose_project(db: Session, caller: Caller, wanted: str) -> Project | None:
    """The project a page is about: the one asked for, else the one remembered, else the first visible.

    Raises NotFound when the one asked for does not exist or may not be seen.
    """
    visible = visible_projects(db, caller)
    by_id = {str(project.id): project for project in visible}
    if wanted:
        if wanted not in by_id:
            raise NotFound()
        return by_id[wanted]
    remembered = db.scalar(select(SessionRow.project_id).where(SessionRow.token_hash == (caller.session_hash or b"")))
    return by_id.get(str(remembered)) or (visible[0] if visible else None)


def remember_project(db: Session, session_hash: bytes, project_id: int) -> None:
    db.execute(update(SessionRow).where(SessionRow.token_hash == session_hash).values(project_id=project_id))


def get_visible_project(db: Session, caller: Caller, project_id: int) -> Project:
    """Raises Unauthenticated for nobody, NotFound also for a project the caller has no right in."""
    if caller.is_anonymous:
        raise Unauthenticated()
    project = db.get(Project, project_id)
    if project is None or project.deleted_at is not None or not allow.may(caller, "project.read", project):
        raise NotFound()
    return project


@dataclass(frozen=True)
class PersonRow:
    """A web account as the people page lists it. `role_ids` are those on the whole site and in projects, once each;
    `phones` how many working phones of care projects the person carries, which stop with the account.
    """

    actor: Actor
    user: User
    role_ids: tuple[int, ...]
    has_link: bool
    phones: int


def list_people(db: Session) -> list[PersonRow]:
    """All web accounts, those that work first, then by name."""
    rows = db.execute(
        select(Actor, User)
        .join(User, User.actor_id == Actor.id)
        .where(Actor.deleted_at.is_(None))
        .order_by(User.disabled_at.is_not(None), Actor.display_name, Actor.id)
    ).all()
    held: dict[int, set[int]] = {}
    for actor_id, role_id in db.execute(select(Assignment.actor_id, Assignment.role_id)):
        held.setdefault(actor_id, set()).add(role_id)
    linked = set(db.scalars(select(OneTimeToken.actor_id)))
    carried = phones_carried(db)
    return [
        PersonRow(actor, user, tuple(sorted(held.get(actor.id, ()))), actor.id in linked, carried.get(actor.id, 0))
        for actor, user in rows
    ]


def phones_carried(db: Session) -> dict[int, int]:
    """How many working phones of care projects each person carries, by actor id."""
    rows = db.execute(
        select(AppUser.person_id, func.count())
        .join(Project, Project.id == AppUser.project_id)
        .join(Actor, Actor.id == AppUser.actor_id)
        .where(Project.kind == "care", Project.deleted_at.is_(None), Actor.deleted_at.is_(None))
        .where(AppUser.revoked_at.is_(None), AppUser.person_id.is_not(None))
        .group_by(AppUser.person_id)
    )
    return {person_id: number for person_id, number in rows if person_id is not None}


@dataclass(frozen=True)
class HolderRow:
    """Who holds which role in a project; `villages` are names, None meaning the whole town."""

    actor: Actor
    role: roles.Role
    villages: tuple[str, ...] | None


def list_holders(db: Session, project: Project) -> list[HolderRow]:
    """The people (not the phones) with a role in a project, by role, then by name."""
    rows = db.execute(
        select(Actor, Assignment.role_id)
        .join(Assignment, Assignment.actor_id == Actor.id)
        .where(
            Assignment.project_id == project.id,
            Assignment.form_id.is_(None),
            Actor.type == "user",
            Actor.deleted_at.is_(None),
        )
        .order_by(Assignment.role_id, Actor.display_name, Actor.id)
    )
    villages = villages_by_actor(db, project.id)
    return [
        HolderRow(actor, roles.BY_ID[role_id], villages.get(actor.id, ()))
        for actor, role_id in rows
        if role_id in roles.BY_ID
    ]


def villages_by_actor(db: Session, project_id: int) -> dict[int, tuple[str, ...] | None]:
    """The names of the villages each actor's rights reach in a project; None is the whole town."""
    found: dict[int, tuple[str, ...] | None] = {}
    rows = db.execute(
        select(VillageScope.actor_id, Village.name)
        .outerjoin(Village, Village.id == VillageScope.village_id)
        .where(VillageScope.project_id == project_id)
        .order_by(VillageScope.actor_id, Village.code)
    )
    for actor_id, name in rows:
        known = found.get(actor_id, ())
        found[actor_id] = None if name is None or known is None else (*known, name)
    return found


def actors_of_villages(db: Session, project_id: int, codes: list[str]) -> set[int]:
    """Whose rights in a project were given for one of these villages by name: not those of the whole town."""
    rows = db.scalars(
        select(VillageScope.actor_id)
        .join(Village, Village.id == VillageScope.village_id)
        .where(VillageScope.project_id == project_id, Village.code.in_(codes))
    )
    return set(rows)


def name_of_link(db: Session, link: OneTimeToken) -> str:
    """Whose password a link sets: the address, for the page that asks for it."""
    return db.scalar(select(User.email).where(User.actor_id == link.actor_id)) or ""
