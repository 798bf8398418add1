"""Answers as people read them: labels, days, instants on the town's clock, and nothing that runs as a formula."""

from datetime import date
from typing import Any

import pytest

from forms.schema import Choice, Field
from server.reports.in_words import Question, Wording, cells_of_one, heads_of_one, parts_of, title_of
from server.reports.table import ROOT, tables_of
from tests.server.reports.samples import census_schema

OURS = ("记录", "行", "收到", "状态", "上传人", "纬度", "经度")
WORDS = Wording("zh", *OURS, states={None: "待审核"})
CHOICES = (Choice("a", {"zh": "甲", "en": "First"}), Choice("b", {"zh": "=乙"}), Choice("c", {}))


def a_question(type_name: str = "string", several: bool = False, choices: Any = None, split: bool = False) -> Question:
    field = Field("q", "/q", type_name, select_multiple=several, labels={"zh": "问 \n题"}, choices=choices)
    return Question(("q",), field, parts_of(field) if split else ())


@pytest.mark.parametrize(
    ("question", "text", "cells"),
    [
        (a_question(), "=1+1", ["'=1+1"]),
        (a_question(), "", [None]),
        (a_question(), None, [None]),
        (a_question("int"), " 12 ", [12.0]),
        (a_question("int"), "510823101001123456", ["510823101001123456"]),
        (a_question("decimal"), "-3.5", [-3.5]),
        (a_question("date"), "2026-02-03", [date(2026, 2, 3)]),
        (a_question("date"), "1850-01-01", ["1850-01-01"]),
        (a_question("date"), "-soon", ["'-soon"]),
        (a_question("geopoint"), "30.5 105.25 0 5", [30.5, 105.25]),
        (a_question("geopoint"), "nowhere", ["nowhere", None]),
        (a_question("geopoint"), "", [None, None]),
        (a_question(choices=CHOICES), "a", ["甲"]),
        (a_question(choices=CHOICES), "b", ["'=乙"]),
        (a_question(choices=CHOICES), "gone before", ["gone before"]),
        (a_question(several=True, choices=CHOICES), "a c", ["甲、c"]),
        (a_question(several=True, choices=CHOICES, split=True), "a", ["甲", 1.0, 0.0, 0.0]),
        (a_question(several=True, choices=CHOICES, split=True), "", [None, None, None, None]),
    ],
)
def test_an_answer_is_written_as_it_is_read(question: Question, text: str | None, cells: list[Any]) -> None:
    assert list(cells_of_one(question, text, WORDS)) == cells


def test_an_instant_is_on_the_town_s_clock_whatever_zone_it_came_in() -> None:
    found = [next(iter(cells_of_one(a_question("dateTime"), text, WORDS))) for text in ("2026-02-03T01:30:00Z", "x")]
    assert (f"{found[0]:%Y-%m-%d %H:%M}", found[1]) == ("2026-02-03 09:30", "x")


def test_heads_are_the_questions_on_one_line() -> None:
    assert list(heads_of_one(a_question(), WORDS)) == ["问 题"]
    assert list(heads_of_one(a_question("geopoint"), WORDS)) == ["问 题 纬度", "问 题 经度"]
    split = a_question(several=True, choices=CHOICES, split=True)
    assert list(heads_of_one(split, WORDS)) == ["问 题", "问 题: 甲", "问 题: =乙", "问 题: c"]


def test_without_a_label_a_question_goes_by_its_name() -> None:
    assert list(heads_of_one(Question(("x",), Field("x", "/x", "string"), ()), WORDS)) == ["x"]


def test_tables_are_called_as_the_form_and_the_repeats_questions() -> None:
    schema = census_schema()
    titles = [title_of(table, schema, WORDS, "人口") for table in tables_of(schema).values()]
    assert titles == ["人口", "Member", "Toy"]
    assert ROOT in tables_of(schema)
