"""XLSForm in, XForm out: the only user of pyxform.

pyxform reads whatever a workbook holds and can be made to take a minute and a gigabyte, so that it runs in a process
of its own, with limits of memory, processor and wall-clock time. The process is this module again (`run_worker`).
"""

import base64
import contextlib
import dataclasses
import io
import json
import os
import re
import resource
import subprocess
import sys
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import Any, Literal

from forms.conversion_errors import find_question_row, invalid_cells, invalid_form
from forms.errors import XLSFormInvalid
from forms.excel_words import Line
from forms.lint_places import Cell
from forms.slips import Slip, find_slips
from forms.validate import read_warnings_of_validate, validate_available
from forms.workbook import check_workbook, refuse_hostile_parts

__all__ = [
    "Converted",
    "convert_text",
    "convert_texts",
    "convert_xlsform",
    "read_warnings_of_validate",
    "validate_available",
]

WALL_SECONDS = 30
OWN_WALL_SECONDS = 300  # our own tables are not hostile: on a machine that is busy they may take their time
CPU_SECONDS = 25
MEMORY_BYTES = 1 << 30
RESULT_BYTES = 50_000_000
MOST_SLIPS = 20  # that are told at once
MOST_CELLS = 50_000  # whose place is known; a form that people fill in has a few thousand

_MIDNIGHT = re.compile(r"^(\d{4}-\d\d-\d\d) 00:00:00$")
# The child of every upload, begun without what a start would wait for: numpy, which openpyxl can do without, and the search
# for rubbish among what is being imported.
_START = (
    "import gc, sys; gc.disable(); sys.modules['numpy'] = None; sys.path.insert(0, sys.argv[1]);"
    "from forms.xlsform import run_worker; import pyxform.xls2xform; gc.freeze(); gc.enable(); run_worker()"
)


@dataclasses.dataclass(frozen=True)
class Converted:
    """A converted form: the XForm, pyxform's warnings, and `itemsets.csv` where the form has external choices.

    `cells` are the texts of the workbook, row by row, to find one again.
    """

    xml: bytes
    warnings: list[str]
    itemsets: bytes | None = None
    cells: tuple[Cell, ...] = ()


def convert_xlsform(data: bytes, kind: Literal["xlsx", "xls"], fallback_form_id: str | None = None) -> Converted:
    """Convert a workbook. `kind` is what the sender called it; the bytes decide.

    Raises XLSFormInvalid with pyxform's words, and with sheet and row (as Excel counts them) where it says so; also
    for what is no workbook, is protected, or goes over the limits (10 MB, 50 MB unpacked, 1,000 parts, 30 seconds).
    """
    (converted,) = _convert_apart([data], "." + check_workbook(data), fallback_form_id, WALL_SECONDS)
    return converted


def convert_text(markdown: str) -> Converted:
    """Convert a form written as pyxform's Markdown tables. Raises XLSFormInvalid as `convert_xlsform` does."""
    (converted,) = convert_texts([markdown])
    return converted


def convert_texts(markdowns: Sequence[str]) -> list[Converted]:
    """Convert several such forms in one process: to begin it takes longer than to convert. Raises as `convert_text` does."""
    return _convert_apart([one.encode() for one in markdowns], ".md", None, OWN_WALL_SECONDS)


def _convert_apart(
    forms: Sequence[bytes], file_type: str, fallback_form_id: str | None, seconds: int = WALL_SECONDS
) -> list[Converted]:
    data = [base64.b64encode(one).decode() for one in forms]
    task = json.dumps({"data": data, "file_type": file_type, "fallback_form_id": fallback_form_id})
    command = [sys.executable, "-I", "-c", _START, str(Path(__file__).parent.parent)]
    try:
        done = subprocess.run(command, input=task.encode(), capture_output=True, timeout=seconds, check=False)
    except subprocess.TimeoutExpired:
        raise XLSFormInvalid(f"Converting the form took longer than {seconds} seconds.") from None
    try:
        results = json.loads(done.stdout)
    except ValueError:
        raise XLSFormInvalid("Converting the form took more memory or time than it may.") from None
    return [_read_result(one) for one in results]


