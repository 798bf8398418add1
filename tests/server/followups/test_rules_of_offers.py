"""What she asked for herself: when it is offered, what answers it, and when nobody speaks of it any more (domain.md 2.5, 2.6)."""

from dataclasses import replace
from typing import Any

import pytest

from server.followups.facts import Consent, Facts, Stop
from server.followups.offers import ConsentGiven, DayChosen, DoseAsked, FolicWord, Screening
from server.followups.rules import due_for, stopped_for
from server.followups.ruleset import may_be_switched_on, rules_in_force
from tests.server.followups.every_table import as_if_in_force
from tests.server.followups.samples import (
    RULES,
    at_noon,
    born,
    call,
    check,
    day,
    household,
    lost,
    pregnancy,
    standing,
    supplies,
    woman,
)


def word(kind: str, on: str, event: str = "", **given: Any) -> FolicWord:
    return FolicWord(event or f"{kind} {on}", day(on), at_noon(on), kind, **given)


def stands(facts: Facts, rule: str, today: str) -> list[str]:
    return [one.state for one in due_for(facts, RULES, day(today)) if one.rule == rule]


def test_a_plan_is_a_reason_to_offer_once_and_said_again_it_is_the_same_plan() -> None:
    plans = (word("plans", "2026-03-02"), word("plans", "2026-04-02"))
    assert stands(woman(folic_words=plans), "FA-OFFER", "2026-04-03") == ["overdue"]
    assert stands(
        woman(folic_words=plans, folic_acid=supplies(("2026-03-10", "2026-06-08"))), "FA-OFFER", "2026-04-03"
    ) == ["done_on_time"]
    anew = (*plans, word("dropped", "2026-05-02"), word("plans", "2026-08-02"))
    assert stands(woman(folic_words=anew), "FA-OFFER", "2026-08-03") == ["declined", "open"]


def test_nobody_is_asked_who_did_not_say_so_herself() -> None:
    assert stands(woman(), "FA-OFFER", "2026-04-03") == []
    assert stands(woman(folic_words=(word("dropped", "2026-03-02"),)), "FA-OFFER", "2026-04-03") == []


def test_who_has_enough_is_offered_nothing() -> None:
    facts = woman(folic_words=(word("plans", "2026-03-02"),), folic_acid=supplies(("2026-02-10", "2026-05-11")))
    assert stands(facts, "FA-OFFER", "2026-03-02") == []
    assert stands(facts, "FA-REFILL", "2026-03-02") == ["scheduled"]


def test_a_pregnancy_that_she_registers_ends_the_offer_for_a_plan_and_begins_its_own() -> None:
    one = pregnancy("2026-03-01", "2026-04-10")
    facts = woman(
        folic_words=(word("plans", "2026-03-20"), word("without", "2026-04-10", pregnancy="p1")), pregnancies=(one,)
    )
    assert stands(facts, "FA-OFFER", "2026-04-11") == []
    assert stands(facts, "FA-OFFER-P", "2026-04-11") == ["open"]


@pytest.mark.parametrize(
    ("registered", "today", "state"),
    [
        ("2026-05-30", "2026-05-30", ["open"]),  # 12+6
        ("2026-05-31", "2026-05-31", []),  # 13+0
        ("2026-05-20", "2026-05-30", ["due"]),
        ("2026-05-20", "2026-05-31", []),
    ],
)
def test_it_is_offered_until_twelve_weeks_and_six_days(registered: str, today: str, state: list[str]) -> None:
    facts = woman(
        pregnancies=(pregnancy("2026-03-01", registered),), folic_words=(word("without", registered, pregnancy="p1"),)
    )
    assert stands(facts, "FA-OFFER-P", today) == state


@pytest.mark.parametrize(
    ("outcome", "cause"), [(lost("2026-04-20"), "pregnancy_ended"), (born("2026-04-20"), "gave_birth")]
)
def test_the_end_of_the_pregnancy_ends_what_was_offered_for_it(outcome: Any, cause: str) -> None:
    one = pregnancy("2026-03-01", "2026-04-10", outcome=outcome)
    words = (word("without", "2026-04-10", pregnancy="p1"),)
    asked = (DoseAsked("registration", day("2026-04-10"), "p1"),)
    facts = woman(pregnancies=(one,), folic_words=words, doses_asked=asked)
    causes = {stop.rule: stop.cause for stop in stopped_for(facts, RULES, day("2026-04-21"))}
    assert (causes["FA-OFFER-P"], causes["FA-HIGH"]) == (cause, cause)


