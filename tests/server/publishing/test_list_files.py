"""A list of the town as a CSV file, as Excel for Chinese writes it, too."""

import pytest

from server.publishing.list_files import ListUnreadable, name_rows, read_rows, write_rows
from server.publishing.list_kinds import CLINICS, HOTLINES

LINE = {"name": "town", "label": "镇卫生院", "phone": "0825-5550120"}


@pytest.mark.parametrize(
    "content",
    [
        "name,label,phone\ntown,镇卫生院,0825-5550120\n".encode(),
        "\ufeffname,label,phone\r\ntown,镇卫生院,0825-5550120\r\n\r\n".encode(),
        "name,label,phone\ntown,镇卫生院,0825-5550120\n".encode("gb18030"),
        "phone;label;name\n0825-5550120; 镇卫生院 ;town\n".encode(),
        "name\tlabel\tphone\ntown\t镇卫生院\t0825-5550120\n".encode(),
    ],
)
def test_a_list_is_read_as_excel_may_have_written_it(content: bytes) -> None:
    assert read_rows(CLINICS, content) == [LINE]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "empty"),
        (b",,\n\n", "empty"),
        (b"name,label\na,b\n", "columns"),
        (b"name,label,phone,more\na,b,1,2\n", "columns"),
        (b"name,label,phone,phone\na,b,1,2\n", "columns"),
        (b"PK\x03\x04\x00\x00", "csv"),
        (b'name,label,phone\nhelpline,"a', "csv"),
        (b"\xff\xff\xff", "encoding"),
        (b"x" * 1_000_001, "large"),
        (b"name,label,phone\n" + b"a,b,1\n" * 501, "rows"),
    ],
)
def test_a_file_that_is_no_such_list_is_told_by_why(content: bytes, why: str) -> None:
    with pytest.raises(ListUnreadable) as refused:
        read_rows(CLINICS, content)
    assert refused.value.why == why


def test_what_is_written_is_read_back_and_the_same_rows_are_the_same_bytes() -> None:
    rows = [{"name": name, "label": label, "phone": phone} for name, label, phone in HOTLINES.rows]

    assert read_rows(HOTLINES, write_rows(HOTLINES, rows)) == rows
    assert write_rows(HOTLINES, rows) == write_rows(HOTLINES, [dict(reversed(row.items())) for row in rows])


def test_a_row_without_a_code_gets_the_next_that_nobody_has_or_had() -> None:
    rows = [{**LINE, "name": name} for name in ("C1", "", "c3", "")]

    assert [row["name"] for row in name_rows(CLINICS, rows, taken=["c2"])] == ["C1", "c4", "c3", "c5"]
