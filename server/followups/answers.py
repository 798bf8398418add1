"""What answers a follow-up that is no antenatal contact, and how it ends by that."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Final

from server.followups import answers_of_methods, answers_of_offers
from server.followups.elsewhere import Transfer
from server.followups.endings import Asked, Ending, done, earliest
from server.followups.facts import Facts, HouseholdVisit, Visit
from server.followups.pregnancy_answers import clinicians_contacts, datings_told, offers_made


def ending_of(answer: str, facts: Facts, asked: Asked) -> Ending | None:
    """How a follow-up ended by the kind of answer that its rule names; None while it waits."""
    return _READERS[answer](facts, asked)


def _outcome_report(facts: Facts, asked: Asked) -> Ending | None:
    pregnancy = asked.occasion.pregnancy
    outcome = pregnancy.outcome if pregnancy else None
    return earliest(iter([(outcome.reported_on, outcome.event)] if outcome else []), asked)


def _dated(facts: Facts, asked: Asked) -> Ending | None:
    return earliest(datings_told(asked.occasion), asked)


def _clinician_contact(facts: Facts, asked: Asked) -> Ending | None:
    return earliest(clinicians_contacts(facts, asked.occasion, asked.key), asked)


def _methods_offer(facts: Facts, asked: Asked) -> Ending | None:
    """Any word of hers ends it, "not now" as a no; so does the visit with which it was offered: nobody goes there for it."""
    first = min(offers_made(facts, asked.occasion, asked.window, asked.today), default=None)
    if first is None:
        return None
    return done(first.on, first.event, asked.window) if first.wants else Ending("declined", first.on, first.event)


def _next_in_chain(facts: Facts, asked: Asked) -> Ending | None:
    """The next injection or supply; one that came before the window opened replaces this follow-up (stops.py)."""
    following = next(iter(asked.occasion.later), None)
    if following is None or following.on < asked.window.opens_on:
        return None
    if isinstance(following, HouseholdVisit) and following.result == "declined":
        return Ending("declined", following.on, following.event)
    if isinstance(following, HouseholdVisit) and following.result != "met":
        return None
    return done(following.on, following.event, asked.window)


def _seen_by_clinician(facts: Facts, asked: Asked) -> Ending | None:
    """A clinician's visit on a later day, the one that reported the sign, or one made for this follow-up.

    Another visit of the same day may have been before the sign, so it does not count: better asked once too often.
    """
    sign = asked.occasion
    seen = [
        (one.visit_date, one.event)
        for one in facts.visits
        if one.by_clinician
        and (one.episode == sign.episode or (one.episode is None and one.answers == asked.key))
        and (one.visit_date > sign.day or one.event == sign.event or one.answers == asked.key)
    ]
    arrived = [
        (one.arrived_on, one.outcome_event or one.uuid)
        for one in facts.referrals
        if one.danger_sign == sign.event and one.arrived_on
    ]
    return earliest(iter(seen + arrived), asked)


def _referral_outcome(facts: Facts, asked: Asked) -> Ending | None:
    """An outcome, whichever. One that was closed without is not wanted any more: that is no lateness of anybody's."""
    here = [one for one in facts.referrals if one.uuid == asked.occasion.event]
    outcomes = ((one.outcome_on, one.outcome_event or one.uuid) for one in here if one.outcome_on)
    closed = (one for one in here if one.closed_on and one.closed_on <= asked.today)
    return earliest(outcomes, asked) or next(
        (Ending("declined", one.closed_on, one.closed_event or one.uuid) for one in closed), None
    )


def _next_talk(facts: Facts, asked: Asked) -> Ending | None:
    """That it was talked about again; what she said then does not matter."""
    wishes = (one for referral in facts.referrals for one in referral.wishes if one.event == asked.occasion.event)
    return earliest(((one.met_on, one.met_event or one.event) for one in wishes if one.met_on), asked)


def _postnatal_visits(facts: Facts, asked: Asked) -> list[Visit]:
    """Visits after the birth (F5); the report of a birth or of a loss is none."""
    return [one for one in facts.visits if one.report == "pnc_visit" and one.episode == asked.occasion.episode]


def _postnatal_visit(facts: Facts, asked: Asked) -> Ending | None:
    return earliest(((one.visit_date, one.event) for one in _postnatal_visits(facts, asked)), asked)


def _home_visit(facts: Facts, asked: Asked) -> Ending | None:
    """Her "no" to visits at home ends it, unless she had one by then: a no is an answer."""
    birth = asked.occasion.pregnancy.birth if asked.occasion.pregnancy else None
    said = birth.no_visits if birth else None
    visited = _postnatal_visit(facts, asked)
    if said and (visited is None or visited.on is None or visited.on > said[0]):
        return Ending("declined", *said)
    return visited


