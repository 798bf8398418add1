"""Words that did not come through and are sent no more: which channel, when, how often, why. Never what they said.

Sending one again is a person's decision: of one whose answer nobody heard it may arrive a second time.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.orm import Session

from server.access.audit import record
from server.errors import NotFound
from server.models import Actor, Notification

MOST_AT_ONCE: Final = 200


@dataclass(frozen=True)
class DeadLetter:
    """`reader` is a person's name, "" for the town's bot. `maybe_arrived`: it was on its way and nobody heard the answer."""

    id: int
    reader: str
    channel: str
    kind: str
    why: str
    tries: int
    made_at: datetime
    tried_at: datetime | None
    maybe_arrived: bool


def list_dead(db: Session, project_id: int, offset: int, limit: int) -> list[DeadLetter]:
    """The newest first."""
    query = (
        select(Notification, Actor.display_name)
        .outerjoin(Actor, Actor.id == Notification.recipient_id)
        .where(*_dead(project_id))
        .order_by(Notification.id.desc())
        .offset(offset)
        .limit(limit)
    )
    return [_read(row, name) for row, name in db.execute(query)]


def _read(row: Notification, name: str | None) -> DeadLetter:
    told = (row.kind, row.why or "refused", row.tries, row.created_at, row.claimed_at, row.sent_at is not None)
    return DeadLetter(row.id, name or "", row.channel, *told)


def count_dead(db: Session, project_id: int) -> int:
    return db.scalar(select(func.count()).select_from(Notification).where(*_dead(project_id))) or 0


def replay(db: Session, project_id: int, wanted: Collection[int] | None, by: int, now: datetime) -> int:
    """Puts them back to where they wait, as if they had never been tried; how many. None for all, the oldest first.

    Quiet hours, limits and whether there is anything to say any more are asked as ever. Raises NotFound for one that is
    not there, or not dead.
    """
    query = select(Notification.id).where(*_dead(project_id)).order_by(Notification.id).limit(MOST_AT_ONCE)
    ids = list(db.scalars(query if wanted is None else query.where(Notification.id.in_(wanted))))
    if wanted is not None and len(ids) != len(set(wanted)):
        raise NotFound()
    values = {"state": "waiting", "not_before": now, "tries": 0, "sent_at": None, "claimed_at": None, "why": None}
    again = update(Notification).where(Notification.id.in_(ids), *_dead(project_id)).values(**values)
    db.execute(again.execution_options(synchronize_session=False))
    if ids:
        record(db, "notice.replay", actor_id=by, project_id=project_id, now=now, details={"notices": len(ids)})
    return len(ids)


def _dead(project_id: int) -> tuple[ColumnElement[bool], ...]:
    return Notification.project_id == project_id, Notification.state == "failed"