def _read_result(result: dict[str, Any]) -> Converted:
    if slips := result.get("slips"):
        raise invalid_cells(
            [Slip(sheet, row, column, Line(*said)) for sheet, row, column, said in slips], result["warnings"]
        )
    if error := result.get("error"):
        raise invalid_form(error, result["warnings"], result.get("row"))
    itemsets = result["itemsets"]
    cells = tuple(Cell(*one) for one in result.get("cells", ()))
    return Converted(result["xml"].encode(), result["warnings"], itemsets.encode() if itemsets else None, cells)


def run_worker() -> None:
    """The child process: a task as JSON on standard input, a result a form as JSON on standard output. Never raises."""
    _limit_this_process()
    answer = os.dup(sys.stdout.fileno())
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # whatever libraries print is not part of the answer
    task = json.loads(sys.stdin.buffer.read())
    results = []
    for data in task["data"]:
        warnings: list[str] = []
        result = _convert_or_say_why(base64.b64decode(data), task["file_type"], task["fallback_form_id"], warnings)
        results.append({**result, "warnings": warnings})
    with os.fdopen(answer, "wb") as out:
        out.write(json.dumps(results).encode())


def _limit_this_process() -> None:
    for what, most in (
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_FSIZE, RESULT_BYTES),
        (resource.RLIMIT_CORE, 0),
    ):
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(what, (most, most))


def _convert_or_say_why(data: bytes, file_type: str, form_id: str | None, warnings: list[str]) -> dict[str, Any]:
    sheets: dict[str, Any] = {}
    try:
        sheets.update(_read_sheets(data, file_type))
        if file_type not in (".xlsx", ".xls"):  # rows of text formats are not counted as Excel counts them
            return _convert_sheets(sheets, form_id, warnings)
        if slips := find_slips(sheets):
            return {"slips": slips[:MOST_SLIPS]}
        return {**_convert_sheets(sheets, form_id, warnings), "cells": _cells_of(sheets)}
    except MemoryError:
        return {"error": "Converting the form took more memory than it may."}
    except RecursionError:
        return {"error": "The form is nested too deeply to be converted."}
    except Exception as wrong:
        words = _words_of(wrong)
        row = find_question_row(words, sheets.get("survey") or []) if file_type in (".xlsx", ".xls") else None
        return {"error": words, "row": row}


def _read_sheets(data: bytes, file_type: str) -> dict[str, Any]:
    from pyxform.xls2json_backends import SupportedFileTypes

    if file_type == ".xlsx":
        refuse_hostile_parts(data)
    read = SupportedFileTypes.get_processors()[SupportedFileTypes(file_type)]
    return {name: _without_midnights(rows) for name, rows in dict(read(io.BytesIO(data))).items()}


def _without_midnights(rows: Any) -> Any:
    """A day that a spreadsheet program made of what was typed, as a day again: nobody types the midnight in it."""
    if not all(isinstance(row, dict) for row in rows):
        return rows
    return [{name: _MIDNIGHT.sub(r"\1", text) if text else text for name, text in row.items()} for row in rows]


def _cells_of(sheets: dict[str, Any]) -> list[Cell]:
    """The texts of a workbook's sheets; the first row of each names its columns."""
    rows = (
        (sheet, number, row)
        for sheet in ("settings", "survey", "choices", "entities", "external_choices")
        for number, row in enumerate(sheets.get(sheet) or [], start=2)
    )
    found = (Cell(sheet, number, str(text).strip()) for sheet, number, row in rows for text in dict(row).values())
    return list(islice((one for one in found if one.text), MOST_CELLS))


def _convert_sheets(sheets: dict[str, Any], form_id: str | None, warnings: list[str]) -> dict[str, Any]:
    from pyxform.xls2xform import convert

    result = convert({**sheets, "fallback_form_name": form_id}, warnings=warnings)
    return {"xml": result.xform, "itemsets": result.itemsets}


def _words_of(wrong: Exception) -> str:
    if isinstance(wrong, XLSFormInvalid):
        return wrong.message
    if type(wrong).__module__.startswith("pyxform"):
        return str(wrong).strip()
    return f"The form could not be converted ({type(wrong).__name__}: {wrong})."
