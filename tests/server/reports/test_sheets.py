"""A table as a file that a spreadsheet opens: what somebody wrote stays text, numbers stay numbers."""

from datetime import date
from io import BytesIO

from openpyxl import load_workbook

from server.reports.sheets import as_csv, as_xlsx

ROWS = [["=1+1", -3, date(2026, 3, 2)], ["＝cmd|' /C calc'!A0", 40, None], ["@x", 0, None], ['说,"好"\n了', 1, None]]


def test_a_csv_begins_with_the_mark_that_excel_wants_and_holds_no_formula() -> None:
    text = as_csv(["品名", "数量", "日"], ROWS).decode()
    lines = text.split("\r\n")
    assert lines[0] == "\ufeff品名,数量,日"
    assert lines[1] == "'=1+1,-3,2026-03-02"
    assert lines[2].startswith("'＝cmd") and lines[3] == "'@x,0,"
    assert lines[4] == '"说,""好""\n了",1,'


def test_a_workbook_holds_text_numbers_and_dates_and_no_formula() -> None:
    sheet = load_workbook(BytesIO(as_xlsx("药具" * 20, ["品名", "数量", "日"], ROWS))).active
    assert sheet is not None and len(sheet.title) == 31
    cells = [[(one.value, one.data_type) for one in row] for row in sheet.iter_rows(min_row=2)]
    assert cells[0][:2] == [("=1+1", "s"), (-3, "n")] and cells[0][2][0].date() == date(2026, 3, 2)
    assert cells[1][0][1] == "s" and cells[2][0] == ("@x", "s")
