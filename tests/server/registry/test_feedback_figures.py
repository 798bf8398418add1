"""Rates of feedback: from ten answers on, of those who answered; pressure is counted."""

from datetime import date

import pytest

from server.registry.feedback_figures import RIGHT, Rate, count_figures, first_of_half, first_of_quarter


@pytest.mark.parametrize(("good", "of", "percent"), [(9, 9, None), (9, 10, 90), (0, 10, 0), (2, 12, 17)])
def test_a_rate_is_given_from_ten_answers_on(good: int, of: int, percent: int | None) -> None:
    assert Rate(good, of).percent == percent


def test_who_skipped_a_question_or_would_rather_not_say_is_in_no_rate_of_it() -> None:
    found = count_figures([{"sat_overall": "4"}, {"sat_overall": "3"}, {"sat_overall": "prefer_not"}, {}])

    assert (found.responses, found.satisfied) == (4, Rate(1, 2))


def test_pressure_is_a_number_of_cases_and_privacy_a_rate_of_yes_and_no() -> None:
    found = count_figures(
        [{"felt_pressured": "yes", "told_others": "no"}, {"told_others": "yes"}, {"told_others": "unknown"}]
    )

    assert (found.pressed, found.kept_private) == (1, Rate(1, 2))


@pytest.mark.parametrize(("wrong", "good"), [(0, 1), (1, 1), (2, 0)])
def test_four_of_five_right_answers_are_knowing(wrong: int, good: int) -> None:
    answers = {name: "unknown" if number < wrong else right for number, (name, right) in enumerate(RIGHT.items())}

    assert count_figures([{"know_ok": "yes", **answers}, {"know_ok": "no", **RIGHT}]).knows == Rate(good, 1)


@pytest.mark.parametrize(
    ("day", "quarter", "half"),
    [
        (date(2026, 3, 31), date(2026, 1, 1), date(2026, 1, 1)),
        (date(2026, 6, 30), date(2026, 4, 1), date(2026, 1, 1)),
        (date(2026, 12, 1), date(2026, 10, 1), date(2026, 7, 1)),
    ],
)
def test_quarters_and_half_years_begin_on_their_first_day(day: date, quarter: date, half: date) -> None:
    assert (first_of_quarter(day), first_of_half(day)) == (quarter, half)
