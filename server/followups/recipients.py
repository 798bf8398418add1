"""Who is told of a follow-up: those whose work it is. Never her family, the village committee or the police."""

from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from server.access import roles
from server.models import Actor, AppUser, Assignment, FollowUp, User, Village, VillageScope, Woman

TOLD = {roles.VILLAGE_WORKER: "worker", roles.CLINICIAN: "clinician", roles.TOWN_LEAD: "lead"}


@dataclass(frozen=True)
class Recipients:
    """Persons (actor ids) with a web account that works."""

    workers: frozenset[int]
    clinicians: frozenset[int]
    leads: frozenset[int]


def recipients_of(db: Session, row: FollowUp) -> Recipients:
    """The workers and clinicians of the follow-up's village and the town's leads.

    The worker whom she chose is told instead of the village's (domain.md 5.4, point 10), as long as that is one of the
    town's workers.
    """
    found: dict[str, set[int]] = {"worker": set(), "clinician": set(), "lead": set()}
    town: set[int] = set()
    for actor_id, role, is_near in (*_by_role(db, row), *_by_phone(db, row)):
        if is_near or role == "lead":
            found[role].add(actor_id)
        if role == "worker":
            town.add(actor_id)
    chosen = _chosen_worker(db, row)
    workers = {chosen} if chosen in town else found["worker"]
    return Recipients(frozenset(workers), frozenset(found["clinician"]), frozenset(found["lead"]))


def _by_role(db: Session, row: FollowUp) -> list[tuple[int, str, bool]]:
    rows = db.execute(
        select(Assignment.actor_id, Assignment.role_id, Village.code, VillageScope.id)
        .join(User, User.actor_id == Assignment.actor_id)
        .join(Actor, Actor.id == Assignment.actor_id)
        .outerjoin(
            VillageScope,
            (VillageScope.actor_id == Assignment.actor_id) & (VillageScope.project_id == Assignment.project_id),
        )
        .outerjoin(Village, Village.id == VillageScope.village_id)
        .where(
            Assignment.project_id == row.project_id,
            Assignment.form_id.is_(None),
            Assignment.role_id.in_(TOLD),
            User.disabled_at.is_(None),
            Actor.deleted_at.is_(None),
        )
    )
    return [
        (actor_id, TOLD[role_id], scope is not None and code in (None, row.village_code))
        for actor_id, role_id, code, scope in rows
    ]


def _by_phone(db: Session, row: FollowUp) -> list[tuple[int, str, bool]]:
    """The persons who carry a phone of the village."""
    rows = db.execute(
        select(AppUser.person_id, AppUser.care_role, Village.code)
        .join(User, User.actor_id == AppUser.person_id)
        .join(Actor, Actor.id == AppUser.person_id)
        .join(VillageScope, VillageScope.actor_id == AppUser.actor_id)
        .outerjoin(Village, Village.id == VillageScope.village_id)
        .where(
            AppUser.project_id == row.project_id,
            VillageScope.project_id == row.project_id,
            AppUser.revoked_at.is_(None),
            or_(AppUser.care_role == "village_worker", AppUser.care_role == "clinician"),
            User.disabled_at.is_(None),
            Actor.deleted_at.is_(None),
        )
    )
    return [
        (person_id, "worker" if care_role == "village_worker" else "clinician", code in (None, row.village_code))
        for person_id, care_role, code in rows
        if person_id is not None
    ]


def _chosen_worker(db: Session, row: FollowUp) -> int | None:
    """The actor id that `assigned_worker` names (a row of workers.csv is named by it); None without one."""
    if row.subject_list != "women":
        return None
    chosen = db.scalar(
        select(Woman.assigned_worker).where(Woman.project_id == row.project_id, Woman.uuid == row.subject)
    )
    return int(chosen) if chosen and chosen.isascii() and chosen.isdigit() else None
