"""By which day feedback is answered, with the days written out."""

from datetime import date

import pytest

from server.followups.feedback_days import due_day


@pytest.mark.parametrize(
    ("received_on", "due_on"),
    [
        (date(2026, 3, 2), date(2026, 3, 23)),
        (date(2026, 3, 6), date(2026, 3, 27)),
        (date(2026, 3, 7), date(2026, 3, 27)),
        (date(2026, 3, 8), date(2026, 3, 27)),
        (date(2026, 2, 2), date(2026, 2, 23)),  # Spring Festival counts as days of work: sooner, never later
    ],
)
def test_fifteen_days_of_work_leave_out_saturday_and_sunday(received_on: date, due_on: date) -> None:
    assert due_day(False, received_on) == due_on


def test_who_was_pressed_is_answered_within_three_days() -> None:
    assert due_day(True, date(2026, 3, 6)) == date(2026, 3, 9)
