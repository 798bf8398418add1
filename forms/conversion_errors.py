"""What is wrong with a workbook that cannot become a form, and where: in pyxform's words, or in ours about its cells."""

import re
from collections.abc import Mapping, Sequence
from typing import Final

from forms.errors import XLSFormInvalid
from forms.slips import Slip

_ROW: Final = re.compile(r"\[row\s*:\s*(\d+)\]|\brow(?: number)?\s+'?(\d+)'?", re.IGNORECASE)
_SHEETS: Final = "(survey|choices|settings|entities|external_choices|osm)"
_NAMED_SHEET: Final = re.compile(rf"[Oo]n the ['\"]?{_SHEETS}['\"]? sheet")
_SHEET: Final = re.compile(rf"\b{_SHEETS}['\"]? (?:work)?sheet|sheet(?: name)?[:,]? ['\"]{_SHEETS}\b")
# Sentences of pyxform that name a question but not its row.
_QUESTION: Final = re.compile(r"Unknown question type '(?P<type>.+)'|[Ss]urvey element named '(?P<name>[^']+)'")


def invalid_form(error: str, warnings: list[str], question_row: int | None = None) -> XLSFormInvalid:
    """pyxform's sentence as an error, with the sheet and the row that it names, or the row of the question it names."""
    found = _ROW.search(error)
    row = int(found[1] or found[2]) if found else question_row
    if named := _NAMED_SHEET.search(error):
        return XLSFormInvalid(error, warnings, named[1], row)
    if row is not None:
        return XLSFormInvalid(error, warnings, "survey", row)
    sheet = _SHEET.search(error)
    return XLSFormInvalid(error, warnings, sheet[1] or sheet[2] if sheet else None, None)


def invalid_cells(slips: Sequence[Slip], warnings: list[str]) -> XLSFormInvalid:
    """Cells that no phone could read, as an error about the first; details["slips"] has them all."""
    first = slips[0]
    wrong = XLSFormInvalid(f"{first.column}: {first.said.en}", warnings, first.sheet, first.row)
    wrong.details["slips"] = [
        {"sheet": one.sheet, "row": one.row, "column": one.column, "errorZh": one.said.zh, "errorEn": one.said.en}
        for one in slips
    ]
    return wrong


def find_question_row(error: str, survey: Sequence[Mapping[str, str]]) -> int | None:
    """The row, as Excel counts it, of the first question with the type or name in a sentence; None where it has neither."""
    if not (found := _QUESTION.search(error)):
        return None
    column, value = ("type", found["type"]) if found["type"] else ("name", found["name"])
    rows = [number for number, row in enumerate(survey, start=2) if row.get(column) == value]
    return rows[0] if rows else None
