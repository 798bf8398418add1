"""Who reads what people say of the service (F9): the rights officer, who has no other part in the town's work.

A complaint names nobody, so nobody can be left out by name. Instead whoever else works in the project reads none of it,
whatever other role he has beside: a field worker, a supervisor, an administrator, whoever carries one of its phones.
"""

from sqlalchemy import Select, exists, or_, select
from sqlalchemy.orm import Session, aliased

from server.access.allow import may
from server.access.caller import Caller
from server.access.roles import DPO
from server.models import AppUser, Assignment, Form, Project

OTHER = aliased(Assignment)


def officers_of(project_id: int) -> Select[int]:
    """The actor ids of those who may: with the role of who guards the data in the project, and nothing else that reaches it."""
    forms = select(Form.id).where(Form.project_id == project_id)
    reaches = or_(
        OTHER.project_id == project_id,
        OTHER.project_id.is_(None) & OTHER.form_id.is_(None),
        OTHER.form_id.in_(forms),
    )
    is_other = (OTHER.role_id != DPO) | OTHER.form_id.is_not(None)
    works_besides = exists().where(OTHER.actor_id == Assignment.actor_id, reaches, is_other)
    carried = (AppUser.person_id == Assignment.actor_id) & (AppUser.project_id == project_id)
    carries = exists().where(carried, AppUser.revoked_at.is_(None))
    guards = (Assignment.project_id == project_id) & Assignment.form_id.is_(None) & (Assignment.role_id == DPO)
    return select(Assignment.actor_id).where(guards, ~works_besides, ~carries)


def is_officer(db: Session, caller: Caller, project: Project) -> bool:
    """Whether the caller reads the feedback of a project."""
    if project.kind != "care" or not caller.is_person or not may(caller, "feedback.read", project):
        return False
    return db.scalar(officers_of(project.id).where(Assignment.actor_id == caller.actor_id).limit(1)) is not None
