"""What is not needed any more goes: a year after the last contact a woman's data shrink to her code and counts.

domain.md 6.1 (field copy: 12 months after the last contact) and 6.3, P10. Who has an open request or restricted the use
of her data waits. Records that nobody may read go a year after they came, backups after thirty days.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Final

import orjson
from sqlalchemy import exists, func, select, update
from sqlalchemy.orm import Session

from server.access.pseudonyms import pseudonym
from server.access.restricted import restricted_women
from server.clock import SHANGHAI, today
from server.models import (
    CareEvent,
    Entity,
    Form,
    Minimised,
    RightsRequest,
    Seal,
    Submission,
    SubmissionVersion,
    Withdrawal,
)
from server.registry.emptying import empty_records
from server.registry.erasing import Plan, plan_erasure, take_out
from server.registry.rights_desk import OPEN, code_of, labels_of, women_in_list
from server.registry.sealing import Verdict
from server.registry.tombstones import ERASED

KEEP_FOR: Final = timedelta(days=365)
BACKUPS_FOR: Final = timedelta(days=30)
MINIMISED: Final = Verdict("minimised")
TOGETHER: Final = 20  # women in one transaction, so that phones get in between


@dataclass(frozen=True)
class Found:
    """What a project has past its time: `women` by uuid, `records` that nobody may read and that came a year ago."""

    project_id: int
    last_contact_before: date
    women: tuple[str, ...]
    records: tuple[int, ...]

    @property
    def is_empty(self) -> bool:
        return not self.women and not self.records


@dataclass(frozen=True)
class Report:
    """Counts alone. `files` are those that nobody else has."""

    women: int = 0
    records: int = 0
    files: int = 0
    entities: int = 0
    follow_ups: int = 0
    sealed_records: int = 0


def cutoff(now: datetime) -> date:
    """Who was last met before this Shanghai day is past her time."""
    return today(now) - KEEP_FOR


def find_past(db: Session, project_id: int, now: datetime) -> Found:
    """Whose time is over, and which sealed records'; changes nothing."""
    day = cutoff(now)
    start = datetime.combine(day, time(), SHANGHAI).astimezone(UTC)
    told = recent_women(db, project_id, day, start)
    known = select(Entity.uuid).where(
        women_in_list(project_id), func.coalesce(Entity.updated_at, Entity.created_at) < start
    )
    events = select(CareEvent.subject).where(CareEvent.project_id == project_id, CareEvent.subject_list == "women")
    women = (set(db.scalars(known)) | set(db.scalars(events))) - told - waiting(db, project_id)
    return Found(project_id, day, tuple(sorted(women)), tuple(sealed_before(db, project_id, start)))


def recent_women(db: Session, project_id: int, day: date, start: datetime) -> set[str]:
    """Whom somebody met, or of whom something came, since that day."""
    here = CareEvent.project_id == project_id, CareEvent.subject_list == "women"
    met = select(CareEvent.subject).where(*here, (CareEvent.visit_date >= day) | (CareEvent.received_at >= start))
    came = select(Withdrawal.woman_uuid).where(Withdrawal.project_id == project_id, Withdrawal.received_at >= start)
    waits = (
        select(Seal.waits_for)
        .join(Submission, Submission.id == Seal.submission_id)
        .where(Seal.project_id == project_id, Submission.created_at >= start, Seal.waits_for.is_not(None))
    )
    changed = select(Entity.uuid).where(
        women_in_list(project_id), func.coalesce(Entity.updated_at, Entity.created_at) >= start
    )
    told = set(db.scalars(select(CareEvent.subject).where(*here)))
    found = set(db.scalars(met)) | set(db.scalars(came)) | {one for one in db.scalars(waits) if one}
    return found | (set(db.scalars(changed)) - told)


def waiting(db: Session, project_id: int) -> set[str]:
    """Who asked for something that is not answered yet, or wishes her data kept unused."""
    asked = select(RightsRequest.subject).where(RightsRequest.project_id == project_id, RightsRequest.state == OPEN)
    return {one for one in db.scalars(asked) if one} | set(db.scalars(restricted_women(project_id)))


