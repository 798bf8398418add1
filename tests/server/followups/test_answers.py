from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from server.followups.elsewhere import Referral, Wish
from server.followups.facts import Facts, Visit
from server.followups.pregnancies import DangerSign
from server.followups.rules import due_for
from tests.server.followups.samples import (
    RULES,
    at_noon,
    born,
    call,
    check,
    day,
    household,
    injections,
    lost,
    method,
    pregnancy,
    standing,
    supplies,
    woman,
)


def states(facts: Facts, today: str) -> list[tuple[str, str]]:
    return [(due.anchor_event, due.state) for due in due_for(facts, RULES, day(today))]


def test_a_later_injection_answers_the_follow_up_of_the_earlier_one() -> None:
    facts = woman(contraception=(method("dmpa", injections=injections("2025-01-06", "2025-04-07")),))
    january, april = due_for(facts, RULES, day("2025-04-07"))
    assert (january.state, january.answered_on) == ("done_on_time", day("2025-04-07"))
    assert (april.state, april.due_on) == ("scheduled", day("2025-07-07"))


@pytest.mark.parametrize(
    ("second", "found"),
    [
        ("2026-03-18", [("injection 2026-03-18", "due")]),  # 76 days: too early to answer, and replaces the first
        ("2026-03-19", [("injection 2026-01-01", "done_on_time"), ("injection 2026-03-19", "due")]),
        ("2026-04-02", [("injection 2026-01-01", "done_on_time"), ("injection 2026-04-02", "open")]),
        ("2026-04-03", [("injection 2026-01-01", "done_late"), ("injection 2026-04-03", "open")]),
    ],
)
def test_an_injection_counts_from_two_weeks_early_on(second: str, found: list[tuple[str, str]]) -> None:
    facts = woman(contraception=(method("dmpa", injections=injections("2026-01-01", second)),))
    today = {"2026-03-18": "2026-06-17", "2026-03-19": "2026-06-18"}.get(second, "2026-06-24")
    assert states(facts, today) == found


def test_two_records_of_one_injection_make_one_follow_up() -> None:
    first, second = injections("2026-01-01", "2026-01-02")
    again = replace(second, on=first.on)
    for order in ((first, again), (again, first)):
        assert states(woman(contraception=(method("dmpa", injections=order),)), "2026-04-02") == [(first.event, "due")]


@pytest.mark.parametrize("wants", [True, False])
def test_an_injection_told_as_a_new_episode_answers_the_last_one(wants: bool) -> None:
    old = method("dmpa", injections=injections("2026-01-01"))
    new = method("dmpa", uuid="c2", wants_follow_up=wants, injections=injections("2026-04-01"))
    found = states(woman(contraception=(new, old)), "2026-05-01")
    assert found == [("injection 2026-01-01", "done_on_time"), ("injection 2026-04-01", "scheduled")][: 1 + wants]


def test_the_next_supply_answers_the_one_before() -> None:
    given = supplies(("2026-01-01", "2026-03-26"), ("2026-03-20", "2026-06-12"))
    first, second = due_for(woman(contraception=(method("coc", supplies=given),)), RULES, day("2026-03-20"))
    assert (first.state, first.answered_by) == ("done_on_time", "supply 2026-03-20")
    assert (second.state, second.opens_on) == ("scheduled", day("2026-05-22"))


def test_a_supply_that_ends_where_it_began_asks_for_nothing() -> None:
    facts = woman(contraception=(method("coc", supplies=supplies(("2026-01-01", "2026-01-01"))),))
    assert states(facts, "2026-01-05") == []


def follow_up_visit(on: str, **given: Any) -> Visit:
    return check(on, form_id="contraception_followup", **{"episode": "c1", **given})


@pytest.mark.parametrize(
    ("on", "state"),
    [
        ("2026-01-21", "overdue"),  # 20 days after: too early
        ("2026-01-22", "done_on_time"),
        ("2026-02-12", "done_on_time"),
        ("2026-02-13", "done_late"),
        ("2026-04-01", "done_late"),
    ],
)
def test_a_visit_about_the_method_answers_its_first_check(on: str, state: str) -> None:
    coil = method("iud_lng", started_on=day("2026-01-01"))
    facts = woman(contraception=(coil,), visits=(follow_up_visit(on),))
    assert standing(facts, "2026-04-01")["IUD-1"].state == state


