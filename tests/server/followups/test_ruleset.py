from dataclasses import replace

from server.followups.rules import due_for
from server.followups.ruleset import rules_in_force
from tests.server.followups.samples import RULES, day, pregnancy, standing, woman

ANC2 = next(rule for rule in RULES if rule.id == "ANC2")
SECOND = replace(ANC2, version=2, effective_from=day("2026-06-01"))
THIRD = replace(ANC2, version=3, effective_from=day("2027-06-01"))


def test_the_highest_version_that_has_begun_is_in_force() -> None:
    for on, version in (("2026-05-31", 1), ("2026-06-01", 2), ("2027-05-31", 2), ("2027-06-01", 3)):
        assert [rule.version for rule in rules_in_force([THIRD, ANC2, SECOND], day(on))] == [version]


def test_a_rule_that_begins_later_is_not_in_force() -> None:
    assert rules_in_force([THIRD], day("2027-05-31")) == ()


def test_a_new_version_keeps_the_key() -> None:
    facts = woman(pregnancies=(pregnancy("2026-09-01", "2026-10-20"),))
    (second,) = due_for(facts, [ANC2, SECOND], day("2026-12-22"))
    assert (second.rule_version, second.key) == (2, standing(facts, "2026-12-22")["ANC2"].key)
