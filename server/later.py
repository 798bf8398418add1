"""Rows that nobody reads before their transaction ends. Where its owner says so they wait, and are written together.

A statement of its own costs as much as what it writes: it is put together, sent, and waited for. On SQLite those of many
records go as one for each kind of row; on PostgreSQL, where a record is alone, all its kinds of row go as one.
"""

from collections.abc import Sequence
from contextlib import nullcontext
from functools import lru_cache
from typing import Any, Final

from sqlalchemy import BindParameter, Connection, Insert, Table, Update, bindparam
from sqlalchemy.orm import Session
from sqlalchemy.sql.visitors import iterate

from server.db import Asked, connection_of
from server.postgresql import by_itself

LATER: Final = "later"
"""In a session's `info`: what waits. Its owner puts it there by `begin_waiting`, and calls `write_waiting` before the commit."""

ITS: Final = "its_"
"""What an insert that selects its values calls them, before the column's name: that alone is the insert's own."""

Row = dict[str, Any]
Writing = Insert | Update
Kind = tuple[Writing, frozenset[str]]
"""A statement, and the columns that its rows give: those of one kind can go together."""


def begin_waiting(db: Session) -> None:
    db.info[LATER] = {}


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
    connection.execute(statement, rows if len(rows) > 1 else rows[0])


def carry_out_together(connection: Connection, kinds: Sequence[tuple[Kind, Sequence[Row]]]) -> None:
    """One row of each kind, as one statement. None of them may touch what another one of them writes."""
    values = {
        name if name in own_names(statement) else f"{name}_{number}": value
        for number, ((statement, _), (row,)) in enumerate(kinds)
        for name, value in row.items()
    }
    connection.execute(as_one(tuple(kind for kind, _ in kinds)), values)


@lru_cache(maxsize=100)
def as_one(kinds: tuple[Kind, ...]) -> Writing:
    """The last one with the others as its common table expressions, each column's value by its name and the kind's number."""
    *before, last = (with_numbers(kind, number) for number, kind in enumerate(kinds))
    return last.add_cte(*(one.cte(f"written_{number}") for number, one in enumerate(before)))


def with_numbers(kind: Kind, number: int) -> Writing:
    statement, names = kind
    columns = sorted(names - own_names(statement))
    values = {name: bindparam(f"{name}_{number}", type_=statement.table.c[name].type) for name in columns}
    return statement.values(values) if values else statement


@lru_cache(maxsize=100)
def own_names(statement: Writing) -> frozenset[str]:
    """What a statement calls its values by itself: those that are asked for by it, not columns of a row."""
    return frozenset(one.key for one in iterate(statement) if isinstance(one, BindParameter))
