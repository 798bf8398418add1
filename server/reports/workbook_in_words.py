"""Records as a workbook for people: a sheet for the records and one for each repeat, their keys join them; flat memory."""

from collections.abc import Iterable
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from forms.schema import FormSchema
from server.reports.csv_rows import Export
from server.reports.in_words import Cell, Wording, heads_of, lines_of, questions_of, title_of
from server.reports.table import FormTable, tables_of
from server.reports.xlsx import LONGEST_CELL, MOST_ROWS, free_name

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.worksheet import Worksheet

NARROWEST, WIDEST = 9, 42  # characters of a column
KEY_WIDTH: Final = 18


def write_in_words(export: Export, schema: FormSchema, words: Wording, title: str, split: bool, target: Path) -> None:
    """The whole workbook, row by row, with what it needs meanwhile in the same folder. A table longer than a sheet goes on
    in further sheets."""
    from xlsxwriter import Workbook  # here: few ask for one, and every process of a server would keep it in memory

    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with Workbook(target, options | {"tmpdir": str(target.parent)}) as book:
        formats = {
            "head": book.add_format({"bold": True, "text_wrap": True, "valign": "top"}),
            "day": book.add_format({"num_format": "yyyy-mm-dd"}),
            "instant": book.add_format({"num_format": "yyyy-mm-dd hh:mm"}),
        }
        taken: set[str] = set()
        for table in tables_of(schema).values():
            write_table(book, export, table, title_of(table, schema, words, title), words, split, taken, formats)


def write_table(
    book: "Workbook",
    export: Export,
    table: FormTable,
    title: str,
    words: Wording,
    split: bool,
    taken: set[str],
    formats: dict[str, Any],
) -> None:
    questions = questions_of(table, split)
    heads = heads_of(table, questions, words)
    sheet, line = start_sheet(book, title, heads, taken, formats), 0
    for _record, cells in lines_of(export, table, questions, words):
        if line == MOST_ROWS:
            end_sheet(sheet, line, heads)
            sheet, line = start_sheet(book, title, heads, taken, formats), 0
        line += 1
        write_cells(sheet, line, cells, formats)
    end_sheet(sheet, line, heads)


def start_sheet(
    book: "Workbook", title: str, heads: list[str], taken: set[str], formats: dict[str, Any]
) -> "Worksheet":
    sheet = book.add_worksheet(free_name(title, taken))
    sheet.freeze_panes(1, 1)
    for place, head in enumerate(heads):
        sheet.set_column(place, place, KEY_WIDTH if place == 0 else width_of(head))
        sheet.write_string(0, place, head[:LONGEST_CELL], formats["head"])
    return sheet


def end_sheet(sheet: "Worksheet", line: int, heads: list[str]) -> None:
    sheet.autofilter(0, 0, line, len(heads) - 1)


def width_of(head: str) -> int:
    """As wide as the head needs on two lines; a Chinese character is as wide as two others."""
    wide = sum(2 if ord(one) > 0x2E7F else 1 for one in head)
    return max(NARROWEST, min(WIDEST, wide // 2 + 4))


def write_cells(sheet: Any, line: int, cells: Iterable[Cell], formats: dict[str, Any]) -> None:
    for place, cell in enumerate(cells):
        if isinstance(cell, datetime):
            sheet.write_datetime(line, place, cell, formats["instant"])
        elif isinstance(cell, date):
            sheet.write_datetime(line, place, cell, formats["day"])
        elif isinstance(cell, str):
            sheet.write_string(line, place, cell[:LONGEST_CELL])
        elif cell is not None:
            sheet.write_number(line, place, cell)
