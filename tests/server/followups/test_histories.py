"""What records say, read as facts: pure, with invented answers."""

from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest

from server.followups.elsewhere import Referral
from server.followups.facts import Consent, Facts, HouseholdVisit, Stop
from server.followups.histories import Person, read_household, read_woman
from server.followups.methods import ContraceptionEpisode, Injection, Supply
from server.followups.pregnancies import DangerSign, Dating, Outcome, Pregnancy
from server.registry.referrals import referral_uuid
from server.registry.telling import Event
from tests.server.followups.samples import VILLAGE, at_noon, day

F1, F3, F4, F6 = "household_visit", "pregnancy_registration", "antenatal_check", "contraception_followup"
WOMAN = Person("w1", VILLAGE, Consent(True, day("2030-01-01")))
EPISODES = {F3: "p1", F4: "p1", F6: "c1"}


def told(form_id: str, on: str, event: str = "", received: str = "", episode: str = "", **answers: str) -> Event:
    at = at_noon(received or on)
    return Event(event or f"{form_id} {on}", form_id, day(on), at, episode or EPISODES.get(form_id), answers)


def registration(on: str = "2026-10-20", **given: str) -> Event:
    known = {"wants_registration": "yes", "lmp_known": "exact", "lmp_date": "2026-09-01", "event": "r"}
    return told(F3, on, **{**known, **given})


def read(*events: Event, **given: Any) -> Facts:
    return read_woman(WOMAN, events, given.get("keys", {}), given.get("deleted", ()))


def the_pregnancy(*events: Event) -> Pregnancy:
    [one] = read(*events).pregnancies
    return one


def the_method(*events: Event) -> ContraceptionEpisode:
    [one] = read(*events).contraception
    return one


def test_a_registered_pregnancy_is_read_with_its_dating_and_first_check() -> None:
    assert the_pregnancy(registration(first_check_date="2026-10-18")) == Pregnancy(
        uuid="p1",
        event="r",
        registered_on=day("2026-10-20"),
        received_at=at_noon("2026-10-20"),
        datings=(Dating("r", day("2026-09-01"), "lmp", day("2026-10-20")),),
        first_check_on=day("2026-10-18"),
    )


def test_whoever_does_not_want_to_register_has_no_pregnancy_here() -> None:
    assert read(registration(wants_registration="no")).pregnancies == ()


@pytest.mark.parametrize(("known", "dated"), [("exact", True), ("approx", True), ("no", False), ("", False)])
def test_a_last_period_counts_when_she_knew_it(known: str, dated: bool) -> None:
    assert bool(the_pregnancy(registration(lmp_known=known)).datings) is dated


def test_a_scan_told_at_a_check_comes_into_force_that_day() -> None:
    scan = told(F4, "2026-11-10", "f4", us_new="yes", us_date="2026-11-08", us_weeks="11", us_days="0")
    assert the_pregnancy(registration(), scan).datings[1] == Dating(
        "f4", day("2026-08-23"), "ultrasound", day("2026-11-10")
    )
    asked_no = told(F4, "2026-11-10", "f4", us_new="no", us_date="2026-11-08", us_weeks="11", us_days="0")
    assert len(the_pregnancy(registration(), asked_no).datings) == 1


@pytest.mark.parametrize("weeks", ["", "x", "-3", "1e9", "99999999", "１２"])
def test_a_scan_whose_weeks_are_no_number_is_no_scan(weeks: str) -> None:
    scan = told(F4, "2026-11-10", us_new="yes", us_date="2026-11-08", us_weeks=weeks, us_days="0")
    assert len(the_pregnancy(registration(), scan).datings) == 1


def test_a_birth_is_an_outcome_and_a_loss_outweighs_everything_told_besides() -> None:
    birth = told(F4, "2027-06-01", "b", still_pregnant="gave_birth")
    loss = told(F4, "2027-06-03", "l", still_pregnant="ended")
    goes_on = told(F4, "2027-06-10", "o", still_pregnant="ongoing")
    on = day("2027-06-01")
    assert the_pregnancy(registration(), birth).outcome == Outcome("b", "gave_birth", on, on)
    for events in permutations((registration(), birth, loss, goes_on)):
        outcome = the_pregnancy(*events).outcome
        assert outcome is not None and (outcome.kind, outcome.event) == ("ended", "l")
    assert the_pregnancy(registration(), told(F4, "2027-06-01", still_pregnant="prefer_not")).outcome is None


