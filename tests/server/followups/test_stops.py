from dataclasses import replace
from typing import Any

import pytest

from server.followups.elsewhere import Referral
from server.followups.facts import STOP_KINDS, Consent, Facts, Stop
from server.followups.pregnancies import DangerSign
from server.followups.rules import due_for, stopped_for
from tests.server.followups.samples import (
    RULES,
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
    tasks,
    woman,
)

ONE = pregnancy("2026-09-01", "2026-10-20")
TODAY = "2027-02-01"
EVERYTHING = woman(
    pregnancies=(ONE,),
    visits=(check("2026-11-10"),),
    danger_signs=(DangerSign("sign", "p1", day("2027-01-31")),),
    referrals=(Referral("r1", "urgent", day("2027-01-31"), "p1"), Referral("r2", "routine", day("2027-01-31"))),
    contraception=(
        method("dmpa", uuid="c1", injections=injections("2026-11-15")),
        method("coc", uuid="c2", supplies=supplies(("2026-11-15", "2027-02-10"))),
        method("iud_cu", uuid="c3", started_on=day("2027-01-15")),
    ),
)
"""No woman has all of this at once; each rule has something to hang on."""


def causes(facts: Facts, today: str = TODAY) -> dict[str, str]:
    return {one.rule: one.cause for one in stopped_for(facts, RULES, day(today))}


def with_outcome(outcome: Any, **given: Any) -> Facts:
    return replace(EVERYTHING, pregnancies=(replace(ONE, outcome=outcome),), **given)


def test_without_a_stop_everything_is_asked_for() -> None:
    assert sorted(tasks(EVERYTHING, TODAY)) == (
        ["ANC-D", "ANC2", "ANC3", "ANC4", "ANC5", "ANC6", "INJ-DMPA", "IUD-1", "PILL-R", "PPFP", "REF-R", "REF-U"]
    )
    assert causes(EVERYTHING) == {}


def test_a_loss_ends_everything_of_that_pregnancy_at_once_and_nothing_else() -> None:
    facts = with_outcome(lost(TODAY))
    assert sorted(tasks(facts, TODAY)) == ["INJ-DMPA", "IUD-1", "PILL-R", "PL1", "REF-R"]
    assert set(causes(facts)) == {"ANC-D", "ANC2", "ANC3", "ANC4", "ANC5", "ANC6", "PPFP", "REF-U"}
    assert set(causes(facts).values()) == {"pregnancy_ended"}


def test_after_a_loss_nothing_of_that_pregnancy_changes_any_more() -> None:
    facts = with_outcome(lost(TODAY))
    for today, offer in (
        (TODAY, "open"),
        ("2027-03-01", "overdue"),
        ("2027-03-02", "expired"),
        ("2027-08-01", "expired"),
    ):
        assert {due.rule: due.state for due in due_for(facts, RULES, day(today)) if due.episode == "p1"} == {
            "ANC1": "done_on_time",
            "PL1": offer,
        }


def test_a_loss_whose_day_a_wrong_clock_puts_ahead_stops_at_once() -> None:
    assert not {"ANC2", "ANC3", "ANC-D"} & set(tasks(with_outcome(lost("2027-02-09")), TODAY))


def test_a_birth_ends_every_antenatal_task_and_leaves_the_referral_open() -> None:
    facts = with_outcome(born(TODAY))
    assert sorted(tasks(facts, TODAY)) == ["INJ-DMPA", "IUD-1", "PILL-R", "REF-R", "REF-U"]
    assert set(causes(facts).values()) == {"gave_birth"}


@pytest.mark.parametrize(("status", "outcome"), [("gave_birth", born(TODAY)), ("ended", lost(TODAY))])
def test_the_follow_up_that_the_report_answers_is_done_and_the_others_end(status: str, outcome: Any) -> None:
    key = standing(woman(pregnancies=(ONE,)), TODAY)["ANC3"].key
    visit = check(TODAY, status=status, answers=key)
    found = standing(with_outcome(outcome, visits=(check("2026-11-10"), visit)), TODAY)
    assert (found["ANC3"].state, found["ANC3"].answered_by) == ("done_on_time", visit.event)
    assert found["ANC1"].state == "done_on_time"
    assert not {"ANC2", "ANC4", "ANC5", "ANC6"} & set(found)


@pytest.mark.parametrize(("status", "outcome"), [("gave_birth", born(TODAY)), ("ended", lost(TODAY))])
def test_a_report_made_for_a_missed_follow_up_answers_it_late_though_the_next_window_is_open(
    status: str, outcome: Any
) -> None:
    """A check of that day would count for the next one; a report counts for none, so nothing stands for the missed one."""
    missed = standing(woman(pregnancies=(ONE,)), TODAY)["ANC2"]
    assert missed.state == "overdue"
    visit = check(TODAY, status=status, answers=missed.key)
    found = standing(with_outcome(outcome, visits=(check("2026-11-10"), visit)), TODAY)
    assert (found["ANC2"].state, found["ANC2"].answered_by) == ("done_late", visit.event)
    assert not {"ANC3", "ANC4", "ANC5", "ANC6"} & set(found)


