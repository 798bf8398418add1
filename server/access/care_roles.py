"""In which care role somebody asks: what decides whether lists about women are given out at all."""

from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Select, exists, select

from server.access import roles
from server.access.caller import Caller
from server.models import Assignment
from server.models.facts import AnyProject

CARE_ROLES = ("village_worker", "clinician")
"""Who cares for women: AppUser.care_role of a phone, the purpose role of the same name of a person."""
OFFICER = "benefit_officer"
"""Who handles benefits, and cares for no woman: the same names of a phone and of a person's role."""
PHONE_ROLES = (*CARE_ROLES, OFFICER)
"""As what somebody may carry a phone of a care project."""


def care_role_of(caller: Caller, project: AnyProject) -> str | None:
    """The caller's care role in a project; None for everybody else, and in a plain project.

    A person who is both is a clinician. A role on one form, or on the site, is no care role.
    """
    if project.kind != "care":
        return None
    if caller.type == "field_key":
        cares = caller.care_role in CARE_ROLES and caller.home_project_id == project.id
        return caller.care_role if cares else None
    held = {one.role_id for one in caller.grants if one.project_id == project.id and one.form_id is None}
    return next((name for name in reversed(CARE_ROLES) if roles.BY_SYSTEM[name].id in held), None)


def handles_benefits(caller: Caller, project: AnyProject) -> bool:
    """Whether the caller asks as a benefit officer of a care project, at the desk or by a phone of one."""
    if project.kind != "care" or caller.only_sends:
        return False
    if caller.type == "field_key":
        return caller.care_role == OFFICER and caller.home_project_id == project.id
    return (roles.BENEFIT_OFFICER, project.id, None) in {
        (one.role_id, one.project_id, one.form_id) for one in caller.grants
    }


def sees_doors_only(caller: Caller, project: AnyProject) -> bool:
    """Whether homes are told without their points, since the caller has them for the sake of some form alone: a benefit
    officer's phone, and a person all of whose roles in a care project are of some forms.
    """
    if project.kind != "care":
        return False
    if caller.type == "field_key":
        return caller.care_role == OFFICER
    held = [roles.BY_ID[one.role_id] for one in caller.grants if one.project_id == project.id]
    return bool(held) and all(role.forms is not None for role in held)


def is_officer(project_id: int, person_id: int) -> ColumnElement[bool]:
    """Whether that person has the role today: who carries an officer's phone and is none any more is told of no case."""
    return exists().where(
        Assignment.actor_id == person_id,
        Assignment.project_id == project_id,
        Assignment.form_id.is_(None),
        Assignment.role_id == roles.BENEFIT_OFFICER,
    )


def members_of(project_id: int | BindParameter[Any]) -> Select[int]:
    """The actor ids of who has a role in the project itself. Who carries one of its phones is one of them: the phone of who
    is none any more only sends.
    """
    return select(Assignment.actor_id).where(Assignment.project_id == project_id, Assignment.form_id.is_(None))
