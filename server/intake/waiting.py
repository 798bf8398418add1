"""How many records wait for a decision: as they are to who decides, in steps to who only leads (access/small_numbers.py)."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from geo.masking import Shown, shown_as
from server.access.allow import Scope
from server.access.small_numbers import Counted, Telling, tell
from server.intake.wanted import in_scope
from server.models import Submission

TO_REVIEW = "records to review"


@dataclass(frozen=True)
class Waiting:
    """`oldest` is when the one arrived that waits longest; None where nothing waits, or the number is not shown."""

    number: Shown
    oldest: datetime | None


def read_waiting(db: Session, scope: Scope) -> Waiting:
    """What waits in the scope of who decides, counted."""
    number, oldest = _count(db, scope)
    return Waiting(shown_as(number), oldest)


def tell_waiting(db: Session, project_id: int, telling: Telling) -> Waiting:
    """What waits in the whole town, without records about health, to who reads none of it."""
    number, oldest = _count(db, Scope(project_id, everything=True))
    shown = tell(telling, project_id, {TO_REVIEW: Counted({"town": number})})[TO_REVIEW].cells["town"]
    return Waiting(shown, oldest if shown.value else None)


def _count(db: Session, scope: Scope) -> tuple[int, datetime | None]:
    """New records, and corrections that came back."""
    state = Submission.review_state
    query = select(func.count(), func.min(Submission.created_at)).select_from(Submission)
    number, oldest = db.execute(query.where(in_scope(scope), state.is_(None) | (state == "edited"))).one()
    return number, oldest
