"""Whose women are somebody's: by village, and by the worker whom she chose (domain.md 5.4, point 10)."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, Select, String, and_, cast, func, or_, select, true, union

from server.access.allow import Scope, opened_villages
from server.access.caller import Caller, Handed
from server.access.care_roles import care_role_of, members_of
from server.access.roles import VILLAGE_WORKER
from server.models import Actor, AppUser, Assignment, User, Village, VillageScope, Woman
from server.models.facts import AnyProject


@dataclass(frozen=True)
class Carer:
    """Somebody of the care team. `role` is a care role (care_roles.CARE_ROLES), None for everybody else.

    `worker` is how a woman names her as the worker she chose (workers.csv), "" for a phone that nobody carries. `handed`
    are the villages of others' that are hers today, `opened` those that she opened in an emergency.
    """

    role: str | None = None
    worker: str = ""
    handed: tuple[Handed, ...] = ()
    opened: frozenset[int] = frozenset()


NOBODY = Carer()


def carer_of(caller: Caller, project: AnyProject) -> Carer:
    return Carer(
        care_role_of(caller, project),
        str(caller.person_id or ""),
        tuple(one for one in caller.handed if one.project_id == project.id),
        opened_villages(caller, project.id),
    )


def hers_to_care_for(scope: Scope, carer: Carer) -> ColumnElement[bool]:
    """The women that are the caller's, as a condition on Woman: whether they agreed to anything is asked elsewhere.

    A clinician's are those of her villages. A village worker's are those who chose her, wherever they live, and those of
    her villages who chose nobody, or somebody who works no longer. Who chose another is that one's alone, and hers to
    whom that one handed the village over. What was opened in an emergency is open whole.
    """
    nearby = in_villages(Woman.village_code, scope)
    if carer.role != "village_worker":
        return nearby
    chosen = func.coalesce(Woman.assigned_worker, "")
    free = or_(chosen == "", chosen.not_in(working(scope.project_id)))
    handed = [and_(chosen == str(one.from_id), in_ids(Woman.village_code, one.village_ids)) for one in carer.handed]
    opened = [in_ids(Woman.village_code, carer.opened)] if carer.opened else []
    mine = [Woman.assigned_worker == carer.worker] if carer.worker else []
    return or_(and_(nearby, free), *mine, *handed, *opened)


def where_hers_live(scope: Scope, carer: Carer) -> CompoundSelect[str] | None:
    """The codes of the villages in which any of a village worker's women may live; None for the whole town.

    It decides nothing: it lets the database look at these villages and not at the town.
    """
    if scope.everything:
        return None
    nearby = select(Village.code).where(Village.id.in_(scope.village_ids))
    chose = (Woman.project_id == scope.project_id) & (Woman.assigned_worker == carer.worker)
    return union(nearby, select(Woman.village_code).where(chose))


def working(project_id: int) -> CompoundSelect[str]:
    """The village workers of a project as women name them, by their role or by a phone that they carry.

    Who has no village there does not work there.
    """
    has_villages = select(VillageScope.actor_id).where(VillageScope.project_id == project_id)
    by_role = select(cast(Assignment.actor_id, String)).where(
        Assignment.project_id == project_id,
        Assignment.form_id.is_(None),
        Assignment.role_id == VILLAGE_WORKER,
        Assignment.actor_id.in_(accounts()),
        Assignment.actor_id.in_(has_villages),
    )
    by_phone = select(cast(AppUser.person_id, String)).where(
        AppUser.project_id == project_id,
        AppUser.care_role == "village_worker",
        AppUser.revoked_at.is_(None),
        AppUser.person_id.in_(accounts()),
        AppUser.person_id.in_(members_of(project_id)),
        AppUser.actor_id.in_(has_villages),
    )
    return union(by_role, by_phone)


def accounts() -> Select[int]:
    """People whose account works."""
    return (
        select(User.actor_id)
        .join(Actor, Actor.id == User.actor_id)
        .where(User.disabled_at.is_(None), Actor.deleted_at.is_(None))
    )


def in_villages(code: Any, scope: Scope) -> ColumnElement[bool]:
    return true() if scope.everything else in_ids(code, scope.village_ids)


def in_ids(code: Any, village_ids: Collection[int]) -> ColumnElement[bool]:
    return code.in_(select(Village.code).where(Village.id.in_(village_ids)))  # type: ignore[no-any-return]
