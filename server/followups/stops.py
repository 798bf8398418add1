"""What ends a task without an answer (domain.md 2.0: global stop conditions and the sensitive stop)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from server.followups.facts import Facts, HouseholdVisit
from server.followups.occasions import Occasion
from server.followups.ruleset import Rule
from server.followups.schedules import left_on
from server.followups.windows import Window


@dataclass(frozen=True)
class Cause:
    """Why something is not asked for: the name of the stop, and its day and event where the facts know them."""

    cause: str
    on: date | None = None
    event: str | None = None


def causes_of_stop(facts: Facts, rule: Rule, occasion: Occasion, window: Window, today: date) -> Iterator[Cause]:
    """The stops that hold, the weightiest first; none while the task may be asked for.

    Stops hold as soon as they are known. None is put off because a phone's clock dated it ahead.
    """
    yield from _of_the_pregnancy(rule, occasion)
    yield from _of_the_subject(facts, rule, occasion)
    yield from _of_the_schedule(rule, occasion, today)
    yield from _of_the_rule(facts, rule, occasion, window)
    yield from _of_weeks(rule, occasion, window, today)


def _of_the_pregnancy(rule: Rule, occasion: Occasion) -> Iterator[Cause]:
    """A loss ends everything that belongs to the pregnancy, whatever the rule names; a birth what the rule names."""
    outcome = occasion.pregnancy.outcome if occasion.pregnancy else None
    if outcome and outcome.kind == "ended":
        yield Cause("pregnancy_ended", outcome.on, outcome.event)
    elif outcome and "gave_birth" in rule.stops:
        yield Cause("gave_birth", outcome.on, outcome.event)


def _of_the_subject(facts: Facts, rule: Rule, occasion: Occasion) -> Iterator[Cause]:
    pregnancy = occasion.pregnancy.uuid if occasion.pregnancy else None
    for stop in sorted(facts.stops, key=lambda one: (one.on, one.event)):
        if stop.kind == "transferred" and occasion.day > stop.on:
            continue  # it began here since, so it is ours: a danger sign, say
        if stop.kind == "asked_to_stop" and stop.episode and rule.answer == "complaint_seen":
            continue  # a danger sign is looked at whatever becomes of the method
        if stop.rule in (None, rule.id) and stop.episode in (None, occasion.episode, occasion.event, pregnancy):
            yield Cause(stop.kind, stop.on, stop.event)


def _of_the_schedule(rule: Rule, occasion: Occasion, today: date) -> Iterator[Cause]:
    """Her pregnancy follows another schedule since: what was not done by the old one is not asked for."""
    since = left_on(occasion.pregnancy, rule, today) if occasion.pregnancy else None
    if since:
        yield Cause("other_schedule", since)


def _of_the_rule(facts: Facts, rule: Rule, occasion: Occasion, window: Window) -> Iterator[Cause]:
    if "episode_ended" in rule.stops:
        ended = [one.ended_on for one in facts.contraception if one.uuid == occasion.episode and one.ended_on]
        yield from (Cause("episode_ended", on) for on in ended if on >= occasion.day)
    if "pregnancy_registered" in rule.stops:
        later = sorted((one.registered_on, one.event) for one in facts.pregnancies if one.registered_on >= occasion.day)
        yield from (Cause("pregnancy_registered", on, event) for on, event in later[:1])
    yield from _of_the_chain(rule, occasion, window)


def _of_weeks(rule: Rule, occasion: Occasion, window: Window, today: date) -> Iterator[Cause]:
    """From that week of a pregnancy on nothing more is needed: also where what she has lasts until then."""
    over_on = occasion.over_on if "thirteen_weeks" in rule.stops else None
    has_enough = rule.anchor == "fa_supply_until" and over_on is not None and window.closes_on >= over_on
    if over_on and (today >= over_on or has_enough):
        yield Cause("thirteen_weeks", over_on)


def _of_the_chain(rule: Rule, occasion: Occasion, window: Window) -> Iterator[Cause]:
    """What followed before the window opened counts from its own day; a household that declined or moved is left alone."""
    for following in occasion.later[:1]:
        result = following.result if isinstance(following, HouseholdVisit) else "met"
        if result == "met" and "replaced" in rule.stops and following.on < window.opens_on:
            yield Cause("replaced", following.on, following.event)
        elif result != "met" and f"household_{result}" in rule.stops:
            yield Cause(f"household_{result}", following.on, following.event)
