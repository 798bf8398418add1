import time
import zipfile
from datetime import datetime as moment

import pytest

from forms import xlsform
from forms.conversion_errors import invalid_form
from forms.errors import XLSFormInvalid
from forms.workbook import check_workbook
from forms.xform import read_xform
from forms.xlsform import convert_text, convert_texts, convert_xlsform
from tests.forms.samples import DATA, form_xml
from tests.forms.workbooks import SETTINGS, SURVEY, part_of, with_parts, workbook

ORDINARY = workbook(survey=SURVEY, settings=SETTINGS)


def test_a_workbook_becomes_a_form():
    converted = convert_xlsform(ORDINARY, "xlsx")

    read = read_xform(converted.xml)
    assert (read.form_id, read.title) == ("small", "小表")
    assert read.schema.by_path["/name"].labels == {"default": "姓名"}
    assert (converted.warnings, converted.itemsets) == ([], None)


def test_the_bytes_decide_whatever_the_file_was_called():
    assert read_xform(convert_xlsform(ORDINARY, "xls").xml).form_id == "small"


def test_an_old_xls_becomes_a_form():
    read = read_xform(convert_xlsform((DATA / "forms" / "small.xls").read_bytes(), "xls").xml)

    assert (read.form_id, read.title) == ("small", "小表")


def test_a_form_without_an_id_takes_the_one_given():
    book = workbook(survey=SURVEY)

    assert read_xform(convert_xlsform(book, "xlsx", "入户表").xml).form_id == "入户表"
    assert 'id="small"' in xlsform._convert_or_say_why(ORDINARY, ".xlsx", "other", [])["xml"]


def test_the_same_text_gives_the_form_kept_beside_it():
    assert convert_text((DATA / "forms" / "everything.md").read_text()).xml == form_xml("everything")


def test_several_texts_become_forms_in_one_process_each_with_its_own_warnings(tmp_path, monkeypatch):
    begun = tmp_path / "begun"
    monkeypatch.setattr(xlsform, "_START", f"print('x', file=open({str(begun)!r}, 'a')); {xlsform._START}")
    table = "| survey |\n| | type | name | label |\n| | {} | {} | x |\n"

    first, second = convert_texts([table.format("image", "photo"), table.format("text", "hamlet")])

    assert (b"photo" in first.xml, b"photo" in second.xml, b"hamlet" in second.xml) == (True, False, True)
    assert (len(first.warnings), second.warnings) == (1, [])
    assert begun.read_text() == "x\n"


def test_of_several_texts_the_one_that_is_wrong_is_told():
    with pytest.raises(XLSFormInvalid, match="'txt'"):
        convert_texts([f"| survey |\n| | type | name | label |\n| | {one} | a | x |\n" for one in ("text", "txt")])


def test_warnings_come_along():
    warnings: list[str] = []

    xlsform._convert_or_say_why(
        workbook(survey=[("type", "name", "label"), ("image", "photo", "照片")]), ".xlsx", None, warnings
    )

    assert [one[:9] for one in warnings] == ["[row : 2]"]


def test_external_choices_come_as_a_file():
    book = workbook(
        survey=[("type", "name", "label", "choice_filter"), ("select_one_external towns", "town", "镇", "true()")],
        external_choices=[("list_name", "name", "label"), ("towns", "t1", "前进镇")],
        choices=[("list_name", "name", "label"), ("x", "1", "1")],
        settings=SETTINGS,
    )

    converted = convert_xlsform(book, "xlsx")

    assert converted.itemsets is not None and "前进镇".encode() in converted.itemsets
    assert [one.name for one in read_xform(converted.xml).media] == ["itemsets.csv"]


WRONG = {
    "no survey": ({"choices": [("list_name", "name", "label"), ("a", "1", "x")], "settings": SETTINGS}, None, None),
    "a bad name": ({"survey": [*SURVEY, ("text", "a b", "x")]}, "survey", 3),
    "an unknown type": ({"survey": [*SURVEY, (None, None, None), ("txt", "b", "x")]}, "survey", 4),
    "a name twice": ({"survey": [*SURVEY, ("text", "name", "x")]}, "survey", 3),
    "a group that does not end": ({"survey": [*SURVEY, ("begin group", "g", "x")]}, "survey", 3),
    "a reference to nothing": (
        {"survey": [("type", "name", "label", "relevant"), ("text", "a", "x", "${b} = 1")]},
        "survey",
        2,
    ),
    "a list and no choices": ({"survey": [*SURVEY, ("select_one none", "a", "x")]}, "choices", None),
    "an unknown list": (
        {"survey": [*SURVEY, ("select_one b", "a", "x")], "choices": [("list_name", "name", "label"), ("l", "1", "x")]},
        "survey",
        3,
    ),
    "a question without a label": ({"survey": [*SURVEY, ("text", "a", None)]}, "survey", 3),
    "a choice without a name": (
        {
            "survey": [*SURVEY, ("select_one l", "a", "x")],
            "choices": [("list_name", "name", "label"), ("l", None, "x")],
        },
        "choices",
        2,
    ),
}


@pytest.mark.parametrize(("sheets", "sheet", "row"), WRONG.values(), ids=WRONG.keys())
def test_pyxforms_words_come_with_sheet_and_row(sheets, sheet, row):
    # What the child process does, without starting one for each row of the table.
    said = xlsform._convert_or_say_why(workbook(**sheets), ".xlsx", None, [])
    refused = invalid_form(said["error"], [], said["row"])

    assert (refused.details["sheet"], refused.details["row"]) == (sheet, row), refused.message
    assert refused.details["error"] == refused.message != ""


