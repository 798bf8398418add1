"""Records that wait to be judged (quality_judging.py). To wait costs one insert: a phone is kept no longer than that."""

from collections.abc import Collection

from sqlalchemy import bindparam, delete, insert, select
from sqlalchemy.orm import Session

from server.models import ABOUT_QUALITY, QualityWait, table_of

WAITS = table_of(QualityWait)
INSERT = insert(WAITS).values(submission_id=bindparam("of_submission"))


def wait_for_look(db: Session, submission_id: int) -> None:
    """A record came, changed, or has a file more."""
    db.connection().execute(INSERT, {"of_submission": submission_id})


def list_waiting(db: Session, most: int | None = None) -> list[int]:
    """Records that wait, those first that came to wait first; `most` bounds how many rows are looked at."""
    rows = db.scalars(select(QualityWait.submission_id).order_by(QualityWait.id).limit(most))
    return list(dict.fromkeys(rows))


def take_from_queue(db: Session, submission_ids: Collection[int]) -> None:
    """They wait no longer. One that changes while it is being judged waits again: its new row is not seen here."""
    seen = list(db.scalars(select(QualityWait.id).where(QualityWait.submission_id.in_(submission_ids))))
    db.execute(delete(QualityWait).where(QualityWait.id.in_(seen)))


def forget_quality(db: Session, submission_ids: Collection[int]) -> None:
    """Nothing is asked about these records, and none is compared with them."""
    for about in ABOUT_QUALITY:
        db.execute(delete(about).where(about.submission_id.in_(submission_ids)))
