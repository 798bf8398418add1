"""A form as a workbook that people edit in Excel: what each column is shows in its colour, and a sheet explains the rest.

Converting reads the sheets survey, choices, settings and entities by their headers. What it never looks at is used for
people: the guide's sheet, the notes on the headers, and the column to the right of the last header, for remarks.
"""

import io
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from math import ceil
from typing import Any, NamedTuple

import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from forms.excel_words import COLUMNS, NO_BACKGROUND, REMARKS, SHEETS, Background, Care, Line, guide_lines
from forms.outline import CLOSES, OPENS

GUIDE = "说明 Guide"  # no name that converting takes for a slip of the pen for one of its own sheets

# Characters wide. Texts are wrapped, and a row is as high as its longest cell.
_WIDTHS = {"type": 24, "name": 22, "list_name": 18, "label": 34, "hint": 34, "relevant": 34, "constraint": 34}
_WIDTHS |= {"constraint_message": 30, "calculation": 40, "choice_filter": 34, "form_title": 26, "form_id": 26}
_OTHER_WIDTH, _REMARK_WIDTH, _GUIDE_WIDTH = 16, 40, 78
_LINE_HEIGHT, _HIGHEST = 16.5, 405  # points; Excel takes at most 409
_WHOLE_SHEET = "A1:XFD1048576"
_FROZEN = {"survey": 2, "choices": 2}  # columns that stay in view
_FILLS = {Care.FREE: "#C6E0B4", Care.THINK: "#FFE699", Care.LEAVE: "#D0CECE", Care.REMARK: "#BDD7EE"}
_NEVER = datetime(1980, 1, 1)  # noqa: DTZ001 - the same form is the same file, whenever it is written
_TEXT_ALONE = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}


class GrowingSheet(Worksheet):  # type: ignore[misc]
    """A sheet whose rows are as high as we say until somebody edits them, and then grow with their text.

    xlsxwriter marks such a height as set by hand, which Excel never changes again; without any, LibreOffice shows a line.
    """

    def _xml_start_tag_unencoded(self, tag: str, attributes: Any = None) -> None:
        kept = [one for one in attributes or [] if (tag, one[0]) != ("row", "customHeight")]
        super()._xml_start_tag_unencoded(tag, kept)


class Looks(NamedTuple):
    """The formats of one workbook."""

    heads: dict[Care, Any]
    cell: Any
    fixed: Any
    group: Any
    remark: Any
    title: Any
    line: Any


def write_workbook(sheets: Mapping[str, Sequence[Sequence[str]]], background: Background = NO_BACKGROUND) -> bytes:
    """An .xlsx with these sheets {name: rows, the first of which are the headers}, all text, and a guide before them.

    Cells are of the format Text, new ones too, so that no program makes dates or numbers of what is typed into them.
    The bytes are the same every time.
    """
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, _TEXT_ALONE) as book:
        book.set_properties({"created": _NEVER})
        looks = _make_looks(book)
        _write_guide(
            book.add_worksheet(GUIDE, GrowingSheet), guide_lines(sheets, background), background.remarks, looks
        )
        for name, rows in sheets.items():
            _write_sheet(book.add_worksheet(name, GrowingSheet), name, rows, looks)
    return out.getvalue()


def _make_looks(book: xlsxwriter.Workbook) -> Looks:
    def look(**more: object) -> Any:
        return book.add_format({"text_wrap": True, "valign": "top", "num_format": "@", **more})

    grey = {"bg_color": "#F2F2F2", "font_color": "#404040"}
    return Looks(
        heads={care: look(bold=True, bg_color=fill, border=1) for care, fill in _FILLS.items()},
        cell=look(),
        fixed=look(**grey),
        group=look(bold=True, **grey),
        remark=look(italic=True, bg_color="#F5F9FD"),
        title=look(bold=True, font_size=14, valign="bottom", text_wrap=False),
        line=look(),
    )


