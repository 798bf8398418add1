"""Records that wait to be judged (quality_judging.py). To wait costs one insert: a phone is kept no longer than that."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from server.later import write_later
from server.models import ABOUT_QUALITY, QualityWait, table_of
from server.reading import Reading
from server.registry.back_checks import find_checked, samples_of

WAITS = table_of(QualityWait)
MOST_TRIES: Final = 6
FIRST_PAUSE: Final = timedelta(minutes=5)  # doubled after each try: the last one is after some two and a half hours
INSERT = insert(WAITS).inline()


def wait_for_look(db: Session, submission_id: int) -> None:
    """A record came, changed, or has a file more."""
    write_later(db, INSERT, [{"submission_id": submission_id, "tries": 0}])


def look_at_checked(db: Session, reading: Reading) -> None:
    """A check came, changed or counts no more: the record that it checks (or checked before) waits to be judged."""
    for sample in samples_of(db, reading):
        checked = find_checked(db, reading.project.id, sample)
        if checked is not None:
            wait_for_look(db, checked.record.id)


def list_waiting(db: Session, most: int | None = None, now: datetime | None = None) -> list[int]:
    """Records that wait, those first that came to wait first; `most` bounds how many rows are looked at.

    With `now` without those that failed and are to be tried later.
    """
    due = [] if now is None else [QualityWait.not_before.is_(None) | (QualityWait.not_before <= now)]
    rows = db.scalars(select(QualityWait.submission_id).where(*due).order_by(QualityWait.id).limit(most))
    return list(dict.fromkeys(rows))


def take_from_queue(db: Session, submission_ids: Collection[int]) -> dict[int, int]:
    """They wait no longer; how often each was tried in vain, not counting before its last change.

    One that changes while it is being judged waits again: its new row is not seen here.
    """
    query = select(QualityWait.id, QualityWait.submission_id, QualityWait.tries)
    seen = db.execute(query.where(QualityWait.submission_id.in_(submission_ids))).all()
    db.execute(delete(QualityWait).where(QualityWait.id.in_([one.id for one in seen])))
    tries: dict[int, int] = {}
    for one in seen:
        tries[one.submission_id] = min(one.tries, tries.get(one.submission_id, one.tries))
    return tries


def try_later(db: Session, submission_id: int, tries: int, now: datetime) -> bool:
    """Waits again after judging failed for the `tries`-th time; False when that was the last time."""
    if tries >= MOST_TRIES:
        return False
    later = now + FIRST_PAUSE * 2 ** (tries - 1)
    db.add(QualityWait(submission_id=submission_id, tries=tries, not_before=later))
    return True


def forget_quality(db: Session, submission_ids: Collection[int]) -> None:
    """Nothing is asked about these records, and none is compared with them."""
    if not submission_ids:
        return
    for about in ABOUT_QUALITY:
        db.execute(delete(about).where(about.submission_id.in_(submission_ids)))