def _discharge_told(facts: Facts, asked: Asked) -> Ending | None:
    """The record that tells when she left hospital, or a visit after the birth: then she is at home."""
    birth = asked.occasion.pregnancy.birth if asked.occasion.pregnancy else None
    told = [birth.left_told] if birth and birth.left_told else []
    return earliest(iter([*told, *((one.visit_date, one.event) for one in _postnatal_visits(facts, asked))]), asked)


def _mood_check(facts: Facts, asked: Asked) -> Ending | None:
    """That she was asked ends it; where she is low only a clinician's record does (domain.md 2.3, PN-M)."""
    seen = (one for one in _postnatal_visits(facts, asked) if one.mood == "well" or (one.mood and one.by_clinician))
    return earliest(((one.visit_date, one.event) for one in seen), asked)


def _loss_support(facts: Facts, asked: Asked) -> Ending | None:
    """Offered once: a "not now" ends it for good, else a record that was made for it, or a clinician's of a later day."""
    episode, told_on = asked.occasion.episode, asked.occasion.days["told_on"]
    told = [one for each in facts.pregnancies if each.uuid == episode for one in each.support]
    refused = [(one.on, one.event) for one in told if not one.wants]
    if refused:
        return Ending("declined", *min(refused))
    given = (
        (one.visit_date, one.event)
        for one in facts.visits
        if one.episode == episode
        and one.report
        and (one.answers == asked.key or (one.by_clinician and one.visit_date > told_on))
    )
    return earliest(given, asked)


def _transfer_received(facts: Facts, asked: Asked) -> Ending | None:
    """That the other side has it; or she does not want it any more: a no is an answer (domain.md 2.6, MIG-TR)."""
    return _of_transfer(facts, asked, lambda one: one.received)


def _newcomer_met(facts: Facts, asked: Asked) -> Ending | None:
    return _of_transfer(facts, asked, lambda one: one.started)


def _newcomer_served(facts: Facts, asked: Asked) -> Ending | None:
    """Something was given, it was talked about again, or she was seen for anything since."""
    seen = ((one.visit_date, one.event) for one in facts.visits if one.visit_date >= asked.occasion.day)
    return _of_transfer(facts, asked, lambda one: one.served) or earliest(seen, asked)


def _of_transfer(facts: Facts, asked: Asked, answer: Callable[[Transfer], tuple[date, str] | None]) -> Ending | None:
    here = [one for one in facts.transfers if one.uuid == asked.occasion.event]
    refused = [one.cancelled for one in here if one.cancelled]
    given = (told for one in here if (told := answer(one)))
    return Ending("declined", *refused[0]) if refused else earliest(given, asked)


def _next_step(facts: Facts, asked: Asked) -> Ending | None:
    """That the case moved, wherever to. A household that wants it no longer is asked nothing more."""
    following = next(iter(asked.occasion.later), None)
    moved = earliest(iter([(following.on, following.event)] if following else []), asked)
    return moved or _no_longer_wanted(facts)


def _renewal_filed(facts: Facts, asked: Asked) -> Ending | None:
    """Filed in the window or after it: noted as handed in, for this very task, or by the next renewal day."""
    known = (one for one in (facts.case.renewals if facts.case else ()) if one.event == asked.occasion.event)
    filed = ((one.on, one.event) for each in known for one in each.filed if one.answers in (None, asked.key))
    return earliest(filed, asked) or _no_longer_wanted(facts)


def _no_longer_wanted(facts: Facts) -> Ending | None:
    return Ending("declined", *facts.case.ended) if facts.case and facts.case.ended else None


_READERS: Final[Mapping[str, Callable[[Facts, Asked], Ending | None]]] = {
    "outcome_report": _outcome_report,
    "next_injection": _next_in_chain,
    "appointed_injection": _next_in_chain,
    "next_supply": _next_in_chain,
    "next_folic_acid": _next_in_chain,
    "household_visit": _next_in_chain,
    "consent_renewed": _next_in_chain,
    "first_talk": _next_in_chain,
    "seen_by_clinician": _seen_by_clinician,
    "complaint_seen": _seen_by_clinician,
    "referral_outcome": _referral_outcome,
    "next_talk": _next_talk,
    "postnatal_visit": _postnatal_visit,
    "home_visit": _home_visit,
    "discharge_told": _discharge_told,
    "mood_check": _mood_check,
    "loss_support": _loss_support,
    "transfer_received": _transfer_received,
    "newcomer_met": _newcomer_met,
    "newcomer_served": _newcomer_served,
    "next_step": _next_step,
    "renewal_filed": _renewal_filed,
    **answers_of_methods.READERS,
    **answers_of_offers.READERS,
    "dated": _dated,
    "clinician_contact": _clinician_contact,
    "methods_offer": _methods_offer,
    "methods_offer_after": _methods_offer,
}