def test_after_three_months_a_first_check_is_not_asked_for_and_not_answered() -> None:
    coil = method("iud_cu", started_on=day("2026-01-01"))
    facts = woman(contraception=(coil,), visits=(follow_up_visit("2026-04-02"),))
    assert standing(facts, "2026-04-02")["IUD-1"].state == "expired"


def test_a_visit_about_another_method_answers_nothing() -> None:
    coil = method("iud_cu", started_on=day("2026-01-01"))
    facts = woman(contraception=(coil,), visits=(follow_up_visit("2026-02-01", episode="c2"),))
    assert standing(facts, "2026-02-01")["IUD-1"].state == "due"


SIGN = DangerSign("sign", "p1", day("2026-12-31"))
ONE = pregnancy("2026-09-01", "2026-10-20")


def sign_state(today: str, *visits: Visit, **given: Any) -> str:
    return standing(woman(pregnancies=(ONE,), danger_signs=(SIGN,), visits=visits, **given), today)["ANC-D"].state


def test_a_danger_sign_is_answered_when_a_clinician_sees_her_on_a_later_day() -> None:
    assert sign_state("2027-01-01", check("2027-01-01", by_clinician=True)) == "done_on_time"
    assert sign_state("2027-01-02", check("2027-01-02", by_clinician=True)) == "done_late"
    assert sign_state("2027-01-01", check("2027-01-01")) == "due"


def test_a_clinicians_visit_earlier_on_the_same_day_does_not_close_a_danger_sign() -> None:
    assert sign_state("2026-12-31", check("2026-12-31", by_clinician=True)) == "due"


def test_the_same_day_counts_where_the_visit_reported_the_sign_or_was_made_for_it() -> None:
    key = standing(woman(pregnancies=(ONE,), danger_signs=(SIGN,)), "2026-12-31")["ANC-D"].key
    assert sign_state("2026-12-31", check("2026-12-31", "sign", by_clinician=True)) == "done_on_time"
    assert sign_state("2026-12-31", check("2026-12-31", answers=key, by_clinician=True)) == "done_on_time"


def test_a_danger_sign_is_answered_when_its_referral_arrived() -> None:
    arrived = Referral("r1", "urgent", SIGN.reported_on, "p1", danger_sign="sign", arrived_on=day("2027-01-01"))
    other = replace(arrived, danger_sign="another")
    assert sign_state("2027-01-01", referrals=(arrived,)) == "done_on_time"
    assert sign_state("2027-01-01", referrals=(other,)) == "due"


@pytest.mark.parametrize(
    ("urgency", "outcome", "state"),
    [
        ("routine", "2026-03-02", "done_on_time"),  # before the window opens
        ("routine", "2026-03-15", "done_on_time"),
        ("routine", "2026-03-16", "done_late"),
        ("urgent", "2026-03-01", "done_on_time"),
        ("urgent", "2026-03-04", "done_on_time"),
        ("urgent", "2026-03-05", "done_late"),
    ],
)
def test_a_recorded_outcome_answers_a_referral(urgency: str, outcome: str, state: str) -> None:
    told = Referral("r1", urgency, day("2026-03-01"), outcome_on=day(outcome), outcome_event="outcome")
    (due,) = due_for(woman(referrals=(told,)), RULES, day("2026-03-20"))
    assert (due.state, due.answered_by) == (state, "outcome")


@pytest.mark.parametrize("urgency", ["routine", "urgent"])
def test_a_referral_that_was_closed_without_an_outcome_is_not_wanted_whatever_its_day(urgency: str) -> None:
    for on in ("2026-03-01", "2026-06-01"):
        told = Referral("r1", urgency, day("2026-03-01"), closed_on=day(on), closed_event="record")
        (due,) = due_for(woman(referrals=(told,)), RULES, day(on))
        assert (due.state, due.answered_by, due.severity) == ("declined", "record", "info")


def test_an_outcome_that_is_told_after_a_referral_was_closed_counts() -> None:
    told = Referral("r1", "routine", day("2026-03-01"), closed_on=day("2026-03-04"), outcome_on=day("2026-03-09"))
    (due,) = due_for(woman(referrals=(told,)), RULES, day("2026-03-09"))
    assert (due.state, due.answered_on) == ("done_on_time", day("2026-03-09"))


