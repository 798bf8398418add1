"""What a record gives reason to ask beside its worker's earlier ones: pace, runs, digits, days.

Only earlier records count, by their ids, so that working everything out anew asks the same. Every look is bounded.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from math import ceil
from typing import Any, Final

from sqlalchemy import Executable, bindparam, func, select
from sqlalchemy.orm import Session

from server.db import ask, ask_once
from server.followups.town_calendar import calendar_of
from server.followups.working_days import WEEKEND
from server.intake.quality_limits import LIMITS
from server.intake.quality_measuring import Case
from server.models import QualityFlag, QualityMeasure, table_of

Told = dict[str, int]

MEASURES: Final = table_of(QualityMeasure).c
FLAGS: Final = table_of(QualityFlag).c
EARLIER: Final = (MEASURES.worker_id == bindparam("worker"), MEASURES.submission_id < bindparam("record"))
"""Records of the same worker that came before."""
OF_FORM: Final = MEASURES.form_id == bindparam("form")
OF_PROJECT: Final = MEASURES.project_id == bindparam("project")
NEWEST: Final = MEASURES.submission_id.desc()

PACE: Final = (
    select(MEASURES.seconds)
    .where(*EARLIER, OF_FORM, MEASURES.seconds.is_not(None))
    .order_by(NEWEST)
    .limit(LIMITS["pace"]["most_records"])
)
ANSWERS: Final = (
    select(MEASURES.vector, MEASURES.submission_id)
    .where(*EARLIER, OF_FORM)
    .order_by(NEWEST)
    .limit(LIMITS["same_answers"]["run"] - 1)
)
DIGITS: Final = (
    select(MEASURES.submission_id, MEASURES.readings, MEASURES.round_readings)
    .where(*EARLIER, OF_PROJECT, MEASURES.readings > 0)
    .order_by(NEWEST)
    .limit(LIMITS["digits"]["most_records"] - 1)
)
DAYS: Final = select(func.count(MEASURES.submission_id)).where(
    *EARLIER, OF_PROJECT, MEASURES.day.between(bindparam("first"), bindparam("last"))
)
ASKED: Final = select(FLAGS.kind).where(FLAGS.kind == bindparam("kind")).limit(1)
ASKED_OF: Final = ASKED.where(FLAGS.submission_id.in_(bindparam("records", expanding=True)))
ASKED_THAT_DAY: Final = ASKED.where(
    FLAGS.submission_id.in_(
        select(MEASURES.submission_id).where(*EARLIER, OF_PROJECT, MEASURES.day == bindparam("day"))
    )
)


def ask_of_habits(db: Session, case: Case) -> Iterator[tuple[str, Told]]:
    yield from ask_of_holiday(db, case)
    if case.worker_id is not None:
        yield from ask_of_pace(db, case)
        yield from ask_of_answers(db, case)
        yield from ask_of_digits(db, case)
        yield from ask_of_day(db, case)


def about(case: Case, **more: Any) -> dict[str, Any]:
    mine = case.measure
    return {"worker": mine.worker_id, "record": case.id, "form": mine.form_id, "project": mine.project_id, **more}


def ask_of_pace(db: Session, case: Case) -> Iterator[tuple[str, Told]]:
    """Beside the same worker's records of the same form. A record with few answers is quick for a reason: nobody was at home,
    or there was nothing more to ask a woman who lost her pregnancy."""
    seconds, limits, is_full = case.measure.seconds, LIMITS["pace"], case.measure.vector is not None
    if seconds is None:
        return
    if is_full and seconds < limits["least_seconds"].get(case.reading.instance.form_id, 0):
        yield "too_fast", {"seconds": seconds}
        return
    usual = sorted(ask(db, PACE, about(case)).scalars())
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
    last = ask(db, ANSWERS, about(case)).all()
    if len(last) == run - 1 and all(row.vector == case.measure.vector for row in last):
        yield "same_answers", {"records": run, "record": last[0].submission_id}


def ask_of_digits(db: Session, case: Case) -> Iterator[tuple[str, Told]]:
    """Asked once, on the record that makes it plain; again only when none of those that count was asked about."""
    limits, mine = LIMITS["digits"], case.measure
    if not mine.round_readings:
        return
    rows = ask(db, DIGITS, about(case)).all()
    readings = mine.readings + sum(one.readings for one in rows)
    share = (mine.round_readings + sum(one.round_readings for one in rows)) * 100 // readings
    plain = readings >= limits["least_readings"] and share >= limits["from_percent"]
    if plain and not is_asked(db, ASKED_OF, kind="digits", records=[one.submission_id for one in rows]):
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
    return int(ask(db, DAYS, about(case, first=first, last=last)).scalar_one())


def asked_that_day(db: Session, case: Case, kind: str) -> bool:
    return is_asked(db, ASKED_THAT_DAY, **about(case, kind=kind, day=case.measure.day))


def is_asked(db: Session, query: Executable, **values: Any) -> bool:
    return ask(db, query, values).first() is not None


def ask_of_holiday(db: Session, case: Case) -> Iterator[tuple[str, Told]]:
    """On a day that a notice gives off; weekends are no matter."""
    project_id = case.measure.project_id
    calendar = ask_once(db, ("calendar", project_id), lambda: calendar_of(db, project_id))
    cause = calendar.cause_of(case.measure.day)
    if cause not in ("", WEEKEND) and not case.said.has_note:
        yield "holiday", {}
