"""Columns whose values are sealed (server/keys.py): what somebody answered, and names.

`mapped_column(SealedText("woman.label"))`: the argument names the table and the column, and a value opens nowhere else.
The database can neither compare, sort nor search such a column: what a query needs is a column of its own. Every engine
has its keys (`server.db.Database.keys`); tests/server/models/test_sealed.py finds a column that is named wrongly.
"""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import Column, ColumnElement, Dialect, LargeBinary, type_coerce
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.sql import operators
from sqlalchemy.types import TypeDecorator, TypeEngine

from server.keys import KeyRing, SecretKeyUnusable
from server.models.base import Base

ATTRIBUTE = "fangshi_keys"  # of a dialect, which belongs to one engine


def give_keys(dialect: Dialect, keys: KeyRing) -> None:
    """From now on this engine's sealed columns are sealed and opened with these keys."""
    setattr(dialect, ATTRIBUTE, keys)


def keys_of(dialect: Dialect) -> KeyRing:
    """Raises SecretKeyUnusable when the engine was given none."""
    keys: KeyRing | None = getattr(dialect, ATTRIBUTE, None)
    if keys is None:
        raise SecretKeyUnusable("the engine was given no keys")
    return keys


def is_column(other: Any) -> bool:
    """SQLAlchemy looks its own columns up in dictionaries, and asks by == whether two are one: that is no query."""
    return isinstance(other, ColumnElement)


class NoComparing(TypeDecorator.Comparator[Any]):
    """Every operator but IS [NOT] NULL is refused: two seals of one value differ, so the answer would be wrong."""

    def operate(self, op: Any, *other: Any, **options: Any) -> ColumnElement[Any]:
        if op not in (operators.is_, operators.is_not) and not (op is operators.eq and is_column(*other)):
            raise TypeError("a sealed column cannot be compared, sorted or searched by the database")
        return super().operate(op, *other, **options)

    def reverse_operate(self, op: Any, other: Any, **options: Any) -> ColumnElement[Any]:
        raise TypeError("a sealed column cannot be compared, sorted or searched by the database")


class SealedBytes(TypeDecorator[Any]):
    """Bytes that the database never sees. `about` is `table.column`."""

    impl = LargeBinary
    cache_ok = True
    comparator_factory = NoComparing

    def __init__(self, about: str) -> None:
        super().__init__()
        self.about = about

    def process_bind_param(self, value: Any, dialect: Dialect) -> bytes | None:
        return None if value is None else keys_of(dialect).seal(value, self.about.encode())

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        return self.result_processor(dialect, None)(value)

    def result_processor(self, dialect: Dialect, _coltype: object) -> Callable[[Any], Any]:
        """Not SQLAlchemy's own, whose calls around each value are a third of what it costs to open it."""
        about = self.about.encode()
        return lambda value: None if value is None else keys_of(dialect).open(value, about)


class SealedText(SealedBytes):
    """Text that the database never sees."""

    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> bytes | None:
        return super().process_bind_param(None if value is None else value.encode(), dialect)

    def result_processor(self, dialect: Dialect, _coltype: object) -> Callable[[Any], str | None]:
        about = self.about.encode()
        return lambda value: None if value is None else keys_of(dialect).open(value, about).decode()

    def coerce_compared_value(self, op: Any, value: Any) -> TypeEngine[Any]:
        return self


def bytes_of(column: Any) -> ColumnElement[bytes]:
    """What a SealedText column holds, for who reads JSON: that is read from bytes, and text would be made of them in vain."""
    return type_coerce(column, SealedBytes(column.type.about))


def sealed_columns() -> Iterator[Column[Any]]:
    """Every sealed column of every table."""
    for table in Base.metadata.sorted_tables:
        yield from (column for column in table.columns if isinstance(column.type, SealedBytes))


class SealingKey(Base):
    """Kept. A key that values are sealed under, by its id, with a known word sealed: a wrong key file is found at start."""

    __tablename__ = "sealing_key"

    key_id: Mapped[str] = mapped_column(primary_key=True)
    proof: Mapped[bytes]
    first_used_at: Mapped[datetime]
