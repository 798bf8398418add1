"""Every form of ours as a person's spreadsheet program gives it back: opened without repair, saved, still the same form."""

import io

import openpyxl
import pytest

from forms.differences import differences
from forms.excel import GUIDE
from forms.library import library_ids, read_library_form, read_library_workbook
from forms.reading_questions import read_outline
from forms.xlsform import convert_xlsform
from tests.forms.offices import save_by_libreoffice, save_by_openpyxl

PROGRAMS = ("openpyxl", "libreoffice")


@pytest.fixture(scope="module")
def saved(tmp_path_factory) -> dict[str, dict[str, bytes]]:
    """Every form by the program that saved it."""
    ours = {form_id: read_library_workbook(form_id) for form_id in library_ids()}
    broken = {"broken": ours["feedback"][:20_000]}
    by_libreoffice = save_by_libreoffice(ours | broken, tmp_path_factory.mktemp("office"))
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
    assert saved["libreoffice"].keys() == set(library_ids())


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
