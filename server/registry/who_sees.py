"""Who can see this record, and why: the conditions that decide when somebody asks, asked for everybody at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, case, select
from sqlalchemy.orm import Session

from server import clock
from server.access import roles
from server.access.allow import allow, may, opened_villages, scope_of
from server.access.caller import Caller
from server.access.everybody import list_callers
from server.access.her_worker import hers_to_care_for
from server.access.projects import submissions_within
from server.errors import Forbidden, NotFound
from server.models import Form, Project, Submission, Village, Woman
from server.registry.reach import asking, reach_of


@dataclass(frozen=True)
class Sees:
    """Somebody who sees it. `why` is all (the whole town, or a plain project), own, handed, opened or chosen.

    `roles` are system names; `carried_by` is the actor id of who carries a phone.
    """

    actor_id: int
    name: str
    is_phone: bool
    roles: tuple[str, ...]
    why: str
    carried_by: int | None


class AskedRecord(NamedTuple):
    """The record that is asked about."""

    id: int
    form: Form
    village_id: int | None


BATCH = 40  # conditions in one question


def record_to_ask_about(
    db: Session, caller: Caller, project: Project, here: ColumnElement[bool], by_number: bool = False
) -> AskedRecord:
    """The record that `here` finds, for who reads it, or who gives the roles or guards the data.

    `by_number`: whoever gives the roles only is not answered, or by trying all numbers he would count each village's records.
    Raises Forbidden without the right to ask, NotFound for a record that is not there or not the reader's.
    """
    allow(caller, "access.read", project)
    mine = Submission.draft.is_(False) & Submission.deleted_at.is_(None) & (Submission.project_id == project.id)
    guards = may(caller, "rights.read", project) or (not by_number and may(caller, "assignment.list", project))
    if may(caller, "submission.read", project):
        mine &= submissions_within(scope_of(caller, project))
    elif not guards:
        raise Forbidden()
    query = select(Submission.id, Form, Submission.village_id).join(Form, Form.id == Submission.form_id)
    found = db.execute(query.where(mine, here, Form.deleted_at.is_(None))).first()
    if found is None:
        raise NotFound()
    return AskedRecord(*found)


def woman_to_ask_about(db: Session, caller: Caller, project: Project, woman_uuid: str, today: date) -> Woman:
    """For her care team, and for who guards the data without reading them. Raises Forbidden, NotFound."""
    allow(caller, "access.read", project)
    reach = reach_of(caller, project, today)
    here = (Woman.project_id == project.id) & (Woman.uuid == woman_uuid)
    if reach.role is not None:
        here &= hers_to_care_for(reach.scope, reach.carer)
    elif not may(caller, "rights.read", project):
        raise Forbidden()
    found = db.scalar(select(Woman).where(here))
    if found is None:
        raise NotFound()
    return found


def who_sees_record(db: Session, project: Project, found: AskedRecord, now: datetime) -> list[Sees]:
    """Everybody who may read the answers of what `record_to_ask_about` gave, by name."""
    submission_id, form, village_id = found
    here = Submission.id == submission_id
    able = [one for one in list_callers(db, project, now) if may(one, "submission.read", project, form)]
    conditions = [submissions_within(scope_of(one, project)) for one in able]
    seeing = which_hold(db, conditions, select_from=Submission, here=here)
    return [sees(one, project, village_id, None) for one, holds in zip(able, seeing, strict=True) if holds]


def who_sees_woman(db: Session, project: Project, woman: Woman, now: datetime) -> list[Sees]:
    """Everybody to whom she is listed, by name: her care team, and the phones that carry her."""
    here = Woman.id == woman.id
    there = (Village.project_id == project.id) & (Village.code == woman.village_code)
    village_id = db.scalar(select(Village.id).where(there))
    reaches = [(one, reach_of(one, project, clock.today(now))) for one in list_callers(db, project, now)]
    able = [(one, reach) for one, reach in reaches if reach.role is not None]
    conditions = [and_(*asking(reach)) for _, reach in able]
    seeing = which_hold(db, conditions, select_from=Woman, here=here)
    return [
        sees(one, project, village_id, woman.assigned_worker)
        for (one, _), holds in zip(able, seeing, strict=True)
        if holds
    ]


def which_hold(
    db: Session, conditions: Sequence[ColumnElement[bool]], select_from: type, here: ColumnElement[bool]
) -> list[bool]:
    """Which of the conditions hold for the one row that `here` finds."""
    found: list[bool] = []
    for start in range(0, len(conditions), BATCH):
        part = conditions[start : start + BATCH]
        asked = [case((one, 1), else_=0).label(f"c{number}") for number, one in enumerate(part)]
        row = db.execute(select(*asked).select_from(select_from).where(here)).first()
        found += [bool(value) for value in row] if row else [False] * len(part)
    return found


def sees(caller: Caller, project: Project, village_id: int | None, chosen: str | None) -> Sees:
    held = {grant.role_id for grant in caller.grants}
    names = tuple(roles.BY_ID[one].system for one in sorted(held, reverse=True) if one in roles.BY_ID)
    why = why_of(caller, project, village_id, chosen)
    return Sees(caller.actor_id or 0, caller.display_name, not caller.is_person, names, why, caller.carrier_id)


def why_of(caller: Caller, project: Project, village_id: int | None, chosen: str | None) -> str:
    """What of a caller's rights reaches it, the most particular first."""
    if project.kind == "plain":
        return "all"
    if chosen and chosen == str(caller.person_id or ""):
        return "chosen"
    villages, opened = caller.villages.get(project.id, frozenset()), opened_villages(caller, project.id)
    if chosen and village_id in opened:
        return "opened"
    if villages is None:
        return "all"
    if village_id in villages:
        return "own"
    return "opened" if village_id in opened else "handed"
