"""What a rule asks for again and again, with the days written out."""

from dataclasses import replace
from datetime import date

import pytest

from server.followups.occurrences import each_occurrence
from server.followups.rules import due_for
from server.followups.ruleset import Offset, Repeat, Rule
from server.followups.windows import add_months
from tests.server.followups.samples import RULES, day, method, woman

START = next(rule for rule in RULES if rule.id == "IUD-1")


def yearly(times: int | None = None) -> Rule:
    """Every twelve months after the start, a week before to two weeks after that day."""
    edges = ((-7, "open"), (0, "due"), (14, "close"))
    window = {name: (Offset("started_on", days, months=12),) for days, name in edges}
    return replace(START, id="AGAIN", latest=(), repeat=Repeat(0, 12, times), **window)


def windows(rule: Rule, started: str, today: str) -> list[tuple[int, str, str, str, str | None]]:
    return [
        (number, *(one.isoformat() for one in (window.opens_on, window.due_on, window.closes_on)), latest)
        for _, number, window in each_occurrence(rule, {"started_on": day(started)}, day(today))
        for latest in [window.latest_on.isoformat() if window.latest_on else None]
    ]


def test_only_what_has_opened_and_the_next_one_is_known() -> None:
    """Work is made when its time comes, not sixty visits ahead (opensrp/fhircore#1696, medic/cht-core#7584)."""
    first = (1, "2025-02-21", "2025-02-28", "2025-03-14", "2026-02-20")
    second = (2, "2026-02-21", "2026-02-28", "2026-03-14", "2027-02-20")
    third = (3, "2027-02-21", "2027-02-28", "2027-03-14", "2028-02-21")
    assert windows(yearly(), "2024-02-29", "2024-03-01") == [first]
    assert windows(yearly(), "2024-02-29", "2025-02-20") == [first]
    assert windows(yearly(), "2024-02-29", "2025-02-21") == [first, second]
    assert windows(yearly(), "2024-02-29", "2026-05-01") == [first, second, third]


def test_the_leap_day_comes_back_in_the_next_leap_year() -> None:
    assert windows(yearly(), "2024-02-29", "2028-02-22")[3][:4] == (4, "2028-02-22", "2028-02-29", "2028-03-14")


def test_the_last_time_has_no_next_one_that_ends_it() -> None:
    assert windows(yearly(2), "2023-12-31", "2026-01-01") == [
        (1, "2024-12-24", "2024-12-31", "2025-01-14", "2025-12-23"),
        (2, "2025-12-24", "2025-12-31", "2026-01-14", None),
    ]


def test_each_time_has_a_key_of_its_own_and_one_that_was_not_answered_is_over_when_the_next_opens() -> None:
    life = woman(contraception=(method("iud_cu", started_on=day("2024-03-01")),))
    before = due_for(life, [yearly()], day("2025-03-20"))
    after = due_for(life, [yearly()], day("2026-02-22"))
    assert [(one.occurrence, one.state) for one in before] == [(1, "overdue"), (2, "scheduled")]
    assert [(one.occurrence, one.state) for one in after] == [(1, "expired"), (2, "open"), (3, "scheduled")]
    assert [one.key for one in before] == [one.key for one in after[:2]]
    assert len({one.key for one in after}) == 3


@pytest.mark.parametrize(
    ("start", "months", "lands"),
    [
        ("2024-01-31", 1, "2024-02-29"),
        ("2025-01-31", 1, "2025-02-28"),
        ("2025-01-31", 3, "2025-04-30"),
        ("2025-08-31", 6, "2026-02-28"),
        ("2025-12-31", 12, "2026-12-31"),
        ("2025-03-15", -3, "2024-12-15"),
        ("2025-01-15", -1, "2024-12-15"),
    ],
)
def test_months_go_by_the_calendar_and_end_with_a_short_month(start: str, months: int, lands: str) -> None:
    assert add_months(date.fromisoformat(start), months).isoformat() == lands
