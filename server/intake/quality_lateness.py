"""Records that come days after they were filled in: is there no network, or is a phone not sending by itself?

By the median of the same phone's last records, so that one journey is no matter. What waited while the phone was known to be
silent counts for nothing: its carrier was asked about that already (followups/sync_words.py).
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from statistics import median_low
from typing import Final

from sqlalchemy import Row, bindparam, select
from sqlalchemy.orm import Session

from server.clock import today
from server.db import ask
from server.followups.sync_words import Silent, silences_told
from server.intake.quality_habits import ASKED_OF, is_asked
from server.intake.quality_limits import LIMITS
from server.intake.quality_measuring import Case
from server.models import QualityMeasure, Submission, table_of

MEASURES: Final = table_of(QualityMeasure).c
CAME: Final = table_of(Submission).c
LAST: Final = (
    select(MEASURES.submission_id, MEASURES.day, MEASURES.ended_at, CAME.created_at)
    .join_from(table_of(QualityMeasure), table_of(Submission), CAME.id == MEASURES.submission_id)
    .where(MEASURES.project_id == bindparam("project"), MEASURES.worker_id == bindparam("worker"))
    .where(MEASURES.submission_id <= bindparam("record"), MEASURES.ended_at < CAME.created_at)
    .order_by(MEASURES.submission_id.desc())
    .limit(LIMITS["late"]["most_records"])
)


def ask_of_lateness(db: Session, case: Case) -> Iterator[tuple[str, dict[str, int]]]:
    """Asked once, on the record that makes it plain; again only when none of those that count was asked about."""
    limits, mine, came_at = LIMITS["late"], case.measure, case.kept.submission.created_at
    says_when = mine.ended_at < came_at
    if mine.worker_id is None or not says_when or days_waited(mine.day, came_at) < limits["days"]:
        return
    rows = last_records(db, case)
    others = [one.submission_id for one in rows[1:]]
    if len(rows) < limits["least_records"] or is_asked(db, ASKED_OF, kind="late", records=others):
        return
    silences = silences_told(db, mine.project_id, mine.worker_id)
    counted = [one for one in rows if not was_silent(one.ended_at, silences)]
    waits = [days_waited(one.day, one.created_at) for one in counted]
    if counted[:1] == rows[:1] and len(waits) >= limits["least_records"] and median_low(waits) >= limits["days"]:
        yield "late", {"days": median_low(waits), "records": len(waits)}


def last_records(db: Session, case: Case) -> Sequence[Row[int, date, datetime, datetime]]:
    """The newest first, this one included; not those that do not say when they ended: they count as ended when they came."""
    mine = case.measure
    return ask(db, LAST, {"project": mine.project_id, "worker": mine.worker_id, "record": case.id}).all()


def days_waited(day: date, came_at: datetime) -> int:
    """From the day of a visit to that of its receipt, both of Shanghai."""
    return max(0, (today(came_at) - day).days)


def was_silent(ended_at: datetime, silences: Sequence[Silent]) -> bool:
    return any(one.since <= ended_at and (one.until is None or ended_at <= one.until) for one in silences)
