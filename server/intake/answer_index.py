"""Which records answered what, without a word of it in the clear: the deriver that keeps it, and the question it answers.

A word (forms/findable.py) is kept as 63 bits of HMAC-SHA-256 under the project's own key, so that the database alone tells
nobody what was answered. Sealed, encrypted and emptied records have none.
"""

import hashlib
import hmac
import secrets
from collections.abc import Iterable
from contextlib import suppress
from functools import lru_cache
from typing import Final

import orjson
from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Integer,
    Text,
    bindparam,
    cast,
    delete,
    false,
    func,
    insert,
    select,
)
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from forms.findable import list_words
from forms.instance import read_values
from forms.schema import FormSchema
from server.access.masking import is_covered
from server.db import ask_once
from server.later import write_later
from server.models import AnswerKey, AnswerWord, Submission, table_of
from server.models.facts import AnyProject
from server.reading import Reading

KEY_BYTES: Final = 32
BITS: Final = (1 << 63) - 1
FORMS_REMEMBERED, MOST_CHOICES = 20, 1000  # four megabytes at most
ROWS: Final = table_of(AnswerWord)
FORGET: Final = delete(ROWS).where(ROWS.c.submission_id == bindparam("of_submission"))
KEYS: Final = table_of(AnswerKey)
KEY: Final = select(KEYS.c.key).where(KEYS.c.project_id == bindparam("project"))
WORDS: Final = cast(bindparam("words", type_=Text), ARRAY(BigInteger))
INSERT_ALL: Final = insert(ROWS).from_select(
    ["word", "submission_id"],
    select(func.unnest(WORDS).column_valued("word"), cast(bindparam("of_submission"), Integer)),
)
INSERT_ALL_SQLITE: Final = insert(ROWS).from_select(
    ["word", "submission_id"],
    select(func.json_each(bindparam("words")).table_valued("value").c.value, bindparam("of_submission", type_=Integer)),
)
"""All words of a record by one statement: each row of many costs a phone as much as a statement of its own."""


def index_answers(db: Session, reading: Reading) -> None:
    """Writes the words of a record's answers; may run again: it replaces what it wrote. Covered answers have none."""
    if not reading.is_first:
        forget_answers(db, reading.submission_id)
    if reading.instance.encrypted:
        return
    schema = reading.schema
    covered = ask_once(db, ("covered", reading.project.id, id(schema)), lambda: covered_in(reading.project, schema))
    values = reading.values if reading.values is not None else read_values(reading.instance, schema)
    told = [one for one in list_words(schema, values) if one[0] not in covered]
    if told:
        key = key_of(db, reading.project.id, reading.submission_id)
        numbers = ask_once(db, ("numbering", reading.form_id), lambda: Numbering(key, reading.form_id, schema))
        insert_words(db, reading.submission_id, sorted({numbers[one] for one in told}))


def covered_in(project: AnyProject, schema: FormSchema) -> frozenset[str]:
    """The paths of the questions whose answers nobody looks for, as nobody sees them on the project's pages."""
    return frozenset(one.path for one in schema.findable if is_covered(project, one.name, one.type))


def insert_words(db: Session, submission_id: int, numbers: list[int]) -> None:
    if db.get_bind().dialect.name == "sqlite":
        told = {"words": orjson.dumps(numbers).decode(), "of_submission": submission_id}
        write_later(db, INSERT_ALL_SQLITE, [told])
    else:
        told = {"words": f"{{{','.join(map(str, numbers))}}}", "of_submission": submission_id}
        write_later(db, INSERT_ALL, [told])


def forget_answers(db: Session, submission_id: int) -> None:
    db.connection().execute(FORGET, {"of_submission": submission_id})


def answered(db: Session, project_id: int, form_id: int, path: str, words: Iterable[str]) -> ColumnElement[bool]:
    """Records of the form that answered the question with one of these words: a condition on Submission."""
    key = find_key(db, project_id)
    if key is None:
        return false()
    numbering = Numbering(key, form_id)
    numbers = sorted({numbering[path, word] for word in words})
    return Submission.id.in_(select(AnswerWord.submission_id).where(AnswerWord.word.in_(numbers)))


class Numbering(dict[tuple[str, str], int]):
    """The numbers of a form's words, by path and word: records that come together have most of them in common.

    Its key is taken in once, which is a good part of a short word's time.
    """

    def __init__(self, key: bytes, form_id: int, schema: FormSchema | None = None) -> None:
        """With a `schema` the numbers of its choices are those that are remembered from one transaction to the next."""
        super().__init__()
        self.schema, self.of_choices = schema, choice_numbers(key, form_id)
        self.begun = hmac.new(key, f"{form_id}\n".encode(), hashlib.sha256)

    def __missing__(self, said: tuple[str, str]) -> int:
        number = self.of_choices.get(said)
        if number is None:
            number = self.make(*said)
            if self.is_choice(*said) and len(self.of_choices) < MOST_CHOICES:
                self.of_choices[said] = number
        self[said] = number
        return number

    def make(self, path: str, word: str) -> int:
        each = self.begun.copy()
        each.update(f"{path}\n{word}".encode())
        return int.from_bytes(each.digest()[:8]) & BITS

    def is_choice(self, path: str, word: str) -> bool:
        """Whether the form itself says this word: what only somebody's answer says is not kept in memory."""
        asked = self.schema.by_path.get(path) if self.schema else None
        return asked is not None and asked.choice_names is not None and word in asked.choice_names


@lru_cache(maxsize=FORMS_REMEMBERED)
def choice_numbers(_key: bytes, _form_id: int) -> dict[tuple[str, str], int]:
    """Of a form's choices that were chosen since this process began; three fifths of a record's words are such."""
    return {}


def number_of(key: bytes, form_id: int, path: str, word: str) -> int:
    return Numbering(key, form_id)[path, word]


def key_of(db: Session, project_id: int, submission_id: int) -> bytes:
    """The project's key, made when a record first needs it; those before that record wait for `index_older`."""
    return ask_once(
        db, key_question(project_id), lambda: find_key(db, project_id) or make_key(db, project_id, submission_id)
    )


def key_question(project_id: int) -> tuple[str, int]:
    """By which the key is kept while a transaction lasts (server.db.ask_once)."""
    return "answer key", project_id


def find_key(db: Session, project_id: int) -> bytes | None:
    found: bytes | None = db.connection().execute(KEY, {"project": project_id}).scalar()
    return found


def make_key(db: Session, project_id: int, below: int) -> bytes:
    """Of two that make it at once the first one's counts."""
    with suppress(IntegrityError), db.begin_nested():
        db.add(AnswerKey(project_id=project_id, key=secrets.token_bytes(KEY_BYTES), left_below=below))
    made: bytes = db.connection().execute(KEY, {"project": project_id}).scalar_one()
    return made


def list_older(db: Session) -> list[int]:
    """The projects some of whose records came before there were words; one without a key waits for its next record."""
    return list(db.scalars(select(AnswerKey.project_id).where(AnswerKey.left_below > 0).order_by(AnswerKey.project_id)))


def take_older(db: Session, project_id: int, number: int) -> list[int]:
    """The newest so many of the records that have no words yet; the next call gives those before them."""
    row = db.get_one(AnswerKey, project_id, with_for_update=True)
    before = (Submission.project_id == project_id) & (Submission.id < row.left_below)
    here = before & ~Submission.draft & ~Submission.sealed
    found = list(db.scalars(select(Submission.id).where(here).order_by(Submission.id.desc()).limit(number)))
    row.left_below = found[-1] if found else 0
    db.flush()
    return found
