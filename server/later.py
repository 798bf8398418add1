"""Rows that nobody reads before their transaction ends. Where its owner says so they wait, and are written together.

A statement of its own costs as much as what it writes: it is put together, sent, and waited for. On SQLite those of many
records go as one for each kind of row; on PostgreSQL, where a record is alone, all its kinds of row go as one.
"""

from collections.abc import Hashable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from functools import lru_cache
from operator import itemgetter
from typing import Any, Final

from sqlalchemy import BindParameter, Connection, Insert, Table, Update, bindparam
from sqlalchemy.orm import Session
from sqlalchemy.sql.visitors import iterate

from server.db import Asked, connection_of
from server.postgresql import by_itself
from server.prepared import write_prepared

LATER: Final = "later"
"""In a session's `info`: what waits. Its owner puts it there by `begin_waiting`, and calls `write_waiting` before the commit."""

ITS: Final = "its_"
"""What an insert that selects its values calls them, before the column's name: that alone is the insert's own."""

Row = dict[str, Any]
Writing = Insert | Update
Names = tuple[tuple[str, str], ...]
"""What the values of a row are called in a statement, by column."""
Said = dict[tuple[str, Hashable], str]
Kind = tuple[Writing, frozenset[str]]
"""A statement, and the columns that its rows give: those of one kind can go together."""


def begin_waiting(db: Session) -> None:
    db.info[LATER] = {}


@contextmanager
def written_together(db: Session) -> Iterator[None]:
    """For who makes many rows of a few kinds: they are written at its end, for which nobody else is the owner of the session."""
    begin_waiting(db)
    try:
        yield
        write_waiting(db)
    finally:
        del db.info[LATER]


def is_waiting(db: Session) -> bool:
    return db.info.get(LATER) is not None


def write_later(db: Asked, statement: Writing, rows: Sequence[Row]) -> None:
    """`statement` is one that was built once: it is known again by being the same. Carried out at once where nothing waits."""
    waiting = db.info.get(LATER) if isinstance(db, Session) else None
    if waiting is None or db.in_nested_transaction():  # what a savepoint takes back must not wait outside of it
        if rows:
            carry_out(connection_of(db), statement, rows)
        return
    for row in rows:
        waiting.setdefault((statement, frozenset(row)), []).append(row)


def amend_waiting(db: Session, table: Table, row_id: int, values: Row) -> bool:
    """Puts other values into a new row that has its id already and still waits; False where none does."""
    waiting: dict[Kind, list[Row]] = db.info.get(LATER) or {}
    for (statement, names), rows in waiting.items():
        if not statement.is_insert or statement.table is not table:
            continue
        its = "" if "id" in names else ITS
        for row in reversed(rows):  # it came last
            if row.get(its + "id") == row_id:
                row.update((its + name, value) for name, value in values.items())
                return True
    return False


def write_waiting(db: Session, last: bool = False) -> None:
    """Whoever is about to change or to read what may wait calls this first.

    `last`: nothing is written after this. Where one statement is all that the transaction would write, it is one by itself.
    """
    waiting: dict[Kind, list[Row]] = db.info.get(LATER) or {}
    if not waiting:
        return
    connection = connection_of(db)
    kinds = list(waiting.items())
    waiting.clear()
    lone = [one for one in kinds if len(one[1]) == 1] if connection.dialect.name == "postgresql" else []
    if len(lone) > 1:
        with by_itself(connection) if last and len(lone) == len(kinds) else nullcontext():
            carry_out_together(connection, lone)
        kinds = [one for one in kinds if len(one[1]) > 1]
    for (statement, _), rows in kinds:
        carry_out(connection, statement, rows)


def carry_out(connection: Connection, statement: Writing, rows: Sequence[Row]) -> None:
    if not write_prepared(connection, statement, rows):
        connection.execute(statement, rows if len(rows) > 1 else rows[0])


def carry_out_together(connection: Connection, kinds: Sequence[tuple[Kind, Sequence[Row]]]) -> None:
    """One row of each kind, as one statement. None of them may touch what another one of them writes."""
    values: Row = {}
    said: Said = {}
    called = tuple(name_values(number, kind, row, values, said) for number, (kind, (row,)) in enumerate(kinds))
    connection.execute(as_one(tuple(kind for kind, _ in kinds), called), values)


def name_values(number: int, kind: Kind, row: Row, values: Row, said: Said) -> Names:
    """Puts a row's values in under their names, and gives these: its own, or the column's and the kind's number.

    What several rows say alike of a column is said once. A statement of more than fifty values psycopg takes apart each time,
    which costs more than all else that it does with it.
    """
    own, called = own_names(kind[0]), []
    for column, value in sorted(row.items(), key=itemgetter(0)):
        name, about = column if column in own else f"{column}_{number}", (column.removeprefix(ITS), value)
        if isinstance(value, Hashable) and about[0] != "id":  # of two tables these are alike by chance
            alike = said.setdefault(about, name)
            name = name if column in own else alike
        values[name] = value
        called.append((column, name))
    return tuple(called)


@lru_cache(maxsize=100)
def as_one(kinds: tuple[Kind, ...], called: tuple[Names, ...]) -> Writing:
    """The last one with the others as its common table expressions."""
    *before, last = (with_names(kind[0], names) for kind, names in zip(kinds, called, strict=True))
    return last.add_cte(*(one.cte(f"written_{number}") for number, one in enumerate(before)))


def with_names(statement: Writing, names: Names) -> Writing:
    own, columns = own_names(statement), statement.table.c
    values = {column: bindparam(name, type_=columns[column].type) for column, name in names if column not in own}
    return statement.values(values) if values else statement


@lru_cache(maxsize=100)
def own_names(statement: Writing) -> frozenset[str]:
    """What a statement calls its values by itself: those that are asked for by it, not columns of a row."""
    return frozenset(one.key for one in iterate(statement) if isinstance(one, BindParameter))
