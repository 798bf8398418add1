"""Placing records again from what was sent, when the way their points are read has changed."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.intake.derive import read_again
from server.models import SubmissionVersion
from server.places.place import place_submission


def place_again(db: Session, submission_ids: Iterable[int], now: datetime) -> None:
    """Of each record its current version."""
    for submission_id in submission_ids:
        here = (SubmissionVersion.submission_id == submission_id, SubmissionVersion.is_current)
        place_submission(db, read_again(db, db.scalars(select(SubmissionVersion.id).where(*here)).one(), now))
