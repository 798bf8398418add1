"""Occasions of a pregnancy and of what came of it: its weeks, danger signs, the birth, a loss, referrals. Pure."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date, timedelta
from typing import Final

from server.followups.facts import Facts
from server.followups.occasions import Occasion, dating_on, days_of
from server.followups.occasions_in_chains import with_later
from server.followups.pregnancies import Birth, Pregnancy
from server.followups.ruleset import Rule
from server.followups.schedules import has_followed

TERM: Final = timedelta(weeks=37)
STAY: Final = timedelta(days=3)
"""How long after a birth she is taken to have left hospital while nobody told (domain.md 2.3, PN1)."""


def of_pregnancies(rule: Rule, facts: Facts, today: date) -> Iterator[Occasion]:
    for one in facts.pregnancies:
        dating = dating_on(one, today)
        if dating and has_followed(one, rule, today):
            yield Occasion(one.event, one.uuid, one.registered_on, days_of(one, dating), pregnancy=one)


def of_undated(rule: Rule, facts: Facts, today: date) -> Iterator[Occasion]:
    """Pregnancies whose weeks nobody could tell when they were registered (domain.md 2.1, priority 5)."""
    for one in facts.pregnancies:
        if all(dating.event != one.event for dating in one.datings):
            days = {"registered_on": one.registered_on}
            yield Occasion(one.event, one.uuid, one.registered_on, days, pregnancy=one)


def of_extra_contacts(rule: Rule, facts: Facts, today: date) -> Iterator[Occasion]:
    """Each date that a clinician set. One that was set anew before its days came is replaced by it (stops.py)."""
    for pregnancy in facts.pregnancies:
        chain = sorted(pregnancy.extra_contacts, key=lambda one: (one.on, one.event))
        for one, later in with_later(tuple(each for each in chain if each.on <= today)):
            days = {"extra_on": one.wanted_on, "set_on": one.on}
            yield Occasion(one.event, pregnancy.uuid, one.on, days, pregnancy=pregnancy, later=later)


def of_danger_signs(rule: Rule, facts: Facts, today: date) -> Iterator[Occasion]:
    """A loss ends what was asked for the pregnancy's sake or the baby's. Her own signs after a birth outlast it."""
    known = {one.uuid: one for one in facts.pregnancies}
    for one in sorted(facts.danger_signs, key=lambda one: (one.reported_on, one.event)):
        ends_with = known.get(one.pregnancy) if one.kind in ("pregnancy", "baby") else None
        if one.kind in rule.signs:
            days = {"reported_on": one.reported_on}
            yield Occasion(one.event, one.pregnancy, one.reported_on, days, pregnancy=ends_with)


def of_births(rule: Rule, facts: Facts, today: date) -> Iterator[Occasion]:
    """One a pregnancy, known by what registered it, so that what is told later of the birth moves what is asked for.

    Who said no to visits at home is asked to the clinic or rung up instead, from the day she said so; one that she had
    before it is none that is missing.
    """
    for one in facts.pregnancies:
        birth = one.birth
        if birth is None or not (has_followed(one, rule, today) and is_asked_after(rule, facts, one, birth)):
            continue
        told_on = birth.no_visits[0] if rule.birth == "no_visits" and birth.no_visits else birth.told_on
        days = {"born_on": birth.on, "left_on": birth.left_on or birth.on + STAY, "told_on": told_on}
        yield Occasion(one.event, one.uuid, birth.on, days, pregnancy=one)


def is_asked_after(rule: Rule, facts: Facts, pregnancy: Pregnancy, birth: Birth) -> bool:
    return rule.birth is None or _BIRTHS[rule.birth](facts, pregnancy, birth)


def _says_no_to_visits(facts: Facts, pregnancy: Pregnancy, birth: Birth) -> bool:
    said = birth.no_visits
    return said is not None and all(on > said[0] for on in visits_after_birth(facts, pregnancy))


def _is_watched(facts: Facts, pregnancy: Pregnancy, birth: Birth) -> bool:
    """Weight is never asked (3, F5): small is who came before 37 weeks."""
    dating = dating_on(pregnancy, birth.on)
    is_early = dating is not None and birth.on < dating.ga_anchor + TERM
    return pregnancy.has_named_risk or birth.is_worry or is_early


_BIRTHS: Final[Mapping[str, Callable[[Facts, Pregnancy, Birth], bool]]] = {
    "left_early": lambda facts, pregnancy, birth: birth.left_early,
    "no_visits": _says_no_to_visits,
    "baby_spoken_of": lambda facts, pregnancy, birth: birth.is_spoken_of,
    "watched": _is_watched,
    "not_talked": lambda facts, pregnancy, birth: all(one.on >= birth.on for one in pregnancy.talks),
}


def visits_after_birth(facts: Facts, pregnancy: Pregnancy) -> list[date]:
    return [one.visit_date for one in facts.visits if one.report == "pnc_visit" and one.episode == pregnancy.uuid]


def of_losses(rule: Rule, facts: Facts, today: date) -> Iterator[Occasion]:
    """It names no pregnancy that a loss could end: it is what a loss begins."""
    for one in facts.pregnancies:
        if one.outcome and one.outcome.kind == "ended":
            days = {"lost_on": one.outcome.on, "told_on": one.outcome.reported_on}
            yield Occasion(one.event, one.uuid, one.outcome.on, days)


def of_referrals(rule: Rule, facts: Facts, today: date) -> Iterator[Occasion]:
    known = {one.uuid: one for one in facts.pregnancies}
    for one in facts.referrals:
        if one.urgency == rule.urgency:
            days = {"referred_on": one.referred_on}
            pregnancy = known.get(one.pregnancy) if one.pregnancy else None
            yield Occasion(one.uuid, one.pregnancy, one.referred_on, days, pregnancy=pregnancy)


def of_wishes_for_help(rule: Rule, facts: Facts, today: date) -> Iterator[Occasion]:
    known = {one.uuid: one for one in facts.pregnancies}
    for referral in facts.referrals:
        pregnancy = known.get(referral.pregnancy) if referral.pregnancy else None
        for one in referral.wishes:
            yield Occasion(one.event, referral.pregnancy, one.on, {"wants_help_on": one.on}, pregnancy=pregnancy)
