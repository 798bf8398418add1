"""What answers a follow-up about a method: that somebody spoke with her, whatever she said."""

from dataclasses import replace
from typing import Any

import pytest

from server.followups.elsewhere import Referral
from server.followups.facts import Facts, Visit
from server.followups.methods import AfterCare, Injection
from server.followups.rules import due_for, stopped_for
from tests.server.followups.samples import RULES, at_noon, check, day, injections, method, standing, woman
from tests.server.followups.stories_of_methods import (
    BREASTFED,
    COIL_CARD,
    CONDOMS,
    OTHER_FOOD,
    STOPPED_LEAP,
    UNWELL_LEAP,
    began,
    card,
    complaint,
    her,
    review,
)
from tests.server.followups.test_rules_of_methods import WITH_PAC


def talk(on: str, event: str = "", **given: Any) -> Visit:
    return check(on, event or f"talk {on}", **{"form_id": "contraception_followup", "episode": "c1", **given})


def state(facts: Facts, rule: str, today: str, *visits: Visit) -> str | None:
    found = standing(replace(facts, visits=visits), today)
    return found[rule].state if rule in found else None


def times(facts: Facts, rule: str, today: str, *visits: Visit) -> list[str]:
    return [due.state for due in due_for(replace(facts, visits=visits), RULES, day(today)) if due.rule == rule]


@pytest.mark.parametrize(
    ("name", "rule", "early", "inside", "late"),
    [
        ("implant", "IMP-1", "2028-01-24", "2028-01-25", "2028-03-01"),
        ("coc", "COC-3M", "2028-03-19", "2028-03-20", "2028-04-30"),
        ("ec", "EC-1", "2028-01-20", "2028-01-21", "2028-01-29"),
        ("female_ster_done", "FST-1", "2028-01-02", "2028-01-03", "2028-01-15"),
        ("male_ster_done", "VAS-1", "2028-01-02", "2028-01-03", "2028-01-15"),
        ("male_ster_done", "VAS-2", "2028-03-19", "2028-03-20", "2028-04-30"),
    ],
)
def test_a_visit_about_the_method_from_the_window_on_answers_it(
    name: str, rule: str, early: str, inside: str, late: str
) -> None:
    facts = began(name, "2027-12-31")
    assert state(facts, rule, late, talk(early)) == "overdue"
    assert state(facts, rule, late, talk(inside)) == "done_on_time"
    assert state(facts, rule, late, talk(late)) == "done_late"


def test_once_the_day_on_her_card_was_spoken_of_nobody_comes_back_to_it() -> None:
    told = talk("2027-12-02")
    assert state(COIL_CARD, "IUD-X", "2028-03-02", told) == "done_on_time"
    assert times(COIL_CARD, "IUD-XQ", "2028-11-01", told) == ["declined", "declined"]
    assert times(COIL_CARD, "IUD-XQ", "2028-11-01", talk("2028-06-10")) == ["done_on_time", "declined"]
    assert times(COIL_CARD, "IUD-XQ", "2028-11-01", talk("2027-12-01")) == ["expired", "expired"], "before it was near"


def test_a_new_card_takes_the_place_of_the_old_one_and_the_visit_that_tells_of_it_is_no_talk_about_the_day() -> None:
    facts = her("iud_cu", cards=(card("2027-06-01", "2028-03-01", "old"), card("2027-11-01", "2038-03-01", "new")))
    found = {one.rule: one.cause for one in stopped_for(facts, RULES, day("2028-02-01"))}
    assert found == {"IUD-X": "replaced", "IUD-XQ": "replaced"}
    near = her("iud_cu", cards=(card("2028-02-01", "2028-03-01"),))
    assert state(near, "IUD-X", "2028-02-10", talk("2028-02-01")) == "due"


def test_the_next_monthly_injection_answers_from_a_week_before_its_day_on() -> None:
    for second, found in (
        ("2028-01-30", [("2028-01-30", "open")]),
        ("2028-01-31", [("2028-01-10", "done_on_time"), ("2028-01-31", "scheduled")]),
        ("2028-02-15", [("2028-01-10", "done_late"), ("2028-02-15", "scheduled")]),
    ):
        facts = her("cic", injections=injections("2028-01-10", second))
        dues = due_for(facts, RULES, day("2028-02-20"))
        assert [(due.anchor_event.removeprefix("injection "), due.state) for due in dues] == found


def test_the_day_that_the_clinic_wrote_wins() -> None:
    written = Injection("i", day("2028-01-10"), at_noon("2028-01-10"), day("2028-02-01"))
    due = standing(her("cic", injections=(written,)), "2028-02-01")["INJ-CIC"]
    assert [str(one) for one in (due.opens_on, due.due_on, due.closes_on)] == ["2028-01-25", "2028-02-01", "2028-02-08"]


def test_the_next_review_answers_the_last_and_is_counted_from_itself() -> None:
    again = her("coc", reviews=(review("2027-02-28"), review("2028-03-05")))
    dues = [due for due in due_for(again, RULES, day("2028-03-05")) if due.rule == "COC-Y"]
    assert [(str(due.due_on), due.state) for due in dues] == [
        ("2028-02-28", "done_on_time"),
        ("2029-03-05", "scheduled"),
    ]
    sooner = her("coc", reviews=(review("2027-02-28"), review("2027-08-31")))
    (due,) = [due for due in due_for(sooner, RULES, day("2028-03-05")) if due.rule == "COC-Y"]
    assert str(due.due_on) == "2028-08-31"


