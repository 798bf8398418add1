"""Statements as SQLite's driver takes them: put together once, with nothing of SQLAlchemy's for each row.

What SQLAlchemy does to each statement and each of its rows costs more than what SQLite does with them. Each value still goes
through what its column's type makes of it, and errors and events are as ever.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, Dialect, Insert, Update
from sqlalchemy.sql.compiler import SQLCompiler

KEPT: Final = 200
Process = Callable[[Any], Any]


class Prepared(NamedTuple):
    """`values` are those that a row gives, in the order of the statement's places, and what each goes through."""

    sql: str
    values: tuple[tuple[str, Process | None], ...]

    def take(self, row: Mapping[str, Any]) -> tuple[Any, ...]:
        return tuple([row[name] if process is None else process(row[name]) for name, process in self.values])


def write_prepared(connection: Connection, statement: Insert | Update, rows: Sequence[Mapping[str, Any]]) -> bool:
    """Writes these rows, all of which give the same values. False where SQLAlchemy has to, and nothing was done."""
    if connection.dialect.name != "sqlite":
        return False
    prepared = prepare(statement, frozenset(rows[0]), connection.dialect)
    if prepared is None:
        return False
    connection.exec_driver_sql(prepared.sql, [prepared.take(row) for row in rows])
    return True


@lru_cache(maxsize=KEPT)
def prepare(statement: Insert | Update, names: frozenset[str], dialect: Dialect) -> Prepared | None:
    """None for a statement in which anything is not said by its rows, such as a column's default."""
    compiled = statement.compile(dialect=dialect, column_keys=sorted(names), for_executemany=True)
    places = compiled.positiontup or []
    if compiled.insert_prefetch or compiled.update_prefetch or not names.issuperset(places):
        return None
    if compiled.literal_execute_params or compiled.post_compile_params:
        return None
    return Prepared(compiled.string, tuple((name, process_of(compiled, name)) for name in places))


def process_of(compiled: SQLCompiler, name: str) -> Process | None:
    """What a value goes through on its way to the driver."""
    return compiled.binds[name].type.dialect_impl(compiled.dialect).bind_processor(compiled.dialect)
