"""Occasions of what follows one another, so that the next answers or replaces the last: injections, supplies, visits to a home,
the steps and renewals of a case; and of a method's beginning. Pure.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import date, timedelta
from typing import Final, TypeVar

from server.followups.benefit_cases import CaseStep, Renewal
from server.followups.facts import Facts, HouseholdVisit
from server.followups.methods import Card, ContraceptionEpisode, Injection, Review, Supply
from server.followups.occasions import Occasion, dating_on
from server.followups.offers import ConsentGiven
from server.followups.pregnancies import ExtraContact, Pregnancy
from server.followups.ruleset import Rule

FOLIC_ACID_UNTIL: Final = timedelta(weeks=13)
"""Of pregnancy (domain.md 2.5, FA-REFILL: GA 13+0)."""
ASKED_AFTER: Final = timedelta(weeks=4)
"""How long after the last tablet a pregnancy that was registered still counts for them (rules/FA-REFILL.yaml, latest)."""

Link = TypeVar("Link", Injection, Supply, Card, Review, ConsentGiven, HouseholdVisit)
Chained = TypeVar(
    "Chained", Injection, Supply, Card, Review, ConsentGiven, HouseholdVisit, CaseStep, Renewal, ExtraContact
)


def of_starts(rule: Rule, facts: Facts, today: date) -> Iterator[Occasion]:
    for one in facts.contraception:
        if one.started_on and is_asked_of(one, rule):
            days = {"started_on": one.started_on, "noted_on": one.noted_on or one.started_on}
            yield Occasion(one.uuid, one.uuid, one.started_on, days)


def of_injections(rule: Rule, facts: Facts, today: date) -> Iterator[Occasion]:
    owners = owners_of(rule, facts, lambda episode: episode.injections)
    for one, later in with_later(in_order(owners, today)):
        if is_asked_of(owners[one], rule):
            yield Occasion(one.event, owners[one].uuid, one.on, {"injected_on": one.on}, later=later)


def of_supplies(rule: Rule, facts: Facts, today: date) -> Iterator[Occasion]:
    owners = owners_of(rule, facts, lambda episode: episode.supplies)
    for one, later in with_later(in_order((one for one in owners if one.supply_until > one.on), today)):
        if is_asked_of(owners[one], rule):
            days = {"supply_until": one.supply_until, "issued_on": one.on}
            yield Occasion(one.event, owners[one].uuid, one.on, days, later=later)


def is_asked_of(episode: ContraceptionEpisode, rule: Rule) -> bool:
    """Only of those who opted in (domain.md 2.4, heading)."""
    return episode.wants_follow_up and episode.method in rule.methods


def of_household_visits(rule: Rule, facts: Facts, today: date) -> Iterator[Occasion]:
    """Visits on which somebody was met and agreed; a visit to a closed door neither asks nor answers.

    Of two records of one day the one that says they declined or moved counts, whichever came first.
    """
    left = {one.on for one in facts.household_visits if one.result not in ("met", "absent")}
    told = (one for one in facts.household_visits if one.result != "absent")
    chain = in_order((one for one in told if one.result != "met" or one.on not in left), today)
    for one, later in with_later(chain):
        if one.result == "met" and one.agreed:
            yield Occasion(one.event, None, one.on, {"visited_on": one.on}, later=later)


def of_folic_acid(rule: Rule, facts: Facts, today: date) -> Iterator[Occasion]:
    """Its key names no pregnancy: who plans one is given it, too, and a registration later on makes no second task."""
    for one, later in with_later(in_order((one for one in facts.folic_acid if one.supply_until > one.on), today)):
        days = {"fa_supply_until": one.supply_until, "issued_on": one.on}
        pregnancy = pregnancy_of(one, facts)
        dating = dating_on(pregnancy, today) if pregnancy else None
        over_on = dating.ga_anchor + FOLIC_ACID_UNTIL if dating else None
        yield Occasion(one.event, None, one.on, days, pregnancy=pregnancy, later=later, over_on=over_on)


def pregnancy_of(supply: Supply, facts: Facts) -> Pregnancy | None:
    """The pregnancy that the tablets are for, if one is known: not over when they were given, registered while they last."""
    known = [
        one
        for one in facts.pregnancies
        if one.registered_on <= supply.supply_until + ASKED_AFTER
        and (one.outcome is None or one.outcome.on >= supply.on)
    ]
    return max(known, key=lambda one: (one.registered_on, one.event), default=None)


def of_case_steps(rule: Rule, facts: Facts, today: date) -> Iterator[Occasion]:
    for one, later in with_later(facts.case.steps if facts.case else ()):
        if one.waits:
            yield Occasion(one.event, None, one.on, {"stepped_on": one.on}, later=later)


def of_renewals(rule: Rule, facts: Facts, today: date) -> Iterator[Occasion]:
    """A day that is already over when it is told is asked for from then on."""
    for one, later in with_later(facts.case.renewals if facts.case else ()):
        days = {"renewal_on": one.renewal_on, "noted_on": one.on}
        yield Occasion(one.event, None, one.on, days, later=later)


def in_order(chain: Iterable[Link], today: date) -> tuple[Link, ...]:
    """By day, one a day: two records of one day tell of the same event, and the first to arrive keeps its key."""
    found: dict[date, Link] = {}
    for one in sorted(chain, key=lambda one: (one.on, one.received_at, one.event)):
        if one.on <= today:
            found.setdefault(one.on, one)
    return tuple(found.values())


def with_later(chain: tuple[Chained, ...]) -> Iterator[tuple[Chained, tuple[Chained, ...]]]:
    return ((one, chain[at:]) for at, one in enumerate(chain, 1))


def owners_of(
    rule: Rule, facts: Facts, links: Callable[[ContraceptionEpisode], tuple[Link, ...]]
) -> dict[Link, ContraceptionEpisode]:
    """What was given by the rule's methods, with its episode. One row for all of a woman's episodes: the next injection
    answers the last one also where the form was filled as a new episode, or in one that wants no follow-up."""
    episodes = sorted((one for one in facts.contraception if one.method in rule.methods), key=lambda one: one.uuid)
    return {link: episode for episode in episodes for link in links(episode)}
