"""Who is told of a follow-up: those whose work it is. Never her family, the village committee or the police."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final, NamedTuple

from sqlalchemy import BindParameter, Select, bindparam, or_, select
from sqlalchemy.orm import Session, aliased

from server.access import roles
from server.access.care_roles import OFFICER, members_of
from server.access.hand_overs import carers_in
from server.followups.town_rules import rules_of, shipped
from server.models import (
    BENEFIT_CASES,
    Actor,
    AppUser,
    Assignment,
    FollowUp,
    HandOver,
    HandOverVillage,
    Project,
    User,
    Village,
    VillageScope,
    Woman,
)

EMPTY: Final[Mapping[str, str]] = {}
WORKER, CLINICIAN, LEAD = "worker", "clinician", "lead"
TOLD: Final = {
    roles.VILLAGE_WORKER: WORKER,
    roles.CLINICIAN: CLINICIAN,
    roles.TOWN_LEAD: LEAD,
    roles.BENEFIT_OFFICER: OFFICER,
}
PHONES: Final = {"village_worker": WORKER, "clinician": CLINICIAN}
"""Who carries an officer's phone is told by her role alone."""


@dataclass(frozen=True)
class Duty:
    """A person with a web account that works, and a role in one village; without a village it is the whole town's."""

    person: int
    role: str
    village_code: str | None


class StandIn(NamedTuple):
    """Who works for a village worker in one of her villages that day."""

    absent: int
    person: int
    village_code: str


@dataclass(frozen=True)
class Recipients:
    """Actor ids of persons."""

    workers: frozenset[int]
    clinicians: frozenset[int]
    leads: frozenset[int]

    @property
    def everybody(self) -> frozenset[int]:
        return self.workers | self.clinicians | self.leads


class Staff:
    """The people of one town and their villages. `above`: what a village is a part of, by its code; `of_clinicians`: the
    ids of the rules that are clinicians' alone.
    """

    def __init__(
        self,
        duties: Iterable[Duty],
        stand_ins: Iterable[StandIn] = (),
        above: Mapping[str, str] = EMPTY,
        of_clinicians: frozenset[str] | None = None,
    ) -> None:
        self.duties, self.stand_ins, self.above = frozenset(duties), frozenset(stand_ins), above
        self.of_clinicians = shipped().of_clinicians if of_clinicians is None else of_clinicians

    @property
    def people(self) -> frozenset[int]:
        return frozenset(one.person for one in self.duties) | {one.person for one in self.stand_ins}

    def recipients(
        self, village_code: str, chosen: str | None, of_clinicians: bool = False, given_to: int | None = None
    ) -> Recipients:
        """The workers and clinicians of a village and the town's leads.

        The worker whom she chose (an actor id, as workers.csv names it) is told instead of the village's others (domain.md
        5.4, point 10), wherever that one works; whoever stands in for a worker in her village is told beside that one.
        Where she chose nobody, a worker of the village to whom the visit was given is told alone, and who stands in for
        that one. The pages and the phones' lists give the visit to the same (access/her_worker.py, given_away.py). What is
        clinicians' alone (`of_clinicians`) is told to them as to a worker, and to no worker.
        """
        places = self._places(village_code)
        workers, clinicians = (frozenset(self._near(role, places)) for role in (WORKER, CLINICIAN))
        if of_clinicians:
            return Recipients(clinicians, clinicians, frozenset())
        hers = frozenset(one.person for one in self.duties if one.role == WORKER and str(one.person) == chosen)
        told = hers or (workers & {given_to}) or workers
        told |= {one.person for one in self.stand_ins if one.absent in told and one.village_code in places}
        return Recipients(told, clinicians, frozenset(one.person for one in self.duties if one.role == LEAD))

    def of(self, row: FollowUp, chosen: str | None) -> Recipients:
        """Of one follow-up: benefit cases are told to the officers of the village, as to a worker, and to nobody else."""
        if row.subject_list == BENEFIT_CASES:
            officers = frozenset(self._near(OFFICER, self._places(row.village_code)))
            return Recipients(officers, frozenset(), frozenset())
        return self.recipients(row.village_code, chosen, row.rule in self.of_clinicians, row.given_to_id)

    def _places(self, village_code: str) -> set[str | None]:
        """Whoever has one of these has the village: itself, what it is a part of, and the whole town."""
        found: set[str | None] = {None}
        at: str | None = village_code
        while at is not None and at not in found:
            found.add(at)
            at = self.above.get(at)
        return found

    def _near(self, role: str, places: set[str | None]) -> Iterator[int]:
        return (one.person for one in self.duties if one.role == role and one.village_code in places)


def care_towns(db: Session) -> list[int]:
    """The ids of the care projects in use."""
    in_use = Project.kind == "care", Project.archived.is_(False), Project.deleted_at.is_(None)
    return list(db.scalars(select(Project.id).where(*in_use).order_by(Project.id)))


