"""Who carries a phone in a care project, and in which care role: by it the phone gets its lists, and the person her notices."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from server.access.audit import record
from server.access.caller import Caller
from server.access.care_roles import OFFICER, PHONE_ROLES, is_officer, members_of
from server.access.carrier_reach import reach_of_people
from server.access.phone_reach import check_hers_alone, managed_villages
from server.errors import Forbidden, NotFound, UnexpectedValue
from server.models import Actor, AppUser, Assignment, Project, User


def people_of(project: Project) -> Select[Actor]:
    """Accounts that work and have a role in the project itself, by name."""
    return (
        select(Actor)
        .join(User, User.actor_id == Actor.id)
        .where(Actor.id.in_(members_of(project.id)), Actor.deleted_at.is_(None), User.disabled_at.is_(None))
        .order_by(Actor.display_name, Actor.id)
    )


def why_gone(db: Session, project: Project, actor_ids: Collection[int | None]) -> dict[int | None, str]:
    """Who among these carries phones of the project in vain, since they only send (authenticate.py `caller_of_key`):
    `account` when it works no longer, `role` when she has none in the project any more.
    """
    wanted = {one for one in actor_ids if one is not None}
    account = select(Actor.id).join(User, User.actor_id == Actor.id)
    works = set(db.scalars(account.where(Actor.id.in_(wanted), Actor.deleted_at.is_(None), User.disabled_at.is_(None))))
    members = set(db.scalars(members_of(project.id).where(Assignment.actor_id.in_(wanted))))
    gone: dict[int | None, str] = dict.fromkeys(works - members, "role")
    return gone | dict.fromkeys(wanted - works, "account")


def list_carriers(db: Session, caller: Caller, project: Project, now: datetime) -> list[Actor]:
    """Whom the caller may hand a phone to: the project's people but the caller, and none who reaches further than she."""
    found = list(db.scalars(people_of(project).where(Actor.id != (caller.actor_id or 0))))
    managed = managed_villages(caller, project)
    if managed is None:
        return found
    reached = reach_of_people(db, project, {one.id for one in found}, now)
    return [one for one in found if managed.issuperset(reached.get(one.id, set()))]


def check_carrier(db: Session, caller: Caller, project: Project, person_id: int, now: datetime) -> None:
    """Raises UnexpectedValue for who has no role in the project, or reaches further than the caller: the key of the phone
    would read it.
    """
    if db.scalar(people_of(project).where(Actor.id == person_id)) is None:
        raise UnexpectedValue(field="userId", value=person_id, reason="this person has no role in the project")
    managed = managed_villages(caller, project)
    reached = reach_of_people(db, project, {person_id}, now) if managed is not None else {}
    if managed is not None and not managed.issuperset(reached.get(person_id, set())):
        raise UnexpectedValue(
            field="userId", value=person_id, reason="this person also has villages that are not yours"
        )


def set_carer(
    db: Session, caller: Caller, project: Project, actor_id: int, person_id: int | None, care_role: str, now: datetime
) -> None:
    """Hands a phone to a person of the project, or to nobody, in a care role. The whole answer replaces what was.

    Raises NotFound for a phone that is not the project's, UnexpectedValue for a plain project, an unknown role, somebody who
    has no role in the project or reaches further than the caller, or where check_officers_phone does, Forbidden for oneself
    (a phone brings what people answered, and nobody gives himself that) and for a phone that reaches further than the caller.
    """
    if project.kind != "care":
        raise UnexpectedValue(field="role", value=project.name, reason="phones have carers in care projects only")
    row = db.get(AppUser, actor_id)
    actor = db.get(Actor, actor_id)
    if row is None or actor is None or row.project_id != project.id or actor.deleted_at is not None:
        raise NotFound()
    if care_role not in PHONE_ROLES:
        raise UnexpectedValue(
            field="role", value=care_role[:40], reason="it is village_worker, clinician or benefit_officer"
        )
    if person_id == row.person_id and care_role == row.care_role:
        return
    if person_id is not None and person_id == caller.actor_id:
        raise Forbidden("In a care project nobody gives a role to himself. Ask another administrator.")
    check_hers_alone(db, caller, project, actor_id, now)
    if person_id is not None and person_id != row.person_id:
        check_carrier(db, caller, project, person_id, now)
    check_officers_phone(db, project, row, person_id, care_role)
    before = {"userId": row.person_id, "role": row.care_role}
    row.person_id, row.care_role = person_id, care_role
    actor.updated_at = now
    db.flush()
    record(
        db,
        "field_key.carer.set",
        actor_id=caller.actor_id,
        project_id=project.id,
        actee_actor_id=actor_id,
        details={"before": before, "after": {"userId": person_id, "role": care_role}},
        now=now,
    )


def check_officers_phone(db: Session, project: Project, row: AppUser, person_id: int | None, care_role: str) -> None:
    """Raises UnexpectedValue for a benefit officer's phone in the hands of who is none; and where a phone that was used
    would turn from care to benefits or back: it keeps what it has, points of homes, women or cases.
    """
    if care_role == OFFICER and person_id is not None and not db.scalar(select(is_officer(project.id, person_id))):
        raise UnexpectedValue(field="role", value=care_role, reason="this person is no benefit officer")
    if row.last_used_at is not None and (care_role == OFFICER) != (row.care_role == OFFICER):
        raise UnexpectedValue(
            field="role", value=care_role, reason="a phone that was used keeps what it has: make a new card for it"
        )
