"""Referrals as the rules read them: what made each, and how it went by F13. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from server.followups.facts import URGENCIES, Referral, Wish
from server.followups.outcomes import kind_of_signs
from server.registry.people import day_of
from server.registry.referral_outcomes import course_of
from server.registry.referrals import referral_uuid, signs_of, urgency_of
from server.registry.telling import CONTRACEPTION, Event

NEVER: Final = (None, None)


def referrals_in(told: Sequence[Event]) -> Iterable[Referral]:
    """Those that a woman's records make, in the records' order. One for her own sake after a birth is of no pregnancy that
    could end."""
    for one in told:
        urgency = urgency_of(one.form_id, one.data)
        if urgency in URGENCIES:
            of_pregnancy = one.form_id != CONTRACEPTION and kind_of_signs(one) in ("pregnancy", "baby")
            referral = Referral(
                uuid=referral_uuid(one.event),
                urgency=urgency,
                referred_on=day_of(one),
                pregnancy=one.episode if of_pregnancy else None,
                danger_sign=one.event if signs_of(one.form_id, one.data) else None,
            )
            yield as_it_went(referral, [each for each in told if each.episode == referral.uuid])


def as_it_went(referral: Referral, told: Sequence[Event]) -> Referral:
    """With what F13 told of it."""
    course = course_of(told)
    (outcome_on, outcome_event), (closed_on, closed_event) = course.known or NEVER, course.closed or NEVER
    wishes = ((asked, met or NEVER) for asked, met in course.wishes)
    return replace(
        referral,
        outcome_on=outcome_on,
        outcome_event=outcome_event,
        closed_on=closed_on,
        closed_event=closed_event,
        arrived_on=course.arrived_on,
        wishes=tuple(Wish(event, on, met_on, met_event) for (on, event), (met_on, met_event) in wishes),
    )
