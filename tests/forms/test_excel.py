"""The workbook of a form: what is in it, what converting never reads, and that strict readers open it without repair."""

import io
import re
import zipfile
from pathlib import PurePosixPath

import openpyxl
import pytest

from forms import excel
from forms.excel import GUIDE, care_of, write_workbook
from forms.excel_words import COLUMNS, SHEETS, Background, Care, Line, guide_lines
from forms.library import library_ids, read_library_form, read_library_workbook
from forms.workbook import check_workbook, refuse_hostile_parts
from forms.xlsform import convert_xlsform
from forms.xml import read_xml

SMALL = {
    "survey": [["type", "name", "label::中文 (zh)", "odd"], ["begin_group", "g", "组"], ["note", "n", "=1+1"]],
    "settings": [["form_id"], ["x"]],
}


def open_book(data: bytes):
    return openpyxl.load_workbook(io.BytesIO(data))


def cells_of(sheet) -> list[list[str]]:
    return [[cell.value or "" for cell in row] for row in sheet.rows]


def test_a_workbook_holds_the_same_cells_as_text_behind_a_guide():
    book = open_book(
        write_workbook(
            SMALL, Background(Line("为什么", "what for"), [Line("[B] 等", "[B] waits")], ["from the authors"])
        )
    )

    assert book.sheetnames == [GUIDE, "survey", "settings"]
    assert [row[:4] for row in cells_of(book["survey"])] == [row + [""] * (4 - len(row)) for row in SMALL["survey"]]
    assert cells_of(book["settings"]) == SMALL["settings"]
    assert book["survey"]["C3"].data_type == "s"
    guide = cells_of(book[GUIDE])
    assert guide[1] == ["为什么", "what for"] and ["[B] 等", "[B] waits"] in guide
    assert guide[-1] == ["from the authors", ""]


def test_the_same_form_is_the_same_file():
    assert write_workbook(SMALL) == write_workbook(SMALL)


def test_headers_stay_in_view_and_say_by_their_colour_what_may_be_edited():
    book = open_book(read_library_workbook("household_visit"))

    assert {name: book[name].freeze_panes for name in book.sheetnames} == {
        GUIDE: None, "survey": "C2", "choices": "C2", "entities": "A2", "settings": "A2",
    }  # fmt: skip
    fills = {cell.value: cell.fill.fgColor.rgb[2:] for cell in book["survey"][1] if cell.value}
    green, yellow, grey = (excel._FILLS[care][1:] for care in (Care.FREE, Care.THINK, Care.LEAVE))
    assert (fills["label::中文 (zh)"], fills["relevant"], fills["name"]) == (green, yellow, grey)
    assert all(cell.font.b and cell.alignment.wrap_text for cell in book["survey"][1] if cell.value)
    assert book["survey"]["C9"].alignment.wrap_text and book["survey"].column_dimensions["C"].width > 30
    assert "随访" in book["survey"]["B1"].comment.text and "go by it" in book["survey"]["B1"].comment.text


def test_every_cell_is_text_also_a_new_one_so_that_no_program_makes_a_date_of_it():
    book = open_book(read_library_workbook("household_visit"))
    for name in book.sheetnames[1:]:
        assert {cell.number_format for row in book[name].rows for cell in row if cell.value} == {"@"}
        assert book[name].column_dimensions["A"].number_format == "@"


def test_rows_are_as_high_as_their_texts_and_grow_when_these_are_edited():
    long = "字" * 100
    rows = [["type", "label", "name"], ["note", "短", "a"], ["note", long, "b"], ["note", "字" * 9_000, "c"]]
    data = write_workbook({"survey": rows})
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        heads = [one.attrib for one in read_xml(archive.read("xl/worksheets/sheet2.xml")).iter("{*}row")]

    heights = [float(one["ht"]) for one in heads[1:]]
    assert heights[0] == 16.5 and heights[1] == 16.5 * excel.lines_of(long, 34) and heights[2] <= 409
    assert not [one for one in heads if "customHeight" in one]
    assert [excel.lines_of(text, 10) for text in ("", "123456789", "1234567890", "一二三四五", "1\n2")] == [
        1,
        1,
        2,
        2,
        2,
    ]


def test_only_the_rows_around_pages_stand_out():
    survey = open_book(read_library_workbook("supplies"))["survey"]
    bold = {row[0].value for row in survey.iter_rows(min_row=2) if row[0].value and row[0].font.b}
    assert bold == {"begin_group", "end_group"}


def test_a_column_nobody_told_us_of_is_left_alone():
    assert [care_of("survey", name) for name in ("label::x", "odd", "name")] == [Care.FREE, Care.LEAVE, Care.LEAVE]
    assert care_of("entities", "label") is Care.LEAVE


