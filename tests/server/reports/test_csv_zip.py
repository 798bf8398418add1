import io

import pytest

from forms.schema import Field, FormSchema
from server.reports.csv_zip import Pipe, file_names, numbered, read_audit, safe_name
from server.reports.table import tables_of


def test_repeats_of_one_name_are_all_numbered() -> None:
    schema = FormSchema(
        (
            Field("a", "/a", "structure"),
            Field("child", "/a/child", "repeat"),
            Field("b", "/b", "structure"),
            Field("child", "/b/child", "repeat"),
            Field("pet", "/pet", "repeat"),
        )
    )
    names = [name for name, _ in file_names("走访/一", tables_of(schema))]
    assert names == ["走访_一.csv", "走访_一-child~1.csv", "走访_一-child~2.csv", "走访_一-pet.csv"]


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("1.jpg", "1.jpg"),
        ("../../etc/passwd", "_.._etc_passwd"),
        ("..\\x.bat", "_x.bat"),
        ("C:x", "C_x"),
        ("a\x00b\n", "a_b_"),
        ("..", "_"),
        ("照片.jpg", "照片.jpg"),
    ],
)
def test_no_name_leads_out_of_the_archive(name: str, safe: str) -> None:
    assert safe_name(name) == safe


def test_a_second_file_of_a_name_is_numbered_before_its_ending() -> None:
    assert [numbered("a.b.jpg", number) for number in (0, 1)] == ["a.b.jpg", "a.b~1.jpg"]


def test_an_audit_log_is_read_by_its_columns() -> None:
    log = io.StringIO("event,node,start,new-value\nquestion,/data/a,1692580000123,=1+1\nend,,,\n")
    assert list(read_audit(log, "uuid:1", guarded=True)) == [
        "uuid:1,question,/data/a,1692580000123,,,,,,'=1+1,,\n",
        "uuid:1,end,,,,,,,,,,\n",
    ]


def test_a_log_that_is_no_csv_ends_where_it_cannot_be_read() -> None:
    log = io.StringIO("event\nfirst\n" + "x" * 200_000 + "\n")
    assert len(list(read_audit(log, "uuid:1", guarded=True))) == 1


def test_a_pipe_gives_what_was_written_once() -> None:
    pipe = Pipe()
    assert pipe.write(b"ab") == 2
    pipe.write(b"c")
    pipe.flush()
    assert (pipe.take(), pipe.take()) == (b"abc", b"")
