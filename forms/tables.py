"""A form as text, in pyxform's Markdown tables, and the same form as a workbook that people edit in Excel."""

import io
import re

import xlsxwriter

_CELL = re.compile(r"(?<!\\)\|")


def read_tables(markdown: str) -> dict[str, list[list[str]]]:
    """The sheets of a form, each a list of rows of cells; lines that start with `#` are comments.

    A line `| name |` begins a sheet, a line `| | cell | cell |` is a row of it, as pyxform reads them.
    """
    sheets: dict[str, list[list[str]]] = {}
    rows: list[list[str]] = []
    for line in markdown.splitlines():
        if not line.strip().startswith("|"):
            continue
        cells = [cell.strip().replace(r"\|", "|") for cell in _CELL.split(line.strip())][1:-1]
        if cells and cells[0]:
            rows = sheets.setdefault(cells[0], [])
        if any(cells[1:]):
            rows.append(cells[1:])
    return sheets


def write_workbook(sheets: dict[str, list[list[str]]]) -> bytes:
    """An .xlsx with these sheets: every cell is text, the first row is bold and stays in view."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        bold, wrapped = book.add_format({"bold": True}), book.add_format({"text_wrap": True, "valign": "top"})
        for name, rows in sheets.items():
            sheet = book.add_worksheet(name)
            sheet.freeze_panes(1, 0)
            sheet.set_column(0, max(map(len, rows), default=1) - 1, 24)
            for at, row in enumerate(rows):
                for column, text in enumerate(row):
                    if text:
                        sheet.write_string(at, column, text, wrapped if at else bold)
    return out.getvalue()