def test_the_dose_is_answered_by_a_doctor_or_midwife_and_by_nobody_else() -> None:
    facts = woman(
        pregnancies=(pregnancy("2026-03-01", "2026-04-10"),),
        doses_asked=(DoseAsked("registration", day("2026-04-10"), "p1"),),
        visits=(check("2026-04-12", by_clinician=False),),
    )
    assert stands(facts, "FA-HIGH", "2026-04-25") == ["overdue"]
    seen = woman(
        pregnancies=facts.pregnancies, doses_asked=facts.doses_asked, visits=(check("2026-04-12", by_clinician=True),)
    )
    assert stands(seen, "FA-HIGH", "2026-04-25") == ["done_on_time"]
    assert next(rule for rule in RULES if rule.id == "FA-HIGH").whose == "clinician"


QUARTERS = [
    # today, what stands of the four quarters after tablets that were first given on 2027-12-01
    ("2027-12-01", ["scheduled"]),
    ("2028-02-14", ["scheduled"]),
    ("2028-02-15", ["open", "scheduled"]),
    ("2028-02-28", ["open", "scheduled"]),
    ("2028-02-29", ["due", "scheduled"]),
    ("2028-03-14", ["due", "scheduled"]),
    ("2028-03-15", ["expired", "scheduled"]),
    ("2028-05-15", ["expired", "open", "scheduled"]),
    ("2028-08-13", ["expired", "expired", "open", "scheduled"]),
    ("2028-12-31", ["expired"] * 4),
    ("2029-12-31", ["expired"] * 4),
]


@pytest.mark.parametrize(("today", "states"), QUARTERS)
def test_each_quarter_of_a_year_it_is_asked_about_once_and_silence_is_an_answer(today: str, states: list[str]) -> None:
    facts = woman(folic_acid=supplies(("2027-12-01", "2030-12-31")))
    assert stands(facts, "FA-CHECK", today) == states
    assert {one.severity for one in due_for(facts, RULES, day(today)) if one.rule == "FA-CHECK"} == {"info"}


def test_it_is_asked_about_no_more_once_she_wants_something_else_or_is_pregnant() -> None:
    given = supplies(("2027-12-01", "2028-02-28"))
    dropped = woman(folic_acid=given, folic_words=(word("plans", "2027-11-30"), word("dropped", "2028-02-20")))
    assert stands(dropped, "FA-CHECK", "2028-05-15") == ["declined", "declined", "declined"]
    assert not [one for one in due_for(dropped, RULES, day("2028-05-15")) if one.rule == "FA-CHECK" and one.is_task]
    pregnant = woman(folic_acid=given, pregnancies=(pregnancy("2028-03-20", "2028-05-10"),))
    assert stands(pregnant, "FA-CHECK", "2028-05-15") == []


def consents(*days: str) -> tuple[ConsentGiven, ...]:
    return tuple(ConsentGiven(f"consent {on}", day(on), at_noon(on)) for on in days)


def test_her_consent_is_asked_about_once_a_year_and_a_renewal_answers_it() -> None:
    assert stands(woman(consents=consents("2026-03-02")), "CONS", "2027-02-02") == ["open"]
    assert stands(woman(consents=consents("2026-03-02", "2027-02-20")), "CONS", "2027-02-20") == [
        "done_on_time",
        "scheduled",
    ]
    early = woman(consents=consents("2026-03-02", "2026-09-01"))
    assert stands(early, "CONS", "2026-09-02") == ["scheduled"]
    assert [stop.cause for stop in stopped_for(early, RULES, day("2026-09-02"))] == ["replaced"]


