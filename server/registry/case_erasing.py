"""Removing a benefit case because the household asks for it, and what comes late of a case that is gone (domain.md 6.3, P9)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from server.access.allow import Scope
from server.access.audit import record
from server.access.her_worker import in_villages
from server.access.pseudonyms import pseudonym
from server.models import BENEFIT_CASES, CareEvent, Dataset, Entity, FollowUp
from server.reading import Reading
from server.registry.case_retention import plan_of, take_out_case
from server.registry.emptying import empty_records
from server.registry.erasing import follow_ups_of
from server.registry.sealing import Effects, Verdict, seal_record, stand_in_line
from server.registry.telling import tell
from server.registry.tombstones import is_buried

REMOVED: Final = Verdict("case_removed")


@dataclass(frozen=True)
class CaseAhead:
    """What removing a case would take: numbers of its records and follow-ups."""

    uuid: str
    records: int
    follow_ups: int


def find_case(db: Session, scope: Scope, submission_id: int) -> CaseAhead | None:
    """The case of which a record tells, while it stands in the list and lies in the scope's villages."""
    row = db.scalar(
        select(Entity)
        .join(Dataset, Dataset.id == Entity.dataset_id)
        .join(CareEvent, (CareEvent.subject == Entity.uuid) & (CareEvent.project_id == Dataset.project_id))
        .where(CareEvent.submission_id == submission_id, CareEvent.subject_list == BENEFIT_CASES)
        .where(Dataset.project_id == scope.project_id, Dataset.name == BENEFIT_CASES)
        .where(in_villages(Entity.village_code, scope))
    )
    if row is None:
        return None
    plan = plan_of(db, scope.project_id, row.uuid)
    tasks = db.scalar(select(func.count(FollowUp.id)).where(follow_ups_of(plan))) or 0
    return CaseAhead(row.uuid, len(plan.records), tasks)


def erase_case(db: Session, project_id: int, uuid: str, by: int, now: datetime) -> set[str]:
    """Takes the case out for good; the caller stands in line. What was in it the audit does not say, only by a hash which.

    The SHA-256 of files that are for the caller to take off the disk after the commit.
    """
    records, files = take_out_case(db, project_id, uuid, now, REMOVED, by)
    about = {"about": pseudonym(project_id, uuid).hex(), "records": records}
    record(db, "benefit.erase", actor_id=by, project_id=project_id, details=about, now=now)
    return files


def empty_if_removed(db: Session, reading: Reading) -> Effects:
    """The deriver `consent` of F12: what comes late of a case that is gone is emptied, and nothing follows from it."""
    stand_in_line(db, reading.project.id)
    told = tell(reading.instance, reading.schema)
    if told is None or not is_buried(db, reading.project.id, [told.subject]):
        return Effects()
    effects = seal_record(db, reading.project.id, reading.submission_id, REMOVED, reading.now)
    empty_records(db, [reading.submission_id])
    return effects
