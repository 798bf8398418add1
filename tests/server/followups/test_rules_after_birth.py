"""What is asked for after a birth and after a loss, what answers it, and what ends it."""

from dataclasses import replace
from typing import Any

import pytest

from server.followups.facts import Facts, Stop, Visit
from server.followups.pregnancies import Birth, DangerSign, Support
from server.followups.rules import stopped_for
from tests.server.followups.samples import (
    RULES,
    at_noon,
    born,
    check,
    day,
    lost,
    pregnancy,
    standing,
    tasks,
    woman,
)

BORN = "2027-06-01"
AFTER = {"BIRTH", "NB28", "PN-M", "PN1", "PN42", "PPFP-1", "PPFP-42"}


def after(on: str = BORN, told: str = "", visits: tuple[Visit, ...] = (), **given: Any) -> Facts:
    known = {"left_on": day("2027-06-03"), "left_told": (day(told or on), "birth report")}
    birth = Birth(day(on), day(told or on), **{**known, **given})
    one = pregnancy("2026-09-01", "2026-10-20", outcome=born(on, told), birth=birth)
    return woman(pregnancies=(one,), visits=visits)


def visit(on: str, event: str = "", **given: Any) -> Visit:
    known = {"form_id": "delivery_postnatal", "visit_date": day(on), "episode": "p1", "report": "pnc_visit"}
    return Visit(**{"event": event or f"visit {on}", "received_at": at_noon(on), **known, **given})


def state(facts: Facts, rule: str, today: str) -> str | None:
    found = standing(facts, today)
    return found[rule].state if rule in found else None


def with_loss(facts: Facts, *support: Support) -> Facts:
    (one,) = facts.pregnancies
    return replace(facts, pregnancies=(replace(one, outcome=lost("2027-06-10"), support=support),))


def causes(facts: Facts, today: str) -> dict[str, str]:
    return {one.rule: one.cause for one in stopped_for(facts, RULES, day(today))}


def test_a_birth_opens_the_visits_after_it_and_ends_those_before_it() -> None:
    assert set(tasks(after(left_on=None, left_told=None), BORN)) == AFTER
    assert set(causes(after(), BORN).values()) == {"gave_birth"}


def test_a_home_visit_counts_from_the_day_she_left_hospital_and_three_days_after_the_birth_while_nobody_told() -> None:
    known = standing(after(), BORN)["PN1"]
    assert (str(known.opens_on), str(known.due_on), str(known.closes_on)) == ("2027-06-03", "2027-06-06", "2027-06-10")
    unknown = standing(after(left_on=None, left_told=None), BORN)["PN1"]
    assert (str(unknown.opens_on), str(unknown.due_on), str(unknown.closes_on)) == (
        ("2027-06-04", "2027-06-07", "2027-06-11")
    )
    assert unknown.key == known.key, "what is told later moves it and makes no second one"


def test_a_birth_that_is_told_late_leaves_days_to_go_there() -> None:
    late = standing(after(told="2027-06-20"), "2027-06-20")["PN1"]
    assert (str(late.due_on), str(late.closes_on), late.state) == ("2027-06-21", "2027-06-23", "open")


@pytest.mark.parametrize(
    ("on", "done"),
    [
        ("2027-06-06", {"PN1": "done_on_time", "PN42": "scheduled", "NB28": "scheduled"}),
        ("2027-06-11", {"PN1": "done_late", "PN42": "scheduled"}),
        ("2027-06-28", {"PN1": "done_late", "NB28": "done_on_time", "PN42": "scheduled"}),
        ("2027-07-12", {"PN1": "expired", "NB28": "expired", "PN42": "done_on_time"}),
        ("2027-07-28", {"PN42": "done_late"}),
    ],
)
def test_a_visit_answers_what_its_day_lies_in(on: str, done: dict[str, str]) -> None:
    facts = after(visits=(visit(on),))
    assert {rule: state(facts, rule, on) for rule in done} == done


@pytest.mark.parametrize("report", ["birth", "loss", ""])
def test_a_report_is_no_visit(report: str) -> None:
    facts = after(visits=(visit("2027-06-06", report=report),))
    assert state(facts, "PN1", "2027-06-06") == "due"


