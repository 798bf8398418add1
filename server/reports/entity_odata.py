"""A page of an entity list: which entities, in which order, whether more follow. Facts: odk-contract.md 7.4 and 7.5."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import NamedTuple

from sqlalchemy.orm import Session

from server.errors import SkiptokenGone
from server.reports.entity_rows import (
    EntityAnswers,
    EntityRow,
    EntitySource,
    count_entities,
    find_position,
    iterate_answers,
    iterate_rows,
    stands_after,
)
from server.reports.odata import End
from server.reports.odata_conditions import COLUMNS, Answers, Conditions, divide
from server.reports.odata_nodes import FieldRef
from server.reports.odata_options import After, Options
from server.reports.records import Narrowed
from server.reports.values import Value


class EntityPage(NamedTuple):
    """Entities as they are read; `end` is known once the last one was taken."""

    rows: Iterator[EntityRow]
    end: End


def conditions_of(db: Session, question: Options) -> Conditions:
    return Conditions() if question.filter is None else divide(question.filter, db.get_bind().dialect.name)


def is_plain(question: Options, conditions: Conditions) -> bool:
    """Whether all conditions are SQL's; properties and labels are sealed in the database, so what asks of them is not."""
    return not conditions.rest and question.search is None


def count_rows(db: Session, source: EntitySource, question: Options) -> int:
    """How many there are without regard to pages."""
    conditions = conditions_of(db, question)
    narrowed = Narrowed(conditions.sql, with_deleted=conditions.mentions_deleted)
    if is_plain(question, conditions):
        return count_entities(db, source, narrowed)
    return sum(1 for _ in wanted_rows(db, source, question, conditions, narrowed))


def read_page(db: Session, source: EntitySource, question: Options) -> EntityPage:
    """Raises SkiptokenGone (400.34) when the entity that the page goes on from is no longer there."""
    conditions, end = conditions_of(db, question), End()
    plain, sql = is_plain(question, conditions), conditions.sql
    if question.after is not None:
        position = find_position(db, source, question.after.uuid or "")
        if position is None:
            raise SkiptokenGone()
        sql = (*sql, stands_after(position))
    skip = 0 if question.after is not None else question.skip
    limit = question.top + 1 if plain and question.top is not None else None
    narrowed = Narrowed(sql, question.order, conditions.mentions_deleted, skip if plain else 0, limit)
    rows = wanted_rows(db, source, question, conditions, narrowed)
    rows = rows if plain else islice(rows, skip, None)
    return EntityPage(rows if question.top is None else cut(rows, question.top, end), end)


def read_answers(db: Session, source: EntitySource, question: Options) -> Iterator[EntityAnswers]:
    """Of all that the conditions and words mean, what a map tells: it is asked for no stretch and no order."""
    conditions = conditions_of(db, question)
    if not is_plain(question, conditions):
        return ((row.uuid, row.label, row.data) for row in read_page(db, source, question).rows)
    return iterate_answers(db, source, Narrowed(conditions.sql, with_deleted=conditions.mentions_deleted))


def wanted_rows(
    db: Session, source: EntitySource, question: Options, conditions: Conditions, narrowed: Narrowed
) -> Iterator[EntityRow]:
    for row in iterate_rows(db, source, narrowed):
        if question.search is not None and not speaks_of(row, source.properties, question.search):
            continue
        if not conditions.rest or conditions.accept(answers_of(row)):
            yield row


def cut(rows: Iterator[EntityRow], top: int, end: End) -> Iterator[EntityRow]:
    """The first rows; tells the end whether another one follows."""
    for number, row in enumerate(rows):
        if number == top:
            end.more = top > 0
            return
        end.last = After(uuid=row.uuid)
        yield row


def answers_of(row: EntityRow) -> Answers:
    """What one entity says."""
    members: dict[str, Value] = {
        "__id": row.uuid,
        "__system/createdAt": row.created_at,
        "__system/updatedAt": row.updated_at,
        "__system/deletedAt": row.deleted_at,
        "__system/creatorId": row.creator_id,
        "__system/conflict": row.conflict,
        "label": row.label,
    }
    assert members.keys() >= COLUMNS["entity"].keys()

    def value(ref: FieldRef) -> Value:
        return row.data.get(ref.path[0]) or "" if ref.place == "property" else members[ref.path[0]]

    return value


def speaks_of(row: EntityRow, properties: Iterable[str], words: str) -> bool:
    """Whether every word is somewhere in the label, these properties or the id, capitals or not."""
    texts = [row.uuid, row.label.casefold(), *((row.data.get(one) or "").casefold() for one in properties)]
    return all(any(word in text for text in texts) for word in words.casefold().split())
