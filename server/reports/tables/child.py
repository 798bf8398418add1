"""The process in which a workbook of the town's is opened, with limits: run as a file, it imports forms.workbook and no more of
ours. A task as JSON on standard input, an answer as JSON on standard output.

Nothing in a workbook runs or leads elsewhere: macros, links, embedded things and functions beyond a few sums are refused.
"""

import base64
import contextlib
import io
import json
import os
import re
import resource
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, iterparse

MEMORY_BYTES = 1 << 30
CPU_SECONDS = 25
MOST_ROWS, MOST_COLUMNS = 500, 60
MOST_SHEETS = 20
MARK = re.compile(r"\{\{([^{}]*)\}\}")
BRACES = re.compile(r"\{\{|\}\}")
FUNCTIONS = frozenset(("SUM", "AVERAGE", "ROUND", "IF", "IFERROR", "MIN", "MAX", "COUNT", "COUNTA", "COUNTIF", "SUMIF"))
CALLED = re.compile(r"([\w.]+)\s*\(")
SAYS_FORMULA = frozenset(("formula", "formula1", "formula2", "definedName"))
PARTS_THAT_RUN = (
    "vbaproject",
    "externallinks/",
    "embeddings/",
    "activex/",
    "connections.xml",
    "querytables/",
    "macrosheets/",
)


def main() -> None:
    limits = ((resource.RLIMIT_AS, MEMORY_BYTES), (resource.RLIMIT_CPU, CPU_SECONDS), (resource.RLIMIT_CORE, 0))
    for what, most in limits:
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(what, (most, most))
    answer = os.dup(sys.stdout.fileno())
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    task = json.loads(sys.stdin.buffer.read())
    try:
        told = work(base64.b64decode(task["data"]), task.get("values"))
    except Exception as wrong:  # of whatever kind: somebody is told that it cannot be read
        told = {"wrongs": [["damaged", "", "", type(wrong).__name__]]}
    with os.fdopen(answer, "wb") as out:
        out.write(json.dumps(told).encode())


def work(data: bytes, values: dict[str, Any] | None) -> dict[str, Any]:
    """Without values what is in it; with them, by mark, the workbook filled in."""
    from openpyxl import load_workbook

    sys.path.insert(0, str(Path(__file__).parents[3]))
    from forms.workbook import refuse_hostile_parts

    refuse_hostile_parts(data)
    wrongs = [["runs", "", "", name] for name in parts_that_run(data)]
    if wrongs:
        return {"wrongs": wrongs}
    book = load_workbook(io.BytesIO(data), keep_vba=False, keep_links=False)
    if values is None:
        return {"wrongs": wrongs_in(book), "sheets": grids_of(book), "marks": marks_in(book)}
    for cell in cells_of(book):
        if isinstance(cell.value, str) and MARK.search(cell.value):
            fill(cell, values)
    target = io.BytesIO()
    book.save(target)
    return {"wrongs": [], "data": base64.b64encode(target.getvalue()).decode()}


def parts_that_run(data: bytes) -> list[str]:
    """Parts that do something, links to elsewhere, and formulas beside the cells that call what is not allowed."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return [one.filename for one in archive.infolist() if runs(one.filename.lower(), archive.read(one))]


def runs(name: str, content: bytes) -> bool:
    if any(one in name for one in PARTS_THAT_RUN):
        return True
    return name.endswith((".xml", ".rels")) and any(leads_away(one) for one in elements_of(content))


def elements_of(content: bytes) -> Iterator[Element]:
    """Each element once it is whole, read as Excel reads it: one text has many spellings in XML."""
    for _event, element in iterparse(io.BytesIO(content)):  # noqa: S314 - a DOCTYPE was refused before, and memory is limited
        yield element
        if element.tag.rpartition("}")[2] not in SAYS_FORMULA:
            element.clear()


def leads_away(element: Element) -> bool:
    """Whether it is a link to elsewhere, or a formula beside the cells that calls what is not allowed."""
    is_formula = element.tag.rpartition("}")[2] in SAYS_FORMULA
    return element.get("TargetMode") == "External" or (is_formula and is_forbidden("".join(element.itertext())))


def is_forbidden(formula: str) -> bool:
    called = {one.upper() for one in CALLED.findall(formula)}
    return bool(called - FUNCTIONS) or "|" in formula or "[" in formula


def cells_of(book: Any) -> Any:
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            yield from (cell for cell in row if cell.value is not None)


def wrongs_in(book: Any) -> list[list[str]]:
    """[kind, sheet, cell, text] of what cannot be filled in, whatever the marks say."""
    if len(book.worksheets) > MOST_SHEETS:
        return [["too_large", "", "", str(len(book.worksheets))]]
    found = []
    for sheet in book.worksheets:
        if sheet.max_row > MOST_ROWS or sheet.max_column > MOST_COLUMNS:
            found.append(["too_large", sheet.title, "", f"{sheet.max_row} x {sheet.max_column}"])
    if found:
        return found
    for cell in cells_of(book):
        text = cell.value if isinstance(cell.value, str) else getattr(cell.value, "text", "")
        if cell.data_type == "f" or not isinstance(cell.value, str):
            if cell.data_type == "f" and (BRACES.search(text) or is_forbidden(text) or not isinstance(cell.value, str)):
                found.append(["formula", cell.parent.title, cell.coordinate, text[:80]])
        elif BRACES.search(MARK.sub("", text)):
            found.append(["braces", cell.parent.title, cell.coordinate, text[:80]])
    return found


def marks_in(book: Any) -> list[list[str]]:
    """[sheet, cell, mark] in their order."""
    texts = ((cell, cell.value) for cell in cells_of(book) if isinstance(cell.value, str))
    return [[cell.parent.title, cell.coordinate, mark] for cell, text in texts for mark in MARK.findall(text)]


def grids_of(book: Any) -> list[dict[str, Any]]:
    """The texts of each sheet, to be shown. A formula is shown as it is written."""
    return [{"name": sheet.title, "rows": rows_of(sheet)} for sheet in book.worksheets[:MOST_SHEETS]]


def rows_of(sheet: Any) -> list[list[str]]:
    last_row, last_column = min(sheet.max_row, MOST_ROWS), min(sheet.max_column, MOST_COLUMNS)
    rows = sheet.iter_rows(max_row=last_row, max_col=last_column)
    return [["" if cell.value is None else str(cell.value)[:200] for cell in row] for row in rows]


def fill(cell: Any, values: dict[str, Any]) -> None:
    """A cell that is one mark alone takes its number as one; within a text it is written out. What is text stays text."""
    alone = MARK.fullmatch(cell.value.strip())
    told = values[alone[1]] if alone else None
    if told is not None and told["number"] is not None:
        cell.value = told["number"]
        if told["percent"] and cell.number_format == "General":
            cell.number_format = "0%"
        return
    text = MARK.sub(lambda one: values[one[1]]["text"], cell.value)
    cell.value = text
    cell.data_type = "s"


if __name__ == "__main__":
    main()
