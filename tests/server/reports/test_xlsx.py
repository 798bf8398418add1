import io
from datetime import date

import pytest
from openpyxl import load_workbook

from forms.schema import Field
from server.reports.xlsx import free_name, typed_cell
from tests.client import Client
from tests.server.reports.census import Send
from tests.server.reports.reading import CSV_HEAD
from tests.server.reports.samples import a_member


@pytest.mark.parametrize(
    ("type_name", "text", "cell"),
    [
        ("int", "-5", -5.0),
        ("decimal", "3.50", 3.5),
        ("int", "510823101001123456", None),
        ("int", "=1", None),
        ("decimal", "1e400", None),
        ("date", "2026-03-01", date(2026, 3, 1)),
        ("date", "1850-01-01", None),
        ("date", "soon", None),
        ("string", "5", None),
        ("int", None, None),
    ],
)
def test_numbers_and_dates_are_such_where_a_sheet_keeps_them_exactly(
    type_name: str, text: str | None, cell: object
) -> None:
    assert typed_cell(text, Field("x", "/x", type_name)) == cell


def test_sheets_have_names_that_a_workbook_takes() -> None:
    taken: set[str] = set()
    names = [free_name(name, taken) for name in ("member", "Member", "a/b[1]", "x" * 40, "x" * 40)]
    assert names == ["member", "Member~2", "a_b_1_", "x" * 31, "x" * 27 + "~2"]


def test_a_workbook_has_a_sheet_for_each_table(as_bob: Client, send: Send, records: str) -> None:
    sent = send(size="-4", visited_on="2026-03-01", note="=1+1", members=a_member("甲", "3"))
    reply = as_bob.get(records + ".xlsx")
    assert 'filename="census.xlsx"' in reply.headers["Content-Disposition"]
    book = load_workbook(io.BytesIO(reply.data))
    assert book.sheetnames == ["Submissions", "member", "toy"]
    head, line = book["Submissions"].iter_rows(values_only=True)
    row = dict(zip(head, line, strict=True))
    assert list(row) == CSV_HEAD.strip().split(",")
    assert (row["size"], row["visited_on"].date(), row["备注"], row["KEY"]) == (-4, date(2026, 3, 1), "'=1+1", sent)
    assert [cell.data_type for cell in book["Submissions"][2] if cell.value == "'=1+1"] == ["s"]
    assert list(book["member"].values)[1] == ("甲", 3, sent, f"{sent}/member[1]")
