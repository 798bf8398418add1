"""What a rule hangs on: each pregnancy, injection, supply, danger sign … that asks for one follow-up."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, TypeVar

from server.followups.facts import (
    Birth,
    CaseStep,
    ContraceptionEpisode,
    Dating,
    Facts,
    HouseholdVisit,
    Injection,
    Pregnancy,
    Renewal,
    Supply,
    Transfer,
)
from server.followups.ruleset import Rule
from server.followups.transfer_facts import checked_in, needs_checks

STAY: Final = timedelta(days=3)
"""How long after a birth she is taken to have left hospital while nobody told (domain.md 2.3, PN1)."""


@dataclass(frozen=True)
class Occasion:
    """One anchor event and the days that a window counts from.

    `day` is the day of the event itself. `later` are the events that came after it in the same chain (injections, supplies,
    household visits, steps and renewals of a case), in order: the first of them answers or replaces it. `over_on` is a day by
    which nothing is needed any more, whatever the window.
    """

    event: str
    episode: str | None
    day: date
    days: Mapping[str, date]
    pregnancy: Pregnancy | None = None
    later: tuple[Injection | Supply | HouseholdVisit | CaseStep | Renewal, ...] = ()
    over_on: date | None = None


def occasions_of(rule: Rule, facts: Facts, today: date) -> Iterator[Occasion]:
    """The occasions of a rule that are known by that day; events dated later than it are left out."""
    if facts.subject_list != rule.subject_list:
        return
    seen = set()
    for occasion in _FINDERS[rule.anchor](rule, facts, today):
        if occasion.day <= today and (occasion.episode, occasion.event) not in seen:
            seen.add((occasion.episode, occasion.event))
            yield occasion


def dating_on(pregnancy: Pregnancy, day: date) -> Dating | None:
    """The dating in force that day: the last that had come into force by then, else the first; None without any."""
    ordered = sorted(pregnancy.datings, key=lambda one: (one.in_force_from, one.event))
    in_force = [one for one in ordered if one.in_force_from <= day]
    return in_force[-1] if in_force else next(iter(ordered), None)


def days_of(pregnancy: Pregnancy, dating: Dating) -> dict[str, date]:
    return {"ga_anchor": dating.ga_anchor, "registered_on": pregnancy.registered_on}


def _pregnancies(rule: Rule, facts: Facts, today: date) -> Iterator[Occasion]:
    for one in facts.pregnancies:
        dating = dating_on(one, today)
        if dating and ("any" in rule.profiles or one.profile in rule.profiles):
            yield Occasion(one.event, one.uuid, one.registered_on, days_of(one, dating), pregnancy=one)


def _starts(rule: Rule, facts: Facts, today: date) -> Iterator[Occasion]:
    for one in facts.contraception:
        if one.started_on and _is_asked_of(one, rule):
            yield Occasion(one.uuid, one.uuid, one.started_on, {"started_on": one.started_on})


def _injections(rule: Rule, facts: Facts, today: date) -> Iterator[Occasion]:
    owners = _owners(rule, facts, lambda episode: episode.injections)
    for one, later in _with_later(_in_order(owners, today)):
        if _is_asked_of(owners[one], rule):
            yield Occasion(one.event, owners[one].uuid, one.on, {"injected_on": one.on}, later=later)


def _supplies(rule: Rule, facts: Facts, today: date) -> Iterator[Occasion]:
    owners = _owners(rule, facts, lambda episode: episode.supplies)
    for one, later in _with_later(_in_order((one for one in owners if one.supply_until > one.on), today)):
        if _is_asked_of(owners[one], rule):
            days = {"supply_until": one.supply_until, "issued_on": one.on}
            yield Occasion(one.event, owners[one].uuid, one.on, days, later=later)


def _is_asked_of(episode: ContraceptionEpisode, rule: Rule) -> bool:
    """Only of those who opted in (domain.md 2.4, heading)."""
    return episode.wants_follow_up and episode.method in rule.methods


def _household_visits(rule: Rule, facts: Facts, today: date) -> Iterator[Occasion]:
    """Visits on which somebody was met and agreed; a visit to a closed door neither asks nor answers.

    Of two records of one day the one that says they declined or moved counts, whichever came first.
    """
    left = {one.on for one in facts.household_visits if one.result not in ("met", "absent")}
    told = (one for one in facts.household_visits if one.result != "absent")
    chain = _in_order((one for one in told if one.result != "met" or one.on not in left), today)
    for one, later in _with_later(chain):
        if one.result == "met" and one.agreed:
            yield Occasion(one.event, None, one.on, {"visited_on": one.on}, later=later)


def _danger_signs(rule: Rule, facts: Facts, today: date) -> Iterator[Occasion]:
    """A loss ends what was asked for the pregnancy's sake or the baby's. Her own signs after a birth outlast it."""
    known = {one.uuid: one for one in facts.pregnancies}
    for one in sorted(facts.danger_signs, key=lambda one: (one.reported_on, one.event)):
        ends_with = known.get(one.pregnancy) if one.kind in ("pregnancy", "baby") else None
        if one.kind in rule.signs:
            days = {"reported_on": one.reported_on}
            yield Occasion(one.event, one.pregnancy, one.reported_on, days, pregnancy=ends_with)


def _births(rule: Rule, facts: Facts, today: date) -> Iterator[Occasion]:
    """One a pregnancy, known by what registered it, so that what is told later of the birth moves what is asked for.

    Who said no to visits at home is asked to the clinic or rung up instead, from the day she said so; one that she had
    before it is none that is missing.
    """
    for one in facts.pregnancies:
        birth = one.birth
        if birth is None or not _is_asked_after(rule, birth, _visits_after_birth(facts, one)):
            continue
        told_on = birth.no_visits[0] if rule.birth == "no_visits" and birth.no_visits else birth.told_on
        days = {"born_on": birth.on, "left_on": birth.left_on or birth.on + STAY, "told_on": told_on}
        yield Occasion(one.event, one.uuid, birth.on, days, pregnancy=one)


def _is_asked_after(rule: Rule, birth: Birth, visits: Iterable[date]) -> bool:
    if rule.birth == "left_early":
        return birth.left_early
    if rule.birth == "no_visits":
        said = birth.no_visits
        return said is not None and all(on > said[0] for on in visits)
    return rule.birth is None or birth.is_spoken_of


def _visits_after_birth(facts: Facts, pregnancy: Pregnancy) -> list[date]:
    return [one.visit_date for one in facts.visits if one.report == "pnc_visit" and one.episode == pregnancy.uuid]


def _losses(rule: Rule, facts: Facts, today: date) -> Iterator[Occasion]:
    """It names no pregnancy that a loss could end: it is what a loss begins."""
    for one in facts.pregnancies:
        if one.outcome and one.outcome.kind == "ended":
            days = {"lost_on": one.outcome.on, "told_on": one.outcome.reported_on}
            yield Occasion(one.event, one.uuid, one.outcome.on, days)


def _case_steps(rule: Rule, facts: Facts, today: date) -> Iterator[Occasion]:
    for one, later in _with_later(facts.case.steps if facts.case else ()):
        if one.waits:
            yield Occasion(one.event, None, one.on, {"stepped_on": one.on}, later=later)


def _renewals(rule: Rule, facts: Facts, today: date) -> Iterator[Occasion]:
    """A day that is already over when it is told is asked for from then on."""
    for one, later in _with_later(facts.case.renewals if facts.case else ()):
        days = {"renewal_on": one.renewal_on, "noted_on": one.on}
        yield Occasion(one.event, None, one.on, days, later=later)


def _referrals(rule: Rule, facts: Facts, today: date) -> Iterator[Occasion]:
    known = {one.uuid: one for one in facts.pregnancies}
    for one in facts.referrals:
        if one.urgency == rule.urgency:
            days = {"referred_on": one.referred_on}
            pregnancy = known.get(one.pregnancy) if one.pregnancy else None
            yield Occasion(one.uuid, one.pregnancy, one.referred_on, days, pregnancy=pregnancy)


def _wishes_for_help(rule: Rule, facts: Facts, today: date) -> Iterator[Occasion]:
    known = {one.uuid: one for one in facts.pregnancies}
    for referral in facts.referrals:
        pregnancy = known.get(referral.pregnancy) if referral.pregnancy else None
        for one in referral.wishes:
            yield Occasion(one.event, referral.pregnancy, one.on, {"wants_help_on": one.on}, pregnancy=pregnancy)


FOLIC_ACID_UNTIL = timedelta(weeks=13)
"""Of pregnancy (domain.md 2.5, FA-REFILL: GA 13+0)."""
ASKED_AFTER = timedelta(weeks=4)
"""How long after the last tablet a pregnancy that was registered still counts for them (rules/FA-REFILL.toml, latest)."""


def _folic_acid(rule: Rule, facts: Facts, today: date) -> Iterator[Occasion]:
    """Its key names no pregnancy: who plans one is given it, too, and a registration later on makes no second task."""
    for one, later in _with_later(_in_order((one for one in facts.folic_acid if one.supply_until > one.on), today)):
        days = {"fa_supply_until": one.supply_until, "issued_on": one.on}
        pregnancy = _pregnancy_of(one, facts)
        dating = dating_on(pregnancy, today) if pregnancy else None
        over_on = dating.ga_anchor + FOLIC_ACID_UNTIL if dating else None
        yield Occasion(one.event, None, one.on, days, pregnancy=pregnancy, later=later, over_on=over_on)


def _pregnancy_of(supply: Supply, facts: Facts) -> Pregnancy | None:
    """The pregnancy that the tablets are for, if one is known: not over when they were given, registered while they last."""
    known = [
        one
        for one in facts.pregnancies
        if one.registered_on <= supply.supply_until + ASKED_AFTER
        and (one.outcome is None or one.outcome.on >= supply.on)
    ]
    return max(known, key=lambda one: (one.registered_on, one.event), default=None)


def _sent(rule: Rule, facts: Facts, today: date) -> Iterator[Occasion]:
    """Transfers out of here, from the day on which she agreed to what is passed on now."""
    for one in facts.transfers:
        if one.direction == "out" and one.agreed and _is_for_checks(rule, facts, one):
            days = {"sent_on": one.agreed[0]}
            yield Occasion(one.uuid, None, one.agreed[0], days, pregnancy=checked_in(facts, one))


def _taken_over(rule: Rule, facts: Facts, today: date) -> Iterator[Occasion]:
    """Transfers in whose package is here while she was not."""
    for one in facts.transfers:
        if one.direction == "in" and one.received:
            yield Occasion(one.uuid, None, one.received[0], {"taken_over_on": one.received[0]})


def _arrivals(rule: Rule, facts: Facts, today: date) -> Iterator[Occasion]:
    for one in facts.transfers:
        if one.direction == "in" and one.started and _is_for_checks(rule, facts, one):
            days = {"arrived_on": one.started[0]}
            yield Occasion(one.uuid, None, one.started[0], days, pregnancy=checked_in(facts, one))


def _is_for_checks(rule: Rule, facts: Facts, transfer: Transfer) -> bool:
    return rule.checks is None or (rule.checks == "needed") == needs_checks(facts, transfer)


_Link = TypeVar("_Link", Injection, Supply, HouseholdVisit)
_Chained = TypeVar("_Chained", Injection, Supply, HouseholdVisit, CaseStep, Renewal)


def _in_order(chain: Iterable[_Link], today: date) -> tuple[_Link, ...]:
    """By day, one a day: two records of one day tell of the same event, and the first to arrive keeps its key."""
    found: dict[date, _Link] = {}
    for one in sorted(chain, key=lambda one: (one.on, one.received_at, one.event)):
        if one.on <= today:
            found.setdefault(one.on, one)
    return tuple(found.values())


def _with_later(chain: tuple[_Chained, ...]) -> Iterator[tuple[_Chained, tuple[_Chained, ...]]]:
    return ((one, chain[at:]) for at, one in enumerate(chain, 1))


def _owners(
    rule: Rule, facts: Facts, links: Callable[[ContraceptionEpisode], tuple[_Link, ...]]
) -> dict[_Link, ContraceptionEpisode]:
    """What was given by the rule's methods, with its episode. One row for all of a woman's episodes: the next injection
    answers the last one also where the form was filled as a new episode, or in one that wants no follow-up."""
    episodes = sorted((one for one in facts.contraception if one.method in rule.methods), key=lambda one: one.uuid)
    return {link: episode for episode in episodes for link in links(episode)}


_FINDERS: Final[Mapping[str, Callable[[Rule, Facts, date], Iterator[Occasion]]]] = {
    "ga_anchor": _pregnancies,
    "started_on": _starts,
    "injected_on": _injections,
    "supply_until": _supplies,
    "fa_supply_until": _folic_acid,
    "reported_on": _danger_signs,
    "referred_on": _referrals,
    "wants_help_on": _wishes_for_help,
    "visited_on": _household_visits,
    "born_on": _births,
    "lost_on": _losses,
    "sent_on": _sent,
    "taken_over_on": _taken_over,
    "arrived_on": _arrivals,
    "stepped_on": _case_steps,
    "renewal_on": _renewals,
}
