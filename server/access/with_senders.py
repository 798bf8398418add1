"""Which records are with who sent them, to be corrected: what lists and the map say instead of a state that Central knows."""

from typing import Final

from sqlalchemy import ColumnElement, case, exists

from server.models import ReturnedRecord, Submission

RETURNED: Final = "returned"
"""What lists show of a record that is with its sender; Central knows it as hasIssues."""


def is_returned() -> ColumnElement[bool]:
    """A condition on Submission."""
    return exists().where(ReturnedRecord.submission_id == Submission.id, ReturnedRecord.ended_at.is_(None))


def state_shown() -> ColumnElement[str | None]:
    """A column of Submission: the review state as Central knows it (None: nobody looked yet), or RETURNED. Only what has
    issues is looked up: nothing else is with its sender.
    """
    back = (Submission.review_state == "hasIssues") & is_returned()
    return case((back, RETURNED), else_=Submission.review_state)
