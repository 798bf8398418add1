"""What was told of one woman under two registrations, read as one course: a pregnancy registered under both is one. Pure."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Final, NamedTuple

from server.registry.people import Row, in_time, pregnancy_rows
from server.registry.referrals import referral_uuid
from server.registry.telling import PREGNANCY, Event

LONGEST: Final = timedelta(days=300)
"""Between two registrations of one pregnancy: from its first days to the 42nd week and the days until a birth is told."""


class Named(NamedTuple):
    """The registration and the pregnancy that a record named; None where that is the one that counts."""

    subject: str | None
    episode: str | None


def as_one_person(events: list[Event]) -> list[Event]:
    """The events with each later registration of a pregnancy counted as its first; the same list where she has one uuid."""
    if not any(one.told_of for one in events):
        return events
    same = same_pregnancies(events)
    return [
        replace(one, episode=same[one.episode], told_episode=one.episode) if one.episode in same else one
        for one in events
    ]


def same_pregnancies(events: Sequence[Event]) -> dict[str, str]:
    """The first registered by the one that was registered again under her other uuid, while the first was under way.

    What one registration tells apart stays apart: whoever filled it in knew of both.
    """
    rows = pregnancy_rows(events)
    named = {one.episode: one.told_of for one in reversed(in_time(events)) if one.form_id == PREGNANCY}
    first: list[str] = []
    found: dict[str, str] = {}
    for uuid, row in rows.items():
        before = [one for one in first if named[one] != named[uuid] and was_under_way(rows[one], row)]
        if before:
            found[uuid] = before[-1]
        else:
            first.append(uuid)
    return found


def was_under_way(earlier: Row, later: Row) -> bool:
    """Whether the later one was registered before the earlier one had ended."""
    ended, registered = earlier["ended_on"], later["registered_on"]
    return registered - earlier["registered_on"] < LONGEST and (ended is None or ended >= registered)


def named_in(events: Sequence[Event]) -> dict[str, Named]:
    """What told of her under another registration, or of a pregnancy that counts as an earlier one: records, the referrals
    that they made, and what they began (a method, a transfer)."""
    if not any(one.told_of for one in events):
        return {}
    found: dict[str, Named] = {}
    begun: set[str] = set()
    for one in in_time(events):
        named = Named(one.told_of, one.told_episode)
        if any(named):
            found |= dict.fromkeys((one.event, referral_uuid(one.event)), named)
            if one.episode and one.episode not in begun:
                found[one.episode] = named
        begun |= {one.episode} if one.episode else set()
    return found
