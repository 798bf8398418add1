"""`to_correct`: the records of one form that went back to a phone, for that phone alone, each with why.

A form names the answers that it takes over as `was_` and the question's name (forms/library); no other answer is told. Of
a record that holds somebody's health, or names her, it is told whom it is about, of whose row the phone has anyhow, and
when she was seen and how the phone's own lists stood then, but nothing that she said: it would lie on the phone as plain
text. The reason says what to look at.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import orjson
from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from forms.entities import read_acts
from forms.errors import FormError
from forms.instance import read_instance, value_at
from forms.media import choice_csv
from forms.schema import GEO_TYPES, Field, FormSchema
from server.access.caller import Caller
from server.clock import today
from server.models import HER_FILES, ReturnedRecord, Submission, SubmissionComment, SubmissionVersion
from server.models.facts import AnyVersion
from server.publishing.shown import TEXTS
from server.publishing.versions import SCHEMAS
from server.registry.reach import Reach
from server.registry.returned_records import still_told

COLUMNS: Final = ("name", "label", "form_id", "why", "day")
WAS: Final = "was_"
NEW_ID: Final = "new_id"
OF_ANY_VISIT: Final = ("visit_key", "visit_date", NEW_ID)
"""What every form of ours has that says nothing of anybody: which visit, its day, and the id of a row that it made."""
AS_LISTED: Final = ("due_subject", "status_before", "injection_before", "next_before")
"""What forms of ours noted of the phone's own lists before they asked anything: by it they ask the same again, when the
record itself has changed those lists. Calculations only, never an answer.
"""
NAMED = re.compile(rb"/was_([A-Za-z_][\w.-]*)")
NO_MARKUP: Final = str.maketrans("<>[]", "＜＞［］")
"""Phones read a choice's label as Markdown with HTML: what somebody wrote makes no link and no colour there."""
BLANKS = re.compile(r"\s+")


RETURNED: Final = (
    select(
        Submission.id,
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
        ReturnedRecord.to_id == bindparam("actor_id"),
        ReturnedRecord.ended_at.is_(None),
        Submission.form_id == bindparam("form_id"),
        SubmissionVersion.encrypted.is_(False),
    )
    .order_by(ReturnedRecord.returned_at, ReturnedRecord.id)
)


@dataclass(frozen=True)
class Row:
    """One record. `name` is the instanceID of its current version, `label` what its sender knows it by and why it is back."""

    name: str
    label: str
    why: str
    day: str
    answers: tuple[str, ...]


def to_correct_csv(db: Session, caller: Caller, version: AnyVersion, form_id: str, reach: Reach) -> bytes:
    """The longest away first. Days are Shanghai's."""
    schema = SCHEMAS.get(db, version.id, version.sha256)
    taken = taken_over(TEXTS.get(db, version), schema)
    rows = []
    if not caller.only_sends and caller.actor_id is not None:
        rows = find_rows(db, caller.actor_id, version, schema, taken, reach)
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


def find_rows(
    db: Session, actor_id: int, version: AnyVersion, schema: FormSchema, taken: Sequence[Field], reach: Reach
) -> list[Row]:
    rows = db.execute(RETURNED.where(still_told(reach)), {"actor_id": actor_id, "form_id": version.form_id}).all()
    found = []
    for number, instance_id, name, values, reason, at, health in rows:
        why = BLANKS.sub(" ", reason).strip()
        tree = orjson.loads(values) if values else {}
        told = [one for one in taken if is_told(one, health, reach)]
        answers = [
            made_by(db, number, schema) if is_unknown_id(one, tree) else answer_in(tree, one, told) for one in taken
        ]
        label = f"{name or instance_id.removeprefix('uuid:')[:8]}：{why}".translate(NO_MARKUP)
        found.append(Row(instance_id, label, why, today(at).isoformat(), tuple(answers)))
    return found


def is_told(asked: Field, health: bool, reach: Reach) -> bool:
    if health:
        noted = asked.name in AS_LISTED and not asked.labels
        return asked.choices_from in HER_FILES or asked.name in OF_ANY_VISIT or noted
    return not (reach.doors_only and asked.type in GEO_TYPES)


def answer_in(tree: dict[str, Any], asked: Field, told: Sequence[Field]) -> str:
    value = value_at(tree, asked.path) if asked in told else None
    return value if isinstance(value, str) else ""


def is_unknown_id(asked: Field, tree: dict[str, Any]) -> bool:
    """Whether it is the id of a row that the record does not tell, because its form had no such question then."""
    return asked.name == NEW_ID and not value_at(tree, asked.path)


def made_by(db: Session, submission_id: int, schema: FormSchema) -> str:
    """The id of the one row of a list that a record makes by itself, "" where it makes none."""
    here = SubmissionVersion.submission_id == submission_id, SubmissionVersion.is_current
    xml = bytes(db.scalars(select(SubmissionVersion.xml).where(*here)).one())
    try:
        made = [one.uuid for one in read_acts(read_instance(xml), schema) if one.create] if xml else []
    except FormError:
        return ""
    return made[0] if len(made) == 1 else ""
