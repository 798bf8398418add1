from dataclasses import replace

from server.followups.finding_occasions import occasions_of
from server.followups.occasions import dating_on
from server.followups.pregnancies import DangerSign
from server.followups.rules import due_for
from tests.server.followups.samples import RULES, call, day, household, injections, method, pregnancy, woman

RULE = {rule.id: rule for rule in RULES}


def test_the_dating_in_force_is_the_last_that_had_begun_by_that_day() -> None:
    scanned = pregnancy("2026-09-01", "2026-10-20", ("2026-11-10", "2026-09-08"), ("2026-12-01", "2026-09-03"))
    found = {
        on: str(dating_on(scanned, day(on)).ga_anchor)
        for on in ("2026-10-01", "2026-11-09", "2026-11-10", "2027-01-01")
    }
    assert found == {
        "2026-10-01": "2026-09-01",
        "2026-11-09": "2026-09-01",
        "2026-11-10": "2026-09-08",
        "2027-01-01": "2026-09-03",
    }
    assert dating_on(replace(scanned, datings=scanned.datings[::-1]), day("2027-01-01")).ga_anchor == day("2026-09-03")


def test_what_is_dated_later_than_today_is_not_known_yet() -> None:
    facts = woman(
        pregnancies=(pregnancy("2026-09-01", "2026-10-20"),),
        contraception=(method("dmpa", injections=injections("2026-10-20")),),
    )
    assert due_for(facts, RULES, day("2026-10-19")) == ()
    assert {due.rule for due in due_for(facts, RULES, day("2026-10-20"))} >= {"ANC1", "ANC6"}


def test_a_rule_of_households_reads_nothing_of_women() -> None:
    mixed = replace(household(call("2026-01-01")), pregnancies=(pregnancy("2025-12-01", "2026-01-01"),))
    assert [due.rule for due in due_for(mixed, RULES, day("2026-06-01"))] == ["HH-V"]


def test_a_method_has_only_its_own_rule() -> None:
    own = {"iud_cu": ["IUD-1"], "implant": ["IMP-1"], "neten": ["INJ-NETEN"], "condom_m": [], "natural": [], "none": []}
    for name, rules in own.items():
        facts = woman(contraception=(method(name, started_on=day("2026-01-01"), injections=injections("2026-01-01")),))
        assert [due.rule for due in due_for(facts, RULES, day("2026-02-01"))] == rules


def test_a_danger_sign_told_twice_asks_once() -> None:
    twice = woman(
        danger_signs=(DangerSign("sign", "p1", day("2026-01-01")), DangerSign("sign", "p1", day("2026-01-02")))
    )
    for facts in (twice, replace(twice, danger_signs=twice.danger_signs[::-1])):
        assert [one.day for one in occasions_of(RULE["ANC-D"], facts, day("2026-01-02"))] == [day("2026-01-01")]


def test_a_danger_sign_counts_before_its_pregnancy_has_arrived() -> None:
    facts = woman(danger_signs=(DangerSign("sign", "p1", day("2026-01-01")),))
    assert [due.rule for due in due_for(facts, RULES, day("2026-01-01"))] == ["ANC-D"]
