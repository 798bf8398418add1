"""What a worker's own records and phones say of how they were made (domain.md 4.2), for her eyes alone.

Nobody else is told it by name: a supervisor sees records one by one, and each question is asked of who made the record.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median
from typing import Any, Final

from sqlalchemy import Row, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from server.intake.quality_lateness import days_waited
from server.intake.quality_limits import BLIND, KINDS, LIMITS
from server.models import Actor, AppUser, Audit, QualityFlag, QualityMeasure, Submission

SPAN: Final = timedelta(days=90)
LATE: Final[int] = LIMITS["late"]["days"]
"""Days from a visit to its receipt from which on it came late: so long a phone may be silent before it is asked about."""


@dataclass(frozen=True)
class Question:
    """How many of her records may be asked about in one way, and of how many of those that is settled."""

    kind: str
    records: int
    settled: int


@dataclass(frozen=True)
class OwnPhone:
    """A phone that she carries, with the last time that it spoke."""

    name: str
    last_used_at: datetime | None


@dataclass(frozen=True)
class OwnWork:
    """Her records since a day. `days` is the median from a visit to its receipt, None without records; `late` how many came late.

    `readings` are blood pressures, `round_readings` those that end in 0 or 5.
    """

    since: date
    records: int
    days: float | None
    late: int
    readings: int
    round_readings: int
    questions: list[Question]
    phones: list[OwnPhone]


def find_own_work(db: Session, person_id: int, today: date) -> OwnWork:
    """Of what she sent herself, and what came from a phone since she carries it. Three queries."""
    since = today - SPAN
    phones = list(db.execute(phones_of(person_id)))
    hers = [QualityMeasure.worker_id == person_id, *(sent_from(phone) for phone in phones)]
    here = QualityMeasure.day >= since, or_(*hers)
    sent = select(
        QualityMeasure.day, QualityMeasure.readings, QualityMeasure.round_readings, Submission.created_at
    ).join(Submission, Submission.id == QualityMeasure.submission_id)
    rows = list(db.execute(sent.where(*here, Submission.deleted_at.is_(None))))
    waits = [days_waited(row.day, row.created_at) for row in rows]
    return OwnWork(
        since=since,
        records=len(rows),
        days=median(waits) if waits else None,
        late=sum(one >= LATE for one in waits),
        readings=sum(row.readings for row in rows),
        round_readings=sum(row.round_readings for row in rows),
        questions=list_questions(db, here),
        phones=[OwnPhone(phone.display_name, phone.last_used_at) for phone in phones],
    )


def phones_of(person_id: int) -> Select[Any]:
    """The phones that she carries, each with the instant since when; None for one that nobody else ever carried."""
    given = (
        select(Audit.actee_actor_id, func.max(Audit.logged_at).label("since"))
        .where(Audit.action == "field_key.carer.set")
        .group_by(Audit.actee_actor_id)
        .subquery()
    )
    return (
        select(AppUser.actor_id, AppUser.last_used_at, Actor.display_name, given.c.since)
        .join(Actor, Actor.id == AppUser.actor_id)
        .outerjoin(given, given.c.actee_actor_id == AppUser.actor_id)
        .where(AppUser.person_id == person_id, AppUser.revoked_at.is_(None))
        .order_by(Actor.display_name, AppUser.actor_id)
    )


def sent_from(phone: Row[Any]) -> Any:
    """What came from a phone before she carried it is somebody else's."""
    mine = QualityMeasure.worker_id == phone.actor_id
    return mine if phone.since is None else and_(mine, Submission.created_at >= phone.since)


def list_questions(db: Session, here: tuple[Any, ...]) -> list[Question]:
    query = (
        select(QualityFlag.kind, QualityFlag.settled_at)
        .join(QualityMeasure, QualityMeasure.submission_id == QualityFlag.submission_id)
        .join(Submission, Submission.id == QualityFlag.submission_id)
        .where(*here, Submission.deleted_at.is_(None), QualityFlag.kind.in_(set(KINDS) - BLIND))
    )
    records: Counter[str] = Counter()
    settled: Counter[str] = Counter()
    for kind, settled_at in db.execute(query):
        records[kind] += 1
        settled[kind] += settled_at is not None
    return in_order(records, settled)


def in_order(records: Mapping[str, int], settled: Mapping[str, int]) -> list[Question]:
    return [Question(kind, records[kind], settled.get(kind, 0)) for kind in KINDS if kind in records]
