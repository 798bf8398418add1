"""What is wrong with which cell of a list of the town. Pure.

What is told is a short name and values; pages have the words (server/web/pages/library_words.py).
"""

import io
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Final

from forms.lint_files import lint_file
from server.publishing.list_files import MOST_ROWS, Row, write_rows
from server.publishing.list_kinds import (
    LABEL,
    LEVEL,
    LEVELS,
    PARENT,
    PHONE,
    PLACEHOLDER,
    VALUE,
    VILLAGE,
    Column,
    TownList,
)

LONGEST_NAME: Final = 40
NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")
NUMBERS: Final = re.compile(r"[0-9][0-9 ()/,、-]*")
FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
"""With these a spreadsheet takes a cell for a formula (docs/security.md, row 9)."""
CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ufffe\uffff]")


@dataclass(frozen=True)
class Wrong:
    """What is wrong with one cell; `row` counts from 0, None means the list as a whole."""

    row: int | None
    column: str
    why: str
    values: dict[str, str] = field(default_factory=dict)


def check_rows(kind: TownList, rows: Sequence[Row], villages: Collection[str]) -> list[Wrong]:
    """What is wrong, cell by cell, in the order of the rows. `villages` are the codes of the town's villages."""
    found = [wrong for number, row in enumerate(rows) for wrong in _check_row(kind, number, row, villages)]
    found += _check_names(kind, rows)
    found += _check_parents(rows) if PARENT in kind.header else []
    found += _check_order(rows) if kind.bounds else []
    return [*found, *_check_whole(kind, rows)]


def _check_row(kind: TownList, number: int, row: Row, villages: Collection[str]) -> Iterator[Wrong]:
    for column in (Column("name", required=True, longest=LONGEST_NAME), *kind.columns):
        if wrong := _why_wrong(kind, row, column, villages):
            why, values = wrong
            yield Wrong(number, column.name, why, values)


def _why_wrong(
    kind: TownList, row: Row, column: Column, villages: Collection[str]
) -> tuple[str, dict[str, str]] | None:
    text = row[column.name]
    if not text:
        return ("required", {}) if column.required else None
    if len(text) > column.longest:
        return "long", {"most": str(column.longest)}
    if CONTROL.search(text):
        return "control", {}
    if text.startswith(FORMULA):
        return "formula", {"sign": text[0]}
    return _why_not_such(kind, row, column.name, text, villages)


def _why_not_such(
    kind: TownList, row: Row, column: str, text: str, villages: Collection[str]
) -> tuple[str, dict[str, str]] | None:
    if column == "name" and not NAME.fullmatch(text):
        return "name", {}
    if column == "name" and text == PLACEHOLDER:
        return "placeholder", {}
    if column == LABEL and text == kind.rows[0][1] and kind.has_note:
        return "placeholder", {}
    if column == PHONE and not NUMBERS.fullmatch(text):
        return "phone", {}
    if column == VILLAGE and text not in villages:
        return "village", {"code": text}
    if column == LEVEL and text not in LEVELS:
        return "level", {}
    return _why_no_value(kind, row["name"], text) if column == VALUE else None


def _why_no_value(kind: TownList, name: str, text: str) -> tuple[str, dict[str, str]] | None:
    try:
        value = Decimal(text) if text.isascii() and "_" not in text else Decimal("nan")
    except InvalidOperation:
        value = Decimal("nan")
    if not value.is_finite():
        return "number", {}
    bounds = (kind.bounds or {}).get(name)
    if bounds is not None and not bounds.hold(value):
        return "bounds", {"least": str(bounds.least), "most": str(bounds.most)}
    return None


def _check_names(kind: TownList, rows: Sequence[Row]) -> Iterator[Wrong]:
    seen: set[str] = set()
    for number, row in enumerate(rows):
        name = row["name"].lower()
        if name and name in seen:
            yield Wrong(number, "name", "twice", {"name": row["name"]})
        elif not kind.grows and name and row["name"] not in kind.fixed:
            yield Wrong(number, "name", "unknown", {"name": row["name"]})
        seen.add(name)


def _check_parents(rows: Sequence[Row]) -> Iterator[Wrong]:
    """A county names its province, a place its county; a province names nothing."""
    levels = {row["name"]: row[LEVEL] for row in rows}
    above = dict(zip(LEVELS[1:], LEVELS, strict=False))
    for number, row in enumerate(rows):
        if row[LEVEL] in LEVELS and levels.get(row[PARENT] or "-") != above.get(row[LEVEL]):
            yield Wrong(number, PARENT, "parent" if row[LEVEL] in above else "no_parent")


def _check_order(rows: Sequence[Row]) -> Iterator[Wrong]:
    """What is critical begins no earlier than what is only red."""
    at = {row["name"]: (number, row[VALUE]) for number, row in enumerate(rows)}
    for milder, worse in (("bp_sys_red", "bp_sys_critical"), ("bp_dia_red", "bp_dia_critical")):
        try:
            if Decimal(at[milder][1]) >= Decimal(at[worse][1]):
                yield Wrong(at[worse][0], VALUE, "order")
        except (KeyError, InvalidOperation):
            continue


def _check_whole(kind: TownList, rows: Sequence[Row]) -> Iterator[Wrong]:
    lacking = sorted(kind.fixed - {row["name"] for row in rows})
    if lacking:
        yield Wrong(None, "name", "lacking", {"names": ", ".join(lacking)})
    if not rows:
        yield Wrong(None, "name", "no_rows")
    if len(rows) > MOST_ROWS:
        yield Wrong(None, "name", "rows", {"most": str(MOST_ROWS)})


def find_red_lines(kind: TownList, rows: Sequence[Row]) -> list[Wrong]:
    """Words that a care project never shows, by the same linter as every file beside a form."""
    content = write_rows(kind, rows)
    found = [one for one in lint_file(kind.file, io.BytesIO(content)) if one[0].severity == "forbidden"]
    return [_red(rows, term=one.term, line=place.line or 0, zh=one.reason_zh, en=one.reason_en) for one, place in found]


def _red(rows: Sequence[Row], term: str, line: int, zh: str, en: str) -> Wrong:
    """Cells hold no line breaks (`control`), so the row follows from the line."""
    number = min(max(line - 2, 0), len(rows) - 1)
    column = next((name for name, text in rows[number].items() if term.lower() in text.lower()), LABEL)
    return Wrong(number, column, "red_line", {"term": term, "zh": zh, "en": en})
