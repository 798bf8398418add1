"""What is not needed any more goes: a year after the last contact a woman's data shrink to her code and counts.

domain.md 6.1 (field copy: 12 months after the last contact) and 6.3, P10. Who has an open request or restricted the use
of her data waits. Records that nobody may read go a year after they came, backups after thirty days.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import orjson
from sqlalchemy import ColumnElement, Select, exists, func, select, true, union, update
from sqlalchemy.orm import Session

from server.access.pseudonyms import pseudonym
from server.access.restricted import restricted_women
from server.clock import begin_of, today
from server.models import (
    CareEvent,
    Entity,
    Form,
    Minimised,
    NamedWoman,
    RightsRequest,
    Seal,
    Submission,
    SubmissionVersion,
    TransferPackage,
    Withdrawal,
)
from server.registry.case_retention import past_cases, plan_of
from server.registry.emptying import empty_records
from server.registry.erasing import BACKUPS_FOR, Plan, plan_erasure, take_out
from server.registry.merged import counted_elsewhere
from server.registry.rights_desk import OPEN, code_of, labels_of, women_in_list
from server.registry.sealing import Verdict
from server.registry.tombstones import ERASED

KEEP_FOR: Final = timedelta(days=365)
MINIMISED: Final = Verdict("minimised")


@dataclass(frozen=True)
class Found:
    """What a project has past its time: `women` and benefit `cases` by uuid, `records` that nobody may read and that came a
    year ago."""

    project_id: int
    last_contact_before: date
    women: tuple[str, ...]
    records: tuple[int, ...]
    cases: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        return not self.women and not self.records and not self.cases


@dataclass(frozen=True)
class Report:
    """Counts alone. `files` are those that nobody else has."""

    women: int = 0
    records: int = 0
    files: int = 0
    entities: int = 0
    follow_ups: int = 0
    sealed_records: int = 0
    cases: int = 0
    case_records: int = 0


def cutoff(now: datetime) -> date:
    """Who was last met before this Shanghai day is past her time."""
    return today(now) - KEEP_FOR


def find_past(db: Session, project_id: int, now: datetime) -> Found:
    """Whose time is over, and which sealed records'; changes nothing."""
    women, day = past_women(db, project_id, cutoff(now)), cutoff(now)
    cases = past_cases(db, project_id, begin_of(day), day)
    return Found(project_id, day, tuple(sorted(women)), tuple(sealed_before(db, project_id, day)), tuple(cases))


def past_women(db: Session, project_id: int, day: date, only: str | None = None) -> set[str]:
    """Who was last met before that day and does not wait for an answer; of one woman, whether she is."""
    return set(db.scalars(whose_time_is_over(project_id, day, only)))


def whose_time_is_over(project_id: int, day: date, only: str | None = None) -> Select[str]:
    """Their uuids, as a query. A list that changed counts as a contact only where no record tells of her.

    A registration that counts as another's stays as long as that one: what was told of it is told there.
    """
    changed = func.coalesce(Entity.updated_at, Entity.created_at)
    listed = select(Entity.uuid).where(women_in_list(project_id), is_she(Entity.uuid, only))
    listed = listed.where(Entity.uuid.not_in(counted_elsewhere(project_id)))
    told = select(CareEvent.subject).where(*told_of(project_id, only))
    she = union(listed.where(changed < begin_of(day)), told).subquery("known").c[0]
    none_of = [she.not_in(one) for one in (*contacts_since(project_id, day, only), *waiting(project_id))]
    return select(she).where(*none_of, she.in_(told) | she.not_in(listed.where(changed >= begin_of(day))))


def told_of(project_id: int, only: str | None) -> tuple[ColumnElement[bool], ...]:
    hers = is_she(CareEvent.subject, only)
    return CareEvent.project_id == project_id, CareEvent.subject_list == "women", hers


def is_she(uuid: Any, only: str | None) -> ColumnElement[bool]:
    return true() if only is None else uuid == only


