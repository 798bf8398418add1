"""A table of words and numbers as a file: CSV and XLSX. Whatever somebody wrote into it stays text (threats.md row 9)."""

import csv
from collections.abc import Iterable, Sequence
from datetime import date
from io import BytesIO, StringIO
from typing import Final

from server.reports.csv_cells import guard
from server.reports.csv_rows import BOM
from server.reports.xlsx import Cell, write_row

Rows = Iterable[Sequence[Cell]]
CSV_TYPE: Final = "text/csv; charset=utf-8"
XLSX_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
WIDTH: Final = 16


def as_csv(heads: Sequence[str], rows: Rows) -> bytes:
    """With the mark by which Excel in China knows UTF-8."""
    target = StringIO()
    writer = csv.writer(target, lineterminator="\r\n")
    writer.writerow(heads)
    writer.writerows([cell_text(one) for one in row] for row in rows)
    return (BOM + target.getvalue()).encode()


def cell_text(cell: Cell) -> str | float | int:
    """Numbers as they are, below zero too; text guarded."""
    if isinstance(cell, str):
        return guard(cell)
    return cell.isoformat() if isinstance(cell, date) else "" if cell is None else cell


def as_xlsx(name: str, heads: Sequence[str], rows: Rows) -> bytes:
    from xlsxwriter import Workbook  # here: few ask for one, and every process of a server would keep it in memory

    target = BytesIO()
    with Workbook(target, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        sheet = book.add_worksheet(name[:31])
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, max(len(heads) - 1, 0), WIDTH)
        write_row(sheet, 0, heads, None)
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        for line, row in enumerate(rows, 1):
            write_row(sheet, line, row, day)
    return target.getvalue()
