"""Which choices were given to selects of several, for exports in which each has a column of its own.

The head of a table names them, so all records are looked at before its first line leaves: once for all tables, and of each
record nothing but its answers is read.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from server.reports.csv_cells import Choices
from server.reports.csv_rows import Export
from server.reports.records import read_tree
from server.reports.table import FormTable, value_below, values_of_rows

MOST_TOGETHER: Final = 1000


@dataclass
class Given:
    """What was given to one select. Most answers came before in the same words, and are not taken apart again."""

    path: tuple[str, ...]
    choices: set[str] = field(default_factory=set)
    together: set[str] = field(default_factory=set)

    def add(self, answer: Any) -> None:
        if not isinstance(answer, str) or answer in self.together:
            return
        if len(self.together) == MOST_TOGETHER:
            self.together.clear()
        self.together.add(answer)
        self.choices.update(answer.split())


@dataclass
class Looked:
    """A table with selects of its own, or below it; `below` are such repeats."""

    table: FormTable
    selects: list[Given]
    below: list["Looked"]

    def look(self, values: dict[str, Any]) -> None:
        for one in self.selects:
            one.add(value_below(values, one.path))
        for repeat in self.below:
            for row in values_of_rows(values, repeat.table):
                repeat.look(row)

    def all_seen(self) -> Iterator[tuple[str, Choices]]:
        yield self.table.name, {one.path: sorted(one.choices) for one in self.selects}
        for repeat in self.below:
            yield from repeat.all_seen()


def see_choices(export: Export, tables: Iterable[FormTable]) -> dict[str, Choices]:
    """Every choice that was given, in order, by the name of the table; nothing where selects stay whole.

    `tables` are the one of the records and perhaps repeats.
    """
    if not export.options.split_selects:
        return {}
    root, *others = tables
    whole = looked_at(root, others)
    if whole.selects or whole.below:
        for _, _, _, answers in export.values(root):
            whole.look(read_tree(answers))
    return dict(whole.all_seen())


def looked_at(table: FormTable, others: list[FormTable]) -> Looked:
    selects = [Given(path) for path, one in table.leaves if one.select_multiple]
    below = [looked_at(one, others) for one in others if one.parent is table]
    return Looked(table, selects, [one for one in below if one.selects or one.below])
