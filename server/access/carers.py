"""Who carries a phone in a care project, and in which care role: by it the phone gets its lists, and the person her notices."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from server.access.audit import record
from server.access.caller import Caller
from server.access.care_roles import CARE_ROLES
from server.errors import Forbidden, NotFound, UnexpectedValue
from server.models import Actor, AppUser, Assignment, Project, User


def people_of(project: Project) -> Select[Actor]:
    """Accounts that work and have a role in the project itself, by name."""
    here = select(Assignment.actor_id).where(Assignment.project_id == project.id, Assignment.form_id.is_(None))
    return (
        select(Actor)
        .join(User, User.actor_id == Actor.id)
        .where(Actor.id.in_(here), Actor.deleted_at.is_(None), User.disabled_at.is_(None))
        .order_by(Actor.display_name, Actor.id)
    )


def working_people(db: Session, actor_ids: Collection[int | None]) -> set[int]:
    """Whose account works among these: the phones of the others get nothing (authenticate.py `caller_of_key`)."""
    works = select(Actor.id).join(User, User.actor_id == Actor.id)
    known = [one for one in actor_ids if one is not None]
    return set(db.scalars(works.where(Actor.id.in_(known), Actor.deleted_at.is_(None), User.disabled_at.is_(None))))


def list_carriers(db: Session, caller: Caller, project: Project) -> list[Actor]:
    """Whom the caller may hand a phone to: the project's people but the caller."""
    return list(db.scalars(people_of(project).where(Actor.id != (caller.actor_id or 0))))


def set_carer(
    db: Session, caller: Caller, project: Project, actor_id: int, person_id: int | None, care_role: str, now: datetime
) -> None:
    """Hands a phone to a person of the project, or to nobody, in a care role. The whole answer replaces what was.

    Raises NotFound for a phone that is not the project's, UnexpectedValue for a plain project, an unknown role or somebody
    who has no role in the project, Forbidden for oneself: a phone brings what people answered, and nobody gives himself that.
    """
    if project.kind != "care":
        raise UnexpectedValue(field="role", value=project.name, reason="phones have carers in care projects only")
    row = db.get(AppUser, actor_id)
    actor = db.get(Actor, actor_id)
    if row is None or actor is None or row.project_id != project.id or actor.deleted_at is not None:
        raise NotFound()
    if care_role not in CARE_ROLES:
        raise UnexpectedValue(field="role", value=care_role[:40], reason="it is village_worker or clinician")
    if person_id == row.person_id and care_role == row.care_role:
        return
    if person_id is not None and person_id == caller.actor_id:
        raise Forbidden("In a care project nobody gives a role to himself. Ask another administrator.")
    is_new = person_id is not None and person_id != row.person_id
    if is_new and db.scalar(people_of(project).where(Actor.id == person_id)) is None:
        raise UnexpectedValue(field="userId", value=person_id, reason="this person has no role in the project")
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
