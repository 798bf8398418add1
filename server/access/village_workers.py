"""Which village workers have which villages: whom a visit there can be given to without anybody reading more than before."""

from sqlalchemy import Select, select, union

from server.access.care_roles import members_of
from server.access.her_worker import accounts
from server.access.roles import VILLAGE_WORKER
from server.access.widening import with_parts
from server.models import AppUser, Assignment, Village, VillageScope


def village_workers(project_id: int) -> Select[int, str | None]:
    """Rows (actor id of the person, village code) by their role or a phone that they carry; no code is the whole town.

    Only who works there: an account that is shut, or a phone that was stopped, gives nothing. Nothing that is somebody's
    for a time (access/widening.py) is among it.
    """
    by_role = (
        select(Assignment.actor_id, VillageScope.village_id)
        .join(
            VillageScope,
            (VillageScope.actor_id == Assignment.actor_id) & (VillageScope.project_id == Assignment.project_id),
        )
        .where(
            Assignment.project_id == project_id,
            Assignment.form_id.is_(None),
            Assignment.role_id == VILLAGE_WORKER,
            Assignment.actor_id.in_(accounts()),
        )
    )
    by_phone = (
        select(AppUser.person_id, VillageScope.village_id)
        .join(VillageScope, VillageScope.actor_id == AppUser.actor_id)
        .where(
            AppUser.project_id == project_id,
            AppUser.care_role == "village_worker",
            AppUser.revoked_at.is_(None),
            AppUser.person_id.in_(accounts()),
            AppUser.person_id.in_(members_of(project_id)),
            VillageScope.project_id == project_id,
        )
    )
    own = union(by_role, by_phone).subquery()
    reached = with_parts(select(own.c[0], own.c[1])).subquery()
    return select(reached.c[0].label("person"), Village.code.label("code")).outerjoin(
        Village, Village.id == reached.c[1]
    )
