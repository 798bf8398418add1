"""Care events into Facts: what the records about a woman or a household say, as the rules read it. Pure.

No day of a fact lies after the day on which its record was received: a phone's clock may run ahead, receipt does not.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from types import MappingProxyType
from typing import Final

from server.followups.facts import Consent, Facts, HouseholdVisit, Stop, Visit
from server.followups.method_facts import methods_in
from server.followups.offer_facts import consents_given_in, doses_asked_in, folic_words_in
from server.followups.outcomes import birth_of, is_clinicians, kind_of_signs, outcome_of, refused_contacts, support_of
from server.followups.pregnancies import DangerSign, Dating, Pregnancy
from server.followups.pregnancy_facts import extra_contacts_of, names_risk, talks_of
from server.followups.referral_facts import referrals_in, removals_in
from server.followups.supply_facts import FOLIC_ACID, day_told, folic_acid_in, with_handed_out
from server.followups.transfer_facts import cared_for_elsewhere, over_by_the_list, transfers_in
from server.registry.births import about, mood_of
from server.registry.one_person import named_in
from server.registry.people import datings_of, day_of, in_time
from server.registry.referrals import signs_of
from server.registry.telling import (
    ANTENATAL,
    CONSENT,
    CONTRACEPTION,
    HOUSEHOLD,
    POSTNATAL,
    PREGNANCY,
    REFERRAL_OUTCOME,
    SUPPLIES,
    Event,
)

MAIN_QUESTION: Final = {
    PREGNANCY: "wants_registration",
    ANTENATAL: "still_pregnant",
    CONTRACEPTION: "reason",
    POSTNATAL: "report_type",
    REFERRAL_OUTCOME: "arrived",
    SUPPLIES: "item",
}


NO_TRANSFERS: Final[Mapping[str, str]] = MappingProxyType({})


@dataclass(frozen=True)
class Person:
    """A row of the registry as plain data: where she is cared for, and her consent as it stands; whether somebody did
    something with one of her follow-ups by hand, and whether the server knows something of a transfer of hers."""

    subject: str
    village_code: str
    consent: Consent
    acted: bool = False
    packaged: bool = False


def read_household(person: Person, events: Sequence[Event]) -> Facts:
    """The facts of one household by its visits (F1). Whether it agreed is asked at each visit, and the rule reads that."""
    visits = (
        HouseholdVisit(
            one.event,
            day_of(one),
            one.received_at,
            one.data.get("visit_result", ""),
            one.data.get("consent_household") == "yes",
        )
        for one in in_time(events)
        if one.form_id == HOUSEHOLD
    )
    return Facts(person.subject, "households", person.village_code, person.consent, household_visits=tuple(visits))


def read_woman(
    person: Person,
    events: Sequence[Event],
    keys: Mapping[str, str],
    deleted_referrals: Collection[str] = (),
    listed_transfers: Mapping[str, str] = NO_TRANSFERS,
) -> Facts:
    """The facts of one woman by F2 to F8 and F13.

    `keys` is FollowUp.key by visit_key; `deleted_referrals` the uuids of referrals that somebody took out by hand,
    `listed_transfers` the status of each transfer in its list.
    """
    everything = in_time(events)
    told = [one for one in everything if one.form_id != CONSENT]
    transfers = transfers_in(told, listed_transfers)
    return Facts(
        subject=person.subject,
        subject_list="women",
        village_code=person.village_code,
        consent=person.consent,
        stops=(
            *_stops(told),
            *cared_for_elsewhere(transfers, listed_transfers),
            *over_by_the_list(transfers, listed_transfers),
        ),
        pregnancies=tuple(_pregnancies(told)),
        contraception=with_handed_out(tuple(methods_in(told)), told),
        folic_acid=tuple(folic_acid_in(told)),
        visits=tuple(_visit(one, keys) for one in told if _took_place(one)),
        danger_signs=tuple(_danger_signs(told)),
        referrals=tuple(one for one in referrals_in(told) if one.uuid not in deleted_referrals),
        transfers=transfers,
        folic_words=tuple(folic_words_in(everything)),
        doses_asked=tuple(doses_asked_in(told)),
        consents=tuple(consents_given_in(everything)),
        told_as=named_in(everything),
    )


def _took_place(one: Event) -> bool:
    """Whether a form got to its point: one that ended at the door or for want of privacy answers nothing."""
    return MAIN_QUESTION.get(one.form_id, "") in one.data


def _visit(one: Event, keys: Mapping[str, str]) -> Visit:
    is_check, is_report = one.form_id == ANTENATAL, one.form_id == POSTNATAL
    return Visit(
        event=one.event,
        form_id=one.form_id,
        visit_date=day_of(one),
        received_at=one.received_at,
        episode=one.episode,
        answers=keys.get(one.data.get("visit_key", "")),
        status=one.data["still_pregnant"] if is_check else "ongoing",
        by_clinician=is_clinicians(one),
        report=one.data["report_type"] if is_report else "",
        mood=mood_of(one.data) if is_report else None,
        takes_folic=takes_folic(one.data) if is_check else None,
    )


def takes_folic(data: Mapping[str, str]) -> bool | None:
    said = data.get("supplements", "").split()
    return FOLIC_ACID in said if said and "prefer_not" not in said else None


def _stops(told: Sequence[Event]) -> Iterable[Stop]:
    """F3 `contact_ok` "do not contact me" is about that pregnancy. Not having answered is not that.

    So is F5 `pnc_other` "no contact", as long as she says nothing else after it, and F6 `wish` "remove device" for its method.
    """
    for one in told:
        if one.form_id == PREGNANCY and one.episode and one.data.get("contact_ok") == "none":
            yield Stop("contact_declined", day_of(one), one.event, episode=one.episode)
    yield from refused_contacts(told)
    yield from removals_in(told)


def _pregnancies(told: Sequence[Event]) -> Iterable[Pregnancy]:
    seen: set[str] = set()
    for one in told:
        if one.form_id != PREGNANCY or not one.episode or one.data.get("wants_registration") != "yes":
            continue
        if one.episode not in seen:
            seen.add(one.episode)
            yield _pregnancy(one, one.episode, [visit for visit in told if visit.episode == one.episode])


def _pregnancy(registration: Event, uuid: str, told: Sequence[Event]) -> Pregnancy:
    registered_on = day_of(registration)
    return Pregnancy(
        uuid=uuid,
        event=registration.event,
        registered_on=registered_on,
        received_at=registration.received_at,
        datings=tuple(_datings(told, registered_on)),
        first_check_on=day_told(registration, "first_check_date"),
        outcome=outcome_of(about(told, uuid)),
        birth=birth_of(about(told, uuid)),
        support=tuple(support_of(about(told, uuid))),
        has_named_risk=names_risk(registration),
        extra_contacts=tuple(extra_contacts_of(told)),
        talks=tuple(talks_of(told)),
    )


def _datings(told: Sequence[Event], registered_on: date) -> Iterable[Dating]:
    for one in datings_of(told, registered_on):
        yield Dating(one.event, one.ga_anchor, one.method, one.in_force_from)


def _danger_signs(told: Sequence[Event]) -> Iterable[DangerSign]:
    """Of a pregnancy and after it only: what is asked for then is a clinician's look at her."""
    for one in told:
        if one.form_id in (PREGNANCY, ANTENATAL, POSTNATAL) and one.episode and signs_of(one.form_id, one.data):
            yield DangerSign(one.event, one.episode, day_of(one), kind_of_signs(one))
