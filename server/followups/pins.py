"""Which version of a rule judges which task: the newest in force, or the one that the task is pinned to. Pure.

Domain.md 5.4, point 5: an open task keeps the version it was worked out by until its move to a newer one is confirmed.
"""

from collections.abc import Mapping
from functools import cached_property
from types import MappingProxyType
from typing import Final

from server.followups.due import key_of
from server.followups.pregnancies import Pregnancy
from server.followups.rules_of_day import RulesOfDay
from server.followups.ruleset import Rule, may_be_switched_on

Pins = Mapping[str, int]
"""The version of its rule by the key of a task. What is not named goes by the newest version in force."""

NO_PINS: Final[Pins] = MappingProxyType({})


class Versions:
    """The rules of a day. A pin to a version that nobody knows any more, or that has not taken effect, holds nothing."""

    def __init__(self, day: RulesOfDay, pins: Pins = NO_PINS) -> None:
        self.day = day
        self._pins = pins

    @cached_property
    def used(self) -> tuple[Rule, ...]:
        """Every version that may judge a task: the newest of each rule, and those that something is pinned to."""
        if not self._pins:
            return tuple(self.day.on.values())
        pinned = set(self._pins.values())
        replaced = {name for rule in self.day.on.values() for name in rule.replaces}
        older = (self.day.known[key] for key in sorted(self.day.known) if key[1] in pinned and key[0] not in replaced)
        kept = [
            rule for rule in older if rule.enabled and may_be_switched_on(rule) and self.day.newest[rule.id] is not rule
        ]
        return tuple(sorted((*self.day.on.values(), *kept), key=lambda rule: (rule.id, rule.version)))

    def settles(self, rule: Rule, subject: str, pregnancy: Pregnancy) -> bool:
        """Whether this version judges the rule's task of a pregnancy. Where nothing is pinned, every one that is used does."""
        return not self._pins or self.judges(rule, key_of(rule.id, subject, pregnancy.uuid, pregnancy.event))

    def judges(self, rule: Rule, key: str) -> bool:
        """Whether this version judges the task with that key."""
        version = self._pins.get(key)
        if version is None or (rule.id, version) not in self.day.known:
            version = self.day.newest[rule.id].version
        return rule.version == version
