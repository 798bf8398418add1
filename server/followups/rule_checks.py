"""What a rule must hold beyond the kinds of its fields: windows in order, severities that rise, loss that stops."""

from collections.abc import Iterator
from itertools import pairwise

from server.followups import ruleset
from server.followups.rule_fields import Fields
from server.followups.ruleset import Offset, Rule
from server.models import BENEFIT_CASES


def check_rule(rule: Rule, fields: Fields) -> None:
    """Raises RuleInvalid for the first thing that does not hold."""
    for field, reason in _complaints(rule):
        raise fields.wrong(field, reason)


def _complaints(rule: Rule) -> Iterator[tuple[str, str]]:
    yield from _window_complaints(rule)
    yield from _severity_complaints(rule)
    if not rule.profiles:
        yield "profiles", "names none"
    if ruleset.ANSWERS[rule.answer] != rule.anchor:
        yield "answer.by", f"{rule.answer} cannot answer what hangs on {rule.anchor}"
    if rule.anchor in ruleset.OF_A_PREGNANCY and "pregnancy_ended" not in rule.stops:
        yield "stops", "a rule of a pregnancy must name pregnancy_ended"
    if rule.anchor in ("started_on", "injected_on", "supply_until") and not rule.methods:
        yield "applies.methods", "names none"
    if rule.birth is not None and rule.anchor != "born_on":
        yield "applies.birth", f"belongs to no {rule.anchor}"
    if rule.checks is not None and rule.anchor not in ("sent_on", "arrived_on"):
        yield "applies.checks", f"belongs to no {rule.anchor}"
    if rule.checks == "needed" and "pregnancy_ended" not in rule.stops:
        yield "stops", "a rule of a pregnancy must name pregnancy_ended"
    if not rule.signs:
        yield "applies.signs", "names none"
    if rule.anchor == "lost_on" and rule.whose != "clinician":
        yield "whose", "what follows a loss is a clinician's"
    if (rule.anchor in ruleset.OF_A_CASE) != (rule.subject_list == BENEFIT_CASES):
        yield "subject_list", f"{rule.subject_list} has no {rule.anchor}"
    if rule.in_working_days and any(one.days < 0 for one in (*rule.open, *rule.due, *rule.close, *rule.latest)):
        yield "window.counted_in", "working days are counted forward"
    if rule.in_working_days and rule.answer == "antenatal_contact":
        yield "window.counted_in", "weeks of pregnancy count all days"
    if rule.anchor == "referred_on" and rule.urgency is None:
        yield "applies.urgency", "is missing"


def _window_complaints(rule: Rule) -> Iterator[tuple[str, str]]:
    """An edge is the latest of its offsets, so it cannot precede another if it has each of the other's facts, as late."""
    edges = {"open": rule.open, "due": rule.due, "close": rule.close}
    if rule.latest:
        edges["latest"] = rule.latest
    for before, after in pairwise(edges):
        if not _never_precedes(edges[after], edges[before]):
            yield f"window.{after}", f"can come before {before}"
    if not any(one.fact != "supply_until" and one.days >= 0 for one in rule.open):
        yield "window.open", "can come before what the task hangs on"


def _never_precedes(later: tuple[Offset, ...], earlier: tuple[Offset, ...]) -> bool:
    days = {one.fact: one.days for one in later}
    return all(one.fact in days and days[one.fact] >= one.days for one in earlier)


def _severity_complaints(rule: Rule) -> Iterator[tuple[str, str]]:
    levels = [ruleset.LEVELS.index(step.level) for step in rule.severity]
    for at, (before, after) in enumerate(pairwise(levels), 2):
        if after < before:
            yield f"severity.{at}.level", "is lower than the step before"
