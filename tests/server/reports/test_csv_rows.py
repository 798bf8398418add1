import pytest

from forms.schema import Field, FormSchema
from server.reports.csv_rows import union_of, write_line


def schema(*paths: str) -> FormSchema:
    """Fields by path; one that ends in / is a group."""
    return FormSchema(
        tuple(
            Field(
                path.rstrip("/").rpartition("/")[2], path.rstrip("/"), "structure" if path.endswith("/") else "string"
            )
            for path in paths
        )
    )


@pytest.mark.parametrize(
    ("newest", "older", "union"),
    [
        (["/a", "/b"], ["/a", "/b"], ["/a", "/b"]),
        (["/a", "/c"], ["/a", "/b", "/c"], ["/a", "/b", "/c"]),
        (["/b"], ["/a", "/b", "/c"], ["/a", "/b", "/c"]),
        (["/g/", "/b"], ["/g/", "/g/a", "/b"], ["/g", "/g/a", "/b"]),
        (["/b"], ["/g/", "/g/a", "/g/c", "/b"], ["/g", "/g/a", "/g/c", "/b"]),
        (["/g", "/b"], ["/g/", "/g/a", "/b"], ["/g", "/b"]),
    ],
)
def test_fields_that_were_taken_away_come_back_where_they_stood(
    newest: list[str], older: list[str], union: list[str]
) -> None:
    found = union_of([schema(*newest), schema(*older)])
    assert [one.path for one in found.fields] == union
    assert found.tables()


@pytest.mark.parametrize(
    ("cells", "line"),
    [
        (["a", "王"], "a,王\n"),
        (["a,b", 'say "x"'], '"a,b","say ""x"""\n'),
        (["a\nb", "a\rb"], '"a\nb","a\rb"\n'),
        ([""], '""\n'),
    ],
)
def test_a_line_is_quoted_so_that_it_comes_back_as_it_was(cells: list[str], line: str) -> None:
    assert write_line(cells) == line
