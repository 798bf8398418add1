"""Which phones of a care project somebody manages: whoever leads some of its villages, the phones of these alone.

A phone's key reads what the phone reads, so a phone that reaches further than its manager, by itself or by who carries it,
would widen what she sees: she may stop it, is told no key of it, and changes nothing of it.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.access.allow import Scope, reaches, verbs_of
from server.access.caller import Caller
from server.access.carrier_reach import Villages, reach_of_people
from server.access.phones import Phone, get_app_user, list_app_users
from server.errors import Forbidden, NotFound, UnexpectedValue
from server.models import AppUser, Form, Project, VillageScope

REFUSED = (
    "This phone, or who carries it, also has villages that are not yours: you may stop it. "
    "Ask who leads the whole town for anything else."
)


def managed_villages(caller: Caller, project: Project, form: Form | None = None) -> frozenset[int] | None:
    """Ids of the villages whose phones somebody manages; None for all phones: whoever manages phones on the whole site or
    for the whole town, and in a plain project everybody. That she may at all, `allow` says; of a `form`, by a role on it too.
    """
    if project.kind != "care":
        return None
    managing = [
        one for one in caller.grants if reaches(one, project, form) and "field_key.list" in verbs_of(one, project, form)
    ]
    if not managing or any(one.project_id is None for one in managing):
        return None
    return caller.villages.get(project.id, frozenset())


def managed_scope(caller: Caller, project: Project) -> Scope:
    """The villages that somebody gives to others, for the pages that offer them."""
    managed = managed_villages(caller, project)
    return Scope(project.id, everything=managed is None, village_ids=managed or frozenset())


def list_phones(db: Session, key: bytes, caller: Caller, project: Project, now: datetime) -> list[Phone]:
    """A project's phones that the caller manages, in the order of `list_app_users`."""
    found = list_app_users(db, key, project.id)
    managed = managed_villages(caller, project)
    if managed is None:
        return found
    villages = villages_of_actors(db, project)
    hers = [one for one in found if is_hers(caller, managed, one.row, villages.get(one.actor.id, set()))]
    carried = reach_of_people(db, project, {one.row.person_id for one in hers}, now)
    return [as_told(one, managed, villages.get(one.actor.id, set()), carried) for one in hers]


def get_phone(db: Session, key: bytes, caller: Caller, project: Project, actor_id: int, now: datetime) -> Phone:
    """Raises NotFound, also for a phone of another project, or that the caller does not manage."""
    phone = get_app_user(db, key, project.id, actor_id)
    managed = managed_villages(caller, project)
    if managed is None:
        return phone
    check_managed(db, caller, project, actor_id)
    carried = reach_of_people(db, project, {phone.row.person_id}, now)
    return as_told(phone, managed, villages_of_phone(db, project, actor_id), carried)


def check_managed(db: Session, caller: Caller, project: Project, actor_id: int, form: Form | None = None) -> None:
    """Raises NotFound for a phone of the project that the caller does not manage."""
    managed = managed_villages(caller, project, form)
    if managed is None:
        return
    if not is_hers(caller, managed, db.get_one(AppUser, actor_id), villages_of_phone(db, project, actor_id)):
        raise NotFound()


def check_hers_alone(db: Session, caller: Caller, project: Project, actor_id: int, now: datetime) -> None:
    """As `check_managed`; raises Forbidden for a phone that reaches further than the caller, by itself or by its carrier."""
    managed = managed_villages(caller, project)
    if managed is None:
        return
    check_managed(db, caller, project, actor_id)
    person_id = db.get_one(AppUser, actor_id).person_id
    carried = reach_of_people(db, project, {person_id}, now).get(person_id, set())
    if not managed.issuperset(villages_of_phone(db, project, actor_id) | carried):
        raise Forbidden(REFUSED)


def list_unmanaged(db: Session, caller: Caller, project: Project, form: Form | None = None) -> set[int]:
    """The actor ids of a project's phones that are not the caller's to manage, deleted ones too."""
    managed = managed_villages(caller, project, form)
    if managed is None:
        return set()
    villages = villages_of_actors(db, project)
    every = db.scalars(select(AppUser).where(AppUser.project_id == project.id))
    return {one.actor_id for one in every if not is_hers(caller, managed, one, villages.get(one.actor_id, set()))}


def villages_of_actors(db: Session, project: Project) -> dict[int, Villages]:
    """What people and phones have of their own in a project, by actor id."""
    found: dict[int, Villages] = {}
    query = select(VillageScope.actor_id, VillageScope.village_id).where(VillageScope.project_id == project.id)
    for actor_id, village_id in db.execute(query):
        found.setdefault(actor_id, set()).add(village_id)
    return found


def villages_of_phone(db: Session, project: Project, actor_id: int) -> Villages:
    here = (VillageScope.actor_id == actor_id) & (VillageScope.project_id == project.id)
    return set(db.scalars(select(VillageScope.village_id).where(here)))


def as_told(phone: Phone, managed: frozenset[int], villages: Villages, carried: dict[int | None, Villages]) -> Phone:
    """The phone, without its key where it or who carries it reaches a village that is not the caller's."""
    reached = villages | carried.get(phone.row.person_id, set())
    return phone if managed.issuperset(reached) else replace(phone, token=None, reaches_further=True)


def check_own_reach(phone: Phone) -> None:
    """Raises Forbidden for a phone that reaches further than who asks: its new key would read more."""
    if phone.reaches_further:
        raise Forbidden(REFUSED)


def is_hers(caller: Caller, managed: frozenset[int], row: AppUser, villages: Villages) -> bool:
    """One with a village of hers, or one without any that she made. A phone of the whole town is the whole town's."""
    if villages:
        return not managed.isdisjoint(villages)
    return caller.actor_id is not None and row.created_by_id == caller.actor_id


def check_given(caller: Caller, project: Project, village_ids: Sequence[int | None]) -> None:
    """Raises UnexpectedValue where a phone or a person is to get villages that the caller does not have; None is the whole
    town.
    """
    managed = managed_villages(caller, project)
    if managed is not None and not managed.issuperset(village_ids):
        raise UnexpectedValue(field="villages", value="…", reason="you can give villages of your own only")
