"""Which of the schedules that exclude each other a pregnancy follows, and since when (domain.md 2.3). Pure.

A choice counts from its day on. Days before it stand as the schedule of those days had them, so what was done stays done.
"""

from datetime import date

from server.followups.pregnancies import Pregnancy
from server.followups.ruleset import LEVELS, Rule

Span = tuple[date, date | None]
"""The first day, and the first day that is no more part of it; None while it lasts."""


def spans_of(pregnancy: Pregnancy, today: date) -> list[tuple[str, Span]]:
    """The schedules that it followed up to that day, each with its time; of two choices of one day the later one counts."""
    if not pregnancy.schedule:
        return [(pregnancy.profile, (date.min, None))]
    chosen: dict[date, str] = {date.min: pregnancy.profile}
    for day, profile in pregnancy.schedule:
        if day <= today:
            chosen[day] = profile
    days = sorted(chosen)
    return [(chosen[day], (day, until)) for day, until in zip(days, [*days[1:], None], strict=True) if day != until]


def times_of(pregnancy: Pregnancy, rule: Rule, today: date) -> list[Span]:
    """The times during which the rule counted for it; two schedules in a row that both have the rule make one."""
    found: list[Span] = []
    for profile, (since, until) in spans_of(pregnancy, today):
        if not ("any" in rule.profiles or profile in rule.profiles):
            continue
        if found and found[-1][1] == since:
            since = found.pop()[0]
        found.append((since, until))
    return found


def has_followed(pregnancy: Pregnancy, rule: Rule, today: date) -> bool:
    return bool(times_of(pregnancy, rule, today))


def followed_since(pregnancy: Pregnancy, rule: Rule, today: date) -> date | None:
    """Since when the rule counts for it without a break; None while it does not."""
    times = times_of(pregnancy, rule, today)
    return times[-1][0] if times and times[-1][1] is None else None


def left_on(pregnancy: Pregnancy | None, rule: Rule, today: date) -> date | None:
    """The first day on which a rule that counted does not any more; None for one that counts, or never did."""
    times = times_of(pregnancy, rule, today) if pregnancy else []
    return times[-1][1] if times else None


def as_it_counts(rule: Rule, pregnancy: Pregnancy | None) -> Rule:
    """The rule without the steps of severity that are not hers (ruleset.ONLY)."""
    return rule if pregnancy and pregnancy.has_named_risk else rule.for_everybody


def weight_of(rule: Rule) -> int:
    """The highest level that it ever rises to, as its place in LEVELS."""
    return max((LEVELS.index(step.level) for step in rule.severity), default=0)
