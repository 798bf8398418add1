"""Records that come days after they were filled in: is there no network, or is a phone not sending by itself?

By the median of the same phone's last records, so that one journey is no matter. What waited while the phone was known to be
silent counts for nothing: its carrier was asked about that already (followups/sync_words.py).
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from statistics import median_low

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from server.clock import today
from server.followups.sync_words import Silent, silences_told
from server.intake.quality_limits import LIMITS
from server.intake.quality_measuring import Case
from server.models import QualityFlag, QualityMeasure, Submission


def ask_of_lateness(db: Session, case: Case) -> Iterator[tuple[str, dict[str, int]]]:
    """Asked once, on the record that makes it plain; again only when none of those that count was asked about."""
    limits = LIMITS["late"]
    if case.worker_id is None:
        return
    rows = last_records(db, case, limits["most_records"])
    if not rows or rows[0].submission_id != case.id or days_waited(rows[0].day, rows[0].created_at) < limits["days"]:
        return
    silences = silences_told(db, case.measure.project_id, case.worker_id)
    counted = [one for one in rows if not was_silent(one.ended_at, silences)]
    waits = [days_waited(one.day, one.created_at) for one in counted]
    if counted[:1] != rows[:1] or len(waits) < limits["least_records"] or median_low(waits) < limits["days"]:
        return
    others = [one.submission_id for one in rows[1:]]
    asked = select(QualityFlag.kind).where(QualityFlag.kind == "late", QualityFlag.submission_id.in_(others))
    if db.scalar(asked.limit(1)) is None:
        yield "late", {"days": median_low(waits), "records": len(waits)}


def last_records(db: Session, case: Case, most: int) -> Sequence[Row[int, date, datetime, datetime]]:
    """The newest first, this one included; not those that do not say when they ended: they count as ended when they came."""
    mine, measured = case.measure, QualityMeasure
    query = (
        select(measured.submission_id, measured.day, measured.ended_at, Submission.created_at)
        .join(Submission, Submission.id == measured.submission_id)
        .where(measured.project_id == mine.project_id, measured.worker_id == mine.worker_id)
        .where(measured.submission_id <= mine.submission_id, measured.ended_at < Submission.created_at)
    )
    return db.execute(query.order_by(measured.submission_id.desc()).limit(most)).all()


def days_waited(day: date, came_at: datetime) -> int:
    """From the day of a visit to that of its receipt, both of Shanghai."""
    return max(0, (today(came_at) - day).days)


def was_silent(ended_at: datetime, silences: Sequence[Silent]) -> bool:
    return any(one.since <= ended_at and (one.until is None or ended_at <= one.until) for one in silences)
