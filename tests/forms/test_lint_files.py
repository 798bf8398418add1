"""What the linter reads in the files beside a form, and where it says that it stands."""

import io
import json

import pytest

from forms.lint_files import MOST, is_read, lint_file

CHOICES = 'name,label\n1,查环\n2,"社会\n抚养费"\n3,socialmaintenancefee\n4,检查环境\n检,查环节\n'


def found(name: str, content: bytes) -> list[tuple[str, int | None]]:
    told = lint_file(name, io.BytesIO(content))
    assert {place.file for _, place in told} <= {name} and not any(one.waivable for one, _ in told)
    return [(one.term, place.line) for one, place in told]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_each_term_is_told_with_the_line_on_which_its_cell_begins(encoding: str) -> None:
    wanted = [("查环", 2), ("社会抚养费", 3), ("social_maintenance_fee", 5)]
    assert found("choices.csv", CHOICES.encode(encoding)) == wanted


@pytest.mark.parametrize("after", ["total", "upper", "境", "1"])
@pytest.mark.parametrize("term", ["xbirthquota", "myfetalsex", "查环"])
def test_what_stands_in_the_next_cell_hides_no_term(term: str, after: str) -> None:
    assert len(found("a.csv", f"name,label\n{term},{after}\n".encode())) == 1


def test_a_semicolon_in_the_head_separates() -> None:
    assert found("choices.csv", "name;label\n查;环\n1;birth_quota\n".encode()) == [("birth_quota", 3)]


def test_a_table_that_cannot_be_read_is_read_by_its_lines() -> None:
    assert found("a.csv", b'name,label\n1,"' + b"x" * 200_000 + b"\n2,birth_quota\n") == [("birth_quota", 3)]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.xml", "<root>\n<item><label>查环</label></item></root>".encode()),
        ("a.xml", b"<root>\n<item><label>&#26597;&#x73af;</label></item></root>"),
        ("a.geojson", b'{"features": [\n{"properties": {"title": "\\u67e5\\u73AF"}}]}'),
        ("a.geojson", b'{"a": "\\ud83d",\n"title": "\\u67e5\\u73af"}'),
    ],
)
def test_what_a_choice_may_also_come_from_is_read_as_well(name: str, content: bytes) -> None:
    assert found(name, content) == [("查环", 2)]
    assert json.dumps([one[0]._asdict() for one in lint_file(name, io.BytesIO(content))]).encode()


@pytest.mark.parametrize("content", [b"", b"\xff\xfe", b"\x00" * 10, b"\xff\xfea", b'"', b"a,b\r\r\n\xff"])
def test_no_bytes_make_it_fail(content: bytes) -> None:
    assert found("a.csv", content) == found("a.xml", content) == []


def test_a_long_file_tells_its_first_hundred_findings() -> None:
    rows = "".join(f"{at},第{at}次查环\n" for at in range(5000))
    assert found("a.csv", rows.encode())[-1] == ("查环", MOST)


def test_pictures_and_sound_are_not_read() -> None:
    assert [is_read(one) for one in ("A.CSV", "b.xml", "c.geojson", "d.png", "e.mp3")] == [True] * 3 + [False] * 2
