"""Who is told of a follow-up: those whose work it is. Never her family, the village committee or the police."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from server.access import roles
from server.models import Actor, AppUser, Assignment, FollowUp, User, Village, VillageScope, Woman

WORKER, CLINICIAN, LEAD = "worker", "clinician", "lead"
TOLD: Final = {roles.VILLAGE_WORKER: WORKER, roles.CLINICIAN: CLINICIAN, roles.TOWN_LEAD: LEAD}
PHONES: Final = {"village_worker": WORKER, "clinician": CLINICIAN}


@dataclass(frozen=True)
class Duty:
    """A person with a web account that works, and a role in one village; without a village it is the whole town's."""

    person: int
    role: str
    village_code: str | None


@dataclass(frozen=True)
class Recipients:
    """Actor ids of persons."""

    workers: frozenset[int]
    clinicians: frozenset[int]
    leads: frozenset[int]


class Staff:
    """The people of one town and their villages."""

    def __init__(self, duties: Iterable[Duty]) -> None:
        self.duties = frozenset(duties)

    @property
    def people(self) -> frozenset[int]:
        return frozenset(one.person for one in self.duties)

    def recipients(self, village_code: str, chosen: str | None) -> Recipients:
        """The workers and clinicians of a village and the town's leads.

        The worker whom she chose (an actor id, as workers.csv names it) is told instead of the village's others (domain.md
        5.4, point 10), as long as her village is one of that worker's: phone_lists.py gives the visit to the same.
        """
        near = {role: frozenset(self._near(role, village_code)) for role in (WORKER, CLINICIAN)}
        hers = frozenset(one for one in near[WORKER] if str(one) == chosen)
        leads = frozenset(one.person for one in self.duties if one.role == LEAD)
        return Recipients(hers or near[WORKER], near[CLINICIAN], leads)

    def _near(self, role: str, village_code: str) -> Iterator[int]:
        return (one.person for one in self.duties if one.role == role and one.village_code in (None, village_code))


def staff_of(db: Session, project_id: int) -> Staff:
    return Staff((*_by_role(db, project_id), *_by_phone(db, project_id)))


def recipients_of(db: Session, row: FollowUp) -> Recipients:
    chosen = None
    if row.subject_list == "women":
        hers = (Woman.project_id == row.project_id) & (Woman.uuid == row.subject)
        chosen = db.scalar(select(Woman.assigned_worker).where(hers))
    return staff_of(db, row.project_id).recipients(row.village_code, chosen)


def _by_role(db: Session, project_id: int) -> list[Duty]:
    """By the roles that persons hold. A worker or clinician without any village has none; a lead has the town."""
    rows = db.execute(
        select(Assignment.actor_id, Assignment.role_id, Village.code)
        .join(User, User.actor_id == Assignment.actor_id)
        .join(Actor, Actor.id == Assignment.actor_id)
        .outerjoin(
            VillageScope,
            (VillageScope.actor_id == Assignment.actor_id) & (VillageScope.project_id == Assignment.project_id),
        )
        .outerjoin(Village, Village.id == VillageScope.village_id)
        .where(
            Assignment.project_id == project_id,
            Assignment.form_id.is_(None),
            Assignment.role_id.in_(TOLD),
            or_(VillageScope.id.is_not(None), Assignment.role_id == roles.TOWN_LEAD),
            User.disabled_at.is_(None),
            Actor.deleted_at.is_(None),
        )
    )
    return [Duty(person, TOLD[role], None if TOLD[role] == LEAD else code) for person, role, code in rows]


def _by_phone(db: Session, project_id: int) -> list[Duty]:
    """By the phones that persons carry."""
    rows = db.execute(
        select(AppUser.person_id, AppUser.care_role, Village.code)
        .join(User, User.actor_id == AppUser.person_id)
        .join(Actor, Actor.id == AppUser.person_id)
        .join(VillageScope, VillageScope.actor_id == AppUser.actor_id)
        .outerjoin(Village, Village.id == VillageScope.village_id)
        .where(
            AppUser.project_id == project_id,
            AppUser.care_role.in_(PHONES),
            AppUser.revoked_at.is_(None),
            VillageScope.project_id == project_id,
            User.disabled_at.is_(None),
            Actor.deleted_at.is_(None),
        )
    )
    return [Duty(person, PHONES[role], code) for person, role, code in rows if person is not None]
