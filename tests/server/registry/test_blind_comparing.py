"""What a back-check heard beside what the record says: memory is given the benefit of the doubt."""

from datetime import date

import pytest

from server.registry.blind_comparing import compare

ON = date(2026, 2, 20)
HAPPENED = {"visit_happened": "yes", "settled": "1", "reached": "met"}


def heard(written: dict[str, str] | None = None, **answers: str) -> dict[str, str]:
    return compare(HAPPENED | answers, ON, written or {})


@pytest.mark.parametrize(
    ("known", "told", "found"),
    [
        ("exact", "2026-02-20", "agrees"),
        ("exact", "2026-02-21", "agrees"),
        ("exact", "2026-02-22", "differs"),
        ("about", "2026-02-27", "agrees"),
        ("about", "2026-02-12", "differs"),
        ("no", "", "unknown"),
        ("exact", "", "unknown"),
        ("", "2026-01-01", "unknown"),
    ],
)
def test_a_day_may_be_off_as_far_as_it_is_remembered(known: str, told: str, found: str) -> None:
    assert heard(date_known=known, date_match=told)["date"] == found


@pytest.mark.parametrize(
    ("written", "told", "found"),
    [
        ({"bp_sys": "120"}, "talk measure", "agrees"),
        ({"bp_sys": "120"}, "talk", "differs"),
        ({"packs_given": "3"}, "supplies", "agrees"),
        ({"packs_given": "3"}, "talk form", "differs"),
        ({"packs_given": "0"}, "talk", "agrees"),
        ({"refer": "yes"}, "measure", "differs"),
        ({"refer_to": "1"}, "refer", "agrees"),
        ({}, "talk", "agrees"),
        ({}, "none", "differs"),
        ({"bp_sys": "120"}, "unknown", "unknown"),
        ({"bp_sys": "120"}, "prefer_not", "unknown"),
        ({"bp_sys": "120"}, "", "unknown"),
    ],
)
def test_what_can_be_held_or_felt_is_remembered(written: dict[str, str], told: str, found: str) -> None:
    assert heard(written, service_match=told)["service"] == found


@pytest.mark.parametrize(
    ("written", "told", "found"),
    [
        ({"health_topic": "anc_care privacy"}, "danger", "agrees"),
        ({"health_topic": "privacy"}, "care", "differs"),
        ({"info_given": "stop_any_time"}, "rights", "agrees"),
        ({"health_topic": "privacy"}, "none", "differs"),
        ({"health_topic": "privacy"}, "unknown", "unknown"),
        ({"health_topic": "none"}, "none", "unknown"),
        ({}, "care", "unknown"),
    ],
)
def test_one_thing_that_was_explained_is_enough(written: dict[str, str], told: str, found: str) -> None:
    assert heard(written, explained_match=told)["explained"] == found


def test_a_visit_that_did_not_take_place_differs_and_nothing_more_is_compared() -> None:
    found = heard(
        {"bp_sys": "120"}, visit_happened="no", service_match="none", date_known="exact", date_match="2025-12-01"
    )
    assert [found[name] for name in ("happened", "date", "service", "explained")] == ["differs", *["unknown"] * 3]


@pytest.mark.parametrize(
    ("answers", "concerns"),
    [
        ({"paid": "yes"}, "paid"),
        ({"felt_free_to_refuse": "no"}, "pressed"),
        ({"consent_was_asked": "no"}, "unasked"),
        ({"verdict": "major"}, "serious"),
        ({"paid": "yes", "verdict": "major"}, "paid serious"),
        ({"paid": "no", "felt_free_to_refuse": "unknown", "consent_was_asked": "prefer_not", "verdict": "minor"}, ""),
    ],
)
def test_money_and_pressure_are_concerns_and_silence_is_none(answers: dict[str, str], concerns: str) -> None:
    assert heard(None, **answers)["concerns"] == concerns


@pytest.mark.parametrize(
    ("answers", "how"),
    [
        ({}, "answered"),
        ({"reached": "declined"}, "declined"),
        ({"consent_bc": "no"}, "declined"),
        ({"reached": "moved"}, "moved"),
        ({"reached": "absent", "settled": "0"}, ""),
        ({"settled": "0"}, ""),
    ],
)
def test_a_no_settles_it_and_nobody_at_home_does_not(answers: dict[str, str], how: str) -> None:
    assert heard(None, **answers)["settled"] == how
