"""In which care role somebody asks: what decides whether lists about women are given out at all."""

from sqlalchemy import Select, select

from server.access import roles
from server.access.caller import Caller
from server.models import Assignment, Project

CARE_ROLES = ("village_worker", "clinician")
"""Who cares for women: AppUser.care_role of a phone, the purpose role of the same name of a person."""


def care_role_of(caller: Caller, project: Project) -> str | None:
    """The caller's care role in a project; None for everybody else, and in a plain project.

    A person who is both is a clinician. A role on one form, or on the site, is no care role.
    """
    if project.kind != "care":
        return None
    if caller.type == "field_key":
        return caller.care_role if caller.home_project_id == project.id else None
    held = {one.role_id for one in caller.grants if one.project_id == project.id and one.form_id is None}
    return next((name for name in reversed(CARE_ROLES) if roles.BY_SYSTEM[name].id in held), None)


def members_of(project_id: int) -> Select[int]:
    """The actor ids of who has a role in the project itself. Who carries one of its phones is one of them: the phone of who
    is none any more only sends.
    """
    return select(Assignment.actor_id).where(Assignment.project_id == project_id, Assignment.form_id.is_(None))
