"""The rules of domain.md 2.4: each row has its rules and its table, what is asked again and what ships off has its own, and
nothing is asked of her who did not wish it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from server.followups.calendar_files import calendar_with
from server.followups.due import Due
from server.followups.facts import STOP_KINDS, Consent, Facts, Stop
from server.followups.methods import AfterCare
from server.followups.rules import due_for, stopped_for
from server.followups.ruleset import Rule, may_be_switched_on, rules_in_force
from tests.server.followups.samples import RULES, WITH_CN, day, injections, pregnancy, standing, supplies, tasks, woman
from tests.server.followups.stories_of_methods import (
    BREASTFED,
    COIL_CARD,
    CONDOMS,
    DANGER_LEAP,
    PAIN_LEAP,
    STOPPED_LEAP,
    UNWELL_LEAP,
    began,
    breastfeeding,
    card,
    her,
    review,
)
from tests.server.followups.table import COIL, PILLS, TABLE, THREE_MONTHS
from tests.server.followups.table_of_methods import OF_THE_SECTION
from tests.server.followups.table_of_methods_again import AFTER_CARE, AGAIN, OLD_CARD

BY_ID = {rule.id: rule for rule in RULES}
"""The newest version of each."""
WITH_PAC = [replace(rule, enabled=True, needs_consent=None) if rule.id == "PAC-1" else rule for rule in RULES]
"""As if a form asked for that consent."""


def switched_on(rule: str) -> Sequence[Rule]:
    return {"IUD-CN": WITH_CN, "PAC-1": WITH_PAC}.get(rule, RULES)


def times(rule: str, facts: Facts, today: str) -> dict[int, Due]:
    dues = due_for(facts, switched_on(rule), day(today))
    return {due.occurrence: due for due in dues if due.rule == rule}


def test_every_row_of_the_section_has_its_rules_and_each_rule_a_table() -> None:
    tables = {rule for rule, *_ in TABLE} | {rule for rule, *_ in AGAIN}
    for row, ids in OF_THE_SECTION.items():
        assert isinstance(ids, str) or (set(ids) <= BY_ID.keys() & tables), row
    assert [row for row, ids in OF_THE_SECTION.items() if isinstance(ids, str)] == ["PP-METHOD timing info"]


def test_what_ships_off_asks_for_nothing() -> None:
    off = [rule.id for rule in BY_ID.values() if not rule.enabled]
    assert {"IUD-CN", "PAC-1"} <= set(off)
    assert not times("COC-3M", AFTER_CARE, "2028-03-05") and not due_for(AFTER_CARE, RULES, day("2028-03-05"))
    assert tasks(COIL, "2028-02-22") == ["IUD-1"]


def test_where_the_other_schedule_is_switched_on_it_stands_in_the_place_of_the_first_check() -> None:
    for today in ("2028-02-15", "2028-02-22"):
        assert {due.rule for due in due_for(COIL, WITH_CN, day(today))} == {"IUD-CN"}
    assert [due.rule for due in due_for(began("implant", "2028-01-25"), WITH_CN, day("2028-02-22"))] == ["IMP-1"]


def test_a_device_that_was_told_of_years_later_is_not_asked_for_the_years_before() -> None:
    (one,) = began("iud_cu", "2015-03-10").contraception
    facts = woman(contraception=(replace(one, noted_on=day("2026-11-02")),))
    assert [(due.occurrence, str(due.due_on), due.state) for due in times("IUD-CN", facts, "2026-11-02").values()] == [
        (14, "2026-03-10", "overdue"),
        (15, "2027-03-10", "scheduled"),
    ]


def test_after_two_reminders_of_her_card_there_is_silence() -> None:
    for today in ("2028-07-30", "2029-12-31"):
        assert tasks(OLD_CARD, today) == []
        assert list(times("IUD-XQ", OLD_CARD, today)) == [1, 2]


def test_without_a_card_nobody_guesses_how_long_a_device_lasts() -> None:
    for name in ("iud_cu", "iud_lng", "implant"):
        facts = began(name, "2015-01-01")
        assert not {"IUD-X", "IUD-XQ", "IMP-X"} & {due.rule for due in due_for(facts, RULES, day("2028-01-01"))}


def test_care_after_an_abortion_cannot_be_switched_on_while_no_form_asks_for_its_consent() -> None:
    pac = BY_ID["PAC-1"]
    assert pac.whose == "clinician" and not may_be_switched_on(pac)
    assert rules_in_force([replace(pac, enabled=True)], day("2028-01-01")) == ()
    assert [rule.id for rule in RULES if not may_be_switched_on(rule)] == ["BEN-60", "PAC-1", "PPS"]
    unasked = woman(aftercare=(AfterCare("care", day("2028-02-20"), agreed=False),))
    assert due_for(unasked, WITH_PAC, day("2028-03-05")) == ()


def test_condoms_are_asked_about_on_no_day_but_one_that_she_named_and_are_never_late() -> None:
    (one,) = CONDOMS.contraception
    assert tasks(woman(contraception=(replace(one, wanted_again_on=None),)), "2028-02-20") == []
    days = (day("2028-02-01") + timedelta(days=n) for n in range(100))
    states = [standing(CONDOMS, on.isoformat())["COND-R"].state for on in days]
    assert {state: states.count(state) for state in states} == {"scheduled": 12, "open": 7, "due": 29, "expired": 52}


ONE_OF_EACH: dict[str, tuple[Facts, str]] = {
    # rule: facts and a day on which it is asked
    **{rule: (facts, today) for rule, facts, today, state, _ in TABLE if state == "due" and rule in BY_ID},
    **{rule: (facts, today) for rule, facts, today, _, state, _ in AGAIN if state == "due"},
}
OF_METHODS = [rule for ids in OF_THE_SECTION.values() if isinstance(ids, tuple) for rule in ids if rule != "PAC-1"]


def asked(rule: str, facts: Facts) -> bool:
    return any(due.rule == rule and due.is_task for due in due_for(facts, switched_on(rule), day(ONE_OF_EACH[rule][1])))


def each_method(facts: Facts, **given: object) -> Facts:
    return replace(facts, contraception=tuple(replace(one, **given) for one in facts.contraception))


@pytest.mark.parametrize("rule", OF_METHODS)
def test_each_is_asked_of_her_who_opted_in_alone(rule: str) -> None:
    facts, _ = ONE_OF_EACH[rule]
    assert asked(rule, facts)
    assert not asked(rule, each_method(facts, wants_follow_up=False))


@pytest.mark.parametrize("rule", OF_METHODS)
def test_each_ends_with_her_consent_and_with_every_stop(rule: str) -> None:
    facts, today = ONE_OF_EACH[rule]
    assert not asked(rule, replace(facts, consent=Consent(False)))
    assert asked(rule, replace(facts, consent=Consent(True, day(today))))
    for kind in STOP_KINDS:
        assert not asked(rule, replace(facts, stops=(Stop(kind, day(today), "stop"),)))
    assert not asked(rule, replace(facts, stops=(Stop("asked_to_stop", day(today), "stop", rule=rule),)))


@pytest.mark.parametrize("rule", [one for one in OF_METHODS if one not in ("SE-D", "SWITCH-STOP")])
def test_each_ends_with_the_method_and_with_a_pregnancy_that_she_registers(rule: str) -> None:
    facts, today = ONE_OF_EACH[rule]
    registered = pregnancy("2027-12-01", today, uuid="p2", event="another")
    assert not asked(rule, each_method(facts, ended_on=day(today)))
    assert not asked(rule, replace(facts, pregnancies=(*facts.pregnancies, registered)))
    causes = {one.cause for one in stopped_for(each_method(facts, ended_on=day(today)), switched_on(rule), day(today))}
    assert "episode_ended" in causes


def test_a_danger_sign_outlasts_the_method_a_pregnancy_and_her_wish_to_have_the_device_out() -> None:
    facts, today = ONE_OF_EACH["SE-D"]
    out = Stop("asked_to_stop", day(today), "out", episode="c1")
    assert asked("SE-D", replace(facts, stops=(out,)))
    assert not asked("SE", replace(ONE_OF_EACH["SE"][0], stops=(out,)))
    assert asked("SE-D", each_method(facts, ended_on=day(today)))
    assert asked("SE-D", replace(facts, pregnancies=(pregnancy("2027-12-01", today),)))


def test_a_loss_or_a_baby_that_died_ends_what_is_said_about_breastfeeding_at_once() -> None:
    (one,) = BREASTFED.pregnancies
    lost = replace(one.outcome, kind="ended", on=day("2028-04-01")) if one.outcome else None
    assert asked("LAM-6", BREASTFED)
    assert not asked("LAM-6", replace(BREASTFED, pregnancies=(replace(one, outcome=lost),)))
    silent = replace(one, birth=replace(one.birth, is_spoken_of=False)) if one.birth else one
    assert not asked("LAM-6", replace(BREASTFED, pregnancies=(silent,)))


def test_rules_of_a_mans_operation_speak_to_her_and_keep_nothing_of_him() -> None:
    for rule in (BY_ID["VAS-1"], BY_ID["VAS-2"]):
        assert rule.methods == ("male_ster_done",) and rule.form_id == "contraception_followup"
        assert all(step.level == "info" for step in rule.severity)


@pytest.mark.parametrize(
    ("rule", "facts", "target", "proposed"),
    [
        ("IUD-1", began("iud_cu", "2026-01-20"), "2026-02-17", "2026-02-14"),
        ("IUD-CN", began("iud_cu", "2026-01-18"), "2026-02-18", "2026-02-14"),
        ("IUD-X", her("iud_cu", cards=(card("2025-06-01", "2026-03-19"),)), "2026-02-17", "2026-02-14"),
        ("IMP-1", began("implant", "2026-01-18"), "2026-02-17", "2026-02-14"),
        ("IMP-X", her("implant", cards=(card("2025-06-01", "2026-03-19"),)), "2026-02-17", "2026-02-14"),
        ("INJ-DMPA", her("dmpa", injections=injections("2025-11-18")), "2026-02-17", "2026-02-14"),
        ("INJ-NETEN", her("neten", injections=injections("2025-12-23")), "2026-02-17", "2026-02-14"),
        ("INJ-CIC", her("cic", injections=injections("2026-01-20")), "2026-02-17", "2026-02-14"),
        ("COC-3M", began("coc", "2025-11-20"), "2026-02-18", "2026-02-14"),
        ("COC-Y", her("coc", reviews=(review("2025-02-18"),)), "2026-02-18", "2026-02-14"),
        ("PILL-R", her("pop", supplies=supplies(("2025-12-01", "2026-02-24"))), "2026-02-17", "2026-02-14"),
        ("LAM-6", began("lam", "2025-09-20"), "2026-02-17", "2026-02-14"),
        ("EC-1", began("ec", "2026-01-27"), "2026-02-17", "2026-02-17"),  # its window opens in the holiday
        ("FST-1", began("female_ster_done", "2026-02-10"), "2026-02-17", "2026-02-14"),
        ("FST-1", began("female_ster_done", "2026-02-12"), "2026-02-19", "2026-02-19"),
        ("VAS-2", began("male_ster_done", "2025-11-19"), "2026-02-17", "2026-02-14"),
        ("SWITCH-STOP", her("coc", ended_on=day("2026-02-10"), ended_by="stop"), "2026-02-17", "2026-02-14"),
    ],
)
def test_a_target_day_in_the_spring_festival_is_proposed_before_it_and_never_after(
    rule: str, facts: Facts, target: str, proposed: str
) -> None:
    dues = due_for(facts, switched_on(rule), day("2026-02-12"), calendar_with())
    days = {(due.due_on, due.proposed_on) for due in dues if due.rule == rule and due.occurrence == 1}
    assert days == {(day(target), day(proposed))}


@pytest.mark.parametrize(
    ("rule", "facts", "today", "words"),
    [
        ("IUD-X", COIL_CARD, "2028-03-01", "is her decision"),
        ("INJ-NETEN", her("neten", injections=injections("2028-01-05")), "2028-03-16", "condoms"),
        ("INJ-NETEN", her("neten", injections=injections("2028-01-05")), "2028-03-30", "rule out pregnancy"),
        ("INJ-CIC", her("cic", injections=injections("2028-01-10")), "2028-02-15", "condoms"),
        ("LAM-6", breastfeeding("2027-12-02"), "2028-05-30", "no longer protects"),
        ("LAM-6", breastfeeding("2027-12-02", "2028-02-20"), "2028-03-06", "condoms for now"),
        ("EC-1", began("ec", "2028-02-10"), "2028-03-02", "a test can be done"),
        ("VAS-1", began("male_ster_done", "2028-02-20"), "2028-02-27", "nothing about him is written down"),
        ("VAS-2", began("male_ster_done", "2027-12-02"), "2028-03-01", "not essential"),
        ("SWITCH-STOP", STOPPED_LEAP, "2028-02-20", "folic acid and no further contact"),
        ("SE", UNWELL_LEAP, "2028-03-04", "her decision"),
        ("SE-S", PAIN_LEAP, "2028-02-26", "today"),
        ("SE-D", DANGER_LEAP, "2028-02-28", "call 120"),
    ],
)
def test_the_advice_of_a_step_is_what_the_section_says(rule: str, facts: Facts, today: str, words: str) -> None:
    advice = standing(facts, today)[rule].advice
    assert advice and words in advice.en


def test_what_the_section_disagrees_about_is_told_with_the_rule() -> None:
    assert {rule: bool(BY_ID[rule].disagreement) for rule in ("IUD-1", "IUD-CN", "INJ-DMPA", "IMP-X", "EC-1")} == {
        **dict.fromkeys(("IUD-1", "IUD-CN", "INJ-DMPA", "IMP-X"), True),
        "EC-1": False,
    }


def test_the_rows_that_were_there_before_stand_as_the_section_says() -> None:
    for rule, facts in (("INJ-DMPA", THREE_MONTHS), ("PILL-R", PILLS)):
        assert asked(rule, facts) and BY_ID[rule].version == 1
    assert BY_ID["IUD-1"].version == 2 and "pregnancy_registered" in BY_ID["IUD-1"].stops
