from datetime import UTC, date, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.errors import FilterUnparseable, ODataExpressionUnsupported, ODataFieldUnsupported, Problem
from server.reports.odata_fields import Names
from server.reports.odata_filter import read_filter
from server.reports.odata_nodes import Comparison, Constant, FieldRef, Junction, Node, Part
from server.reports.table import tables_of
from tests.server.reports.samples import census_schema

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
TABLES = tables_of(census_schema())
NAMES = Names(TABLES["Submissions"])
SIZE = FieldRef("root", ("size",), "number", "int")
SENT = FieldRef("system", ("__system/submissionDate",), "instant")


def read(text: str) -> Node:
    return read_filter(text, NAMES.resolve, NOW)


@pytest.mark.parametrize(
    ("text", "node"),
    [
        ("size gt 3", Comparison("gt", SIZE, Constant(3, "number"))),
        ("size eq -3.5e1", Comparison("eq", SIZE, Constant(-35.0, "number"))),
        ("size eq null", Comparison("eq", SIZE, Constant(None, "null"))),
        ("__id eq 'it''s'", Comparison("eq", FieldRef("system", ("__id",), "text"), Constant("it's", "text"))),
        (
            "visited_on ge 2026-01-02",
            Comparison("ge", FieldRef("root", ("visited_on",), "date", "date"), Constant(date(2026, 1, 2), "date")),
        ),
        (
            "__system/submissionDate lt 2026-01-02T03:04:05+08:00",
            Comparison("lt", SENT, Constant(datetime.fromisoformat("2026-01-02T03:04:05+08:00"), "instant")),
        ),
        (
            "__system/submissionDate lt 2026-01-02",
            Comparison("lt", SENT, Constant(datetime(2026, 1, 2, tzinfo=UTC), "instant")),
        ),
        (
            "__system/submissionDate lt '2026-01-02T03:04:05'",
            Comparison("lt", SENT, Constant(datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC), "instant")),
        ),
        ("__system/submissionDate le now()", Comparison("le", SENT, Constant(NOW, "instant"))),
        (
            "__system/submitterId eq '5'",
            Comparison("eq", FieldRef("system", ("__system/submitterId",), "id"), Constant(5, "id")),
        ),
        ("year(__system/submissionDate) eq 2026", Comparison("eq", Part("year", SENT), Constant(2026, "number"))),
        ("ok", FieldRef("root", ("ok",), "boolean", "boolean")),
        ("not(ok)", Junction("not", (FieldRef("root", ("ok",), "boolean", "boolean"),))),
        (
            "place/gps ne null",
            Comparison("ne", FieldRef("root", ("place", "gps"), "geo", "geopoint"), Constant(None, "null")),
        ),
    ],
)
def test_a_filter_is_read(text: str, node: Node) -> None:
    assert read(text) == node


def test_and_binds_closer_than_or_and_brackets_closest() -> None:
    one, two, three = (Comparison("eq", SIZE, Constant(n, "number")) for n in (1, 2, 3))
    assert read("size eq 1 or size eq 2 and size eq 3") == Junction("or", (one, Junction("and", (two, three))))
    assert read("(size eq 1 or size eq 2) and size eq 3") == Junction("and", (Junction("or", (one, two)), three))


@pytest.mark.parametrize(
    "text",
    [
        "size gt",
        "size gt 'three'",
        "gt 3",
        "(size gt 3",
        "size gt 3)",
        "size gt 3 size",
        "size == 3",
        "size gt 3; DROP TABLE submission",
        "__id",
        "size and ok",
        "__system/submissionDate gt 'yesterday'",
        "__system/submissionDate gt 2026-02-30",
        "__system/submitterId eq 'alice'",
        "__system/submitterId eq '99999999999999999999999'",
        "__system/reviewState eq 5",
        "visited_on eq 3",
        "year(size) eq 3",
        "hour(visited_on) eq 3",
        "place/gps eq place/gps",
        "'unclosed",
        "size eq 1e999",
        "not " * 51 + "ok",
        "(" * 51 + "ok" + ")" * 51,
        "size eq 1 or " * 400 + "ok",
        "\x00",
        "__id eq 'a\x00'",
        "__id eq '\ud800'",
        "__system/submissionDate gt 0001-01-01T00:00:00+14:00",
        "__system/submissionDate gt '9999-12-31T23:59:59-14:00'",
    ],
)
def test_what_cannot_be_read_is_refused(text: str) -> None:
    with pytest.raises(FilterUnparseable):
        read(text)


@pytest.mark.parametrize("text", ["contains(备注, 'x')", "size add 1 eq 2", "size in (1, 2)", "length(size) eq 3"])
def test_what_odata_knows_and_we_do_not_is_501(text: str) -> None:
    with pytest.raises(ODataExpressionUnsupported):
        read(text)


@pytest.mark.parametrize(
    "text", ["nobody eq 1", "__system/deviceId eq 'x'", "place eq 1", "member/age gt 3", "备注 eq '1'"]
)
def test_a_field_that_is_not_there_is_501(text: str) -> None:
    with pytest.raises(ODataFieldUnsupported):
        read(text)


def test_from_a_repeat_the_record_is_reached_by_root() -> None:
    names = Names(TABLES["Submissions.member"])
    assert names.resolve("$root/Submissions/__system/submissionDate") == SENT
    assert names.resolve("$root/Submissions/size") == SIZE
    assert names.resolve("age") == FieldRef("row", ("age",), "number", "int")
    with pytest.raises(ODataFieldUnsupported):
        names.resolve("__system/submissionDate")


WORDS = (
    *("size", "ok", "__id", "place/gps", "(", ")", "and", "or", "not", "eq", "gt"),
    *("null", "true", "'x'", "3", "-1", "2026-01-02", "now()", "year(", ",", "$root/Submissions/size"),
)


@settings(max_examples=300)
@given(st.one_of(st.text(max_size=60), st.lists(st.sampled_from(WORDS), max_size=12).map(" ".join)))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        node = read(text)
    except Problem:
        return
    assert node.type == "boolean"
