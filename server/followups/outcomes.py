"""How a pregnancy ended and what was asked after it (F4, F5), as facts that the rules read. Pure; histories.py calls it."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Final

from server.followups.facts import Stop
from server.followups.pregnancies import Birth, Outcome, Support
from server.registry.births import SELF_HARM, about, born_alive, end_of, her_signs, tells_loss, visited_on
from server.registry.people import CLINICIANS
from server.registry.telling import ANTENATAL, CONTRACEPTION, POSTNATAL, Event

OTHER_FOOD: Final = ("mixed", "formula")
"""Answers of F5 `feeding` with which breastfeeding does not protect from a pregnancy any more (domain.md 2.4, LAM-6)."""


def outcome_of(told: Sequence[Event]) -> Outcome | None:
    """A loss that was reported once is not undone by another report, only by correcting its record."""
    end = end_of(told)
    return Outcome(end.event, end.kind, end.on, end.reported_on) if end else None


def birth_of(told: Sequence[Event]) -> Birth | None:
    born = born_alive(told)
    if born is None:
        return None
    return Birth(
        on=born.on,
        told_on=born.told_on,
        left_on=born.left_on,
        left_told=_said(born.left_told),
        left_early=born.left_early,
        is_spoken_of=born.is_spoken_of,
        no_visits=_said(born.no_visits),
        other_food_on=next((visited_on(one) for one in told if one.data.get("feeding") in OTHER_FOOD), None),
        is_worry=born.is_worry,
    )


def _said(one: Event | None) -> tuple[date, str] | None:
    return (visited_on(one), one.event) if one else None


def support_of(told: Sequence[Event]) -> Iterable[Support]:
    """Not having answered is no answer."""
    for one in told:
        if tells_loss(one) and one.data.get("loss_support"):
            yield Support(one.event, visited_on(one), one.data["loss_support"] in ("clinic", "counsellor"))


def refused_contacts(told: Sequence[Event]) -> Iterable[Stop]:
    """F5 `pnc_other` "no contact", as long as she says nothing else after it; it is about that pregnancy."""
    for episode in sorted({one.episode for one in told if one.form_id == POSTNATAL and one.episode}):
        born = born_alive(about(told, episode))
        if born and born.no_visits and born.no_contact:
            yield Stop("contact_declined", visited_on(born.no_visits), born.no_visits.event, episode=episode)


def is_clinicians(one: Event) -> bool:
    """F4 says who checked her; F5 and F6 are a clinician's when her phone is one's."""
    if one.form_id in (POSTNATAL, CONTRACEPTION):
        return one.data.get("my_role") == "clinician"
    return one.form_id == ANTENATAL and one.data.get("done_by") in CLINICIANS


def kind_of_signs(one: Event) -> str:
    """One of pregnancies.SIGNS, the weightiest: her own outlast a loss, the baby's do not."""
    if one.form_id != POSTNATAL:
        return "pregnancy"
    hers = her_signs(one.data)
    return "self_harm" if SELF_HARM in hers else "after_birth" if hers else "baby"