def staff_of(db: Session, project_id: int, today: date) -> Staff:
    duties = (*_by_role(db, project_id), *_by_phone(db, project_id))
    of_clinicians = rules_of(db, project_id).of_clinicians
    return Staff(duties, _stand_ins(db, project_id, today), _above(db, project_id), of_clinicians)


def _above(db: Session, project_id: int) -> dict[str, str]:
    return dict(db.execute(_PARTS, {"project": project_id}).all())


def recipients_of(db: Session, row: FollowUp) -> Recipients:
    """Of what is clinicians' alone nobody is told where she does not share with the clinic: none of them could look."""
    chosen: str | None = None
    shares = True
    if row.subject_list == "women":
        hers = db.execute(_WISHES, {"project": row.project_id, "woman": row.subject})
        chosen, shares = hers.one_or_none() or (None, True)
    staff = staff_of(db, row.project_id, row.stands_on)
    if row.rule in staff.of_clinicians and not shares:
        return Recipients(frozenset(), frozenset(), frozenset())
    return staff.of(row, chosen)


def _by_role(db: Session, project_id: int) -> list[Duty]:
    """By the roles that persons hold. A worker, clinician or officer without any village has none; a lead has the town."""
    rows = db.execute(_ROLES, {"project": project_id})
    return [Duty(person, TOLD[role], None if TOLD[role] == LEAD else code) for person, role, code in rows]


def _build_roles() -> Select[int, int, str]:
    return (
        select(Assignment.actor_id, Assignment.role_id, Village.code)
        .join(User, User.actor_id == Assignment.actor_id)
        .join(Actor, Actor.id == Assignment.actor_id)
        .outerjoin(
            VillageScope,
            (VillageScope.actor_id == Assignment.actor_id) & (VillageScope.project_id == Assignment.project_id),
        )
        .outerjoin(Village, Village.id == VillageScope.village_id)
        .where(
            Assignment.project_id == bindparam("project"),
            Assignment.form_id.is_(None),
            Assignment.role_id.in_(TOLD),
            or_(VillageScope.id.is_not(None), Assignment.role_id == roles.TOWN_LEAD),
            User.disabled_at.is_(None),
            Actor.deleted_at.is_(None),
        )
    )


def _by_phone(db: Session, project_id: int) -> list[Duty]:
    """By the phones that persons carry."""
    rows = db.execute(_PHONES, {"project": project_id})
    return [Duty(person, PHONES[role], code) for person, role, code in rows if person is not None]


def _build_phones() -> Select[int | None, str, str]:
    project: BindParameter[int] = bindparam("project")
    return (
        select(AppUser.person_id, AppUser.care_role, Village.code)
        .join(User, User.actor_id == AppUser.person_id)
        .join(Actor, Actor.id == AppUser.person_id)
        .join(VillageScope, VillageScope.actor_id == AppUser.actor_id)
        .outerjoin(Village, Village.id == VillageScope.village_id)
        .where(
            AppUser.project_id == project,
            AppUser.care_role.in_(PHONES),
            AppUser.revoked_at.is_(None),
            AppUser.person_id.in_(members_of(project)),
            VillageScope.project_id == project,
            User.disabled_at.is_(None),
            Actor.deleted_at.is_(None),
        )
    )


def _stand_ins(db: Session, project_id: int, today: date) -> list[StandIn]:
    """Those who still work in the town: what was handed over reaches nobody else (access/widening.py)."""
    rows = db.execute(_HAND_OVERS, {"project": project_id, "today": today}).all()
    working = carers_in(db, db.get_one(Project, project_id), "village_worker") if rows else {}
    return [one for one in (StandIn(*row) for row in rows) if one.person in working]


def _build_parts() -> Select[str, str]:
    whole = aliased(Village)
    return (
        select(Village.code, whole.code)
        .join(whole, whole.id == Village.parent_id)
        .where(Village.project_id == bindparam("project"))
    )


# Built once: they are asked at every record that somebody is to be told of.
_ROLES: Final = _build_roles()
_PHONES: Final = _build_phones()
_PARTS: Final = _build_parts()
_HAND_OVERS: Final = (
    select(HandOver.from_id, HandOver.to_id, Village.code)
    .join(HandOverVillage, HandOverVillage.hand_over_id == HandOver.id)
    .join(Village, Village.id == HandOverVillage.village_id)
    .where(
        HandOver.project_id == bindparam("project"),
        HandOver.care_role == "village_worker",
        HandOver.ended_at.is_(None),
        HandOver.from_day <= bindparam("today"),
        HandOver.until_day >= bindparam("today"),
    )
)
_WISHES: Final = select(Woman.assigned_worker, Woman.consent_share_clinic).where(
    Woman.project_id == bindparam("project"), Woman.uuid == bindparam("woman")
)