def test_when_her_consent_is_over_nobody_asks_her_for_it() -> None:
    facts = woman(consents=consents("2026-03-02"), consent=Consent(True, day("2027-03-02")))
    assert stands(facts, "CONS", "2027-03-02") == ["due"]
    assert stands(facts, "CONS", "2027-03-03") == []


def test_a_home_where_nobody_was_met_is_called_on_again_and_any_answer_ends_it() -> None:
    assert standing(household(call("2026-03-02", "absent")), "2026-04-02")["HH-NEW"].state == "due"
    again = household(call("2026-03-02", "absent"), call("2026-03-20", "absent"), call("2026-03-28"))
    assert standing(again, "2026-04-02")["HH-NEW"].state == "done_on_time"
    refused = household(call("2026-03-02", "absent"), call("2026-03-28", "declined"))
    assert standing(refused, "2026-04-02")["HH-NEW"].state == "declined"
    moved = household(call("2026-03-02", "absent"), call("2026-03-28", "moved"))
    assert "HH-NEW" not in standing(moved, "2026-04-02")
    known = household(call("2026-03-02"), call("2026-03-20", "absent"))
    assert "HH-NEW" not in standing(known, "2026-04-02")


def test_what_she_asked_not_to_be_told_of_is_not_spoken_of() -> None:
    facts = woman(
        folic_words=(word("plans", "2026-03-02"),),
        stops=(Stop("asked_to_stop", day("2026-03-05"), "stop", rule="FA-OFFER"),),
    )
    assert stands(facts, "FA-OFFER", "2026-03-06") == []


def told(facts: Facts, rule: str, today: str) -> list[str]:
    """As if a form asked for what it needs."""
    rules = as_if_in_force(rule, 1)
    return [one.state for one in due_for(facts, rules, day(today)) if one.rule == rule]


def key_in(facts: Facts, rule: str, today: str) -> str:
    return next(one.key for one in due_for(facts, as_if_in_force(rule, 1), day(today)) if one.rule == rule)


def test_a_result_is_told_by_a_clinician_to_her_who_asked_for_it_and_one_no_ends_it() -> None:
    sample = Screening("sample", day("2028-02-15"), agreed=True)
    facts = woman(screenings=(sample,))
    visit = check("2028-02-25", answers=key_in(facts, "PPS", "2028-02-25"))
    seen, by_worker = (replace(facts, visits=(replace(visit, by_clinician=one),)) for one in (True, False))
    assert told(seen, "PPS", "2028-03-20") == ["done_on_time"]
    assert told(by_worker, "PPS", "2028-03-20") == ["overdue"]
    assert told(woman(screenings=(replace(sample, refused=(day("2028-02-16"), "no")),)), "PPS", "2028-03-20") == [
        "declined"
    ]
    assert told(woman(screenings=(replace(sample, agreed=False),)), "PPS", "2028-02-29") == []


def test_what_there_is_from_sixty_on_is_told_before_the_day_that_she_chose_and_never_after_her_no() -> None:
    wish = DayChosen("wish", day("2027-06-01"), day("2028-02-29"))
    facts = woman(days_chosen=(wish,))
    visit = check("2028-01-05", answers=key_in(facts, "BEN-60", "2028-01-05"))
    assert told(replace(facts, visits=(visit,)), "BEN-60", "2028-03-05") == ["done_on_time"]
    assert told(woman(days_chosen=(replace(wish, refused=(day("2027-07-01"), "no")),)), "BEN-60", "2028-01-05") == [
        "declined"
    ]


@pytest.mark.parametrize("rule", ["PPS", "BEN-60"])
def test_neither_is_asked_for_or_can_be_switched_on_while_no_form_asks_her(rule: str) -> None:
    (shipped,) = (one for one in RULES if one.id == rule)
    assert not shipped.enabled and not may_be_switched_on(shipped)
    assert rules_in_force([replace(shipped, enabled=True)], day("2028-01-01")) == ()
    facts = woman(
        screenings=(Screening("sample", day("2028-02-15"), agreed=True),),
        days_chosen=(DayChosen("wish", day("2027-06-01"), day("2028-02-29")),),
    )
    assert due_for(facts, RULES, day("2028-02-29")) == ()
