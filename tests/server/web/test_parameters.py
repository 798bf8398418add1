"""What a query and its headers ask for."""

from datetime import UTC, datetime

import pytest
from flask import Flask

from server.errors import BadHeader, Problem, UnexpectedValue, WrongType
from server.web import parameters


@pytest.mark.parametrize(
    ("query", "answer"),
    [("publish=true", True), ("publish=True", True), ("publish=1", False), ("publish=", False), ("", False)],
)
def test_only_the_word_true_is_true(app: Flask, query: str, answer: bool) -> None:
    with app.test_request_context(f"/v1/x?{query}"):
        assert parameters.is_true("publish") is answer


@pytest.mark.parametrize(
    ("query", "page"),
    [
        ("", (0, None)),
        ("limit=5", (0, 5)),
        ("offset=3&limit=0", (3, 0)),
        ("offset=&limit=", (0, None)),
        (f"limit={'0' * 5000}&offset={'0' * 5000}7", (7, 0)),
    ],
)
def test_a_page_is_read_from_its_two_numbers(app: Flask, query: str, page: tuple) -> None:
    with app.test_request_context(f"/v1/x?{query}"):
        assert parameters.page() == page


@pytest.mark.parametrize("number", ["-1", "x", "1.5", "٣", "9" * 30, "0" * 20 + "9" * 30, "+1", " 1"])
def test_what_is_no_number_is_told(app: Flask, number: str) -> None:
    with app.test_request_context("/v1/x", query_string={"limit": number}), pytest.raises(WrongType):
        parameters.page()


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("2026-03-02T01:00:00Z", datetime(2026, 3, 2, 1, tzinfo=UTC)),
        ("2026-03-02T09:00:00+08:00", datetime(2026, 3, 2, 1, tzinfo=UTC)),
        ("2026-03-02T09:00:00 08:00", datetime(2026, 3, 2, 1, tzinfo=UTC)),
        ("2026-03-02", datetime(2026, 3, 2, tzinfo=UTC)),
        ("2026-03-02T01:00:00.250", datetime(2026, 3, 2, 1, 0, 0, 250_000, tzinfo=UTC)),
    ],
)
def test_an_instant_without_an_offset_is_utc(app: Flask, text: str, instant: datetime) -> None:
    with app.test_request_context("/v1/x", query_string={"start": text}):
        assert parameters.query_instant("start") == instant


@pytest.mark.parametrize("value", ["%00", "a%07", "%1B"])
def test_a_note_with_control_characters_is_refused(app: Flask, value: str) -> None:
    with app.test_request_context("/v1/x", headers={"X-Action-Notes": value}), pytest.raises(BadHeader):
        parameters.action_notes()


@pytest.mark.parametrize(("text", "problem"), [("a\x00", UnexpectedValue)])
def test_a_query_text_is_plain(app: Flask, text: str, problem: type[Problem]) -> None:
    with app.test_request_context("/v1/x", query_string={"q": text}), pytest.raises(problem):
        parameters.query_text("q")
