"""How many records wait for a decision: as they are to who decides, in steps to who only leads (access/small_numbers.py)."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import Session

from geo.masking import Shown, shown_as
from server.access.allow import Scope
from server.access.small_numbers import Counted, Telling, tell
from server.intake.wanted import in_scope
from server.models import Submission

BY_DECISION = "records by decision"


@dataclass(frozen=True)
class Waiting:
    """`oldest` is when the one arrived that waits longest: for who reads the records, None for others and where none waits."""

    number: Shown
    oldest: datetime | None = None


def is_waiting() -> ColumnElement[bool]:
    """New records, and corrections that came back."""
    return Submission.review_state.is_(None) | (Submission.review_state == "edited")


def read_waiting(db: Session, scope: Scope) -> Waiting:
    """What waits in the scope of who decides, counted."""
    query = select(func.count(), func.min(Submission.created_at)).where(in_scope(scope), is_waiting())
    number, oldest = db.execute(query).one()
    return Waiting(shown_as(number), oldest)


def tell_waiting(db: Session, project_id: int, telling: Telling) -> Waiting:
    """What waits in the whole town, without records about health, to who reads none of it.

    The records that are decided about stand beside it, and all of them are told elsewhere: neither gives the other back.
    """
    query = select(func.count(), func.count(case((is_waiting(), 1))))
    every, waiting = db.execute(query.where(in_scope(Scope(project_id, everything=True)))).one()
    counts = {"waiting": waiting, "decided": every - waiting}
    told = tell(telling, project_id, {BY_DECISION: Counted(counts, total_is_out=True)})
    return Waiting(told[BY_DECISION].cells["waiting"])
