"""Which phones of a care project somebody manages: whoever leads some of its villages, the phones of these alone.

A phone's key reads what the phone reads, so a phone that reaches further than its manager would widen what she sees: she
may stop it, and is told no key of it.
"""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.access.allow import reaches, verbs_of
from server.access.caller import Caller
from server.access.phones import Phone, get_app_user, list_app_users
from server.errors import Forbidden, NotFound, UnexpectedValue
from server.models import AppUser, Project, VillageScope


def managed_villages(caller: Caller, project: Project) -> frozenset[int] | None:
    """Ids of the villages whose phones somebody manages; None for all phones: whoever manages phones on the whole site or
    for the whole town, and in a plain project everybody. That she may at all, `allow` says.
    """
    if project.kind != "care":
        return None
    managing = [
        one for one in caller.grants if reaches(one, project, None) and "field_key.list" in verbs_of(one, project)
    ]
    if not managing or any(one.project_id is None for one in managing):
        return None
    return caller.villages.get(project.id, frozenset())


def list_phones(db: Session, key: bytes, caller: Caller, project: Project) -> list[Phone]:
    """A project's phones that the caller manages, in the order of `list_app_users`."""
    found = list_app_users(db, key, project.id)
    managed = managed_villages(caller, project)
    if managed is None:
        return found
    villages: dict[int, set[int | None]] = {}
    query = select(VillageScope.actor_id, VillageScope.village_id).where(VillageScope.project_id == project.id)
    for actor_id, village_id in db.execute(query):
        villages.setdefault(actor_id, set()).add(village_id)
    reached = [(one, villages.get(one.actor.id, set())) for one in found]
    return [as_told(one, managed, at) for one, at in reached if is_hers(caller, managed, one.row, at)]


def get_phone(db: Session, key: bytes, caller: Caller, project: Project, actor_id: int) -> Phone:
    """Raises NotFound, also for a phone of another project, or that the caller does not manage."""
    phone = get_app_user(db, key, project.id, actor_id)
    managed = managed_villages(caller, project)
    if managed is None:
        return phone
    check_managed(db, caller, project, actor_id)
    return as_told(phone, managed, villages_of_phone(db, project, actor_id))


def check_managed(db: Session, caller: Caller, project: Project, actor_id: int) -> None:
    """Raises NotFound for a phone of the project that the caller does not manage."""
    managed = managed_villages(caller, project)
    if managed is None:
        return
    if not is_hers(caller, managed, db.get_one(AppUser, actor_id), villages_of_phone(db, project, actor_id)):
        raise NotFound()


def villages_of_phone(db: Session, project: Project, actor_id: int) -> set[int | None]:
    here = (VillageScope.actor_id == actor_id) & (VillageScope.project_id == project.id)
    return set(db.scalars(select(VillageScope.village_id).where(here)))


def as_told(phone: Phone, managed: frozenset[int], villages: set[int | None]) -> Phone:
    """The phone, without its key where it reaches a village that is not the caller's."""
    return phone if managed.issuperset(villages) else replace(phone, token=None, reaches_further=True)


def check_own_reach(phone: Phone) -> None:
    """Raises Forbidden where a new key would read more than who asks for it."""
    if phone.reaches_further:
        raise Forbidden("This phone also has villages that are not yours. Ask who leads the whole town for its card.")


def is_hers(caller: Caller, managed: frozenset[int], row: AppUser, villages: set[int | None]) -> bool:
    """One with a village of hers, or one without any that she made. A phone of the whole town is the whole town's."""
    if villages:
        return not managed.isdisjoint(villages)
    return caller.actor_id is not None and row.created_by_id == caller.actor_id


def check_given(caller: Caller, project: Project, village_ids: Sequence[int | None]) -> None:
    """Raises UnexpectedValue where a phone is to get villages that the caller does not manage; None is the whole town."""
    managed = managed_villages(caller, project)
    if managed is not None and not managed.issuperset(village_ids):
        raise UnexpectedValue(field="villages", value="…", reason="a phone gets villages of your own only")
