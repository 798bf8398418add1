"""Benefit cases that are over go: a year after the last word of one that is done or no longer wanted (domain.md 6.1).

One that is open waits for the office, however long that takes. A woman who has her data removed takes no case along: a case
is the household's, names nobody, and no benefit hangs on what somebody agrees to (domain.md, red lines).
"""

from collections import defaultdict
from datetime import date, datetime
from typing import Final

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from server.models import BENEFIT_CASES, CareEvent, Dataset, Entity, EntityVersion, SubmissionVersion
from server.registry.benefits import DONE, ENDED, case_of
from server.registry.erasing import Plan, take_out
from server.registry.events import event_of
from server.registry.sealing import Verdict
from server.registry.telling import Event
from server.registry.tombstones import bury

OVER: Final = (DONE, ENDED)
MINIMISED: Final = Verdict("minimised")


def past_cases(db: Session, project_id: int, start: datetime, day: date, only: str | None = None) -> list[str]:
    """The uuids of cases that are over and of which nothing came since that Shanghai day, which begins at `start`.

    Answers are read of those alone of which nothing came for so long.
    """
    told: dict[str, list[Event]] = defaultdict(list)
    here = CareEvent.project_id == project_id, CareEvent.subject_list == BENEFIT_CASES
    newest = func.max(CareEvent.visit_date) < day, func.max(CareEvent.received_at) < start
    silent = select(CareEvent.subject).where(*here).group_by(CareEvent.subject).having(and_(*newest))
    rows = select(CareEvent).where(*here, CareEvent.subject.in_(silent))
    for row in db.scalars(rows if only is None else rows.where(CareEvent.subject == only)):
        told[row.subject].append(event_of(row))
    return sorted(uuid for uuid, events in told.items() if case_of(events).status in OVER)


def take_out_case(
    db: Session, project_id: int, uuid: str, now: datetime, verdict: Verdict = MINIMISED, by: int | None = None
) -> tuple[int, set[str]]:
    """Empties its records and takes its row and follow-ups away; phones that have the row are told that it is gone.

    How many records there were, and the files that are for the caller to take off the disk.
    """
    plan = plan_of(db, project_id, uuid)
    bury(db, project_id, uuid, now)
    return len(plan.records), take_out(db, plan, verdict, by, now).files


def plan_of(db: Session, project_id: int, uuid: str) -> Plan:
    """Its row, what was told of it, and what made or changed the row."""
    query = select(Entity.id).join(Dataset, Dataset.id == Entity.dataset_id)
    here = Dataset.project_id == project_id, Dataset.name == BENEFIT_CASES, Entity.uuid == uuid
    entities = tuple(db.scalars(query.where(*here)))
    told = CareEvent.project_id == project_id, CareEvent.subject_list == BENEFIT_CASES, CareEvent.subject == uuid
    wrote = (
        select(SubmissionVersion.submission_id)
        .join(EntityVersion, EntityVersion.submission_version_id == SubmissionVersion.id)
        .where(EntityVersion.entity_id.in_(entities))
    )
    records = {*db.scalars(select(CareEvent.submission_id).where(*told)), *db.scalars(wrote)}
    return Plan(project_id, uuid, frozenset({uuid}), tuple(sorted(records)), (), entities, {})
