"""A project's deep update: what every form's state and assignments shall be. Facts: odk-contract.md 6.6."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.access import roles
from server.access.assignments import unassign
from server.access.audit import record
from server.access.caller import Caller
from server.access.giving import give_role
from server.errors import FormsListMismatch, NotFound, UnexpectedValue, WrongType
from server.models import Assignment, Form, Project

Holder = tuple[int, int]  # role id, actor id


class Wish(NamedTuple):
    """What a form shall be: its state (None leaves it), and exactly who has which role on it (None leaves them)."""

    xml_form_id: str
    state: str | None
    holders: frozenset[Holder] | None


def check_wishes(forms: Sequence[Any]) -> list[Wish]:
    """Reads the `forms` of a request. Raises WrongType (400.11), UnexpectedValue (400.8)."""
    return [check_wish(one) for one in forms]


def check_wish(sent: Any) -> Wish:
    form_id, state = (sent.get("xmlFormId"), sent.get("state")) if isinstance(sent, dict) else (None, None)
    if not isinstance(form_id, str) or not isinstance(state, str | None):
        raise WrongType(field="forms", expected="array of {xmlFormId, state, assignments}")
    if state not in (None, "open", "closing", "closed"):
        raise UnexpectedValue(field="state", value=state, reason="it is open, closing or closed")
    listed = sent.get("assignments")
    return Wish(form_id, state, None if listed is None else frozenset(read_holders(listed)))


def read_holders(listed: Any) -> list[Holder]:
    if not isinstance(listed, list):
        raise WrongType(field="assignments", expected="array")
    return [read_holder(one) for one in listed]


def read_holder(sent: Any) -> Holder:
    pair = (sent.get("roleId"), sent.get("actorId")) if isinstance(sent, dict) else (None, None)
    if not all(isinstance(number, int) and not isinstance(number, bool) and 0 < number < 2**53 for number in pair):
        raise WrongType(field="assignments", expected="array of {roleId, actorId}")
    return int(pair[0] or 0), int(pair[1] or 0)


def grant_wishes(db: Session, caller: Caller, project: Project, wishes: Sequence[Wish], now: datetime) -> None:
    """Brings every form of the project to what is wished. Raises FormsListMismatch (501.2), Forbidden, NotFound."""
    forms = db.scalars(select(Form).where(Form.project_id == project.id, Form.deleted_at.is_(None)))
    by_id = {form.xml_form_id: form for form in forms}
    if len(wishes) != len(by_id) or {wish.xml_form_id for wish in wishes} != set(by_id):
        raise FormsListMismatch()
    holders = holders_by_form(db, project)
    for wish in wishes:
        form = by_id[wish.xml_form_id]
        if wish.state is not None and wish.state != form.state:
            change_state(db, caller, form, wish.state, now)
        if wish.holders is not None:
            change_holders(db, caller, project, form, holders.get(form.id, frozenset()), wish.holders, now)


def holders_by_form(db: Session, project: Project) -> dict[int, frozenset[Holder]]:
    rows = db.execute(
        select(Assignment.form_id, Assignment.role_id, Assignment.actor_id).where(
            Assignment.project_id == project.id, Assignment.form_id.is_not(None)
        )
    )
    found: dict[int, frozenset[Holder]] = {}
    for form_id, role_id, actor_id in rows:
        if form_id is not None:
            found[form_id] = found.get(form_id, frozenset()) | {(role_id, actor_id)}
    return found


def change_state(db: Session, caller: Caller, form: Form, state: str, now: datetime) -> None:
    form.state, form.updated_at = state, now
    db.flush()
    record(
        db,
        "form.update",
        actor_id=caller.actor_id,
        project_id=form.project_id,
        form_id=form.id,
        details={"data": {"state": state}},
        now=now,
    )


def change_holders(
    db: Session,
    caller: Caller,
    project: Project,
    form: Form,
    before: frozenset[Holder],
    after: frozenset[Holder],
    now: datetime,
) -> None:
    for role_id, actor_id in sorted(before - after):
        unassign(db, caller, role_of(role_id), actor_id, now, project, form)
    for role_id, actor_id in sorted(after - before):
        give_role(db, caller, role_of(role_id), actor_id, now, project, form)


def role_of(role_id: int) -> roles.Role:
    role = roles.BY_ID.get(role_id)
    if role is None:
        raise NotFound()
    return role
