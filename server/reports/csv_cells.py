"""One answer as the cells of a CSV row: text as sent, and nothing that a spreadsheet would take for a formula."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import Any

from forms.schema import Field

DANGEROUS = (
    "=",
    "+",
    "-",
    "@",
    "\t",
    "\r",
    "\n",
    "＝",
    "＋",
    "－",
    "＠",
)  # a Chinese Excel takes the wide ones for them
FIRST_DANGEROUS = frozenset(DANGEROUS)  # each is one character
Choices = dict[tuple[str, ...], list[str]]  # by the path of a select of several
POINT_PARTS = ("Latitude", "Longitude", "Altitude", "Accuracy")
NUMBERS = frozenset(["int", "decimal"])
_NUMBER = re.compile(r"[+-]?(?:\d{1,400}(?:\.\d{0,400})?|\.\d{1,400})(?:[eE][+-]?\d{1,4})?", re.ASCII)
LINE = re.compile(r"[-+\d.eE; ]*", re.ASCII)


def guard(text: str | None) -> str:
    """A cell that a spreadsheet takes as text, whatever a stranger wrote into it (threats.md row 9)."""
    return "'" + text if text is not None and text.startswith(DANGEROUS) else text or ""


def guard_unless(shape: re.Pattern[str], text: str) -> str:
    """A number or a line of points stays as it is; whatever only claims to be one is text."""
    return text if shape.fullmatch(text) else guard(text)


def guard_number(text: str) -> str:
    return guard_unless(_NUMBER, text)


@dataclass(frozen=True)
class CsvColumn:
    """A field's cells: one, four for a point, or one more for each `choices` of a select that is split."""

    path: tuple[str, ...]
    field: Field
    name: str
    choices: tuple[str, ...] = ()

    def heads(self) -> list[str]:
        if self.field.type == "geopoint":
            return [f"{self.name}-{part}" for part in POINT_PARTS]
        return [self.name, *(f"{self.name}/{choice}" for choice in self.choices)]

    def cells(self, value: Any, guarded: bool) -> Sequence[str]:
        """`value` is the answer's text; anything else is no answer."""
        if not isinstance(value, str) or not value:
            return self.blank
        if self.field.type == "geopoint":
            return point_cells(value, guarded)
        first = self.one_cell(value) if guarded else value
        if not self.choices:
            return (first,)
        given = set(value.split())
        return (first, *("1" if choice in given else "0" for choice in self.choices))

    @cached_property
    def blank(self) -> tuple[str, ...]:
        """The cells of no answer: most of a form is not asked of most people."""
        return ("",) * 4 if self.field.type == "geopoint" else ("", *("0" for _ in self.choices))

    def one_cell(self, text: str) -> str:
        if self.field.type in NUMBERS:
            return guard_unless(_NUMBER, text)
        if self.field.type in ("geotrace", "geoshape"):
            return guard_unless(LINE, text)
        return guard(text)


def point_cells(text: str, guarded: bool) -> list[str]:
    """Latitude, longitude, altitude and accuracy as sent; what is more than four goes into the last."""
    parts = text.split(None, 3)
    cells = [part.strip() for part in parts] + [""] * (4 - len(parts))
    return [guard_unless(_NUMBER, cell) for cell in cells] if guarded else cells


@dataclass(frozen=True, slots=True)
class Stretch:
    """Columns that stand beside each other in one group: their answers are taken and looked at together.

    `plain`: they have one cell each, so answers that are all harmless texts, or none, are the cells.
    """

    group: tuple[str, ...]
    columns: tuple[CsvColumn, ...]
    names: tuple[str, ...]
    plain: bool

    def cells(self, values: dict[str, Any], guarded: bool) -> Iterable[str | None]:
        """None is an empty cell to the writer of CSV."""
        here: Any = values
        for name in self.group:
            here = here.get(name) if type(here) is dict else None
        given = [*map(here.get, self.names)] if type(here) is dict else [None] * len(self.names)
        if self.plain:
            try:
                if FIRST_DANGEROUS.isdisjoint([one[:1] for one in given if one is not None]):
                    return given
            except TypeError:  # one is no text
                pass
        return [cell for one, value in zip(self.columns, given, strict=True) for cell in one.cells(value, guarded)]


def stretches_of(columns: Iterable[CsvColumn]) -> list[Stretch]:
    def kind_of(column: CsvColumn) -> tuple[tuple[str, ...], bool]:
        return column.path[:-1], len(column.blank) == 1

    return [
        Stretch(group, of_it, tuple(one.path[-1] for one in of_it), plain)
        for (group, plain), found in groupby(columns, kind_of)
        for of_it in [tuple(found)]
    ]


def columns_of(leaves: Iterable[tuple[tuple[str, ...], Field]], group_paths: bool, choices: Choices) -> list[CsvColumn]:
    """`group_paths`: named `group-field` rather than `field`. `choices`: what was seen of each select that is split."""
    return [
        CsvColumn(path, field, "-".join(path) if group_paths else path[-1], tuple(choices.get(path, ())))
        for path, field in leaves
    ]