def sealed_before(db: Session, project_id: int, start: datetime) -> list[int]:
    """Sealed records that came before and still hold something: nobody may read them, and nothing opened them in a year.

    Those of somebody who was removed go whenever they came.
    """
    full = exists().where(SubmissionVersion.submission_id == Submission.id, SubmissionVersion.values_json.is_not(None))
    query = (
        select(Submission.id)
        .join(Seal, Seal.submission_id == Submission.id)
        .where(Submission.project_id == project_id, full, (Submission.created_at < start) | (Seal.reason == ERASED))
    )
    return list(db.scalars(query.order_by(Submission.id)))


def count_past(db: Session, found: Found) -> Report:
    """What a run would do; changes nothing."""
    plans = [plan_erasure(db, found.project_id, woman) for woman in found.women]
    return report_of([one.report for one in plans], len(found.records))


def report_of(counted: list[dict[str, int]], sealed: int) -> Report:
    sums: Counter[str] = Counter()
    for one in counted:
        sums.update({name: one[name] for name in ("records", "files", "entities", "follow_ups")})
    return Report(women=len(counted), sealed_records=sealed, **sums)


def minimise(
    db: Session, project_id: int, women: tuple[str, ...], now: datetime
) -> tuple[list[dict[str, int]], set[str]]:
    """Shrinks these women to code and counts. What there was, and the files that are for the caller to take off the disk."""
    reports, files = [], set[str]()
    for woman in women:
        plan = plan_erasure(db, project_id, woman)
        code = code_and_counts(db, plan, today(now))
        taken = take_out(db, plan, MINIMISED, None, now)
        db.add(code)
        db.flush()
        reports.append(plan.report)
        files |= taken.files
    return reports, files


def code_and_counts(db: Session, plan: Plan, day: date) -> Minimised:
    """Her code, her village and how many records of each form there were, those of an earlier time with them."""
    rows = select(Form.xml_form_id, func.count()).join(Submission, Submission.form_id == Form.id)
    counts = Counter(dict(db.execute(rows.where(Submission.id.in_(plan.records)).group_by(Form.xml_form_id)).all()))
    hers = pseudonym(plan.project_id, plan.woman)
    small = select(Minimised).where(Minimised.project_id == plan.project_id, Minimised.subject_hash == hers)
    if (before := db.scalar(small)) is not None:
        counts += Counter(orjson.loads(before.counts_json))
    label = labels_of(db, plan.project_id, [plan.woman]).get(plan.woman, "")
    village = db.scalar(select(Entity.village_code).where(women_in_list(plan.project_id), Entity.uuid == plan.woman))
    return Minimised(
        project_id=plan.project_id,
        subject_hash=hers,
        code=code_of(label) or (before.code if before else ""),
        village_code=village or (before.village_code if before else ""),
        counts_json=orjson.dumps(dict(counts)).decode(),
        minimised_on=day,
    )


def empty_sealed(db: Session, found: Found) -> set[str]:
    """Empties the sealed records that are past their time; the files that nobody else has."""
    db.execute(update(Seal).where(Seal.submission_id.in_(found.records)).values(waits_for=None))
    return empty_records(db, found.records)


def backups_until(folder: Path, now: datetime) -> date:
    """The last day on which a backup made until now may still be there: thirty days after the newest, or after today."""
    made = [datetime.fromtimestamp(file.stat().st_mtime, UTC) for file in folder.glob("*") if file.is_file()]
    return today(max([now, *made]) + BACKUPS_FOR)


def delete_old_backups(folder: Path, now: datetime, remove: Callable[[Path], None] = Path.unlink) -> int:
    """Backups in the data folder older than thirty days; how many."""
    old = [file for file in folder.glob("*") if file.is_file() and age_of(file, now) > BACKUPS_FOR]
    for file in old:
        remove(file)
    return len(old)


def age_of(file: Path, now: datetime) -> timedelta:
    return now - datetime.fromtimestamp(file.stat().st_mtime, UTC)
