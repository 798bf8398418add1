"""Giving roles at a door: nobody gives what he does not have, and phones stay in their own project."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.access import roles
from server.access.allow import reaches, verbs_of
from server.access.assignments import assign
from server.access.caller import Caller
from server.errors import Forbidden, NotFound
from server.models import AppUser, Form, Project


def give_role(
    db: Session,
    caller: Caller,
    role: roles.Role,
    actor_id: int,
    now: datetime,
    project: Project | None = None,
    form: Form | None = None,
) -> None:
    """Gives a role on the site, a project or a form. Raises Forbidden, NotFound, UnexpectedValue (see `assign`)."""
    check_may_give(caller, role, project, form)
    home = db.scalar(select(AppUser.project_id).where(AppUser.actor_id == actor_id))
    if home is not None and (project is None or project.id != home):
        raise NotFound()
    assign(db, caller, role, actor_id, now, project, form)


def check_may_give(caller: Caller, role: roles.Role, project: Project | None, form: Form | None) -> None:
    """The giver must hold every verb of a system role (odk-contract.md 6.5).

    In a care project an administrator lacks content and yet must be able to hand it to others, or nobody could; a purpose
    role is given by whoever may assign there. Raises Forbidden.
    """
    if role.purpose:
        return
    held = {verb for grant in caller.grants if reaches(grant, project, form) for verb in verbs_of(grant, project)}
    needed = role.verbs - roles.CONTENT if project is not None and project.kind == "care" else role.verbs
    if not needed <= held:
        raise Forbidden()
