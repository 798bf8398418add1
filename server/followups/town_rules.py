"""The rules that a town goes by: those that come with the product, its own published versions, and what it switched.

Read on every submission, so only short marks are asked of the database; what they stand for is worked out once a process.
"""

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cache, cached_property
from typing import Any, Final, NamedTuple

from sqlalchemy import BindParameter, CompoundSelect, Integer, String, bindparam, cast, func, literal, select, union_all

from server.db import Asked
from server.followups.known_rows import KnownRow
from server.followups.pins import NO_PINS, Pins
from server.followups.rule_fields import RuleInvalid
from server.followups.rule_files import load_rules, read_rule
from server.followups.rules_of_day import RulesOfDay
from server.followups.ruleset import Rule
from server.models import RuleMigration, RuleSwitch, RuleVersion

FIRST_OF_A_TOWN: Final = 1001
"""Town versions are numbered from here on: no version that comes with the product later has such a number, and what a town
decided stays in force until it decides otherwise."""
MOST_KNOWN: Final = 200

log = logging.getLogger("fangshi.followups")


class Mark(NamedTuple):
    """One thing that a town did: `kind` is version, switch or moved; `number` a version, or 1 for on and 0 for off."""

    kind: str
    rule: str
    number: int
    content_hash: str


@dataclass(frozen=True)
class TownRules:
    """`every` is each version of each rule, `moved_to` the version that open tasks of a rule were moved to last, `switched`
    what the town switched on or off itself.
    """

    every: tuple[Rule, ...]
    moved_to: Mapping[str, int]
    switched: Mapping[str, bool]

    @cached_property
    def of_clinicians(self) -> frozenset[str]:
        """The ids of rules of which some version is a clinician's alone: what no village worker is shown or told."""
        return frozenset(rule.id for rule in self.every if rule.whose == "clinician")

    def on(self, today: date) -> RulesOfDay:
        """The rules as they stand that day; kept for the day that was asked last."""
        known = self._days.get(today)
        if known is None:
            known = RulesOfDay(self.every, today)
            self._days.clear()
            self._days[today] = known
        return known

    @cached_property
    def _days(self) -> dict[date, RulesOfDay]:
        return {}

    @cached_property
    def _has_several(self) -> bool:
        return len({rule.id for rule in self.every}) < len(self.every)

    def find(self, rule: str, version: int) -> Rule | None:
        return next((one for one in self.every if (one.id, one.version) == (rule, version)), None)

    def is_off(self, rule: str, today: date) -> bool:
        """Whether the version in force of a rule that is known asks for nothing."""
        day = self.on(today)
        return rule in day.newest and rule not in day.on

    def pins_of(self, rows: Iterable[KnownRow], today: date) -> Pins:
        """The versions that tasks keep: an ended one its own for good, an open one the version it was moved to last."""
        if not self._has_several:
            return NO_PINS
        newest, kept = self.on(today).newest, {}
        for row in rows:
            version = row.rule_version if row.ended else max(row.rule_version, self.moved_to.get(row.rule, 0))
            if row.rule in newest and version < newest[row.rule].version:
                kept[row.key] = version
        return kept

    def is_behind(self, rule: str, version: int) -> bool:
        """Whether an open task with this version has been moved to a later one."""
        return version < self.moved_to.get(rule, 0)


@cache
def shipped_rules() -> tuple[Rule, ...]:
    """The rules that come with the product, read once a process."""
    return load_rules()


@cache
def shipped() -> TownRules:
    """What holds in a town that changed nothing."""
    return TownRules(shipped_rules(), {}, {})


def rules_of(db: Asked, project_id: int) -> TownRules:
    """The rules of a town, with one question to the database once its marks are known in this process."""
    return rules_by(db, project_id, (Mark(*row) for row in db.execute(MARKS, {"project": project_id})))


def rules_by(db: Asked, project_id: int, found: Iterable[Mark]) -> TownRules:
    """The rules that these marks stand for; what they say is asked for where this process does not know it yet."""
    marks = tuple(sorted(found))
    if not marks:
        return shipped()
    known = _KNOWN.get(marks)
    if known is None:
        if len(_KNOWN) >= MOST_KNOWN:
            _KNOWN.clear()
        known = _KNOWN[marks] = _make(marks, _texts(db, project_id))
    return known


_KNOWN: Final[dict[tuple[Mark, ...], TownRules]] = {}
"""By what the towns did: the same content gives the same rules in whatever database it lies."""


def with_rule(town: TownRules, rule: Rule) -> TownRules:
    """The town's rules as if this version held today, and every open task of the rule had moved to it.

    A version that the town has and that is switched off is tried as if it were on.
    """
    is_known = town.find(rule.id, rule.version) is not None
    switched = {**town.switched, rule.id: True} if is_known else town.switched
    others = [one for one in town.every if (one.id, one.version) != (rule.id, rule.version)]
    tried = replace(rule, effective_from=date.min)
    both = (replace(one, enabled=switched.get(one.id, one.enabled)) for one in (*others, tried))
    every = sorted(both, key=lambda one: (one.id, one.version))
    return TownRules(tuple(every), {**town.moved_to, rule.id: rule.version}, switched)


def _marks_of_a_town() -> CompoundSelect[Any, Any, Any, Any]:
    project: BindParameter[int] = bindparam("project", type_=Integer)
    last = select(func.max(RuleSwitch.id)).where(RuleSwitch.project_id == project).group_by(RuleSwitch.rule)
    moved = RuleMigration.project_id == project, RuleMigration.confirmed_at.is_not(None)
    nothing = cast(literal(""), String)
    return union_all(
        select(literal("version"), RuleVersion.rule, RuleVersion.version, RuleVersion.content_hash).where(
            RuleVersion.project_id == project, RuleVersion.state == "published"
        ),
        select(literal("switch"), RuleSwitch.rule, cast(RuleSwitch.enabled, Integer), nothing).where(
            RuleSwitch.id.in_(last)
        ),
        select(literal("moved"), RuleMigration.rule, func.max(RuleMigration.to_version), nothing)
        .where(*moved)
        .group_by(RuleMigration.rule),
    )


MARKS: Final = _marks_of_a_town()
"""Built once: it is asked at every record."""


def _texts(db: Asked, project_id: int) -> dict[tuple[str, int], str]:
    rows = db.execute(
        select(RuleVersion.rule, RuleVersion.version, RuleVersion.text).where(
            RuleVersion.project_id == project_id, RuleVersion.state == "published"
        )
    )
    return {(rule, version): text for rule, version, text in rows}


def _make(marks: tuple[Mark, ...], texts: Mapping[tuple[str, int], str]) -> TownRules:
    own = [
        rule
        for one in marks
        if one.kind == "version" and (rule := _read(one, texts.get((one.rule, one.number), ""))) is not None
    ]
    switched = {one.rule: bool(one.number) for one in marks if one.kind == "switch"}
    every = (replace(rule, enabled=switched.get(rule.id, rule.enabled)) for rule in (*shipped_rules(), *own))
    ordered = sorted(every, key=lambda rule: (rule.id, rule.version))
    moved = {one.rule: one.number for one in marks if one.kind == "moved"}
    return TownRules(tuple(ordered), moved, switched)


def _read(mark: Mark, text: str) -> Rule | None:
    """None for what this program cannot read any more: a rule that is half understood is not used."""
    try:
        rule = read_rule(text.encode(), mark.rule)
    except RuleInvalid:
        log.warning("version %d of rule %s cannot be read any more", mark.number, mark.rule)
        return None
    return rule if (rule.id, rule.version) == (mark.rule, mark.number) else None
