"""Many records that go back at once: which of them cannot, and why; and which are still back by that very act.

One alone goes back whatever there is to say against it, because its page says so beforehand, and the way that remains. Of many,
what nobody could correct stays where it is, and is told.
"""

from collections.abc import Collection
from typing import Final

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import Session

from server.access.with_senders import RETURNED, is_returned
from server.intake.returning import find_receiver
from server.models import Form, ReturnedRecord, ReviewBatch, Submission

RETURN: Final = "return"
WITH_PHONE, NO_PHONE, FORM_CLOSED, MEANWHILE = "with_phone", "no_phone", "form_closed", "meanwhile"
"""Why one of a batch stayed as it was."""


def state_or_returned() -> ColumnElement[str]:
    """What a record is, as text, where "with its sender" is a state of its own."""
    return case((is_returned(), RETURNED), else_=func.coalesce(Submission.review_state, "received"))


def states_of(db: Session, ids: Collection[int]) -> dict[int, str]:
    rows = db.execute(select(Submission.id, state_or_returned()).where(Submission.id.in_(ids)))
    return {row[0]: row[1] for row in rows}


def why_it_cannot(db: Session, record: Submission) -> str | None:
    """Why nobody could correct a record that is not back yet; None where somebody can."""
    if db.get_one(Form, record.form_id).state == "closed":
        return FORM_CLOSED
    return None if find_receiver(db, record) is not None else NO_PHONE


def still_back(db: Session, batch: ReviewBatch, ids: Collection[int]) -> set[int]:
    """Those of the records that are with their senders by that batch, and not by a colleague's later reason."""
    rows = select(ReturnedRecord.submission_id).where(
        ReturnedRecord.submission_id.in_(ids),
        ReturnedRecord.ended_at.is_(None),
        ReturnedRecord.by_id == batch.by_id,
        ReturnedRecord.returned_at.between(batch.made_at, batch.worked_at),
    )
    return set(db.scalars(rows))