def test_nor_is_another_pregnancys_visit_or_a_check() -> None:
    others = (visit("2027-06-06", episode="p2"), check("2027-06-06"))
    assert state(after(visits=others), "PN1", "2027-06-06") == "due"


def test_a_birth_at_home_is_looked_at_within_a_day() -> None:
    facts = after(left_on=day(BORN), left_early=True)
    assert standing(facts, "2027-06-03")["PN0"].severity == "critical"
    seen = replace(facts, visits=(visit("2027-06-02"),))
    assert state(seen, "PN0", "2027-06-03") == "done_on_time"
    assert state(after(), "PN0", BORN) is None, "who stayed in hospital was seen there"


def test_the_day_of_discharge_or_a_visit_ends_the_question_for_it() -> None:
    unknown = after(left_on=None, left_told=None)
    assert state(unknown, "BIRTH", "2027-06-02") == "due"
    assert state(after(left_told=(day("2027-06-02"), "later")), "BIRTH", "2027-06-02") == "done_on_time"
    assert state(replace(unknown, visits=(visit("2027-06-03"),)), "BIRTH", "2027-06-03") == "done_on_time"


def test_a_no_to_visits_at_home_is_an_answer_and_the_clinic_or_a_call_is_offered_instead() -> None:
    facts = after(no_visits=(day(BORN), "birth report"))
    found = standing(facts, "2027-06-09")
    assert (found["PN1"].state, found["PN1"].answered_by) == ("declined", "birth report")
    offer = found["PN1-C"]
    assert (offer.state, offer.severity, str(offer.closes_on)) == ("due", "info", "2027-06-10")
    came = replace(facts, visits=(visit("2027-06-08"),))
    assert (state(came, "PN1", "2027-06-08"), state(came, "PN1-C", "2027-06-08")) == ("declined", "done_on_time")
    assert {due.severity for due in standing(facts, "2027-06-30").values() if due.rule == "PN1-C"} == {"info"}


def test_a_no_at_the_visit_itself_or_after_it_leaves_it_done() -> None:
    facts = after(no_visits=(day("2027-06-05"), "visit"), visits=(visit("2027-06-05", "visit"),))
    assert (state(facts, "PN1", "2027-06-06"), state(facts, "PN1-C", "2027-06-06")) == ("done_on_time", None)


def test_a_check_at_the_clinic_is_offered_whatever_she_said_of_her_home() -> None:
    assert state(after(no_visits=(day(BORN), "x")), "PN42", "2027-07-13") == "due"


def test_who_wishes_no_contact_is_asked_for_nothing() -> None:
    facts = replace(after(), stops=(Stop("contact_declined", day(BORN), "birth report", episode="p1"),))
    assert tasks(facts, "2027-06-09") == []


def test_of_several_visits_that_wait_the_first_stands_for_the_others_and_a_question_for_none() -> None:
    facts = after(left_on=day(BORN), left_early=True)
    early = standing(facts, "2027-06-02")
    assert (early["PN0"].inside, early["PN1"].inside) == (None, early["PN0"].key)
    late = standing(after(), "2027-07-20")
    assert (late["PN42"].inside, late["PN-M"].inside) == (None, late["PN42"].key)
    alone = standing(after(visits=(visit("2027-06-05"),)), "2027-06-20")
    assert alone["PN-M"].inside is None


def test_where_she_would_rather_not_speak_of_the_baby_nothing_is_asked_for_it() -> None:
    assert state(after(is_spoken_of=False), "NB28", "2027-06-28") is None
    assert state(after(is_spoken_of=False), "PN42", "2027-07-13") == "due"


@pytest.mark.parametrize(
    ("mood", "clinician", "done"),
    [("well", False, True), ("well", True, True), ("low", False, False), ("low", True, True), (None, True, False)],
)
def test_who_is_low_is_a_clinicians_to_close(mood: str | None, clinician: bool, done: bool) -> None:
    facts = after(visits=(visit("2027-06-12", mood=mood, by_clinician=clinician),))
    assert (state(facts, "PN-M", "2027-06-12") == "done_on_time") is done


def test_what_was_asked_in_the_first_week_is_asked_again() -> None:
    assert state(after(visits=(visit("2027-06-07", mood="well"),)), "PN-M", "2027-06-12") == "open"


