"""TRN-RT: a worker who did not pass the training quiz (F10) takes it again (domain.md 2.6). Only she is told when.

It is read off her own row of the list `workers` each time it is asked for, so a pass ends it at once. It is no FollowUp: those
are listed by village to everybody who works there, and how a colleague did in a quiz is listed to nobody.
"""

import hashlib
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.followups.office_rules import RETAKE, OfficeRule, shipped_office_rules
from server.followups.supply_facts import EARLIEST, LATEST
from server.followups.working_days import Calendar
from server.models import WORKERS, Dataset, Entity
from server.registry.reach import Reach
from server.registry.telling import read_day
from server.registry.workers_list import own_row


@dataclass(frozen=True)
class Retake:
    """A quiz to be taken again, by whom it is about. `key` is a uuid that stays the same until she has taken it."""

    worker: str
    label: str
    key: str
    form_id: str
    opens_on: date
    due_on: date
    closes_on: date


def retake_rule() -> OfficeRule:
    return shipped_office_rules()[RETAKE]


def is_passed(results: Mapping[str, str]) -> bool:
    """By the mark of the town's list `thresholds`, and by the questions that must all be right: both the form knows (F10)."""
    return results.get("passed") == "1"


def number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 5 else None


def days_of(results: Mapping[str, str], rule: OfficeRule, calendar: Calendar) -> tuple[date, date, date] | None:
    """When a retake opens, is due and closes; None for who passed, or has taken no quiz."""
    taken_on = read_day(results.get("quiz_on"))
    if taken_on is None or not EARLIEST <= taken_on <= LATEST or is_passed(results):
        return None
    return rule.edges({"quiz_on": taken_on}, calendar)


def find_retake(db: Session, reach: Reach, calendar: Calendar) -> Retake | None:
    """The caller's own retake, whose window has opened by that day."""
    own = own_row(reach.scope.project_id, reach.carer.worker)
    if own is None or not reach.care:
        return None
    here = Dataset.project_id == reach.scope.project_id, Dataset.name == WORKERS
    query = select(Entity).join(Dataset, Dataset.id == Entity.dataset_id).where(*here)
    row = db.scalar(query.where(Entity.uuid == own, Entity.deleted_at.is_(None)))
    results = orjson.loads(row.data_json) if row else {}
    rule = retake_rule()
    days = days_of(results, rule, calendar)
    if row is None or days is None or days[0] > reach.today:
        return None
    key = key_of(row.uuid, results.get("quiz_on", ""), results.get("fails", ""))
    return Retake(row.uuid, row.label, key, rule.form_id, *days)


def key_of(worker: str, taken_on: str, fails: str) -> str:
    digest = hashlib.sha256(f"retake:{worker}:{taken_on}:{fails}".encode()).digest()
    return str(uuid.UUID(bytes=digest[:16], version=4))
