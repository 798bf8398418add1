"""TRN-RT: a worker who did not pass the training quiz (F10) takes it again (domain.md 2.6). Only she is told when.

It is read off her own row of the list `workers` each time it is asked for, so a pass ends it at once. It is no FollowUp: those
are listed by village to everybody who works there, and how a colleague did in a quiz is listed to nobody.
"""

import hashlib
import tomllib
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import Final

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.followups import ruleset
from server.followups.rule_fields import Fields, RuleInvalid
from server.followups.rule_lint import refuse_red_lines
from server.followups.ruleset import Source, Words
from server.followups.supply_facts import EARLIEST, LATEST
from server.models import WORKERS, Dataset, Entity
from server.registry.reach import Reach
from server.registry.telling import read_day
from server.registry.workers_list import own_row

FILE: Final = Path(__file__).parent / "training.toml"


@dataclass(frozen=True)
class RetakeRule:
    """One version of the rule. `opens`, `due` and `closes` are days after the quiz; `coaching_from` is a number of tries
    without a pass from which on a trainer is asked to help.
    """

    id: str
    version: int
    form_id: str
    coaching_from: int
    opens: int
    due: int
    closes: int
    title: Words
    reason: Words
    sources: tuple[Source, ...]


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


def read_rule(content: bytes, file: str) -> RetakeRule:
    """Raises RuleInvalid for text that is no TOML, a field that is missing, unknown or of the wrong kind, or a red line."""
    try:
        table = tomllib.loads(content.decode("utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as broken:
        raise RuleInvalid(file=file, field="toml", reason=str(broken)) from broken
    refuse_red_lines(table, content.decode("utf-8"), file)
    fields = Fields(file, "", table)
    window = fields.table("window")
    rule = RetakeRule(
        id=fields.text("id"),
        version=fields.whole("version", 1),
        form_id=fields.text("form_id"),
        coaching_from=fields.whole("coaching_from", 1),
        opens=window.whole("open", 0),
        due=window.whole("due", 0),
        closes=window.whole("close", 0),
        title=_read_words(fields.table("title")),
        reason=_read_words(fields.table("reason")),
        sources=tuple(_read_source(one) for one in fields.tables("sources")),
    )
    fields.text("owner")
    fields.text("signature")
    window.end()
    fields.end()
    if not rule.opens <= rule.due <= rule.closes:
        raise RuleInvalid(file=file, field="window", reason="its edges come in the wrong order")
    return rule


def _read_words(fields: Fields) -> Words:
    words = Words(fields.text("zh"), fields.text("en"))
    fields.end()
    return words


def _read_source(fields: Fields) -> Source:
    source = Source(fields.text("name"), fields.choice("mark", ruleset.MARKS), _read_words(fields.table("says")))
    fields.end()
    return source


@cache
def shipped_rule() -> RetakeRule:
    return read_rule(FILE.read_bytes(), FILE.name)


def is_passed(results: Mapping[str, str]) -> bool:
    """By the mark of the town's list `thresholds`, and by the questions that must all be right: both the form knows (F10)."""
    return results.get("passed") == "1"


def number(text: str | None) -> int | None:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 5 else None


def days_of(results: Mapping[str, str], rule: RetakeRule) -> tuple[date, date, date] | None:
    """When a retake opens, is due and closes; None for who passed, or has taken no quiz."""
    taken_on = read_day(results.get("quiz_on"))
    if taken_on is None or not EARLIEST <= taken_on <= LATEST or is_passed(results):
        return None
    opens, due, closes = (taken_on + timedelta(days=days) for days in (rule.opens, rule.due, rule.closes))
    return opens, due, closes


def find_retake(db: Session, reach: Reach) -> Retake | None:
    """The caller's own retake, whose window has opened by that day."""
    own = own_row(reach.scope.project_id, reach.carer.worker)
    if own is None or not reach.care:
        return None
    here = Dataset.project_id == reach.scope.project_id, Dataset.name == WORKERS
    query = select(Entity).join(Dataset, Dataset.id == Entity.dataset_id).where(*here)
    row = db.scalar(query.where(Entity.uuid == own, Entity.deleted_at.is_(None)))
    results = orjson.loads(row.data_json) if row else {}
    rule = shipped_rule()
    days = days_of(results, rule)
    if row is None or days is None or days[0] > reach.today:
        return None
    key = key_of(row.uuid, results.get("quiz_on", ""), results.get("fails", ""))
    return Retake(row.uuid, row.label, key, rule.form_id, *days)


def key_of(worker: str, taken_on: str, fails: str) -> str:
    digest = hashlib.sha256(f"retake:{worker}:{taken_on}:{fails}".encode()).digest()
    return str(uuid.UUID(bytes=digest[:16], version=4))