def contacts_since(project_id: int, day: date, only: str | None) -> Iterator[Select[str]]:
    """Whom somebody met, or of whom something came, since that day."""
    start = begin_of(day)
    met = (CareEvent.visit_date >= day) | (CareEvent.received_at >= start)
    yield select(CareEvent.subject).where(*told_of(project_id, only), met)
    beside = select(NamedWoman.woman_uuid).join(CareEvent, CareEvent.submission_id == NamedWoman.submission_id)
    beside = beside.where(NamedWoman.project_id == project_id, is_she(NamedWoman.woman_uuid, only))
    yield beside.where(CareEvent.subject_list == "women", met)
    yield select(Withdrawal.woman_uuid).where(
        Withdrawal.project_id == project_id, Withdrawal.received_at >= start, is_she(Withdrawal.woman_uuid, only)
    )
    packed = TransferPackage.project_id == project_id, is_she(TransferPackage.woman_uuid, only)
    yield select(TransferPackage.woman_uuid).where(*packed, TransferPackage.made_at >= start)
    waits = select(Seal.waits_for).join(Submission, Submission.id == Seal.submission_id)
    waits = waits.where(Seal.project_id == project_id, Submission.created_at >= start, is_she(Seal.waits_for, only))
    yield waits.where(Seal.waits_for.is_not(None))  # type: ignore[misc]


def waiting(project_id: int) -> Iterator[Select[str]]:
    """Who asked for something that is not answered yet, or wishes her data kept unused."""
    asked = select(RightsRequest.subject).where(RightsRequest.project_id == project_id, RightsRequest.state == OPEN)
    yield asked.where(RightsRequest.subject.is_not(None))  # type: ignore[misc]
    yield restricted_women(project_id)


def sealed_before(db: Session, project_id: int, day: date) -> list[int]:
    """The records of `sealed_past`, in the order of arrival."""
    return list(db.scalars(sealed_past(project_id, day).order_by(Submission.id)))


def sealed_past(project_id: int, day: date) -> Select[int]:
    """Sealed records that came before that day and still hold something: nobody may read them, and nothing opened them in a year.

    Those of somebody who was removed go whenever they came.
    """
    full = exists().where(SubmissionVersion.submission_id == Submission.id, SubmissionVersion.values_json.is_not(None))
    old = (Submission.created_at < begin_of(day)) | (Seal.reason == ERASED)
    query = select(Submission.id).join(Seal, Seal.submission_id == Submission.id)
    return query.where(Submission.project_id == project_id, full, old)


def count_past(db: Session, found: Found) -> Report:
    """What a run would do; changes nothing."""
    plans = [plan_erasure(db, found.project_id, woman) for woman in found.women]
    told = [len(plan_of(db, found.project_id, case).records) for case in found.cases]
    return report_of([one.report for one in plans], len(found.records), told)


def report_of(counted: list[dict[str, int]], sealed: int, cases: Sequence[int] = ()) -> Report:
    """`cases`: the number of records of each benefit case."""
    sums: Counter[str] = Counter()
    for one in counted:
        sums.update({name: one[name] for name in ("records", "files", "entities", "follow_ups")})
    return Report(women=len(counted), sealed_records=sealed, cases=len(cases), case_records=sum(cases), **sums)


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
        db.add_all(nothing_but_gone(project_id, one, code) for one in plan.women - {woman})
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


def nothing_but_gone(project_id: int, woman: str, code: Minimised) -> Minimised:
    """Another registration of hers: phones that have it are told that she is gone; she is counted once."""
    whose = {"project_id": project_id, "subject_hash": pseudonym(project_id, woman)}
    return Minimised(**whose, code="", village_code="", counts_json="{}", minimised_on=code.minimised_on)


def empty_sealed(db: Session, found: Found) -> tuple[list[int], set[str]]:
    """Empties the sealed records that are past their time, but for what was opened since they were found.

    Which those were, and the files that nobody else has.
    """
    shut = sealed_before(db, found.project_id, found.last_contact_before)
    records = [one for one in shut if one in found.records]
    db.execute(update(Seal).where(Seal.submission_id.in_(records)).values(waits_for=None))
    return records, empty_records(db, records)


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
