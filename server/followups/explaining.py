"""Why a follow-up is due: its rule's words and sources, and the sums that were kept with it."""

from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any, Final

import orjson

from server.followups.due import Step
from server.followups.rule_files import load_rules
from server.followups.ruleset import Rule, Source, Words
from server.models import FollowUp

ONLY_OF_SOME: Final = frozenset(["months", "because", "provisional"])
"""Fields of Step that came later: rows that were written before them keep their bytes."""


@dataclass(frozen=True)
class Explanation:
    """`rule` is the version that the row was worked out by, or None when no file holds that version any more.

    `advice` is clinical: for her own record and her care team only, never on a list or in a message.
    """

    rule_id: str
    rule_version: int
    title: Words
    reason: Words
    sources: tuple[Source, ...]
    disagreement: Words | None
    signed_by: str | None
    signed_on: date | None
    owner: str | None
    steps: tuple[Step, ...]
    advice: Words | None
    rule: Rule | None


@cache
def shipped_rules() -> tuple[Rule, ...]:
    """The rules that come with the product, read once a process."""
    return load_rules()


@cache
def rules_of_clinicians() -> frozenset[str]:
    """The ids of rules of which some version is a clinician's alone: what no village worker is shown or told."""
    return frozenset(rule.id for rule in shipped_rules() if rule.whose == "clinician")


def explain(row: FollowUp) -> Explanation:
    """What one row says about itself; needs no database."""
    rule = rule_of(row)
    unknown = Words(row.rule, row.rule)
    return Explanation(
        rule_id=row.rule,
        rule_version=row.rule_version,
        title=rule.title if rule else unknown,
        reason=rule.reason if rule else unknown,
        sources=rule.sources if rule else (),
        disagreement=rule.disagreement if rule else None,
        signed_by=rule.signed_by if rule else None,
        signed_on=rule.signed_on if rule else None,
        owner=rule.owner if rule else None,
        steps=read_steps(row.why_json),
        advice=advice_of(row, rule),
        rule=rule,
    )


def rule_of(row: FollowUp) -> Rule | None:
    """The very version of the rule that made the row."""
    known = (one for one in shipped_rules() if one.id == row.rule and one.version == row.rule_version)
    return next(known, None)


def title_of(row: FollowUp) -> Words:
    """The rule's neutral title in both languages: no method, no pregnancy."""
    rule = rule_of(row)
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
    return {name: value for name, value in vars(step).items() if value or name not in ONLY_OF_SOME}


def read_steps(text: str) -> tuple[Step, ...]:
    """The inverse of `write_steps`."""
    return tuple(
        Step(**{**one, "on": date.fromisoformat(one["on"]), "gives": date.fromisoformat(one["gives"])})
        for one in orjson.loads(text)
    )