def test_another_pregnancys_check_is_not_this_ones() -> None:
    other = told(F4, "2027-06-01", episode="p2", still_pregnant="ended")
    assert the_pregnancy(registration(), other).outcome is None


def test_visits_say_who_saw_her_and_which_follow_up_they_were_made_for() -> None:
    visits = read(
        registration(),
        told(F4, "2026-11-10", "a", done_by="midwife", visit_key="v1", still_pregnant="ongoing"),
        told(F4, "2026-11-11", "b", done_by="worker", visit_key="unknown", still_pregnant="ongoing"),
        told(F6, "2026-11-12", "c", done_by="doctor", reason="check"),
        keys={"v1": "key of one"},
    ).visits
    assert [(one.event, one.by_clinician, one.answers, one.episode) for one in visits] == [
        ("r", False, None, "p1"),
        ("a", True, "key of one", "p1"),
        ("b", False, None, "p1"),
        ("c", False, None, "c1"),
    ]


def test_a_form_that_ended_at_the_door_is_no_visit() -> None:
    assert read(told(F4, "2026-11-10", visit_key="v1"), told(F6, "2026-11-12"), told(F3, "2026-11-12")).visits == ()


def test_danger_signs_of_a_pregnancy_and_the_referrals_they_make() -> None:
    facts = read(registration(danger_now="fever bleeding"), told(F4, "2026-11-10", "f4", danger="none"))
    assert facts.danger_signs == (DangerSign("r", "p1", day("2026-10-20")),)
    assert facts.referrals == (Referral(referral_uuid("r"), "urgent", day("2026-10-20"), "p1", "r"),)


def test_a_referral_from_contraception_is_of_no_pregnancy_and_one_taken_out_by_hand_is_none() -> None:
    event = told(F6, "2026-11-10", "f6", refer_to="clinic1", refer_urgency="routine")
    assert read(event).referrals == (Referral(referral_uuid("f6"), "routine", day("2026-11-10")),)
    assert read(event, deleted={referral_uuid("f6")}).referrals == ()


def test_do_not_contact_me_stops_that_pregnancy_and_no_answer_stops_nothing() -> None:
    assert read(registration(contact_ok="none")).stops == (
        Stop("contact_declined", day("2026-10-20"), "r", episode="p1"),
    )
    assert read(registration(contact_ok="clinic")).stops == read(registration()).stops == ()


def test_injections_and_supplies_are_read_with_their_days() -> None:
    one = the_method(
        told(F6, "2026-11-02", "a", method="dmpa", last_injection="2026-11-01", reminder_wish="visit"),
        told(F6, "2027-01-20", "b", reason="reinject", last_injection="2027-01-20"),
    )
    assert (one.method, one.wants_follow_up) == ("dmpa", True)
    assert one.injections == (
        Injection("a", day("2026-11-01"), at_noon("2026-11-02")),
        Injection("b", day("2027-01-20"), at_noon("2027-01-20")),
    )
    pills = the_method(
        told(F6, "2026-11-02", "a", method="coc", packs_given="3"),
        told(F6, "2027-01-20", "b", packs_given="2", supply_end="2027-03-10"),
        told(F6, "2027-01-21", "c", packs_given="0"),
    )
    assert pills.supplies == (
        Supply("a", day("2026-11-02"), day("2027-01-25"), at_noon("2026-11-02")),
        Supply("b", day("2027-01-20"), day("2027-03-10"), at_noon("2027-01-20")),
    )


@pytest.mark.parametrize(("wish", "wants"), [("visit", True), ("clinic", True), ("none", False), ("", False)])
def test_a_method_is_followed_up_only_when_she_opted_in(wish: str, wants: bool) -> None:
    assert the_method(told(F6, "2026-11-02", method="dmpa", reminder_wish=wish)).wants_follow_up is wants
    assert the_method(told(F6, "2026-11-02", method="dmpa")).wants_follow_up is False


