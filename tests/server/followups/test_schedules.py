"""The schedules that exclude each other: which contacts answer what in each of them, and what a change leaves as it was."""

from typing import Any

import pytest

from server.followups.facts import Facts, Visit
from server.followups.pregnancies import Birth
from server.followups.rules import due_for, extra_contacts, stopped_for
from server.followups.schedules import left_on, spans_of, times_of
from tests.server.followups.samples import RULES, at_noon, born, check, day, lost, pregnancy, standing, tasks, woman

# Anchor 2026-09-01. 16+0 is 2026-12-22, 25+0 2027-02-23, 28+0 2027-03-16, 33+0 2027-04-20, 35+0 2027-05-04, 37+0 2027-05-18.
EARLY = "2026-11-10"
"""10+0, in the first window of every schedule."""


def with_checks(*days: str, profile: str = "CN5", **given: Any) -> Facts:
    one = pregnancy("2026-09-01", "2026-10-20", profile=profile, **given)
    return woman(pregnancies=(one,), visits=tuple(check(on) for on in days))


def states(facts: Facts, today: str) -> dict[str, str]:
    """Of the contacts that somebody answered, missed or still owes."""
    contacts = {rule.id for rule in RULES if rule.answer == "antenatal_contact"}
    return {rule: due.state for rule, due in standing(facts, today).items() if rule in contacts}


def done(facts: Facts, today: str) -> list[str]:
    return sorted(rule for rule, state in states(facts, today).items() if state.startswith("done"))


def extra(facts: Facts, today: str) -> list[str]:
    return [one.event for one in extra_contacts(facts, RULES, day(today))]


@pytest.mark.parametrize(
    ("profile", "on", "answered"),
    [
        # 25+2: an extra contact without the WHO layer, which does not fill ANC4
        ("CN5", "2027-02-25", []),
        ("CN5+WHO", "2027-02-25", ["ANC3b"]),
        ("CN-clinic", "2027-02-25", ["ANC-C4"]),
        # 28+0
        ("CN5", "2027-03-16", ["ANC4"]),
        ("CN5+WHO", "2027-03-16", ["ANC4"]),
        ("CN-clinic", "2027-03-16", ["ANC-C4"]),
        # 34+1: every open rule whose window holds the day
        ("CN5", "2027-04-28", ["ANC4"]),
        ("CN5+WHO", "2027-04-28", ["ANC4", "ANC4b"]),
        ("CN-clinic", "2027-04-28", ["ANC-C6"]),
        # 36+6
        ("CN5", "2027-05-17", ["ANC4"]),
        ("CN5+WHO", "2027-05-17", ["ANC4", "ANC4c"]),
        ("CN-clinic", "2027-05-17", ["ANC-C6"]),
        # 39+3
        ("CN5", "2027-06-04", ["ANC5"]),
        ("CN5+WHO", "2027-06-04", ["ANC5", "ANC5b"]),
        ("CN-clinic", "2027-06-04", ["ANC-C7"]),
        # 41+2: late for the national norm, in time by the guideline
        ("CN-clinic", "2027-06-17", ["ANC-C7"]),
    ],
)
def test_a_visit_answers_every_open_rule_of_her_schedule_whose_window_holds_its_day(
    profile: str, on: str, answered: list[str]
) -> None:
    facts = with_checks("2027-01-05", "2027-02-02", on, profile=profile)
    before = with_checks("2027-01-05", "2027-02-02", profile=profile)
    assert sorted(set(done(facts, on)) - set(done(before, on))) == answered
    assert (f"check {on}" in extra(facts, on)) is (not answered)


def test_no_schedule_asks_for_what_is_anothers() -> None:
    asked = {
        profile: set(states(with_checks(profile=profile), "2026-10-20")) for profile in ("CN5", "CN5+WHO", "CN-clinic")
    }
    assert asked["CN5"] == {"ANC1", "ANC2", "ANC3", "ANC4", "ANC5"}
    assert asked["CN5+WHO"] == asked["CN5"] | {"ANC3b", "ANC4b", "ANC4c", "ANC5b"}
    assert asked["CN-clinic"] == {f"ANC-C{number}" for number in range(1, 8)}
    for profile in asked:
        assert "ANC6" in standing(with_checks(profile=profile), "2026-10-20"), "how it went is asked in every schedule"


