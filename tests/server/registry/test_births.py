"""How a pregnancy ended, and what was told of the birth: by all events about it, in any order of arrival."""

from datetime import UTC, date, datetime
from itertools import permutations

import pytest

from server.registry.births import BornAlive, End, about, born_alive, end_of, her_signs, mood_of, tells_loss
from server.registry.people import in_time
from server.registry.telling import Event

F4, F5 = "antenatal_check", "delivery_postnatal"
RECEIVED = datetime(2026, 6, 1, 1, 0, tzinfo=UTC)


def told(day: str, event: str = "e", form_id: str = F5, **data: str) -> Event:
    return Event(event, form_id, date.fromisoformat(day), RECEIVED, "p1", data)


def ended(*events: Event) -> End | None:
    """The same whatever came first."""
    found = {end_of(in_time(order)) for order in permutations(events)}
    assert len(found) == 1
    return found.pop()


def born(*events: Event) -> BornAlive:
    found = born_alive(in_time(events))
    assert found is not None
    return found


def on(text: str) -> date:
    return date.fromisoformat(text)


LOSSES = [
    {"report_type": "loss"},
    {"report_type": "birth", "live_births": "0"},
    {"report_type": "birth", "live_births": "1", "baby_state": "died"},
    {"report_type": "pnc_visit", "baby_state": "died"},
]


@pytest.mark.parametrize("answers", LOSSES)
def test_a_loss_is_told_in_three_ways_by_f5(answers: dict[str, str]) -> None:
    assert ended(told("2026-05-03", **answers)) == End("ended", "e", on("2026-05-03"), on("2026-05-03"))


@pytest.mark.parametrize(
    "answers",
    [
        {},
        {"report_type": "pnc_visit", "baby_state": "concern"},
        {"report_type": "birth", "live_births": "2"},
        {"report_type": "birth", "live_births": ""},
        {"baby_state": "died"},
    ],
)
def test_nothing_else_is_a_loss(answers: dict[str, str]) -> None:
    assert not tells_loss(told("2026-05-03", **answers))


def test_a_record_that_did_not_say_what_it_is_about_ends_nothing() -> None:
    assert ended(told("2026-05-03", next_date="2026-05-10")) is None


@pytest.mark.parametrize("loss", LOSSES)
def test_a_loss_outweighs_every_report_of_a_birth_whichever_came_first(loss: dict[str, str]) -> None:
    birth = told("2026-05-01", "birth", F4, still_pregnant="gave_birth")
    visit = told("2026-05-20", "visit", report_type="pnc_visit", baby_state="well")
    end = ended(birth, told("2026-05-10", "loss", **loss), visit)
    assert end is not None
    assert (end.kind, end.event, end.reported_on) == ("ended", "loss", on("2026-05-10"))


@pytest.mark.parametrize(
    ("answers", "day"),
    [
        ({"report_type": "loss", "loss_date": "2026-05-01"}, "2026-05-01"),
        ({"report_type": "birth", "live_births": "0", "birth_date": "2026-05-02"}, "2026-05-02"),
        ({"report_type": "loss", "loss_date": "2024-05-01"}, "2026-05-03"),
        ({"report_type": "loss", "loss_date": "soon"}, "2026-05-03"),
        ({"report_type": "pnc_visit", "birth_date": "2026-04-01", "baby_state": "died"}, "2026-05-03"),
    ],
)
def test_a_loss_lies_on_the_day_she_told_or_on_that_of_the_report(answers: dict[str, str], day: str) -> None:
    end = ended(told("2026-05-03", **answers))
    assert end is not None and end.on == on(day)


def test_a_birth_is_counted_from_the_day_that_any_record_told_first() -> None:
    unsure = told("2026-05-03", "a", F4, still_pregnant="gave_birth")
    sure = told("2026-05-06", "b", report_type="birth", birth_date="2026-05-02", discharge_date="2026-05-05")
    later = told("2026-05-09", "c", report_type="pnc_visit", birth_date="2026-05-01", discharge_date="2026-05-04")
    assert ended(unsure) == End("gave_birth", "a", on("2026-05-03"), on("2026-05-03"))
    assert ended(unsure, sure, later) == End("gave_birth", "a", on("2026-05-02"), on("2026-05-03"))
    assert (born(unsure, sure, later).left_on, born(unsure, sure, later).left_told) == (on("2026-05-05"), sure)