def test_a_review_after_a_missed_year_answers_the_year_in_which_it_was() -> None:
    facts = her("coc", reviews=(review("2027-02-28"), review("2029-02-10")))
    found = [due.state for due in due_for(facts, RULES, day("2029-02-10")) if due.rule == "COC-Y"]
    assert found == ["expired", "done_on_time", "scheduled"]


def test_a_visit_that_was_made_for_the_yearly_look_answers_it_though_nothing_was_measured() -> None:
    facts = her("coc", reviews=(review("2027-02-28"),))
    key = standing(facts, "2028-02-28")["COC-Y"].key
    assert state(facts, "COC-Y", "2028-02-28", talk("2028-02-28", answers=key)) == "done_on_time"
    assert state(facts, "COC-Y", "2028-02-28", talk("2028-02-28")) == "due"


def test_condoms_are_answered_by_handing_them_out_for_it() -> None:
    key = standing(CONDOMS, "2028-02-20")["COND-R"].key
    given = check("2028-02-20", form_id="supplies", episode=None, answers=key)
    assert state(CONDOMS, "COND-R", "2028-02-20", given) == "done_on_time"
    assert state(CONDOMS, "COND-R", "2028-02-20", replace(given, answers=None)) == "due"


def test_a_later_talk_about_methods_answers_what_is_said_about_breastfeeding() -> None:
    assert state(BREASTFED, "LAM-6", "2028-05-01", talk("2027-12-02")) == "due", "that record began it"
    assert state(BREASTFED, "LAM-6", "2028-05-01", talk("2028-04-25", episode="c2")) == "done_on_time"
    assert state(OTHER_FOOD, "LAM-6", "2028-02-20", talk("2028-02-20", episode=None)) == "done_on_time"


def test_with_another_method_begun_nothing_is_said_about_breastfeeding() -> None:
    pills = method("pop", uuid="c2", noted_on=day("2028-03-01"))
    facts = replace(BREASTFED, contraception=(*BREASTFED.contraception, pills))
    assert state(facts, "LAM-6", "2028-05-01") == "declined"
    earlier = replace(pills, noted_on=day("2027-01-01"))
    assert state(replace(facts, contraception=(*BREASTFED.contraception, earlier)), "LAM-6", "2028-05-01") == "due"


@pytest.mark.parametrize(
    ("visit", "found"),
    [
        (talk("2028-02-20", "stop"), "open"),  # the record that told it
        (talk("2028-02-20", "same day"), "open"),
        (talk("2028-02-20", "same day", episode="c2"), "done_on_time"),  # she began another method
        (talk("2028-02-24"), "done_on_time"),
        (check("2028-02-24", form_id="supplies", episode=None), "done_on_time"),  # folic acid beside her name
        (check("2028-02-24"), "open"),
    ],
)
def test_any_talk_after_she_stopped_ends_the_one_contact(visit: Visit, found: str) -> None:
    assert state(STOPPED_LEAP, "SWITCH-STOP", "2028-02-25", visit) == found


def test_a_later_visit_about_the_method_ends_a_call_back_whatever_she_said() -> None:
    key = standing(UNWELL_LEAP, "2028-02-25")["SE"].key
    assert state(UNWELL_LEAP, "SE", "2028-02-26", talk("2028-02-25", "complaint 2028-02-25")) == "open"
    assert state(UNWELL_LEAP, "SE", "2028-02-26", talk("2028-02-25", answers=key)) == "done_on_time"
    assert state(UNWELL_LEAP, "SE", "2028-02-26", talk("2028-02-26")) == "done_on_time"


def test_a_danger_sign_with_a_method_waits_for_a_clinician_or_for_her_arrival() -> None:
    danger = her("pop", complaints=(complaint("2028-02-28", "danger", "sign"),))
    assert state(danger, "SE-D", "2028-02-29", talk("2028-02-29")) == "due"
    assert state(danger, "SE-D", "2028-02-29", talk("2028-02-29", by_clinician=True)) == "done_on_time"
    key = standing(danger, "2028-02-29")["SE-D"].key
    unnamed = talk("2028-02-29", by_clinician=True, episode=None)
    assert state(danger, "SE-D", "2028-02-29", unnamed) == "due"
    assert state(danger, "SE-D", "2028-02-29", replace(unnamed, answers=key)) == "done_on_time"
    there = Referral("r", "urgent", day("2028-02-28"), danger_sign="sign", arrived_on=day("2028-03-02"))
    assert state(replace(danger, referrals=(there,)), "SE-D", "2028-03-02") == "done_late"


def test_one_no_ends_the_offer_after_an_abortion() -> None:
    agreed = AfterCare("care", day("2028-02-20"), agreed=True)
    no = replace(agreed, refused=(day("2028-02-21"), "no"))
    for care, today, found in (
        (agreed, "2028-03-05", "due"),
        (no, "2028-02-21", "declined"),
        (no, "2028-03-05", "declined"),
    ):
        assert [due.state for due in due_for(woman(aftercare=(care,)), WITH_PAC, day(today))] == [found]
    (due,) = due_for(woman(aftercare=(agreed,)), WITH_PAC, day("2028-03-05"))
    visit = talk("2028-03-05", answers=due.key, by_clinician=True)
    (seen,) = due_for(woman(aftercare=(agreed,), visits=(visit,)), WITH_PAC, day("2028-03-05"))
    assert seen.state == "done_on_time"
