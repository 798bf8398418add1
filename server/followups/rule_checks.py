"""What a rule must hold beyond the kinds of its fields: windows in order, severities that rise, loss that stops."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from server.followups import ruleset
from server.followups.rule_fields import Fields
from server.followups.ruleset import Offset, Repeat, Rule
from server.models import BENEFIT_CASES

SHORTEST_MONTH: Final = 28
LONGEST_MONTH: Final = 31
AHEAD: Final = ("supply_until", "expires_on", "appointed_on", "wanted_again_on", "lam_until", "chosen_on")
"""Days that may lie after what told them."""


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
    if rule.anchor in ruleset.OF_A_METHOD and not rule.methods:
        yield "applies.methods", "names none"
    if (rule.anchor == "complained_on") != bool(rule.complaints):
        yield "applies.complaints", "names none" if not rule.complaints else f"belongs to no {rule.anchor}"
    yield from _consent_complaints(rule)
    if rule.birth is not None and rule.anchor != "born_on":
        yield "applies.birth", f"belongs to no {rule.anchor}"
    if rule.checks is not None and rule.anchor not in ("sent_on", "arrived_on"):
        yield "applies.checks", f"belongs to no {rule.anchor}"
    if rule.checks == "needed" and "pregnancy_ended" not in rule.stops:
        yield "stops", "a rule of a pregnancy must name pregnancy_ended"
    if not rule.signs:
        yield "applies.signs", "names none"
    if rule.anchor in ruleset.OF_CLINICIANS and rule.whose != "clinician":
        yield "whose", f"what hangs on {rule.anchor} is a clinician's"
    if (rule.anchor in ruleset.OF_A_CASE) != (rule.subject_list == BENEFIT_CASES):
        yield "subject_list", f"{rule.subject_list} has no {rule.anchor}"
    if rule.in_working_days and any(one.days < 0 for one in (*rule.open, *rule.due, *rule.close, *rule.latest)):
        yield "window.counted_in", "working days are counted forward"
    if rule.in_working_days and rule.answer == "antenatal_contact":
        yield "window.counted_in", "weeks of pregnancy count all days"
    if rule.anchor == "referred_on" and rule.urgency is None:
        yield "applies.urgency", "is missing"


def _consent_complaints(rule: Rule) -> Iterator[tuple[str, str]]:
    """A consent of its own, which a town cannot do without (domain.md 2.4, PAC-1; 2.5, PPS; 2.6, BEN-60)."""
    needed = ruleset.CONSENT_FOR.get(rule.anchor)
    if rule.needs_consent != needed:
        yield "needs_consent", f"{rule.needs_consent or 'no consent'} and {rule.anchor} do not go together"
    if rule.enabled and not ruleset.may_be_switched_on(rule):
        yield "enabled", f"no form asks for the consent {rule.needs_consent}"


def _window_complaints(rule: Rule) -> Iterator[tuple[str, str]]:
    """An edge is the latest of its offsets, so it cannot precede another if it has each of the other's facts, as late."""
    edges = {"open": rule.open, "due": rule.due, "close": rule.close}
    if rule.latest:
        edges["latest"] = rule.latest
    for before, after in pairwise(edges):
        if not _never_precedes(edges[after], edges[before]):
            yield f"window.{after}", f"can come before {before}"
    since = rule.repeat.first_months[0] if rule.repeat and rule.repeat.first_months else 0
    opens = ((one, (one.months + since) * SHORTEST_MONTH + one.days) for one in rule.open)
    if not any(one.fact not in AHEAD and days >= 0 for one, days in opens):
        yield "window.open", "can come before what the task hangs on"
    if rule.repeat and not _ends_in_time(rule, rule.repeat):
        yield "repeat.every", "the next window could open before this one is over"


def _ends_in_time(rule: Rule, repeat: Repeat) -> bool:
    """Whether each next window opens after the last on-time day of the one before."""
    opens = {one.fact: one for one in rule.open}
    steps = [after - before for before, after in pairwise(repeat.first_months)]
    every = min([repeat.months * SHORTEST_MONTH + repeat.days, *(step * SHORTEST_MONTH for step in steps)])
    return all(
        one.fact in opens
        and (one.months - opens[one.fact].months) * LONGEST_MONTH + one.days + rule.grace < every + opens[one.fact].days
        for one in rule.close
    )


def _never_precedes(later: tuple[Offset, ...], earlier: tuple[Offset, ...]) -> bool:
    named = {one.fact: one for one in later}
    return all(one.fact in named and _is_as_late(named[one.fact], one) for one in earlier)


def _is_as_late(later: Offset, earlier: Offset) -> bool:
    """In months of whatever length."""
    months = later.months - earlier.months
    return months * (SHORTEST_MONTH if months > 0 else LONGEST_MONTH) + later.days >= earlier.days


def _severity_complaints(rule: Rule) -> Iterator[tuple[str, str]]:
    levels = [ruleset.LEVELS.index(step.level) for step in rule.severity]
    for at, (before, after) in enumerate(pairwise(levels), 2):
        if after < before:
            yield f"severity.{at}.level", "is lower than the step before"
