"""Break-glass: in an emergency somebody of the care team opens a village's records for herself, for one hour.

It needs a reason, tells the data protection officer and the town's lead, and ends by itself. Consent holds as ever.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.access.allow import opened_villages, scope_of
from server.access.audit import record
from server.access.caller import Caller
from server.access.care_roles import care_role_of
from server.access.roles import DPO, TOWN_LEAD
from server.errors import Forbidden, NotFound, UnexpectedValue
from server.models import Actor, Assignment, BreakGlass, Project, User, Village

LASTS = timedelta(minutes=60)
REASON_AT_LEAST, REASON_AT_MOST = 8, 500


@dataclass(frozen=True)
class Opening:
    """An opening as it is listed."""

    row: BreakGlass
    person: str
    village: str

    def is_open(self, now: datetime) -> bool:
        return self.row.closed_at is None and self.row.ends_at > now


def open_village(
    db: Session, caller: Caller, project: Project, village_code: str, reason: str, now: datetime
) -> BreakGlass:
    """Opens a village for the caller. Raises Forbidden for who is not of the care team, UnexpectedValue for a village that
    is not there or open to her already, or a reason of a word or two.
    """
    if not caller.is_person or care_role_of(caller, project) is None:
        raise Forbidden()
    told = reason.strip()
    if not REASON_AT_LEAST <= len(told) <= REASON_AT_MOST:
        raise UnexpectedValue(field="reason", value=told[:40], reason="say in a sentence why it cannot wait")
    here = (Village.project_id == project.id) & (Village.code == village_code) & Village.retired_at.is_(None)
    village_id = db.scalar(select(Village.id).where(here))
    if village_id is None:
        raise UnexpectedValue(
            field="village", value=village_code[:40], reason="the project has no village of that code"
        )
    if not can_be_opened(caller, project, village_id):
        raise UnexpectedValue(field="village", value=village_code[:40], reason="it is open to you already")
    row = BreakGlass(
        project_id=project.id,
        actor_id=caller.actor_id,
        village_id=village_id,
        reason=told,
        opened_at=now,
        ends_at=now + LASTS,
    )
    db.add(row)
    db.flush()
    note(db, "break_glass.open", caller, row, now)
    return row


def can_be_opened(caller: Caller, project: Project, village_id: int) -> bool:
    """Whether an opening would give anything: another's village, and a village worker's own, where a woman may have chosen
    another worker. Whether any did is not for the worker to learn by asking.
    """
    if village_id in opened_villages(caller, project.id):
        return False
    return care_role_of(caller, project) == "village_worker" or not scope_of(caller, project).covers(village_id)


def close_village(db: Session, caller: Caller, project: Project, opening_id: int, now: datetime) -> None:
    """Closes one's own opening before its hour is over. Raises NotFound for anybody else's, or one that is over."""
    row = db.get(BreakGlass, opening_id)
    mine = row is not None and row.project_id == project.id and row.actor_id == caller.actor_id
    if row is None or not mine or row.closed_at is not None or row.ends_at <= now:
        raise NotFound()
    row.closed_at = now
    db.flush()
    note(db, "break_glass.close", caller, row, now)


def note(db: Session, action: str, caller: Caller, row: BreakGlass, now: datetime) -> None:
    """The reason stands in its own row: an audit row holds ids alone."""
    details = {"breakGlassId": row.id, "villageId": row.village_id, "endsAt": row.ends_at.isoformat()}
    record(db, action, actor_id=caller.actor_id, project_id=row.project_id, details=details, now=now)


def who_is_told(db: Session, project: Project, but: int | None) -> list[int]:
    """The data protection officers and the leads of the town, but not whoever opened it."""
    rows = db.scalars(
        select(Assignment.actor_id)
        .join(User, User.actor_id == Assignment.actor_id)
        .where(
            Assignment.project_id == project.id,
            Assignment.form_id.is_(None),
            Assignment.role_id.in_((DPO, TOWN_LEAD)),
            User.disabled_at.is_(None),
            Assignment.actor_id != (but or 0),
        )
    )
    return sorted(set(rows))


def list_openings(db: Session, project: Project, person: int | None = None, limit: int = 100) -> list[Opening]:
    """The newest first; `person` cuts to one's own."""
    query = (
        select(BreakGlass, Actor.display_name, Village.name)
        .join(Actor, Actor.id == BreakGlass.actor_id)
        .join(Village, Village.id == BreakGlass.village_id)
        .where(BreakGlass.project_id == project.id)
        .order_by(BreakGlass.opened_at.desc(), BreakGlass.id.desc())
        .limit(limit)
    )
    if person is not None:
        query = query.where(BreakGlass.actor_id == person)
    return [Opening(*row) for row in db.execute(query)]
