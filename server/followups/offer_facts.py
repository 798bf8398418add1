"""What she said about planning a pregnancy, folic acid and her consent (F2, F3), as facts that the rules read. Pure."""

from collections.abc import Iterable, Iterator
from typing import Final

from server.followups.offers import ConsentGiven, DoseAsked, FolicWord
from server.registry.consent import answers_herself, consents_in_order, happened_on, says_of_service
from server.registry.people import day_of
from server.registry.telling import CONSENT, PREGNANCY, Event

DOCTORS_DOSE: Final = frozenset(("diabetes",))
"""Risks of F3 with which a doctor says how much folic acid (domain.md 2.5, FA-HIGH). F3 asks for no other of them."""
NOW: Final = {"no": "without", "yes": "takes"}


def folic_words_in(told: Iterable[Event]) -> Iterator[FolicWord]:
    """Not having answered is no word: neither a plan nor that it was given up."""
    for one in told:
        kind = word_of(one)
        if kind:
            yield FolicWord(one.event, day_of(one), one.received_at, kind, one.episode)


def word_of(one: Event) -> str | None:
    if one.form_id == PREGNANCY and registers(one):
        return NOW.get(one.data.get("folic_now", ""))
    wants = one.data.get("service_interest", "").split() if one.form_id == CONSENT else []
    if not wants or not answers_herself(one.data) or says_of_service(one.data) is False:
        return None
    return "plans" if "preg_plan" in wants else "dropped"


def doses_asked_in(told: Iterable[Event]) -> Iterator[DoseAsked]:
    for one in told:
        if one.form_id == PREGNANCY and registers(one) and DOCTORS_DOSE & set(one.data.get("risk_heard", "").split()):
            yield DoseAsked(one.event, day_of(one), one.episode or "")


def registers(one: Event) -> bool:
    return bool(one.episode) and one.data.get("wants_registration") == "yes"


def consents_given_in(told: Iterable[Event]) -> Iterator[ConsentGiven]:
    for one in consents_in_order(told):
        if says_of_service(one.data):
            yield ConsentGiven(one.event, happened_on(one.visit_date, one.received_at), one.received_at)