def test_a_wish_for_help_is_met_by_the_next_talk_about_the_referral_whatever_she_says_then() -> None:
    first, again = Wish("a", day("2026-03-02"), day("2026-03-05"), "b"), Wish("b", day("2026-03-05"))
    told = Referral("r1", "routine", day("2026-03-01"), outcome_on=day("2026-03-02"), wishes=(first, again))
    found = {
        due.anchor_event: (due.state, due.severity)
        for due in due_for(woman(referrals=(told,)), RULES, day("2026-03-05"))
    }
    assert found == {"r1": ("done_on_time", "info"), "a": ("done_on_time", "info"), "b": ("open", "red")}


@pytest.mark.parametrize(
    ("outcome", "state"),
    [
        (born("2027-06-14", "2027-06-15"), "done_on_time"),
        (born("2027-06-14", "2027-06-16"), "done_late"),
        (lost("2027-06-18"), "done_late"),
    ],
)
def test_a_report_of_how_it_went_answers_the_question_at_41_weeks(outcome: Any, state: str) -> None:
    facts = woman(pregnancies=(replace(ONE, outcome=outcome),))
    assert standing(facts, "2027-06-20")["ANC6"].state == state


def test_the_question_at_41_weeks_is_never_put_after_an_earlier_birth() -> None:
    facts = woman(pregnancies=(replace(ONE, outcome=born("2027-06-01")),))
    assert "ANC6" not in standing(facts, "2027-06-20")


@pytest.mark.parametrize(
    ("calls", "found"),
    [
        ([call("2026-06-09")], [("call 2026-01-10", "done_on_time"), ("call 2026-06-09", "scheduled")]),
        ([call("2026-08-08")], [("call 2026-01-10", "done_on_time"), ("call 2026-08-08", "scheduled")]),
        ([call("2026-08-09")], [("call 2026-01-10", "done_late"), ("call 2026-08-09", "scheduled")]),
        ([call("2026-06-08")], [("call 2026-06-08", "scheduled")]),
        ([call("2026-07-01", "absent")], [("call 2026-01-10", "overdue")]),
        ([call("2026-07-01", "declined")], [("call 2026-01-10", "declined")]),
        ([call("2026-03-01", "declined")], []),
        ([call("2026-07-01", "moved")], []),
        ([call("2026-07-01", agreed=False)], [("call 2026-01-10", "done_on_time")]),
    ],
)
def test_a_household_is_visited_again_as_long_as_it_agrees(calls: list[Any], found: list[tuple[str, str]]) -> None:
    assert states(household(call("2026-01-10"), *calls), "2026-08-09") == found


@pytest.mark.parametrize("result", ["declined", "moved"])
def test_a_household_that_declined_the_day_it_was_met_is_not_visited_again(result: str) -> None:
    met = call("2026-01-10")
    left = replace(call("2026-01-10", result), event="again", received_at=met.received_at + timedelta(hours=3))
    for order in ((met, left), (replace(met, received_at=at_noon("2026-01-11")), left)):
        assert states(household(*order), "2026-08-09") == []


def test_a_household_that_never_agreed_is_not_visited_again() -> None:
    assert states(household(call("2026-01-10", agreed=False), call("2026-02-10", "absent")), "2026-08-09") == []


def test_a_late_upload_of_an_earlier_injection_takes_its_place_in_the_row() -> None:
    first, second = injections("2026-01-01", "2026-03-30")
    late = replace(first, received_at=at_noon("2026-05-01"))
    assert states(woman(contraception=(method("dmpa", injections=(second, late)),)), "2026-05-01") == [
        ("injection 2026-01-01", "done_on_time"),
        ("injection 2026-03-30", "scheduled"),
    ]


def test_an_answer_dated_in_the_future_answers_nothing_yet() -> None:
    coil = method("iud_cu", started_on=day("2026-01-01"))
    told = Referral("r1", "routine", day("2026-01-20"), outcome_on=day("2026-02-01"), outcome_event="outcome")
    facts = woman(contraception=(coil,), visits=(follow_up_visit("2026-02-01"),), referrals=(told,))
    for today, state in (("2026-01-31", "due"), ("2026-02-01", "done_on_time")):
        found = standing(facts, today)
        assert found["IUD-1"].state == found["REF-R"].state == state