def test_a_loss_ends_everything_after_the_birth_at_once_and_offers_help_once() -> None:
    facts = with_loss(after(visits=(visit("2027-06-05"),)))
    assert tasks(facts, "2027-06-10") == ["PL1"]
    assert causes(facts, "2027-06-10").items() >= {"PN42": "pregnancy_ended", "NB28": "pregnancy_ended"}.items()
    assert state(facts, "PN1", "2027-06-10") == "done_on_time", "what was done stays done"


def test_a_loss_before_any_birth_opens_no_row_of_a_birth() -> None:
    one = pregnancy("2026-09-01", "2026-10-20", outcome=lost("2027-02-01"))
    assert tasks(woman(pregnancies=(one,)), "2027-02-01") == ["PL1"]
    assert set(causes(woman(pregnancies=(one,)), "2027-02-01")) & (AFTER | {"PN0", "PN1-C"}) == set()


def test_not_now_ends_the_offer_for_good() -> None:
    facts = with_loss(after(), Support("loss report", day("2027-06-10"), wants=False))
    assert [state(facts, "PL1", on) for on in ("2027-06-10", "2027-06-20", "2027-08-01")] == ["declined"] * 3


def test_who_asked_for_help_is_given_it_until_a_clinician_has() -> None:
    facts = with_loss(after(), Support("loss report", day("2027-06-10"), True))
    report = visit("2027-06-10", "loss report", report="loss")
    assert state(replace(facts, visits=(report,)), "PL1", "2027-06-12") == "open", "the report itself gives no help"
    key = standing(facts, "2027-06-12")["PL1"].key
    for given in ({"answers": key}, {"by_clinician": True}):
        seen = replace(facts, visits=(report, visit("2027-06-15", "help", report="loss", **given)))
        assert state(seen, "PL1", "2027-06-15") == "done_on_time"
    by_worker = replace(facts, visits=(visit("2027-06-15", report="loss"),))
    assert state(by_worker, "PL1", "2027-06-15") == "open"


def test_do_not_contact_me_holds_after_a_loss_too() -> None:
    facts = replace(with_loss(after()), stops=(Stop("contact_declined", day(BORN), "r", episode="p1"),))
    assert tasks(facts, "2027-06-12") == []


@pytest.mark.parametrize(
    ("kind", "rule", "levels"),
    [
        ("after_birth", "PN-D", ["red", "red", "critical"]),
        ("baby", "PN-D", ["red", "red", "critical"]),
        ("self_harm", "PN-D0", ["critical", "critical", "critical"]),
    ],
)
def test_a_danger_sign_is_red_at_once_and_thoughts_of_self_harm_are_critical(
    kind: str, rule: str, levels: list[str]
) -> None:
    facts = replace(after(), danger_signs=(DangerSign("sign", "p1", day("2027-06-05"), kind),))
    days = ("2027-06-05", "2027-06-06", "2027-06-07")
    assert [standing(facts, on)[rule].severity for on in days] == levels
    assert "ANC-D" not in standing(facts, days[0])


def test_after_a_danger_sign_only_a_clinicians_look_counts() -> None:
    facts = replace(after(), danger_signs=(DangerSign("sign", "p1", day("2027-06-05"), "after_birth"),))
    by_worker = replace(facts, visits=(visit("2027-06-06"),))
    by_clinician = replace(facts, visits=(visit("2027-06-06", by_clinician=True),))
    assert state(by_worker, "PN-D", "2027-06-06") == "due"
    assert state(by_clinician, "PN-D", "2027-06-06") == "done_on_time"


def test_her_own_sign_outlasts_a_loss_and_the_babys_does_not() -> None:
    signs = (
        DangerSign("hers", "p1", day("2027-06-09"), "after_birth"),
        DangerSign("b", "p1", day("2027-06-08"), "baby"),
    )
    facts = with_loss(replace(after(), danger_signs=signs))
    found = [due for due in standing(replace(facts, danger_signs=signs[:1]), "2027-06-10").values() if due.is_task]
    assert sorted(due.rule for due in found) == ["PL1", "PN-D"]
    assert "PN-D" not in standing(replace(facts, danger_signs=signs[1:]), "2027-06-10")