def test_every_column_of_our_forms_is_explained():
    for form_id in library_ids():
        book = open_book(read_library_workbook(form_id))
        explained = {row[1].partition(":")[0] for row in cells_of(book[GUIDE])}
        for name in book.sheetnames[1:]:
            heads = {excel.base_of(cell.value) for cell in book[name][1] if cell.value}
            unknown = heads - explained
            assert name in SHEETS and unknown <= OF_ONE_FORM, (form_id, name, unknown)


# Columns whose name says it, or that one form alone has; they are grey, so left alone.
OF_ONE_FORM = {"for", "client_editable", "auto_send", "auto_delete", "create_if", "update_if", "entity_id"}


def test_the_guide_is_chinese_and_english_line_by_line():
    for line in [*(column.words for column in COLUMNS.values()), *guide_lines(SMALL)]:
        if isinstance(line, Line):
            assert (
                re.search("[一-鿿]", line.zh) and re.search("[a-z]{3}", line.en) and not re.search("[一-鿿]", line.en)
            )


@pytest.mark.parametrize("sheet", ["survey", "choices"])
def test_remarks_beside_and_between_the_rows_change_nothing(sheet):
    book = open_book(read_library_workbook("antenatal_check"))
    page = book[sheet]
    column = len([cell for cell in page[1] if cell.value]) + 1
    page.cell(4, column, "问一下李医生 / ask the clinician")
    page.insert_rows(5)
    page.cell(5, column, "下面是新的一段 / a row with a remark alone")
    out = io.BytesIO()
    book.save(out)
    converted = convert_xlsform(out.getvalue(), "xlsx")

    assert (converted.xml, converted.warnings) == (read_library_form("antenatal_check"), [])


@pytest.mark.parametrize("form_id", library_ids())
def test_a_form_comes_back_as_it_was_and_without_a_warning(form_id):
    converted = convert_xlsform(read_library_workbook(form_id), "xlsx")

    assert (converted.xml, converted.warnings) == (read_library_form(form_id), [])


@pytest.mark.parametrize("form_id", library_ids())
def test_nothing_in_a_workbook_needs_repair(form_id):
    """What makes a spreadsheet program offer one: a part that is named and missing, a text that is not there, a bad name."""
    data = read_library_workbook(form_id)
    assert check_workbook(data) == "xlsx"
    refuse_hostile_parts(data)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
        assert archive.testzip() is None and len(parts) == len(archive.namelist())
    roots = {name: read_xml(content) for name, content in parts.items()}
    types = roots["[Content_Types].xml"]
    named = {one.get("PartName", "").lstrip("/") for one in types.iter("{*}Override")}
    endings = {one.get("Extension") for one in types.iter("{*}Default")}
    assert named <= parts.keys()
    assert all(name in named or name.rpartition(".")[2] in endings for name in parts if name != "[Content_Types].xml")
    for name in parts:
        if name.endswith(".rels"):
            assert {resolve(name, one.get("Target", "")) for one in roots[name]} <= parts.keys(), name
    assert_texts_are_there(roots)


def assert_texts_are_there(roots) -> None:
    texts = len(roots["xl/sharedStrings.xml"])
    formats = len(next(roots["xl/styles.xml"].iter("{*}cellXfs")))
    for name, root in roots.items():
        if not name.startswith("xl/worksheets/sheet"):
            continue
        assert list(root.iter("{*}f")) == [], "no formula"
        places = [cell.get("r") for cell in root.iter("{*}c")]
        assert len(places) == len(set(places))
        for cell in root.iter("{*}c"):
            assert int(cell.get("s", 0)) < formats
            assert cell.get("t") in (None, "s")
            assert cell.get("t") is None or int(cell.findtext("{*}v")) < texts
    names = [sheet.get("name") for sheet in roots["xl/workbook.xml"].iter("{*}sheet")]
    assert len({name.casefold() for name in names}) == len(names)
    assert not [name for name in names if len(name) > 31 or re.search(r"[\[\]:*?/\\']", name)]
    assert max(len("".join(one.itertext())) for one in roots["xl/sharedStrings.xml"]) <= 32_767


def resolve(rels: str, target: str) -> str:
    """The part that a relation leads to, from the folder above `_rels`."""
    if target.startswith("/"):
        return target[1:]
    folder = list(PurePosixPath(rels).parent.parent.parts)
    for part in target.split("/"):
        if part == "..":
            folder.pop()
        else:
            folder.append(part)
    return "/".join(folder)
