"""Who back-checks (F11): phones whose carrier reviews records or is a clinician; and where each of them may go.

Never to her own work, by whichever phone it was sent. A clinician's phone checks in its villages. A village worker's phone
has no women who are not hers (domain.md 6.3, P2): it checks homes that its carrier reviews, outside of the phone's villages.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Final

from sqlalchemy import CompoundSelect, Select, select, union
from sqlalchemy.orm import Session

from server.access import roles
from server.access.allow import Scope, holds_role, scope_of
from server.access.caller import Caller
from server.access.everybody import list_callers
from server.clock import SHANGHAI
from server.models import AppUser, Assignment, Audit
from server.models.facts import AnyProject

CHECKING: Final = (roles.REVIEWER, roles.CLINICIAN)
NOBODY: Final = frozenset[int]()


@dataclass(frozen=True)
class Checker:
    """A phone that back-checks. `villages` are those of its checks, `own` those that it serves itself and leaves out."""

    phone_id: int
    person_id: int
    clinical: bool
    villages: Scope
    own: Scope | None

    def may_check(
        self, village_id: int, is_hers: bool, sent_by: int | None, carried: Mapping[int, frozenset[int]]
    ) -> bool:
        """`is_hers`: it is about a woman. `sent_by`: the phone or person whose visit it was."""
        if sent_by is None or sent_by in (self.phone_id, self.person_id):
            return False
        if self.person_id in carried.get(sent_by, NOBODY) or (is_hers and not self.clinical):
            return False
        return self.villages.covers(village_id) and not (self.own and self.own.covers(village_id))


def is_checker(db: Session, project: AnyProject, caller: Caller) -> bool:
    """Whether the caller is such a phone."""
    if project.kind != "care" or caller.type != "field_key" or caller.carrier_id is None or caller.only_sends:
        return False
    held = people_who_check(project.id).where(Assignment.actor_id == caller.carrier_id)
    return db.scalar(held.limit(1)) is not None


def people_who_check(project_id: int) -> Select[int]:
    return select(Assignment.actor_id).where(
        Assignment.project_id == project_id, Assignment.form_id.is_(None), Assignment.role_id.in_(CHECKING)
    )


def who_may_check(project_id: int) -> CompoundSelect[int]:
    """The actor ids of these people and of the phones that they carry."""
    people = people_who_check(project_id)
    carried = AppUser.project_id == project_id, AppUser.revoked_at.is_(None), AppUser.person_id.in_(people)
    return union(people, select(AppUser.actor_id).where(*carried))


def list_checkers(db: Session, project: AnyProject, today: date) -> list[Checker]:
    """All of them, as they are at noon of that Shanghai day. Of nobody else in the town is asked anything."""
    noon = datetime.combine(today, time(12), SHANGHAI)
    callers = list_callers(db, project, noon, among=who_may_check(project.id))
    people = {one.actor_id: one for one in callers if one.is_person and checks(one, project)}
    phones = ((one, people.get(one.carrier_id)) for one in callers if one.type == "field_key")
    return [checker_of(phone, person, project) for phone, person in phones if person is not None]


def checks(person: Caller, project: AnyProject) -> bool:
    return any(holds_role(person, role_id, project) for role_id in CHECKING)


def checker_of(phone: Caller, person: Caller, project: AnyProject) -> Checker:
    clinical = phone.care_role == "clinician"
    own, reviewed = scope_of(phone, project), scope_of(person, project)
    ids = phone.actor_id or 0, person.actor_id or 0
    return Checker(*ids, clinical, own if clinical else reviewed, None if clinical else own)


def carriers_of_phones(db: Session, project: AnyProject, phones: Collection[int]) -> dict[int, frozenset[int]]:
    """By phone, everybody who carries it or did: a visit is her own also when the phone is another's by now."""
    found: dict[int, set[int]] = {}
    now = select(AppUser.actor_id, AppUser.person_id).where(
        AppUser.project_id == project.id, AppUser.actor_id.in_(phones)
    )
    for phone, person in db.execute(now):
        if person is not None:
            found.setdefault(phone, set()).add(person)
    handed = select(Audit.actee_actor_id, Audit.details).where(
        Audit.action == "field_key.carer.set", Audit.project_id == project.id, Audit.actee_actor_id.in_(phones)
    )
    for actee, details in db.execute(handed):
        for side in (details or {}).values():
            if actee is not None and isinstance(side, dict) and isinstance(side.get("userId"), int):
                found.setdefault(actee, set()).add(side["userId"])
    return {phone: frozenset(people) for phone, people in found.items()}
