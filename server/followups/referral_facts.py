"""Referrals as the rules read them: what made each, and how it went by F13. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from server.followups.elsewhere import URGENCIES, Referral, Wish
from server.followups.facts import Stop
from server.followups.outcomes import kind_of_signs
from server.registry.people import STOPPED, day_of
from server.registry.referral_outcomes import When, course_of
from server.registry.referrals import referral_uuid, signs_of, urgency_of, wants_removal
from server.registry.telling import CONTRACEPTION, Event

NEVER: Final = (None, None)
REMOVAL: Final = "removal"


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
            went = as_it_went(referral, [each for each in told if each.episode == referral.uuid])
            asks_removal = urgency == "routine" and wants_removal(one.form_id, one.data)
            yield as_she_wished(went, one, told) if asks_removal else went


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


def as_she_wished(referral: Referral, asked: Event, told: Sequence[Event]) -> Referral:
    """A device that she wants out: an outcome is only that it is out (F6 ends the method) or that she was seen for it (F13).

    That she was turned away or could not go is none; that she goes on with it after all closes it.
    """
    since = talked_since(asked, told)
    met = [(day_of(one), one.event) for one in since if ends_method(one)]
    met += [
        (day_of(one), one.event) for one in told if one.episode == referral.uuid and one.data.get("treated") == "yes"
    ]
    (outcome_on, outcome_event), (stays_on, stays_event) = min(met, default=NEVER), stays(since) or NEVER
    return replace(
        referral,
        urgency=REMOVAL,
        outcome_on=outcome_on,
        outcome_event=outcome_event,
        closed_on=referral.closed_on or stays_on,
        closed_event=referral.closed_event or stays_event,
    )


def removals_in(told: Sequence[Event]) -> Iterable[Stop]:
    """Who wants her device out is not asked to come and have it looked at, unless she goes on with it after all."""
    for one in told:
        if wants_removal(one.form_id, one.data) and one.episode and not stays(talked_since(one, told)):
            yield Stop("asked_to_stop", day_of(one), one.event, episode=one.episode)


def talked_since(asked: Event, told: Sequence[Event]) -> list[Event]:
    """The later records of the same method; none where the record names no method."""
    here = [one for one in told if one.form_id == CONTRACEPTION and one.episode == asked.episode]
    return here[here.index(asked) + 1 :] if asked.episode else []


def stays(since: Iterable[Event]) -> When | None:
    """When she first said that she goes on with it."""
    return next(((day_of(one), one.event) for one in since if one.data.get("wish") == "continue"), None)


def ends_method(one: Event) -> bool:
    return one.data.get("reason") in STOPPED or one.data.get("wish") in STOPPED
