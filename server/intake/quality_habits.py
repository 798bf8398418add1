"""What a record gives reason to ask beside its worker's earlier ones: pace, runs, digits, days, and pictures that came before.

Only earlier records count, by their ids, so that working everything out anew asks the same. Every look is bounded.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from math import ceil

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, aliased

from server.followups.town_calendar import calendar_of
from server.followups.working_days import WEEKEND
from server.intake.quality_limits import LIMITS
from server.intake.quality_measuring import Case
from server.intake.quality_pictures import PICTURES, find_alike
from server.models import Blob, QualityFlag, QualityMeasure, Submission, SubmissionAttachment, SubmissionVersion

Told = dict[str, int]


def ask_of_habits(db: Session, case: Case) -> Iterator[tuple[str, Told]]:
    yield from ask_of_pictures(db, case)
    yield from ask_of_holiday(db, case)
    if case.worker_id is not None:
        yield from ask_of_pace(db, case)
        yield from ask_of_answers(db, case)
        yield from ask_of_digits(db, case)
        yield from ask_of_day(db, case)


def earlier(case: Case) -> tuple[ColumnElement[bool], ...]:
    """Records of the same worker that came before."""
    mine = case.measure
    return QualityMeasure.worker_id == mine.worker_id, QualityMeasure.submission_id < mine.submission_id


def ask_of_pace(db: Session, case: Case) -> Iterator[tuple[str, Told]]:
    """Beside the same worker's records of the same form. A record with few answers is quick for a reason: nobody was at home,
    or there was nothing more to ask a woman who lost her pregnancy."""
    seconds, limits, is_full = case.measure.seconds, LIMITS["pace"], case.measure.vector is not None
    if seconds is None:
        return
    if is_full and seconds < limits["least_seconds"].get(case.reading.instance.form_id, 0):
        yield "too_fast", {"seconds": seconds}
        return
    here = QualityMeasure.form_id == case.measure.form_id, QualityMeasure.seconds.is_not(None)
    query = select(QualityMeasure.seconds).where(*earlier(case), *here)
    spent = db.scalars(query.order_by(QualityMeasure.submission_id.desc()).limit(limits["most_records"]))
    usual = sorted(one for one in spent if one is not None)
    if len(usual) < limits["least_records"]:
        return
    told = {"seconds": seconds, "usual": percentile(usual, 50), "records": len(usual)}
    if is_full and seconds < percentile(usual, limits["low_percent"]):
        yield "too_fast", told
    elif seconds > percentile(usual, limits["high_percent"]):
        yield "too_slow", told


def percentile(ordered: list[int], percent: int) -> int:
    """By the nearest rank: the smallest value that so many in a hundred do not exceed."""
    return ordered[max(ceil(len(ordered) * percent / 100), 1) - 1]


def ask_of_answers(db: Session, case: Case) -> Iterator[tuple[str, Told]]:
    """A run of records of the form that answer everything alike, whoever they are about."""
    run = LIMITS["same_answers"]["run"]
    if case.measure.vector is None:
        return
    here = QualityMeasure.form_id == case.measure.form_id
    query = select(QualityMeasure.vector, QualityMeasure.submission_id).where(*earlier(case), here)
    last = db.execute(query.order_by(QualityMeasure.submission_id.desc()).limit(run - 1)).all()
    if len(last) == run - 1 and all(row.vector == case.measure.vector for row in last):
        yield "same_answers", {"records": run, "record": last[0].submission_id}


def ask_of_digits(db: Session, case: Case) -> Iterator[tuple[str, Told]]:
    """Asked once, on the record that makes it plain; again only when none of those that count was asked about."""
    limits, mine = LIMITS["digits"], case.measure
    if not mine.round_readings:
        return
    query = select(QualityMeasure).where(
        QualityMeasure.project_id == mine.project_id, *earlier(case), QualityMeasure.readings > 0
    )
    rows = db.scalars(query.order_by(QualityMeasure.submission_id.desc()).limit(limits["most_records"] - 1)).all()
    readings = mine.readings + sum(one.readings for one in rows)
    share = (mine.round_readings + sum(one.round_readings for one in rows)) * 100 // readings
    plain = readings >= limits["least_readings"] and share >= limits["from_percent"]
    if plain and not is_asked(db, "digits", QualityFlag.submission_id.in_([one.submission_id for one in rows])):
        yield "digits", {"percent": share, "readings": readings}


def ask_of_day(db: Session, case: Case) -> Iterator[tuple[str, Told]]:
    """How many that day, and on the last day of a month; each asked once a day."""
    day = case.measure.day
    number = 1 + count_days(db, case, day, day)
    if number > LIMITS["many_a_day"]["more_than"] and not asked_that_day(db, case, "many_a_day"):
        yield "many_a_day", {"records": number}
    limits = LIMITS["last_day"]
    if (day + timedelta(days=1)).day != 1 or number < limits["from_records"]:
        return
    month = 1 + count_days(db, case, day.replace(day=1), day)
    if number * 100 >= limits["from_percent"] * month and not asked_that_day(db, case, "last_day"):
        yield "last_day", {"records": number, "month": month}


def count_days(db: Session, case: Case, first: date, last: date) -> int:
    here = QualityMeasure.project_id == case.measure.project_id, QualityMeasure.day.between(first, last)
    return db.scalar(select(func.count()).select_from(QualityMeasure).where(*earlier(case), *here)) or 0


def asked_that_day(db: Session, case: Case, kind: str) -> bool:
    here = QualityMeasure.project_id == case.measure.project_id, QualityMeasure.day == case.measure.day
    that_day = select(QualityMeasure.submission_id).where(*earlier(case), *here)
    return is_asked(db, kind, QualityFlag.submission_id.in_(that_day))


def is_asked(db: Session, kind: str, where: ColumnElement[bool]) -> bool:
    return db.scalar(select(QualityFlag.kind).where(where, QualityFlag.kind == kind).limit(1)) is not None


def ask_of_holiday(db: Session, case: Case) -> Iterator[tuple[str, Told]]:
    """On a day that a notice gives off; weekends are no matter."""
    cause = calendar_of(db, case.measure.project_id).cause_of(case.measure.day)
    if cause not in ("", WEEKEND) and not case.said.has_note:
        yield "holiday", {}


def ask_of_pictures(db: Session, case: Case) -> Iterator[tuple[str, Told]]:
    """A picture (a photo, a signature) of exactly the bytes of one in an earlier record of the project, or that looks
    like one of the same phone and form."""
    mine, other = SubmissionAttachment, aliased(SubmissionAttachment)
    row = db.execute(
        select(Submission.id)
        .join(SubmissionVersion, SubmissionVersion.submission_id == Submission.id)
        .join(other, other.submission_version_id == SubmissionVersion.id)
        .join(mine, mine.blob_sha256 == other.blob_sha256)
        .join(Blob, Blob.sha256 == mine.blob_sha256)
        .where(mine.submission_version_id == case.reading.submission_version_id, Blob.content_type.like(PICTURES))
        .where(Submission.project_id == case.measure.project_id, Submission.id < case.id)
        .where(~Submission.draft, ~Submission.sealed, Submission.deleted_at.is_(None))
        .order_by(Submission.id)
        .limit(1)
    ).first()
    alike = None if row else find_alike(db, case)
    if row:
        yield "doubled_file", {"record": row.id}
    elif alike is not None:
        yield "doubled_file", {"record": alike, "alike": 1}