def care_of(sheet: str, header: str) -> Care:
    """How a column is to be treated; one that is not known is left alone."""
    column = COLUMNS.get(base_of(header))
    return Care.LEAVE if column is None or (sheet == "entities") else column.care


def base_of(header: str) -> str:
    """`label::English (en)` as `label`."""
    return header.partition("::")[0].strip()


def _write_sheet(sheet: Any, name: str, rows: Sequence[Sequence[str]], looks: Looks) -> None:
    headers = rows[0] if rows else []
    cares = [care_of(name, header) for header in headers]
    widths = [_WIDTHS.get(base_of(header), _OTHER_WIDTH) for header in headers]
    sheet.freeze_panes(1, _FROZEN.get(name, 0))
    sheet.ignore_errors({"number_stored_as_text": _WHOLE_SHEET})
    for column, (header, care) in enumerate(zip(headers, cares, strict=True)):
        sheet.set_column(column, column, widths[column], looks.cell)
        sheet.write_string(0, column, header, looks.heads[care])
        _write_note(sheet, column, COLUMNS[base_of(header)].words if base_of(header) in COLUMNS else None)
    _set_height(sheet, 0, headers, widths)
    for line, row in enumerate(rows[1:], start=1):
        page = name == "survey" and bool(row) and row[0] in OPENS | CLOSES
        for column, text in enumerate(row):
            look = looks.group if page else looks.fixed if cares[column] is Care.LEAVE else looks.cell
            if text:
                sheet.write_string(line, column, text, look)
        _set_height(sheet, line, row, widths)
    if name in SHEETS and SHEETS[name].takes_remarks:
        _make_room_for_remarks(sheet, len(headers), looks)


def _set_height(sheet: Any, line: int, texts: Iterable[str], widths: Iterable[int]) -> None:
    lines = max((lines_of(text, width) for text, width in zip(texts, widths, strict=False)), default=1)
    sheet.set_row(line, min(_HIGHEST, lines * _LINE_HEIGHT))


def lines_of(text: str, width: int) -> int:
    """How many lines a text takes in a column that is so many characters wide; Chinese signs are two wide."""
    return sum(max(1, ceil(_wide(part) / (width - 1))) for part in text.split("\n"))


def _wide(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)


def _make_room_for_remarks(sheet: Any, column: int, looks: Looks) -> None:
    """A column without a header, which nothing reads: its first cell stays empty, a note on it says what it is for."""
    sheet.set_column(column, column, _REMARK_WIDTH, looks.remark)
    sheet.write_blank(0, column, None, looks.heads[Care.REMARK])
    _write_note(sheet, column, REMARKS)


def _write_note(sheet: Any, column: int, words: Line | None) -> None:
    if words is not None:
        sheet.write_comment(0, column, "\n".join(words), {"x_scale": 2.4, "y_scale": 1.6, "author": ""})


def _write_guide(sheet: Any, lines: Iterable[Line | Care | str], remarks: Iterable[str], looks: Looks) -> None:
    """Two columns, Chinese and English; a bare text is a heading over both, a Care the colour of the line after it."""
    sheet.set_column(0, 1, _GUIDE_WIDTH)
    sheet.hide_gridlines(2)
    look, at = looks.line, 0
    for line in lines:
        if isinstance(line, Care):
            look = looks.heads[line]
            continue
        if isinstance(line, str):
            sheet.write_string(at, 0, line, looks.title)
            sheet.set_row(at, 2 * _LINE_HEIGHT)
        else:
            sheet.write_string(at, 0, line.zh, look)
            sheet.write_string(at, 1, line.en, look)
            _set_height(sheet, at, line, (_GUIDE_WIDTH, _GUIDE_WIDTH))
        look, at = looks.line, at + 1
    for remark in remarks:
        sheet.merge_range(at, 0, at, 1, remark, looks.line)
        _set_height(sheet, at, [remark], [2 * _GUIDE_WIDTH])
        at += 1
