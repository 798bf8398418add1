"""Every form of ours as a person's spreadsheet program gives it back: opened without repair, saved, still the same form."""

import io
from datetime import datetime as moment

import openpyxl
import pytest

from forms.differences import differences
from forms.errors import XLSFormInvalid
from forms.excel import GUIDE
from forms.library import library_ids, read_library_form, read_library_workbook
from forms.reading_questions import read_outline
from forms.xform import read_xform
from forms.xlsform import convert_xlsform
from tests.forms.offices import save_by_libreoffice, save_by_openpyxl

PROGRAMS = ("openpyxl", "libreoffice")


# By the name of a question, what is written into its row; None for the name deletes the row.
THOUGHTFULLY: dict[str, dict[str, object]] = {
    "hamlet": {"label::中文 (zh)": "哪个社\u00a0（组）", "required": True, "constraint": "string-length(.)\u00a0<= 40"},
    "next_visit_wish": {"relevant": "${visit_result} = ‘met’"},
    "location_alt": {"name": "place_alt"},
    "decline_recheck": {"type": "text"},
    "health_topic": {"name": None},
}
CARELESSLY: dict[str, dict[str, object]] = {
    "hamlet": {"constraint": "string-length（.）＜=40"},
    "door_code": {"relevant": moment(2026, 1, 2)},  # noqa: DTZ001 - cells have no zone
    "village_code": {"required": "是"},
}


def edit(workbook: bytes, changes: dict[str, dict[str, object]]) -> bytes:
    """As people do it: cells rewritten, a row added and one taken out, a title over nothing, blanks far out, a new version."""
    book = open_book(workbook)
    survey, settings = book["survey"], book["settings"]
    columns = {one.value: one.column for one in survey[1]}
    for name, cells in changes.items():
        row = next(one[0].row for one in survey.iter_rows() if one[columns["name"] - 1].value == name)
        if None in cells.values():
            survey.delete_rows(row)
            continue
        for column, value in cells.items():
            survey.cell(row, columns[column]).number_format = "General"
            survey.cell(row, columns[column]).value = value
    survey.append(
        {columns["type"]: "text", columns["name"]: "noted", columns["label::中文 (zh)"]: "还有“别的”吗？（可空）"}
    )
    survey.cell(survey.max_row, columns["label::English (en)"]).value = "Anything else?"
    survey.cell(survey.max_row + 90, len(columns) + 9).value = " "
    survey.merge_cells(start_row=300, end_row=300, start_column=1, end_column=6)
    version = next(one for one in settings[1] if one.value == "version").column
    settings.cell(2, version).number_format = "yyyy-mm-dd"
    settings.cell(2, version).value = moment(2026, 11, 27)  # noqa: DTZ001 - cells have no zone
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.fixture(scope="module")
def saved(tmp_path_factory) -> dict[str, dict[str, bytes]]:
    """Every form by the program that saved it."""
    ours = {form_id: read_library_workbook(form_id) for form_id in library_ids()}
    others = {"broken": ours["feedback"][:20_000], "edited": edit(ours["household_visit"], THOUGHTFULLY)}
    others["careless"] = edit(ours["household_visit"], CARELESSLY)
    by_libreoffice = save_by_libreoffice(ours | others, tmp_path_factory.mktemp("office"))
    return {"openpyxl": save_by_openpyxl(ours), "libreoffice": by_libreoffice}


def open_book(data: bytes):
    return openpyxl.load_workbook(io.BytesIO(data))


def texts_of(book) -> dict[str, dict[str, str]]:
    return {
        sheet.title: {one.coordinate: one.value for row in sheet.rows for one in row if one.value} for sheet in book
    }


def notes_of(book) -> dict[tuple[str, str], str]:
    return {(sheet.title, one.coordinate): one.comment.text for sheet in book for one in sheet[1] if one.comment}


def widths_of(book) -> dict[tuple[str, str], float]:
    found = ((sheet.title, name, one.width) for sheet in book for name, one in sheet.column_dimensions.items())
    return {(title, name): round(width, 1) for title, name, width in found}


def test_libreoffice_opens_every_form_and_refuses_one_that_needs_repair(saved):
    assert saved["libreoffice"].keys() == {*library_ids(), "edited", "careless"}


# Converting takes seconds: of openpyxl, which writes each cell as it read it, two forms will do.
CONVERTED = [("libreoffice", form_id) for form_id in library_ids()]
CONVERTED += [("openpyxl", form_id) for form_id in ("household_visit", "antenatal_check")]


@pytest.mark.parametrize(("program", "form_id"), CONVERTED)
def test_what_a_program_saves_is_the_same_form_without_a_difference(saved, program, form_id):
    converted = convert_xlsform(saved[program][form_id], "xlsx")

    assert (converted.xml, converted.warnings) == (read_library_form(form_id), [])
    assert differences(read_outline(read_library_form(form_id)), read_outline(converted.xml)) == ()


@pytest.mark.parametrize("program", PROGRAMS)
@pytest.mark.parametrize("form_id", library_ids())
def test_texts_notes_widths_and_the_guide_are_still_there(saved, program, form_id):
    ours, again = open_book(read_library_workbook(form_id)), open_book(saved[program][form_id])

    assert again.sheetnames == ours.sheetnames and again.sheetnames[0] == GUIDE
    assert texts_of(again) == texts_of(ours)
    assert notes_of(again) == notes_of(ours) and len(notes_of(ours)) > 15
    assert widths_of(again) == widths_of(ours)


def test_an_edited_form_comes_back_from_libreoffice_with_every_difference_told(saved):
    converted = convert_xlsform(saved["libreoffice"]["edited"], "xlsx")
    found = differences(read_outline(read_library_form("household_visit")), read_outline(converted.xml))

    assert {(one.kind, one.name, one.what, one.new) for one in found} == {
        ("question_removed", "health_topic", "", None),
        ("question_renamed", "place_alt", "", "place_alt"),
        ("question_added", "noted", "", "text"),
        ("type_changed", "decline_recheck", "", "text"),
        ("words_changed", "hamlet", "label", "哪个社 （组）"),
        (
            "rule_changed",
            "hamlet",
            "required",
            "1",
        ),  # what LibreOffice makes of TRUE in such a cell, and phones take for it
        ("rule_changed", "hamlet", "constraint", "string-length(.) <= 40"),
        ("rule_changed", "next_visit_wish", "relevant", "${visit_result} = 'met'"),
    }
    assert (converted.warnings, read_xform(converted.xml).version) == ([], "2026-11-27")


def test_a_careless_edit_is_told_cell_by_cell_after_libreoffice_too(saved):
    with pytest.raises(XLSFormInvalid) as refused:
        convert_xlsform(saved["libreoffice"]["careless"], "xlsx")

    told = [(one["row"], one["column"]) for one in refused.value.details["slips"]]
    assert told == [(19, "required"), (20, "constraint"), (21, "relevant")]
    assert [one["errorZh"][:12] for one in refused.value.details["slips"]] == [
        "这一栏写 yes（必填）或"[:12],
        "式子里的 （ ） ＜ 是中"[:12],
        "办公软件把这一格变成了日期"[:12],
    ]


def test_an_old_workbook_that_libreoffice_wrote_is_the_same_form(tmp_path):
    old = save_by_libreoffice({"feedback": read_library_workbook("feedback")}, tmp_path, "xls")["feedback"]

    assert convert_xlsform(old, "xls").xml == read_library_form("feedback")