def test_a_report_that_names_no_follow_up_is_no_check() -> None:
    found = standing(with_outcome(born(TODAY), visits=(check(TODAY, status="gave_birth"),)), TODAY)
    assert "ANC3" not in found


def test_a_contact_dated_after_the_end_counts_for_nothing() -> None:
    facts = with_outcome(lost("2027-01-20"), visits=(check("2027-01-28"),))
    assert not {"ANC2", "ANC3"} & set(standing(facts, TODAY))


@pytest.mark.parametrize("consent", [Consent(False), Consent(True, day("2027-01-31"))])
def test_without_consent_there_is_nothing(consent: Consent) -> None:
    facts = replace(EVERYTHING, consent=consent)
    assert due_for(facts, RULES, day(TODAY)) == ()
    assert set(causes(facts).values()) == {"no_consent"}


def test_consent_holds_on_its_last_day() -> None:
    assert tasks(replace(EVERYTHING, consent=Consent(True, day(TODAY))), TODAY) == tasks(EVERYTHING, TODAY)


def test_a_household_without_consent_is_not_visited() -> None:
    assert tasks(household(call("2026-08-01"), consent=Consent(False)), TODAY) == []


@pytest.mark.parametrize("kind", STOP_KINDS)
@pytest.mark.parametrize("on", ["2027-01-20", TODAY, "2027-02-03"])
def test_a_global_stop_ends_every_task_as_soon_as_it_is_known(kind: str, on: str) -> None:
    facts = replace(EVERYTHING, stops=(Stop(kind, day(on), "stop"),))
    begun_since = ["ANC-D", "REF-R", "REF-U"] if (kind, on) == ("transferred", "2027-01-20") else []
    assert sorted(tasks(facts, TODAY)) == begun_since, "what begins here after a transfer is ours"
    assert set(causes(facts).values()) == {kind}
    assert standing(facts, TODAY)["ANC1"].state == "done_on_time"


def test_a_stop_of_one_reminder_ends_that_one_alone() -> None:
    by_rule = replace(EVERYTHING, stops=(Stop("asked_to_stop", day(TODAY), "stop", rule="IUD-1"),))
    by_episode = replace(EVERYTHING, stops=(Stop("asked_to_stop", day(TODAY), "stop", episode="c2"),))
    assert causes(by_rule) == {"IUD-1": "asked_to_stop"} and causes(by_episode) == {"PILL-R": "asked_to_stop"}


def contraception_ended(on: str) -> Facts:
    return replace(EVERYTHING, contraception=tuple(replace(one, ended_on=day(on)) for one in EVERYTHING.contraception))


def test_a_method_that_ended_is_asked_about_no_more() -> None:
    facts = contraception_ended("2027-01-20")
    assert causes(facts) == dict.fromkeys(("IUD-1", "INJ-DMPA", "PILL-R"), "episode_ended")


def test_what_was_given_after_the_end_of_a_method_counts_again() -> None:
    assert causes(contraception_ended("2026-11-14")) == {}


def test_a_pregnancy_registered_since_ends_reminders_of_injections_and_refills_for_good() -> None:
    later = replace(ONE, registered_on=day("2026-12-01"))
    for outcome in (None, lost("2027-01-10")):
        facts = replace(EVERYTHING, pregnancies=(replace(later, outcome=outcome),))
        found = causes(facts)
        assert found["INJ-DMPA"] == found["PILL-R"] == "pregnancy_registered" and "IUD-1" not in found


def test_nothing_is_asked_of_her_who_did_not_opt_in() -> None:
    facts = replace(
        EVERYTHING, contraception=tuple(replace(one, wants_follow_up=False) for one in EVERYTHING.contraception)
    )
    assert not {"IUD-1", "INJ-DMPA", "PILL-R"} & {*tasks(facts, TODAY), *causes(facts)}


def test_a_stop_says_when_it_was_and_what_told_us() -> None:
    (one,) = (one for one in stopped_for(with_outcome(lost(TODAY)), RULES, day(TODAY)) if one.rule == "ANC3")
    assert (one.on, one.event, one.key) == (day(TODAY), "loss report", standing(EVERYTHING, TODAY)["ANC3"].key)
    replaced = stopped_for(
        woman(contraception=(method("dmpa", injections=injections("2026-01-01", "2026-02-01")),)), RULES, day(TODAY)
    )
    assert [(one.cause, one.on) for one in replaced] == [("replaced", day("2026-02-01"))]
