"""An export as a workbook for people: a sheet for each table, numbers as numbers, dates as dates (odk-contract.md section 8)."""

import re
from collections.abc import Collection, Iterable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from forms.schema import Field
from server.reports.choices_seen import see_choices
from server.reports.csv_cells import NUMBERS, Choices, CsvColumn, columns_of
from server.reports.csv_rows import Export, cells_around, heads_around
from server.reports.table import FormTable, Row, value_below
from server.reports.values import read_date, read_decimal

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.worksheet import Worksheet

MOST_ROWS = 1_048_575  # what a sheet holds below its head
LONGEST_CELL = 32_767
LONGEST_NAME = 31
EXACT = 10**15  # larger whole numbers lose digits in a spreadsheet, so they stay text
_UNSAFE = re.compile(r"[\[\]:*?/\\']")

Cell = str | float | int | date | None


def write_workbook(export: Export, tables: Collection[FormTable], target: Path) -> None:
    """Writes the whole workbook to a file, row by row, with what it needs meanwhile in the same folder.

    A table longer than a sheet goes on in further sheets.
    """
    from xlsxwriter import Workbook  # here: few ask for one, and every process of a server would keep it in memory

    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with Workbook(target, options | {"tmpdir": str(target.parent)}) as book:
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        taken: set[str] = set()
        seen = see_choices(export, tables)
        for table in tables:
            write_sheets(book, export, table, seen.get(table.name, {}), taken, day)


def write_sheets(
    book: "Workbook", export: Export, table: FormTable, choices: Choices, taken: set[str], day: Any
) -> None:
    columns = columns_of(table.leaves, export.options.group_paths, choices)
    before, after = heads_around(table)
    heads = [*before, *(head for column in columns for head in column.heads()), *after]
    sheet, line = None, MOST_ROWS
    for record, row in export.rows(table):
        if line == MOST_ROWS:
            sheet, line = start_sheet(book, table, heads, taken), 0
        line += 1
        first, last = cells_around(record, row, export.options.guarded)
        cells = [*first, *answers_of(row, columns, export.options.guarded), *last]
        write_row(sheet, line, cells, day)
    if sheet is None:
        start_sheet(book, table, heads, taken)


def start_sheet(book: "Workbook", table: FormTable, heads: list[str], taken: set[str]) -> "Worksheet":
    sheet = book.add_worksheet(free_name(table.repeat_name or table.name, taken))
    sheet.freeze_panes(1, 0)
    write_row(sheet, 0, heads, None)
    return sheet


def free_name(name: str, taken: set[str]) -> str:
    """A sheet's name: at most 31 characters, none of `[]:*?/\\'`, no two alike in any capitals."""
    clean, number = _UNSAFE.sub("_", name)[:LONGEST_NAME], 1
    free = clean
    while free.casefold() in taken:
        number += 1
        free = f"{clean[: LONGEST_NAME - 4]}~{number}"
    taken.add(free.casefold())
    return free


def answers_of(row: Row, columns: list[CsvColumn], guarded: bool) -> Iterable[Cell]:
    for column in columns:
        value = value_below(row.values, column.path)
        typed = typed_cell(value, column.field)
        yield from column.cells(value, guarded) if typed is None else (typed,)


def typed_cell(value: Any, field: Field) -> Cell:
    """The answer as a number or a date where it is one that a spreadsheet keeps exactly."""
    if not isinstance(value, str):
        return None
    if field.type in NUMBERS:
        number = read_decimal(value.strip())
        return number if number is not None and abs(number) < EXACT else None
    if field.type == "date":
        day = read_date(value.strip())
        return day if day is not None and day.year >= 1900 else None
    return None


def write_row(sheet: Any, line: int, cells: Iterable[Cell], day: Any) -> None:
    for place, cell in enumerate(cells):
        if isinstance(cell, date):
            sheet.write_datetime(line, place, cell, day)
        elif isinstance(cell, str):
            sheet.write_string(line, place, cell[:LONGEST_CELL])
        elif cell is not None:
            sheet.write_number(line, place, cell)