def test_her_last_wish_counts_and_a_visit_that_did_not_ask_leaves_it() -> None:
    first = told(F6, "2026-11-02", method="dmpa", reminder_wish="visit")
    assert the_method(first, told(F6, "2026-12-02", reason="check")).wants_follow_up is True
    assert the_method(first, told(F6, "2026-12-02", reminder_wish="none")).wants_follow_up is False


@pytest.mark.parametrize("answers", [{"choice_hers": "no"}, {"choice_hers": "unsure"}, {"pressure": "yes"}])
def test_of_what_was_not_her_own_choice_nothing_comes(answers: dict[str, str]) -> None:
    event = told(F6, "2026-11-02", method="dmpa", last_injection="2026-11-01", reminder_wish="visit", **answers)
    assert read(event).contraception == ()


def test_once_it_is_not_her_own_choice_any_more_nothing_is_asked_for_until_it_is_again() -> None:
    first = told(F6, "2026-11-02", method="dmpa", last_injection="2026-11-01", reminder_wish="visit")
    pressed = told(F6, "2026-12-02", reason="check", pressure="yes", method="iud_cu", last_injection="2026-12-01")
    one = the_method(first, pressed)
    assert (one.method, one.wants_follow_up, len(one.injections)) == ("dmpa", False, 1)
    assert the_method(first, pressed, told(F6, "2027-01-20", reason="check")).wants_follow_up is True


@pytest.mark.parametrize("answers", [{"reason": "stop"}, {"reason": "switch"}, {"wish": "stop"}, {"wish": "switch"}])
def test_a_method_ends_when_she_stops_or_switches(answers: dict[str, str]) -> None:
    started = told(F6, "2026-11-02", method="iud_cu", start_date="2026-11-01", reminder_wish="visit")
    assert the_method(started).ended_on is None
    assert the_method(started, told(F6, "2026-12-02", wish="continue")).ended_on is None
    assert the_method(started, told(F6, "2026-12-02", **answers)).ended_on == day("2026-12-02")


def test_no_day_lies_after_the_day_of_receipt() -> None:
    """23:30 UTC of the 30th is the 31st in Shanghai: the day of receipt is Shanghai's."""
    ahead = told(F6, "2027-01-15", reason="start", method="dmpa", last_injection="2027-01-15", received="2027-01-10")
    assert the_method(ahead).injections[0].on == day("2027-01-10")
    assert read(ahead).visits[0].visit_date == day("2027-01-10")
    late = Event(
        "e", F6, day("2027-01-31"), at_noon("2027-01-30") + timedelta(hours=19, minutes=30), "c1", {"reason": "start"}
    )
    assert read(late).visits[0].visit_date == day("2027-01-31")


def test_a_date_that_is_none_is_left_out() -> None:
    assert the_method(told(F6, "2026-11-02", method="dmpa", last_injection="soon")).injections == ()


def test_the_order_of_the_records_does_not_matter() -> None:
    events = (
        registration(),
        told(F4, "2026-11-10", "a", danger="fever", refer="yes"),
        told(F4, "2026-11-10", "b", received="2026-11-12", us_new="yes", us_date="2026-11-08", us_weeks="11"),
        told(F6, "2026-11-02", "c", method="dmpa", last_injection="2026-11-01", reminder_wish="visit"),
    )
    assert len({read(*order) for order in permutations(events)}) == 1


def test_a_households_visits_are_read_with_what_each_found() -> None:
    home = Person("h1", VILLAGE, Consent(True))
    facts = read_household(
        home,
        [
            told(F1, "2027-02-01", "b", visit_result="absent"),
            told(F1, "2027-01-01", "a", visit_result="met", consent_household="yes"),
            told(F1, "2027-03-01", "c", visit_result="met", consent_household="no"),
        ],
    )
    assert (facts.subject_list, facts.subject) == ("households", "h1")
    assert facts.household_visits == (
        HouseholdVisit("a", day("2027-01-01"), at_noon("2027-01-01"), "met", True),
        HouseholdVisit("b", day("2027-02-01"), at_noon("2027-02-01"), "absent", False),
        HouseholdVisit("c", day("2027-03-01"), at_noon("2027-03-01"), "met", False),
    )
