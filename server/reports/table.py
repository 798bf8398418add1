"""A form as tables: one for the records, one for each repeat; and a stored record as rows of them.

Rows come from the JSON that was kept with the record, never from its XML. A record of an older form version answers by
path: what it does not have is an empty cell.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha1
from itertools import chain
from typing import Any

from forms.schema import Field, FormSchema, Node, sanitise

ROOT = "Submissions"
RESERVED = ("__id", "__system")  # what every row has beside its fields


@dataclass(frozen=True)
class Column:
    """A field of a table under its OData name, which is unique beside its siblings. A group or repeat holds columns."""

    name: str
    field: Field
    columns: tuple["Column", ...]
    is_repeat: bool
    is_group: bool


@dataclass(frozen=True)
class FormTable:
    """`Submissions`, or one repeat.

    `names` are the OData names of the repeat's path from the root, `path` the fields' own names below the parent's row.
    """

    names: tuple[str, ...]
    path: tuple[str, ...]
    parent: "FormTable | None"
    columns: tuple[Column, ...] = field(repr=False)

    @cached_property
    def name(self) -> str:
        return ".".join((ROOT, *self.names))

    @cached_property
    def parent_key(self) -> str:
        """The property that leads to the parent's row: `__Submissions-id`, `__Submissions-member-id`."""
        above = self.parent.names if self.parent else ()
        return "__" + "-".join((ROOT, *above, "id"))

    @property
    def repeat_name(self) -> str:
        return self.path[-1] if self.path else ""

    @cached_property
    def leaves(self) -> tuple[tuple[tuple[str, ...], Field], ...]:
        """The fields with answers, each with its path below this table's rows; those in nested repeats are not of it."""
        return tuple(leaves_of(self.columns, ()))


def leaves_of(columns: Iterable[Column], above: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Field]]:
    for column in columns:
        path = (*above, column.field.name)
        if column.is_group:
            yield from leaves_of(column.columns, path)
        elif not column.is_repeat:
            yield path, column.field


def tables_of(schema: FormSchema) -> dict[str, FormTable]:
    """All tables by name, `Submissions` first, the repeats in the form's order, a nested one after its parent."""
    root = FormTable((), (), None, columns_of(schema.tree))
    return {table.name: table for table in [root, *tables_below(root, root.columns, (), ())]}


def columns_of(node: Node) -> tuple[Column, ...]:
    taken = RESERVED if node.field.repeat or not node.field.path else ()
    names = odata_names([below.field.name for below in node.nodes], taken)
    return tuple(column_of(name, below) for name, below in zip(names, node.nodes, strict=True))


def column_of(name: str, node: Node) -> Column:
    field, inner = node.field, columns_of(node)
    return Column(
        name, field, inner, is_repeat=field.repeat, is_group=not field.repeat and (field.group or bool(inner))
    )


def odata_names(names: Iterable[str], taken: Iterable[str]) -> list[str]:
    """The names of siblings as OData has them: in its letters, and each once, beside those that are `taken`.

    Names in Chinese all become `_`; a client that meets one property twice gives up, so they are numbered.
    """
    found: dict[str, None] = dict.fromkeys(taken)
    before = len(found)
    for name in map(sanitise, names):
        number, free = 1, name
        while free in found:
            number += 1
            free = f"{name}_{number}"
        found[free] = None
    return list(found)[before:]


def odata_paths(schema: FormSchema) -> dict[str, str]:
    """Each field's path, by groups and repeats, as OData names it: `/备注/gps` is `/__/gps`."""
    return dict(paths_below(columns_of(schema.tree), ""))


def paths_below(columns: Iterable[Column], above: str) -> Iterator[tuple[str, str]]:
    for column in columns:
        path = f"{above}/{column.name}"
        yield column.field.path, path
        yield from paths_below(column.columns, path)


def tables_below(
    parent: FormTable, columns: Iterable[Column], names: tuple[str, ...], path: tuple[str, ...]
) -> Iterator[FormTable]:
    """`names` and `path` are the groups between the parent's row and these columns."""
    for column in columns:
        here, way = (*names, column.name), (*path, column.field.name)
        if column.is_repeat:
            table = FormTable((*parent.names, *here), way, parent, column.columns)
            yield table
            yield from tables_below(table, column.columns, (), ())
        else:
            yield from tables_below(parent, column.columns, here, way)


@dataclass(slots=True)
class Row:
    """One row: the answers at its place, and its readable key, `uuid:…` or `uuid:…/group/member[2]`.

    Nobody changes one; not frozen, like a Record, for there are many.
    """

    table: FormTable
    key: str
    values: dict[str, Any]
    parent: "Row | None" = None

    @property
    def id(self) -> str:
        """The record's own id, or for a repeat a stable hash of where it stands."""
        return self.key if self.parent is None else sha1(self.key.encode(), usedforsecurity=False).hexdigest()


def rows_of(instance_id: str, values: dict[str, Any], table: FormTable) -> Iterable[Row]:
    """A record's rows in one table, in document order: exactly one in `Submissions`."""
    if table.parent is None:
        return (Row(table, instance_id, values),)
    if table.parent.parent is None:
        return rows_below(Row(table.parent, instance_id, values), table)
    return chain.from_iterable(rows_below(one, table) for one in rows_of(instance_id, values, table.parent))


def rows_below(parent: Row, table: FormTable) -> Iterator[Row]:
    """The rows of a repeat directly below one row."""
    where = f"{parent.key}/{'/'.join(table.path)}"
    for number, values in enumerate(values_of_rows(parent.values, table), 1):
        yield Row(table, f"{where}[{number}]", values, parent)


def number_of_rows(values: dict[str, Any], table: FormTable) -> int:
    """How many rows a record with these answers has in a table."""
    return sum(1 for _ in all_values(values, table))


def all_values(values: dict[str, Any], table: FormTable) -> Iterator[dict[str, Any]]:
    if table.parent is None:
        yield values
        return
    for above in all_values(values, table.parent):
        yield from values_of_rows(above, table)


def values_of_rows(above: dict[str, Any], table: FormTable) -> Iterator[dict[str, Any]]:
    """The answers of a repeat's rows directly below a row with these answers."""
    found = value_below(above, table.path)
    for values in found if isinstance(found, list) else ():
        yield values if isinstance(values, dict) else {}


def value_below(values: Any, path: Iterable[str]) -> Any:
    """What stands at a path of names below a row; None where the record has no such place."""
    for name in path:
        if not isinstance(values, dict):
            return None
        values = values.get(name)
    return values
