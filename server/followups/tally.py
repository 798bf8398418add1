"""Every follow-up is waiting, done or stopped, and in one of these alone: counted after each daily step (domain.md 5.4, 13).

Of the whole server, in one query. What was asked for stays but for an erasure, so what does not add up is a fault of ours.
"""

from datetime import datetime
from typing import Final

from sqlalchemy import and_, case, delete, func, select
from sqlalchemy.orm import Session

from server.followups.due import END_STATES, TASK_STATES
from server.models import FollowUp, FollowUpTally

DONE: Final = tuple(state for state in END_STATES if state.startswith("done"))
STOPPED: Final = (*(state for state in END_STATES if state not in DONE), "superseded")
KEPT: Final = 30


def add_tally(db: Session, now: datetime) -> FollowUpTally:
    """Counts, and forgets all but the last KEPT counts."""
    ended = FollowUp.ended
    kinds = (
        and_(~ended, FollowUp.state.in_(TASK_STATES)),
        and_(ended, FollowUp.state.in_(DONE)),
        and_(ended, FollowUp.state.in_(STOPPED)),
    )
    sums = (func.coalesce(func.sum(case((one, 1), else_=0)), 0) for one in kinds)
    created, waiting, done, stopped = db.execute(select(func.count(FollowUp.id), *sums)).one()
    tally = FollowUpTally(counted_at=now, created=created, waiting=waiting, done=done, stopped=stopped)
    db.add(tally)
    db.flush()
    older = select(FollowUpTally.id).order_by(FollowUpTally.id.desc()).offset(KEPT).limit(1)
    last_to_go = db.scalar(older)
    if last_to_go is not None:
        db.execute(delete(FollowUpTally).where(FollowUpTally.id <= last_to_go))
    return tally


def last_tally(db: Session) -> FollowUpTally | None:
    return db.scalars(select(FollowUpTally).order_by(FollowUpTally.id.desc()).limit(1)).first()
