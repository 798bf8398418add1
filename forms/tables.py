"""A form as text, in pyxform's Markdown tables."""

import re

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


def read_remarks(markdown: str) -> list[str]:
    """What stands before the first sheet in lines that start with `#`: a text for each paragraph, and for each `[B]` or such."""
    remarks: list[list[str]] = [[]]
    for line in markdown.splitlines():
        if line.strip().startswith("|"):
            break
        if line.startswith("#"):
            text = line.removeprefix("#").strip()
            if not text or text.startswith("["):
                remarks.append([])
            remarks[-1].append(text)
    return [text for lines in remarks if (text := " ".join(lines).strip())]
