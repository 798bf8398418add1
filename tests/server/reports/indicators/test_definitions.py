"""The table of indicators: all of the brief's, none that must not be, and the windows of each."""

from datetime import date
from pathlib import Path

import pytest

from server.reports.indicators.counting import CASES, NUMBERS
from server.reports.indicators.definitions import ALL, BY_ID, FIRST_FOUR, KEPT
from server.web.pages.indicator_words import THEMES, WORDS

TODAY = date(2026, 3, 2)


def test_all_twenty_of_the_brief_are_there():
    assert {f"I{number}" for number in range(1, 21)} <= BY_ID.keys()
    assert {"I1b", "I2b", "I3b", "I6b", "I6c", "I8b", "I15b"} <= BY_ID.keys()
    assert len(BY_ID) == len(ALL)


def test_each_has_words_and_a_theme_and_each_that_is_kept_has_one_count():
    assert WORDS.keys() == BY_ID.keys() and {one.theme for one in ALL} == set(THEMES)
    assert {one.id for one in KEPT} == CASES.keys() | NUMBERS.keys()
    assert not CASES.keys() & NUMBERS.keys()
    assert all(BY_ID[one].months is not None for one in FIRST_FOUR)


def test_the_documentation_has_a_line_for_each():
    text = (Path(__file__).parents[4] / "docs" / "indicators.md").read_text(encoding="utf-8")
    named = {
        name for line in text.splitlines() if line.startswith("| I") for name in line.split("|")[1].strip().split("、")
    }
    assert named == BY_ID.keys()


def test_one_that_is_not_counted_says_why():
    assert [one.id for one in ALL if one.months is None] == ["I1", "I15"]
    assert all(WORDS[one.id].note for one in ALL if one.months is None)


def test_what_is_forbidden_is_counted_by_nobody():
    """Births by order, long-acting methods, sterilisations, losses, and who declined: domain.md 4.0."""
    names = " ".join(f"{one.id} {WORDS[one.id].name} {WORDS[one.id].done}" for one in KEPT).lower()
    for word in ("order", "steril", "abort", "loss", "declin", "refus", "iud", "implant", "method", "sex", "worker"):
        assert word not in names, word


def test_nothing_about_methods_or_benefits_is_told_of_less_than_the_town():
    assert {one.theme for one in ALL if one.unit == "clusters"} == {"births", "visits"}


def test_only_days_and_sessions_are_shown_however_few():
    assert {one.id for one in ALL if not one.sensitive} == NUMBERS.keys() == {"I7", "I17"}


@pytest.mark.parametrize(
    ("name", "number", "first", "last"),
    [
        ("I2", 12, "2025-02-01", "2026-01-31"),
        ("I4", 8, "2025-01-01", "2025-12-31"),
        ("I7", 12, "2026-01-01", "2026-01-31"),
        ("I10", 12, "2026-01-31", "2026-01-31"),
        ("I17", 8, "2025-10-01", "2025-12-31"),
        ("I20", 6, "2025-07-01", "2025-12-31"),
    ],
)
def test_windows_end_with_months_that_may_be_told(name, number, first, last):
    one = BY_ID[name]
    ends = one.ends(TODAY)
    assert len(ends) == number and ends == sorted(ends)
    assert (one.first_day(ends[-1]), ends[-1]) == (date.fromisoformat(first), date.fromisoformat(last))