def test_only_the_contact_due_first_is_shown_and_the_rest_inside_it() -> None:
    facts = with_checks(EARLY, "2027-01-05", "2027-02-02", "2027-02-25", profile="CN5+WHO")
    found = standing(facts, "2027-04-20")
    assert (found["ANC4"].inside, found["ANC4b"].inside) == (None, found["ANC4"].key)
    assert found["PPFP"].inside == found["ANC4"].key, "an offer is made at the contact"


def test_a_layer_never_weakens_the_contact_that_it_lies_beside() -> None:
    """What is red is not merged into what only informs, nor hidden inside it."""
    missed = with_checks(EARLY, "2027-01-05", profile="CN5+WHO")  # the third one was missed, and no one came since
    found = standing(missed, "2027-03-16")
    assert (found["ANC3"].state, found["ANC3"].severity, found["ANC3"].inside) == ("overdue", "red", None)
    assert (found["ANC3b"].state, found["ANC4"].inside) == ("missed_merged", found["ANC3"].key)
    late = standing(missed, "2027-05-18")
    assert (late["ANC3"].state, late["ANC4"].state, late["ANC4"].severity) == ("missed_merged", "overdue", "red")
    assert late["ANC4"].inside is None


def test_a_visit_after_the_last_week_of_one_counts_for_the_next_and_the_missed_one_is_merged_into_that() -> None:
    found = standing(with_checks(EARLY, "2027-01-05", "2027-02-02", "2027-05-20", profile="CN5+WHO"), "2027-05-20")
    assert (found["ANC5"].state, found["ANC4"].state) == ("done_on_time", "missed_merged")
    assert found["ANC4"].merged_into == found["ANC5"].key, "not into one inside its own weeks"


def test_only_where_a_clinician_named_a_risk_a_contact_of_the_layer_is_marked_when_late() -> None:
    for has_risk, severity in ((True, "amber"), (False, "info")):
        facts = with_checks("2027-03-20", profile="CN5+WHO", has_named_risk=has_risk)
        late = standing(facts, "2027-05-04")["ANC4b"]
        assert (late.severity, late.state) == (severity, "overdue" if has_risk else "missed_merged")


CHANGED = ((day("2027-02-25"), "CN-clinic"),)
"""At 25+2."""


def test_what_was_done_by_the_old_schedule_stays_done_and_the_rest_of_it_is_not_asked_for() -> None:
    facts = with_checks(EARLY, "2027-01-05", schedule=CHANGED)
    before, after = (states(facts, on) for on in ("2027-02-24", "2027-02-25"))
    assert before == {
        "ANC1": "done_on_time",
        "ANC2": "done_on_time",
        "ANC3": "overdue",
        "ANC4": "scheduled",
        "ANC5": "scheduled",
    }
    assert after == {
        "ANC1": "done_on_time",
        "ANC2": "done_on_time",
        "ANC-C4": "open",
        "ANC-C5": "scheduled",
        "ANC-C6": "scheduled",
        "ANC-C7": "scheduled",
    }
    stopped = {one.rule: (one.cause, one.on) for one in stopped_for(facts, RULES, day("2027-02-25"))}
    assert stopped == dict.fromkeys(("ANC3", "ANC4", "ANC5"), ("other_schedule", day("2027-02-25")))


def test_a_visit_before_the_change_counts_in_a_window_of_the_new_schedule_that_is_open() -> None:
    facts = with_checks(EARLY, "2027-02-02", "2027-02-23", schedule=CHANGED)  # 25+0: extra by the old one
    assert (extra(facts, "2027-02-24"), extra(facts, "2027-02-25")) == (["check 2027-02-23"], [])
    assert states(facts, "2027-02-25")["ANC-C4"] == "done_on_time"


def test_a_visit_that_counted_by_the_old_schedule_is_no_extra_contact_later() -> None:
    facts = with_checks("2027-01-25", schedule=CHANGED)  # 20+6: the last day of ANC2
    assert states(facts, "2027-03-01")["ANC2"] == "done_on_time" and extra(facts, "2027-03-01") == []


def test_nothing_that_happens_after_the_change_answers_the_old_schedule() -> None:
    facts = with_checks("2027-02-26", schedule=CHANGED)
    assert done(facts, "2027-02-26") == ["ANC-C4"]


