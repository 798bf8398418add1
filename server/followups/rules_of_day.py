"""A set of rules as it stands on one day: what judging asks of the rules alone, worked out once for everybody. Pure."""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import cached_property
from typing import Final

from server.followups.ruleset import Rule, newest_of, switched_on


class RulesOfDay:
    """`rules` is each version of each rule, those that start later too; `today` a day in Asia/Shanghai."""

    def __init__(self, rules: Sequence[Rule], today: date) -> None:
        self.rules = rules
        self.today = today
        self.newest = newest_of(rules, today)
        self.on = switched_on(self.newest)

    @cached_property
    def known(self) -> dict[tuple[str, int], Rule]:
        """The versions that have taken effect, by id and version."""
        return {(one.id, one.version): one for one in self.rules if one.effective_from <= self.today}

    @cached_property
    def contacts(self) -> dict[str, str]:
        """Which rules ask for a contact of a pregnancy, and whether that is one before the birth or after it."""
        return {rule.id: CONTACTS[rule.answer] for rule in self.rules if rule.answer in CONTACTS}

    @cached_property
    def asked_there(self) -> frozenset[str]:
        """The rules whose question is asked at a contact and is none itself."""
        return frozenset(rule.id for rule in self.rules if rule.answer in ASKED_THERE)

    @cached_property
    def rising(self) -> frozenset[str]:
        """The rules that rise above info."""
        return frozenset(rule.id for rule in self.rules if rule.severity)


CONTACTS: Final[Mapping[str, str]] = {
    "antenatal_contact": "before",
    "postnatal_visit": "after",
    "home_visit": "after",
    "mood_check": "after",
    "methods_offer": "before",
    "methods_offer_after": "after",
}
"""What answers a contact of a pregnancy, and whether that is one before the birth or after it."""

ASKED_THERE: Final = ("mood_check", "methods_offer", "methods_offer_after")
"""What is asked at a contact and is none itself."""
