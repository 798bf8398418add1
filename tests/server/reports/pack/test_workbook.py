"""A paper's workbook as Excel shows it: numbers in their formats, and a head that stands on every sheet."""

import io
import re
import zipfile

from openpyxl import load_workbook

from server.reports.pack.paper import Paper, Section, Table
from server.reports.pack.workbook import write_paper

MARK = "Internal work"


def book_of(town, *cells):
    table = Table("Table", ["Name"] * len(cells), [cells], [20] * len(cells))
    paper = Paper("Papers", town, MARK, [], [Section("one", "One", [table])])
    return write_paper(paper)


def test_a_number_of_days_is_written_with_its_decimal_and_no_point_stands_alone():
    sheet = load_workbook(io.BytesIO(book_of("Town", 2.0, 2.5, 3))).active
    row = next(sheet.iter_rows(min_row=sheet.max_row))
    assert [one.number_format for one in row] == ["#,##0.0", "#,##0.0", "#,##0"]


def test_a_long_name_full_of_commands_leaves_the_mark_in_its_place():
    for town in ("A" + "&" * 70, "&" * 300, "Town & Co"):
        with zipfile.ZipFile(io.BytesIO(book_of(town, 1))) as archive:
            [head] = re.findall("<oddHeader>(.*)</oddHeader>", archive.read("xl/worksheets/sheet1.xml").decode())
        commands = head.replace("&amp;", "&").replace("&&", "")  # two of them are one that is printed
        assert commands.startswith("&L") and commands.endswith(f"&R{MARK}"), town