def test_a_late_upload_of_a_visit_before_the_change_still_answers_the_old_schedule() -> None:
    late = check("2027-02-10", received_at=at_noon("2027-03-10"))
    facts = woman(pregnancies=with_checks(schedule=CHANGED).pregnancies, visits=(late,))
    assert "ANC3" in done(facts, "2027-03-10")


def test_what_both_schedules_have_goes_on_without_a_break() -> None:
    layer = with_checks("2027-02-02", schedule=((day("2027-02-25"), "CN5+WHO"),))
    assert states(layer, "2027-02-25") == {
        "ANC1": "missed_merged",
        "ANC2": "missed_merged",
        "ANC3": "done_on_time",
        "ANC3b": "open",
        "ANC4": "scheduled",
        "ANC4b": "scheduled",
        "ANC4c": "scheduled",
        "ANC5": "scheduled",
        "ANC5b": "scheduled",
    }
    assert [one.rule for one in stopped_for(layer, RULES, day("2027-02-25"))] == []


def test_going_back_the_next_day_brings_back_what_was_asked_for() -> None:
    there_and_back = (*CHANGED, (day("2027-02-26"), "CN5"))
    plain, changed = (with_checks(EARLY, "2027-01-05", schedule=schedule) for schedule in ((), there_and_back))
    again = {rule: state for rule, state in states(changed, "2027-02-26").items() if rule != "ANC3"}
    assert again == {rule: state for rule, state in states(plain, "2027-02-26").items() if rule != "ANC3"}
    assert "ANC3" not in states(changed, "2027-02-26"), "its weeks were over when this schedule was chosen again"


def test_the_keys_stay_when_she_goes_back() -> None:
    there_and_back = (*CHANGED, (day("2027-02-26"), "CN5"))
    plain, changed = (with_checks(EARLY, schedule=schedule) for schedule in ((), there_and_back))
    assert standing(changed, "2027-02-26")["ANC5"].key == standing(plain, "2027-02-26")["ANC5"].key


def test_visits_after_a_birth_follow_the_schedule_too() -> None:
    birth = {"outcome": born("2027-06-01"), "birth": Birth(day("2027-06-01"), day("2027-06-01"))}
    visit = Visit("visit", "delivery_postnatal", day("2027-06-03"), at_noon("2027-06-03"), "p1", report="pnc_visit")
    facts = with_checks(profile="CN5+WHO", schedule=((day("2027-06-05"), "CN5"),), **birth)
    facts = woman(pregnancies=facts.pregnancies, visits=(visit,))
    assert standing(facts, "2027-06-04")["PN-W2"].state == "scheduled"
    after = standing(facts, "2027-06-05")
    assert after["PN-W1"].state == "done_on_time" and "PN-W2" not in after
    assert "PN-W1" not in standing(with_checks(**birth), "2027-06-04"), "the layer is off where nobody chose it"


def test_of_two_choices_of_one_day_the_later_counts_and_a_choice_of_the_same_is_none() -> None:
    one = pregnancy(
        "2026-09-01", "2026-10-20", schedule=((day("2027-02-25"), "CN-clinic"), (day("2027-02-25"), "CN5+WHO"))
    )
    assert [profile for profile, _ in spans_of(one, day("2027-03-01"))] == ["CN5", "CN5+WHO"]
    same = pregnancy("2026-09-01", "2026-10-20", schedule=((day("2027-02-25"), "CN5"),))
    (second,) = [rule for rule in RULES if rule.id == "ANC2"]
    assert len(times_of(same, second, day("2027-03-01"))) == 1 and left_on(same, second, day("2027-03-01")) is None


def test_a_change_of_a_later_day_is_not_known_yet() -> None:
    facts = with_checks(schedule=CHANGED)
    assert "ANC5" in tasks(facts, "2027-02-24") and "ANC5" not in tasks(facts, "2027-02-25")


def test_a_loss_outweighs_a_change_of_schedule() -> None:
    facts = with_checks(schedule=CHANGED, outcome=lost("2027-03-01"))
    assert {one.cause for one in stopped_for(facts, RULES, day("2027-03-01"))} == {"pregnancy_ended"}
    assert due_for(facts, RULES, day("2027-03-01"))[0].rule == "PL1"
