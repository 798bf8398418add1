"""When a quiz is taken again, by the rule's own numbers; and on whose phone it stands."""

from datetime import date

import pytest
from flask import Flask

from forms.library import read_library_form
from server.db import Database
from server.followups.calendar_files import calendar_with
from server.followups.retakes import days_of, retake_rule
from server.publishing.list_kinds import THRESHOLDS
from tests.care_town import TODAY
from tests.server.registry.quizzing import QuizTown

FAILED = {"score": "55", "passed": "0", "fails": "1", "quiz_on": "2026-03-02"}
DAYS = (date(2026, 3, 2), date(2026, 3, 16), date(2026, 4, 1))


@pytest.mark.parametrize(
    ("results", "days"),
    [
        (FAILED, DAYS),
        (FAILED | {"score": "59"}, DAYS),
        (FAILED | {"score": "60", "passed": "1"}, None),
        (FAILED | {"score": "75"}, DAYS),  # where the town asks for more than 60
        (FAILED | {"score": "95"}, DAYS),  # a question that must be right was not
        (FAILED | {"score": "95", "passed": ""}, DAYS),
        (FAILED | {"quiz_on": ""}, None),
        (FAILED | {"quiz_on": "9999-12-31"}, None),
        ({}, None),
    ],
)
def test_below_the_mark_there_is_a_retake_from_the_day_of_the_quiz_on(
    results: dict[str, str], days: tuple[date, date, date] | None
) -> None:
    assert days_of(results, retake_rule(), calendar_with()) == days


def test_the_form_says_the_mark_that_the_towns_list_comes_with_and_the_day_of_the_rule() -> None:
    form, rule = read_library_form("training_quiz").decode(), retake_rule()
    (mark,) = (value for name, _label, value in THRESHOLDS.rows if name == "quiz_pass")
    assert f"[name = 'quiz_pass']/value, '{mark}')" in form
    assert f"+ {rule.due.days})" in form
    assert rule.form_id == "training_quiz"


def test_it_stands_on_her_own_phone_and_goes_with_a_pass(app: Flask, database: Database) -> None:
    town = QuizTown(app, database)
    other = town.phone("A1", care_role="clinician", person=town.qian)
    before = town.hashes(other)["due_visits.csv"]
    assert town.rows(town.hers, "due_visits") == []
    town.take(town.hers, town.zhao)

    (due,) = town.rows(town.hers, "due_visits")
    assert (due["form_id"], due["subject_list"], due["subject"]) == ("training_quiz", "workers", town.keys[town.zhao])
    assert (due["opens_on"], due["due_on"], due["closes_on"]) == tuple(map(str, DAYS))
    assert due["name"] == due["visit_key"] == town.rows(town.hers, "due_visits")[0]["name"]
    assert due["label"] == "zhao 03-16"
    assert town.rows(other, "due_visits") == town.rows(town.other, "due_visits") == []
    assert town.hashes(other)["due_visits.csv"] == before

    town.take(town.hers, town.zhao, base=2, score="60", passed="1", fails="0", retake_due="", quiz_on=str(TODAY))
    assert town.rows(town.hers, "due_visits") == []
