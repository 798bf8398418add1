"""What people said: who is in a rate, and who is in none."""

import pytest

from server.reports.indicators import voices
from server.reports.indicators.voices import Voice
from tests.server.followups.samples import day

FIRST, LAST = day("2026-01-01"), day("2026-01-31")
RIGHT = {"know_1": "yes", "know_2": "herself", "know_3": "before_13", "know_4": "at_once", "know_5": "before"}


def outcome(count, told=None, received="2026-01-10", due="2026-01-30", answered=None):
    one = Voice("f1", day(received), day(due), day(answered) if answered else None, told or {})
    found = [case.done for case in count([one], FIRST, LAST)]
    return found[0] if found else None


@pytest.mark.parametrize(("said", "expected"), [("4", True), ("5", True), ("3", False), ("", None), (None, None)])
def test_satisfied_is_four_or_five(said, expected):
    assert outcome(voices.satisfied, {"sat_overall": said}) is expected


@pytest.mark.parametrize(("said", "expected"), [("no", True), ("yes", False), ("prefer_not", None)])
def test_kept_private_is_a_plain_no(said, expected):
    assert outcome(voices.kept_private, {"told_others": said}) is expected


@pytest.mark.parametrize(
    ("wrong", "willing", "expected"), [(0, "yes", True), (1, "yes", True), (2, "yes", False), (0, "no", None)]
)
def test_knowing_is_four_of_five_of_who_was_willing(wrong, willing, expected):
    told = {**RIGHT, **{f"know_{number}": "x" for number in range(1, wrong + 1)}, "know_ok": willing}
    assert outcome(voices.knows, told) is expected


@pytest.mark.parametrize(
    ("answered", "due", "expected"),
    [
        ("2026-01-30", "2026-01-30", True),
        ("2026-01-31", "2026-01-30", False),
        (None, "2026-01-30", False),
        (None, "2026-02-01", None),
    ],
)
def test_feedback_is_answered_by_its_day(answered, due, expected):
    assert outcome(voices.answered, due=due, answered=answered) is expected


def test_what_came_on_another_day_is_in_another_window():
    assert outcome(voices.satisfied, {"sat_overall": "5"}, received="2026-02-01") is None