def test_an_error_in_the_child_process_comes_back_whole():
    with pytest.raises(XLSFormInvalid, match="Unknown question type 'txt'") as refused:
        convert_xlsform(workbook(survey=[*SURVEY, ("image", "p", "x"), ("txt", "b", "x")]), "xlsx")

    assert refused.value.kind == "xlsform"
    assert (refused.value.details["sheet"], refused.value.details["row"]) == ("survey", 4)
    assert len(refused.value.details["warnings"]) == 1


def test_a_day_that_a_program_made_of_what_was_typed_is_a_day_again():
    typed = [("type", "name", "label", "default"), ("date", "seen", "x", moment(2026, 1, 2))]  # noqa: DTZ001 - cells have no zone
    typed.append(("dateTime", "at", "x", moment(2026, 1, 2, 3, 4)))  # noqa: DTZ001
    version = [("form_id", "form_title", "version"), ("small", "小表", moment(2026, 11, 27))]  # noqa: DTZ001

    xml = convert_xlsform(workbook(survey=typed, settings=version), "xlsx").xml
    assert read_xform(xml).version == "2026-11-27"
    assert b"<seen>2026-01-02</seen>" in xml and b"<at>2026-01-02 03:04:00</at>" in xml


def test_cells_that_no_phone_could_read_are_told_all_at_once_and_nothing_is_converted():
    odd = [("type", "name", "label", "relevant", "constraint"), ("text", "a", "x", None, ".＞1")]
    odd.append(("text", "b", "x", "${a} ＝ '1'", None))

    with pytest.raises(XLSFormInvalid, match=r"constraint: .* ＞ ") as refused:
        convert_xlsform(workbook(survey=odd), "xlsx")
    details = refused.value.details
    assert [(one["sheet"], one["row"], one["column"]) for one in details["slips"]] == [
        ("survey", 2, "constraint"),
        ("survey", 3, "relevant"),
    ]
    assert (details["sheet"], details["row"]) == ("survey", 2)


def sheet_xml(rows: str, dimension: str = "A1") -> bytes:
    return (
        '<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        f'<dimension ref="{dimension}"/><sheetData>{rows}</sheetData></worksheet>'
    ).encode()


SHEET = "xl/worksheets/sheet1.xml"
HEADER = "".join(
    f'<c r="{at}1" t="inlineStr"><is><t>{word}</t></is></c>' for at, word in zip("ABC", SURVEY[0], strict=True)
)
MILLION = f'<row r="1">{HEADER}</row>' + "".join(
    f'<row r="{n}"><c r="A{n}"><v>{n}</v></c></row>' for n in range(2, 700_000)
)
HOSTILE = {
    "a doctype": with_parts(ORDINARY, {SHEET: b"<!DOCTYPE x>" + part_of(ORDINARY, SHEET)}),
    "a sheet that is no XML": with_parts(ORDINARY, {SHEET: b"hello"}),
    "a sheet nested 100,000 deep": with_parts(ORDINARY, {SHEET: b"<a>" * 100_000}, zipfile.ZIP_STORED),
    "a workbook without its sheets": with_parts(ORDINARY, {"xl/workbook.xml": b"<workbook/>"}),
    "hundreds of thousands of rows": with_parts(ORDINARY, {SHEET: sheet_xml(MILLION, "A1:C700000")}),
    "a broken .xls": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\xfe" * 5_000,
}


@pytest.mark.parametrize("data", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_workbooks_end_in_a_sentence(data):
    # In this process, where it is seen that no limit of the child is needed for them.
    kind = "." + check_workbook(data)

    assert xlsform._convert_or_say_why(data, kind, None, [])["error"]


def test_a_cell_in_the_last_corner_of_a_sheet_does_no_harm():
    far = sheet_xml(
        f'<row r="1">{HEADER}<c r="XFD1"><v>1</v></c></row>'
        '<row r="2"><c r="A2" t="inlineStr"><is><t>text</t></is></c><c r="B2" t="inlineStr"><is><t>a</t></is></c>'
        '<c r="C2" t="inlineStr"><is><t>A</t></is></c></row>'
        '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>',
        "A1:XFD1048576",
    )

    converted = xlsform._convert_or_say_why(with_parts(ORDINARY, {SHEET: far}), ".xlsx", None, [])

    assert read_xform(converted["xml"].encode()).schema.by_path["/a"].type == "string"


def test_a_conversion_that_takes_too_long_is_ended(monkeypatch):
    monkeypatch.setattr(xlsform, "WALL_SECONDS", 1)
    monkeypatch.setattr(xlsform, "_START", "import time; time.sleep(60)")
    started = time.monotonic()

    with pytest.raises(XLSFormInvalid, match="longer than 1 seconds"):
        convert_xlsform(ORDINARY, "xlsx")

    assert time.monotonic() - started < 30


def test_a_conversion_that_takes_too_much_memory_is_ended(monkeypatch):
    greedy = "from forms import xlsform; xlsform._read_sheets = lambda *_: [bytearray(1 << 28) for _ in range(99)]; "
    monkeypatch.setattr(xlsform, "_START", xlsform._START.replace("from forms", greedy + "from forms"))

    with pytest.raises(XLSFormInvalid, match="more memory"):
        convert_xlsform(ORDINARY, "xlsx")


def test_a_conversion_that_dies_is_a_sentence_too(monkeypatch):
    monkeypatch.setattr(xlsform, "_START", "import os; os.abort()")

    with pytest.raises(XLSFormInvalid, match="memory or time"):
        convert_xlsform(ORDINARY, "xlsx")
