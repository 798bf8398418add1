"""`to_correct`: the records of one form that went back to a phone, for that phone alone, each with why.

A form names the answers that it takes over as `was_` and the question's name (forms/library); no other answer is told. Of
a record that holds somebody's health, or names her, it is told whom it is about, of whose row the phone has anyhow, and
when she was seen, but nothing that she said: it would lie on the phone as plain text. The reason says what to look at.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from forms.instance import value_at
from forms.media import choice_csv
from forms.schema import GEO_TYPES, Field, FormSchema
from server.access.caller import Caller
from server.clock import today
from server.models import HER_FILES, FormVersion, ReturnedRecord, Submission, SubmissionComment, SubmissionVersion
from server.publishing.versions import SCHEMAS
from server.registry.reach import Reach
from server.registry.returned_records import still_told

COLUMNS: Final = ("name", "label", "form_id", "why", "day")
WAS: Final = "was_"
OF_ANY_VISIT: Final = ("visit_key", "visit_date", "new_id")
"""What every form of ours has that says nothing of anybody: which visit, its day, and the id of a row that it made."""
NAMED = re.compile(rb"/was_([A-Za-z_][\w.-]*)")
NO_MARKUP: Final = str.maketrans("<>[]", "＜＞［］")
"""Phones read a choice's label as Markdown with HTML: what somebody wrote makes no link and no colour there."""
BLANKS = re.compile(r"\s+")


@dataclass(frozen=True)
class Row:
    """One record. `name` is the instanceID of its current version, `label` what its sender knows it by and why it is back."""

    name: str
    label: str
    why: str
    day: str
    answers: tuple[str, ...]


def to_correct_csv(db: Session, caller: Caller, version: FormVersion, form_id: str, reach: Reach) -> bytes:
    """The longest away first. Days are Shanghai's."""
    taken = taken_over(bytes(version.xml), SCHEMAS.get(db, version.id, version.sha256))
    rows = [] if caller.only_sends or caller.actor_id is None else find_rows(db, caller.actor_id, version, taken, reach)
    columns = (*COLUMNS, *(WAS + one.name for one in taken))
    return choice_csv(columns, [(one.name, one.label, form_id, one.why, one.day, *one.answers) for one in rows])


def taken_over(xml: bytes, schema: FormSchema) -> tuple[Field, ...]:
    """The questions whose earlier answers a form takes over, by its own text; none that repeats or holds a file."""
    named = set(names_in(xml))
    found = [one for one in schema.fields if one.name in named and schema.repeat_of(one.path) is None]
    names = [one.name for one in found]
    return tuple(one for one in found if names.count(one.name) == 1 and not one.binary)


@lru_cache(maxsize=64)
def names_in(xml: bytes) -> tuple[str, ...]:
    return tuple(sorted({one.decode() for one in NAMED.findall(xml)}))


def find_rows(db: Session, actor_id: int, version: FormVersion, taken: Sequence[Field], reach: Reach) -> list[Row]:
    rows = db.execute(
        select(
            SubmissionVersion.instance_id,
            SubmissionVersion.instance_name,
            SubmissionVersion.values_json,
            SubmissionComment.body,
            ReturnedRecord.returned_at,
            Submission.health,
        )
        .join(Submission, Submission.id == ReturnedRecord.submission_id)
        .join(SubmissionVersion, (SubmissionVersion.submission_id == Submission.id) & SubmissionVersion.is_current)
        .join(SubmissionComment, SubmissionComment.id == ReturnedRecord.comment_id)
        .where(
            ReturnedRecord.to_id == actor_id,
            ReturnedRecord.ended_at.is_(None),
            Submission.form_id == version.form_id,
            still_told(reach),
            SubmissionVersion.encrypted.is_(False),
        )
        .order_by(ReturnedRecord.returned_at, ReturnedRecord.id)
    )
    found = []
    for instance_id, name, values, reason, at, health in rows:
        why = BLANKS.sub(" ", reason).strip()
        tree = orjson.loads(values) if values else {}
        told = [one for one in taken if is_told(one, health, reach)]
        label = f"{name or instance_id.removeprefix('uuid:')[:8]}：{why}".translate(NO_MARKUP)
        found.append(Row(instance_id, label, why, today(at).isoformat(), tuple(answers_in(tree, taken, told))))
    return found


def is_told(asked: Field, health: bool, reach: Reach) -> bool:
    if health:
        return asked.choices_from in HER_FILES or asked.name in OF_ANY_VISIT
    return not (reach.doors_only and asked.type in GEO_TYPES)


def answers_in(tree: dict[str, Any], taken: Iterable[Field], told: Sequence[Field]) -> Iterable[str]:
    for one in taken:
        value = value_at(tree, one.path) if one in told else None
        yield value if isinstance(value, str) else ""
