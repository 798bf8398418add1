"""Sums of the staff's last quiz, and who takes it again."""

from datetime import date

import pytest

from server.reports.training import Quiz, Results, results_of

RETAKE = (date(2026, 2, 1), date(2026, 2, 15), date(2026, 3, 1))
PASSED, FAILED = Quiz("甲", True, None), Quiz("乙", False, RETAKE)


@pytest.mark.parametrize(
    ("quizzes", "today", "found"),
    [
        ([], date(2026, 3, 1), Results(0, 0, 0, 0)),
        ([PASSED, PASSED, FAILED], date(2026, 3, 1), Results(3, 2, 1, 0)),
        ([PASSED, FAILED, FAILED], date(2026, 3, 2), Results(3, 1, 2, 2)),
    ],
)
def test_a_retake_is_late_the_day_after_its_last(quizzes: list[Quiz], today: date, found: Results) -> None:
    assert results_of(quizzes, today) == found
