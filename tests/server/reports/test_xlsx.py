from datetime import date

import pytest

from forms.schema import Field
from server.reports.xlsx import free_name, typed_cell


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