@pytest.mark.parametrize(
    ("answers", "left", "early"),
    [
        ({"birth_place": "home"}, "2026-05-02", True),
        ({"discharge_date": "2026-05-02"}, "2026-05-02", True),
        ({"birth_place": "hospital", "discharge_date": "2026-05-04"}, "2026-05-04", False),
        ({"birth_place": "hospital"}, None, False),
        ({"discharge_date": "2026-05-01"}, None, False),
    ],
)
def test_who_gave_birth_at_home_or_left_the_same_day_left_early(
    answers: dict[str, str], left: str | None, early: bool
) -> None:
    found = born(told("2026-05-06", report_type="birth", birth_date="2026-05-02", **answers))
    assert (found.left_on, found.left_early) == (on(left) if left else None, early)


def test_her_last_word_on_visits_at_home_counts() -> None:
    no = told("2026-05-03", "a", report_type="birth", consent_pnc="no", pnc_other="none")
    clinic = told("2026-05-05", "b", report_type="pnc_visit", consent_pnc="no", pnc_other="clinic")
    yes = told("2026-05-07", "c", report_type="pnc_visit", consent_pnc="yes")
    silent = told("2026-05-09", "d", report_type="pnc_visit")
    assert (born(no).no_visits, born(no).no_contact) == (no, True)
    assert (born(no, clinic, silent).no_visits, born(no, clinic).no_contact) == (clinic, False)
    assert (born(no, clinic, yes, silent).no_visits, born(no, yes).no_contact) == (None, False)


def test_who_would_rather_not_speak_of_the_baby_is_not_asked_about_it_until_she_does() -> None:
    silent = told("2026-05-03", "a", report_type="birth", baby_state="prefer_not")
    well = told("2026-05-07", "b", report_type="pnc_visit", baby_state="well")
    assert [born(silent).is_spoken_of, born(silent, well).is_spoken_of, born(well).is_spoken_of] == [False, True, True]


def test_a_birth_stays_known_when_the_baby_dies_and_a_stillbirth_is_none() -> None:
    assert born_alive([told("2026-05-03", report_type="pnc_visit", birth_date="2026-05-01", baby_state="died")])
    assert born_alive([told("2026-05-03", report_type="birth", live_births="0")]) is None
    assert born_alive([told("2026-05-03", report_type="loss")]) is None


@pytest.mark.parametrize(
    ("answers", "signs"),
    [
        ({"danger_pp": "none"}, set()),
        ({"danger_pp": "bleeding leg_pain"}, {"bleeding", "leg_pain"}),
        ({"temp": "38"}, {"fever"}),
        ({"temp": "37.99"}, set()),
        ({"temp": "39,5"}, set()),
        ({"bp_sys": "160", "bp_dia": "90"}, {"blood_pressure"}),
        ({"bp_sys": "120", "bp_dia": "110"}, {"blood_pressure"}),
        ({"bp_sys": "159", "bp_dia": "109"}, set()),
        ({"wound": "pus", "breast": "red_hot"}, {"wound", "breast"}),
        ({"mood2": "self_harm"}, {"self_harm"}),
        ({"mood2": "low no_interest"}, set()),
        ({"danger_nb": "cord"}, set()),
    ],
)
def test_her_own_signs_are_what_she_chose_and_what_was_measured_beside_it(
    answers: dict[str, str], signs: set[str]
) -> None:
    assert her_signs(answers) == signs


@pytest.mark.parametrize(
    ("answer", "mood"),
    [
        ("", None),
        ("none", "well"),
        ("prefer_not", "well"),
        ("low", "low"),
        ("no_interest low", "low"),
        ("self_harm", "low"),
    ],
)
def test_an_answer_that_she_would_not_give_is_an_answer(answer: str, mood: str | None) -> None:
    assert mood_of({"mood2": answer}) == mood


def test_another_pregnancys_records_are_not_this_ones() -> None:
    other = Event("o", F5, on("2026-05-03"), RECEIVED, "p2", {"report_type": "loss"})
    assert about([other], "p1") == []
