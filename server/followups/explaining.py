"""Why a follow-up is due: its rule's words and sources, and the sums that were kept with it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import orjson

from server.followups.due import Step
from server.followups.ruleset import Rule, Source, Words
from server.models import FollowUp

ONLY_OF_SOME: Final = ("months", "because", "provisional")
"""Fields of Step that came later: rows that were written before them keep their bytes."""


@dataclass(frozen=True)
class Explanation:
    """`rule` is the version that the row was worked out by, or None when nothing holds that version any more.

    `advice` is clinical: for her own record and her care team only, never on a list or in a message.
    """

    rule_id: str
    rule_version: int
    title: Words
    reason: Words
    sources: tuple[Source, ...]
    disagreement: Words | None
    owner: str | None
    steps: tuple[Step, ...]
    advice: Words | None
    rule: Rule | None


def explain(row: FollowUp, rules: Sequence[Rule]) -> Explanation:
    """What one row says about itself, by the rules of its town (town_rules.TownRules.every); needs no database."""
    rule = rule_of(row, rules)
    unknown = Words(row.rule, row.rule)
    return Explanation(
        rule_id=row.rule,
        rule_version=row.rule_version,
        title=rule.title if rule else unknown,
        reason=rule.reason if rule else unknown,
        sources=rule.sources if rule else (),
        disagreement=rule.disagreement if rule else None,
        owner=rule.owner if rule else None,
        steps=read_steps(row.why_json),
        advice=advice_of(row, rule),
        rule=rule,
    )


def rule_of(row: FollowUp, rules: Sequence[Rule]) -> Rule | None:
    """The very version of the rule that made the row."""
    known = (one for one in rules if one.id == row.rule and one.version == row.rule_version)
    return next(known, None)


def title_of(row: FollowUp, rules: Sequence[Rule]) -> Words:
    """The rule's neutral title in both languages: no method, no pregnancy."""
    rule = rule_of(row, rules)
    return rule.title if rule else Words(row.rule, row.rule)


def advice_of(row: FollowUp, rule: Rule | None) -> Words | None:
    """The advice of the severity step that was reached: the step is the one whose sum was kept."""
    reached = [one for one in read_steps(row.why_json) if one.what.startswith("severity.")]
    if rule is None or not reached or row.ended:
        return None
    sums = {(f"severity.{one.level}", one.since.fact, one.since.days): one.advice for one in rule.severity}
    return sums.get((reached[-1].what, reached[-1].fact, reached[-1].days))


def write_steps(steps: tuple[Step, ...]) -> str:
    """The sums as FollowUp.why_json keeps them."""
    return orjson.dumps([fields_of(one) for one in steps]).decode()


def fields_of(step: Step) -> dict[str, Any]:
    """A sum as it is kept and shown; what only some sums have is left out of the others."""
    found = {
        "what": step.what,
        "fact": step.fact,
        "on": step.on,
        "days": step.days,
        "gives": step.gives,
        "counts": step.counts,
    }
    return found | {name: value for name in ONLY_OF_SOME if (value := getattr(step, name))}


def read_steps(text: str) -> tuple[Step, ...]:
    """The inverse of `write_steps`."""
    return tuple(
        Step(**{**one, "on": date.fromisoformat(one["on"]), "gives": date.fromisoformat(one["gives"])})
        for one in orjson.loads(text)
    )
