"""A page of a table: which rows, in which order, whether more follow. How a row is written is the wire's business."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import dropwhile, groupby, islice
from typing import NamedTuple

from sqlalchemy.orm import Session

from server.errors import SkiptokenGone
from server.reports.odata_conditions import Conditions, answers_of, divide
from server.reports.odata_options import After, Question
from server.reports.outlines import EACH, Outline, Outlines, draw_outline
from server.reports.queries import (
    count_records,
    find_position,
    get_position,
    iterate_records,
    iterate_values,
    read_state,
    stands_after,
)
from server.reports.records import Narrowed, Position, Record, Source, read_tree
from server.reports.table import Row, number_of_rows, rows_of


class OnePage(NamedTuple):
    """Rows with their records as they are read; `after` is known once the last row was taken, None when none follows."""

    rows: Iterator[tuple[Record, Row]]
    end: "End"


@dataclass
class End:
    """What is known of a page when its last row has been read."""

    more: bool = False
    last: After | None = None


@dataclass(frozen=True)
class Pinned:
    """An address within one record: these tables' rows must have these ids (`Submissions('…')/member('…')/toy`)."""

    ids: tuple[tuple[str, str], ...] = field(default=())

    def holds(self, row: Row) -> bool:
        if not self.ids:
            return True
        wanted = dict(self.ids)
        above: Row | None = row
        while above is not None:
            if wanted.get(above.table.name, above.id) != above.id:
                return False
            above = above.parent
        return True


def conditions_of(db: Session, question: Question) -> Conditions:
    if question.filter is None:
        return Conditions()
    return divide(question.filter, db.get_bind().dialect.name)


def is_plain(question: Question, conditions: Conditions) -> bool:
    """Whether a row is a record and all conditions are SQL's: then SQL also counts and turns pages."""
    return question.table.parent is None and not conditions.rest and question.search is None


def count_rows(db: Session, source: Source, question: Question, known: Outlines, pinned: Pinned = Pinned()) -> int:
    """How many rows there are without regard to pages."""
    question = replace(question, after=None)
    conditions = conditions_of(db, question)
    if is_plain(question, conditions):
        return count_records(db, source, Narrowed(conditions.sql, with_deleted=conditions.mentions_deleted))
    if source.instance_id is not None:
        return sum(1 for _ in all_rows(db, source, question, conditions, pinned, Narrowed(counted=False)))
    return outline_of(db, source, question, conditions, known).total


def outline_of(db: Session, source: Source, question: Question, conditions: Conditions, known: Outlines) -> Outline:
    """Of all rows that fit, the newest records first whatever order is asked for."""
    narrowed = Narrowed(conditions.sql, with_deleted=conditions.mentions_deleted, counted=False)
    asked = question.table.name, question.filter, question.search
    question = replace(question, order=(), after=None)
    return known.get(
        (asked, read_state(db, source, narrowed)),
        lambda: draw_outline(counts_of_records(db, source, question, conditions, narrowed)),
    )


def counts_of_records(
    db: Session, source: Source, question: Question, conditions: Conditions, narrowed: Narrowed
) -> Iterator[tuple[int, int]]:
    """Of each record its id and how many rows of it fit; one without any may be missing."""
    if not conditions.rest and question.search is None:
        for submission_id, _, _, answers in iterate_values(db, source, narrowed):
            yield submission_id, number_of_rows(read_tree(answers), question.table)
        return
    rows = all_rows(db, source, question, conditions, Pinned(), Narrowed(counted=False))
    for submission_id, of_it in groupby(rows, lambda pair: pair[0].id):
        yield submission_id, sum(1 for _ in of_it)


def read_page(db: Session, source: Source, question: Question, known: Outlines, pinned: Pinned = Pinned()) -> OnePage:
    """Raises SkiptokenGone (400.34) when the row that the page goes on from is no longer there."""
    conditions, end = conditions_of(db, question), End()
    plain = is_plain(question, conditions)
    narrowed = Narrowed(
        order=question.order,
        offset=question.skip if plain else 0,
        limit=question.top + 1 if plain and question.top is not None else None,
        counted=question.table.parent is None,
        is_page=not plain and question.top is not None and not question.order,  # in an order, all are sorted twice
    )
    skip = 0 if plain else question.skip
    if skip >= EACH and not question.order and question.after is None and source.instance_id is None:
        start = outline_of(db, source, question, conditions, known).before(skip)
        if start is not None:
            begin = stands_after(get_position(db, start.submission_id), including=True)
            narrowed, skip = replace(narrowed, conditions=(begin,)), skip - start.rows
    rows = all_rows(db, source, question, conditions, pinned, narrowed)
    if question.after is not None and question.table.parent is not None:
        rows = behind(rows, question.after)
    rows = islice(rows, skip, None) if skip else rows
    return OnePage(rows if question.top is None else cut(rows, question.top, end), end)


def all_rows(
    db: Session, source: Source, question: Question, conditions: Conditions, pinned: Pinned, narrowed: Narrowed
) -> Iterator[tuple[Record, Row]]:
    sql = (*conditions.sql, *narrowed.conditions)
    if question.after is not None:
        position = find_start(db, source, question)
        sql = (*sql, stands_after(position, including=question.table.parent is not None)) if position else sql
    where = replace(narrowed, conditions=sql, with_deleted=conditions.mentions_deleted)
    for record in iterate_records(db, source, where):
        if question.search is not None and not speaks_of(record, question.search):
            continue
        for row in rows_of(record.instance_id, record.values, question.table):
            if pinned.holds(row) and (not conditions.rest or conditions.accept(answers_of(record, row))):
                yield record, row


def find_start(db: Session, source: Source, question: Question) -> Position | None:
    """Where the page before ended. A repeat's token that does not name its record is looked for from the start."""
    after = question.after
    if after is None or after.instance_id is None:
        return None
    position = find_position(db, source, after.instance_id)
    if position is None:
        raise SkiptokenGone()
    return position


def behind(rows: Iterator[tuple[Record, Row]], after: After) -> Iterator[tuple[Record, Row]]:
    """The rows of a repeat behind one of them. Raises SkiptokenGone when that one is not met."""
    rest = dropwhile(lambda pair: pair[1].id != after.repeat_id, rows)
    if next(rest, None) is None:
        raise SkiptokenGone()
    yield from rest


def cut(rows: Iterator[tuple[Record, Row]], top: int, end: End) -> Iterator[tuple[Record, Row]]:
    """The first rows; tells the end whether another one follows, and where they stopped."""
    last = None
    for last in islice(rows, top):
        yield last
    if next(rows, None) is not None and last is not None:
        record, row = last
        end.more, end.last = True, After(record.instance_id, row.id if row.parent else None)


def speaks_of(record: Record, words: str) -> bool:
    """Whether every word is somewhere in the record's answers or is its id, capitals or not."""
    texts = [record.instance_id.casefold(), *texts_of(record.values)]
    return all(any(word in text for text in texts) for word in words.casefold().split())


def texts_of(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value.casefold()
    elif isinstance(value, dict):
        for inner in value.values():
            yield from texts_of(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from texts_of(inner)
