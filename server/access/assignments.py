"""Who has which role where, and which villages that reaches in a care project."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.orm import Session

from server.access import roles
from server.access.audit import record
from server.access.caller import Caller
from server.access.given_villages import find_villages, kept_villages
from server.access.person_reach import check_person
from server.access.phone_reach import check_given, check_hers_alone, check_managed, list_unmanaged
from server.errors import Forbidden, NotFound, UnexpectedValue
from server.models import Actor, AppUser, Assignment, Form, Project, VillageScope


def at(project: Project | None, form: Form | None) -> ColumnElement[bool]:
    """Assignments made exactly on the site, a project, or a form."""
    if form is not None:
        return Assignment.form_id == form.id
    if project is not None:
        return (Assignment.project_id == project.id) & Assignment.form_id.is_(None)
    return Assignment.project_id.is_(None) & Assignment.form_id.is_(None)


def list_assignments(
    db: Session, caller: Caller, project: Project | None = None, form: Form | None = None
) -> list[tuple[Assignment, Actor]]:
    """Who has which role exactly there; of a project's phones those that the caller manages (phone_reach.py)."""
    rows = db.execute(
        select(Assignment, Actor)
        .join(Actor, Actor.id == Assignment.actor_id)
        .where(at(project, form), Actor.deleted_at.is_(None))
        .order_by(Assignment.id)
    )
    hidden = list_unmanaged(db, caller, project, form) if project is not None else set()
    return [(assignment, actor) for assignment, actor in rows if actor.id not in hidden]


def list_form_assignments(db: Session, caller: Caller, project: Project) -> list[tuple[Assignment, str]]:
    """Every form-level assignment of a project, with the form's id on the wire; phones as in `list_assignments`."""
    rows = db.execute(
        select(Assignment, Form.xml_form_id)
        .join(Form, Form.id == Assignment.form_id)
        .where(Form.project_id == project.id, Form.deleted_at.is_(None))
        .order_by(Form.xml_form_id, Assignment.id)
    )
    hidden = list_unmanaged(db, caller, project)
    return [(assignment, form_id) for assignment, form_id in rows if assignment.actor_id not in hidden]


def assign(
    db: Session,
    caller: Caller,
    role: roles.Role,
    actor_id: int,
    now: datetime,
    project: Project | None,
    form: Form | None,
) -> None:
    """Gives a role; giving it twice is one.

    In a care project nobody gives himself a role: content is given by another. A phone has the role of phones alone there:
    whoever manages phones sees its key, and would have whatever else it may. Who has some villages only gives no new role to a
    person who reaches further (person_reach.py).
    """
    actor = db.get(Actor, actor_id)
    if actor is None or actor.deleted_at is not None:
        raise NotFound()
    if role.purpose and (project is None or project.kind != "care"):
        raise UnexpectedValue(field="role", value=role.system, reason="it exists in care projects only")
    if project is not None and project.kind == "care":
        refuse_own(db, caller, actor_id)
        if actor.type == "field_key" and role.id != roles.APP_USER:
            raise UnexpectedValue(field="role", value=role.system, reason="a phone has the role app-user alone")
        if actor.type == "field_key":
            check_managed(db, caller, project, actor_id, form)
    known = select(Assignment.id).where(
        at(project, form), Assignment.actor_id == actor_id, Assignment.role_id == role.id
    )
    if db.scalar(known) is not None:
        return
    if project is not None and actor.type != "field_key":
        check_person(db, caller, role, actor_id, now, project, form)
    db.add(
        Assignment(
            actor_id=actor_id,
            role_id=role.id,
            project_id=form.project_id if form else (project.id if project else None),
            form_id=form.id if form else None,
        )
    )
    note(db, "create", caller, role, actor, now, project, form)


def refuse_own(db: Session, caller: Caller, actor_id: int) -> None:
    """Raises Forbidden for the caller, and for a phone that she carries: with it she is the same person."""
    carrier = db.scalar(select(AppUser.person_id).where(AppUser.actor_id == actor_id))
    if caller.actor_id is not None and caller.actor_id in (actor_id, carrier):
        raise Forbidden("In a care project nobody gives a role to himself. Ask another administrator.")


def unassign(
    db: Session,
    caller: Caller,
    role: roles.Role,
    actor_id: int,
    now: datetime,
    project: Project | None,
    form: Form | None,
) -> None:
    """Raises NotFound when the actor did not have the role there, and for a phone that the caller does not manage, Forbidden
    for a person who reaches further than the caller.
    """
    actor = db.get(Actor, actor_id)
    if actor is not None and project is not None:
        if actor.type == "field_key":
            check_managed(db, caller, project, actor_id, form)
        else:
            check_person(db, caller, role, actor_id, now, project, form)
    gone = db.execute(
        delete(Assignment).where(at(project, form), Assignment.actor_id == actor_id, Assignment.role_id == role.id)
    )
    if actor is None or not gone.rowcount:  # type: ignore[attr-defined]
        raise NotFound()
    note(db, "delete", caller, role, actor, now, project, form)


def note(
    db: Session,
    what: str,
    caller: Caller,
    role: roles.Role,
    actor: Actor,
    now: datetime,
    project: Project | None,
    form: Form | None,
) -> None:
    record(
        db,
        f"{actor.type}.assignment.{what}",
        actor_id=caller.actor_id,
        actee_actor_id=actor.id,
        project_id=form.project_id if form else (project.id if project else None),
        form_id=form.id if form else None,
        details={"roleId": role.id},
        now=now,
    )


def set_villages(
    db: Session, caller: Caller, project: Project, actor_id: int, codes: Iterable[str] | None, now: datetime
) -> None:
    """The villages an actor's rights reach in a care project, by code; None means the whole town. Replaces what was.

    Who has some villages only replaces what a person has of these, and leaves what else she has as it is.

    Raises UnexpectedValue for a plain project, an unknown code or a village that is not the caller's, NotFound for an
    unknown actor or a phone that the caller does not manage, Forbidden for oneself, for the phone that one carries, and for
    a phone that reaches further than the caller.
    """
    if project.kind != "care":
        raise UnexpectedValue(field="villages", value=project.name, reason="rights go by village in care projects only")
    actor = db.get(Actor, actor_id)
    home = db.scalar(select(AppUser.project_id).where(AppUser.actor_id == actor_id))
    if actor is None or actor.deleted_at is not None or home not in (None, project.id):
        raise NotFound()
    refuse_own(db, caller, actor_id)
    if home is not None:
        check_hers_alone(db, caller, project, actor_id, now)
    wanted = find_villages(db, project, codes)
    check_given(caller, project, list(wanted))
    after = wanted | kept_villages(db, caller, project, actor_id)
    after = {None: ""} if None in after else after
    db.execute(delete(VillageScope).where(VillageScope.actor_id == actor_id, VillageScope.project_id == project.id))
    db.add_all(VillageScope(actor_id=actor_id, project_id=project.id, village_id=village_id) for village_id in after)
    note_villages(db, caller, project, actor_id, "all" if None in after else sorted(after.values()), now)


def note_villages(
    db: Session, caller: Caller, project: Project, actor_id: int, codes: list[str] | str, now: datetime
) -> None:
    """For the log of acts: the villages that somebody has now, by code, or "all"."""
    record(
        db,
        "village_scope.set",
        actor_id=caller.actor_id,
        actee_actor_id=actor_id,
        project_id=project.id,
        details={"villages": codes},
        now=now,
    )
