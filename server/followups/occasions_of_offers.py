"""Occasions of what is offered before and early in a pregnancy, of her consent's year, of a home where nobody was met, and of
what she asked to be told. Pure.

Facts: domain.md 2.5 and 2.6.
"""

from collections.abc import Iterator
from datetime import date

from server.followups.facts import Facts, HouseholdVisit
from server.followups.methods import Supply
from server.followups.occasions import Occasion, dating_on
from server.followups.occasions_in_chains import FOLIC_ACID_UNTIL, in_order, pregnancy_of, with_later
from server.followups.offers import FolicWord
from server.followups.pregnancies import Pregnancy
from server.followups.ruleset import Rule


def of_plans(rule: Rule, facts: Facts, today: date) -> Iterator[Occasion]:
    """The first time that she says so; said again each year it is the same plan, until she says otherwise. Not while what
    she was given lasts: then its own follow-up asks (FA-REFILL).
    """
    before = ""
    for one in words_in_order(facts, ("plans", "dropped")):
        if one.kind == "plans" and before != "plans" and not has_tablets(facts, one.on):
            yield Occasion(one.event, None, one.on, {"planned_on": one.on})
        before = one.kind


def of_going_without(rule: Rule, facts: Facts, today: date) -> Iterator[Occasion]:
    for one in words_in_order(facts, ("without",)):
        if not has_tablets(facts, one.on):
            yield from early_in(one.pregnancy, one.event, one.on, "without_on", facts, today)


def of_doses(rule: Rule, facts: Facts, today: date) -> Iterator[Occasion]:
    for one in sorted(facts.doses_asked, key=lambda one: (one.on, one.event)):
        yield from early_in(one.pregnancy, one.event, one.on, "dose_asked_on", facts, today)


def early_in(uuid: str | None, event: str, on: date, anchor: str, facts: Facts, today: date) -> Iterator[Occasion]:
    """What is asked before the thirteenth week of a pregnancy is over, and of one whose weeks are known."""
    known: dict[str | None, Pregnancy] = {one.uuid: one for one in facts.pregnancies}
    pregnancy = known.get(uuid)
    dating = dating_on(pregnancy, today) if pregnancy else None
    over_on = dating.ga_anchor + FOLIC_ACID_UNTIL if dating else None
    if over_on and on < over_on:
        yield Occasion(event, uuid, on, {anchor: on}, pregnancy=pregnancy, over_on=over_on)


def of_first_tablets(rule: Rule, facts: Facts, today: date) -> Iterator[Occasion]:
    """The first that she was given while she planned: asked about for a year, then she renews the wish or does not."""
    for one in tablets_in_order(facts)[:1]:
        if pregnancy_of(one, facts) is None:
            yield Occasion(one.event, None, one.on, {"fa_begun_on": one.on})


def of_consents(rule: Rule, facts: Facts, today: date) -> Iterator[Occasion]:
    for one, later in with_later(in_order(facts.consents, today)):
        yield Occasion(one.event, None, one.on, {"consented_on": one.on}, later=later)


def of_first_calls(rule: Rule, facts: Facts, today: date) -> Iterator[Occasion]:
    """A home that was listed and where nobody has been met yet: the first call at its closed door asks for another."""
    calls = sorted(facts.household_visits, key=lambda one: (one.on, one.received_at, one.event))
    if calls and calls[0].result == "absent" and calls[0].on <= today:
        first = calls[0]
        yield Occasion(first.event, None, first.on, {"missed_on": first.on}, later=tuple(spoken_with(calls, today)))


def spoken_with(calls: list[HouseholdVisit], today: date) -> Iterator[HouseholdVisit]:
    return (one for one in calls if one.result != "absent" and one.on <= today)


def of_screenings(rule: Rule, facts: Facts, today: date) -> Iterator[Occasion]:
    """Only where she asked to hear of the result from us (domain.md 2.5, PPS)."""
    for one in facts.screenings:
        if one.agreed:
            yield Occasion(one.event, None, one.on, {"sampled_on": one.on})


def of_days_chosen(rule: Rule, facts: Facts, today: date) -> Iterator[Occasion]:
    for one in facts.days_chosen:
        yield Occasion(one.event, None, one.on, {"chosen_on": one.chosen_on, "noted_on": one.on})


def words_in_order(facts: Facts, kinds: tuple[str, ...]) -> list[FolicWord]:
    known = (one for one in facts.folic_words if one.kind in kinds)
    return sorted(known, key=lambda one: (one.on, one.received_at, one.event))


def tablets_in_order(facts: Facts) -> list[Supply]:
    given = (one for one in facts.folic_acid if one.supply_until > one.on)
    return sorted(given, key=lambda one: (one.on, one.received_at, one.event))


def has_tablets(facts: Facts, day: date) -> bool:
    """Whether what she was given on an earlier day lasts that day; what is given on the day itself answers the offer."""
    return any(one.on < day <= one.supply_until for one in facts.folic_acid)
