"""The records about her methods (F6) into Facts: what she chose herself, injections, packs, the card of a device, whether she
was well with it, whether she stopped. Pure.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from typing import Final

from server.followups.methods import Card, Complaint, ContraceptionEpisode, Injection, Review, Supply
from server.followups.referral_facts import ends_method
from server.followups.supply_facts import PACK_DAYS, day_told, number_in, plausible
from server.registry.births import NO_SIGN
from server.registry.people import NOT_WANTED, day_of
from server.registry.referrals import signs_of
from server.registry.telling import CONTRACEPTION, Event

LONGEST_INTERVAL: Final = timedelta(days=98)
"""Between two injections of any kind (3, F6 `next_injection_date`): a day that was written further ahead is a slip."""
SEVERE: Final = frozenset(("heavy", "pain", "string_missing"))
"""Side effects that are asked after on the same day (2.4, SE): the form grades none, so these are to be confirmed [C]."""


def methods_in(told: Sequence[Event]) -> Iterable[ContraceptionEpisode]:
    episodes: dict[str, list[Event]] = {}
    for one in told:
        if one.form_id == CONTRACEPTION and one.episode:
            episodes.setdefault(one.episode, []).append(one)
    for uuid, records in episodes.items():
        chosen = [one for one in records if is_her_choice(one)]
        if chosen:
            yield episode_of(uuid, chosen, is_her_choice(records[-1]))


def is_her_choice(one: Event) -> bool:
    return one.data.get("choice_hers", "yes") == "yes" and one.data.get("pressure") != "yes"


def episode_of(uuid: str, told: Sequence[Event], is_chosen: bool) -> ContraceptionEpisode:
    """By what she chose herself, under no pressure; of anything else no task comes (3, F6), and none stays.

    The last answer counts, for each question.
    """
    methods = [one.data["method"] for one in told if one.data.get("method") not in (None, "none", "prefer_not")]
    wishes = [one.data["reminder_wish"] for one in told if "reminder_wish" in one.data]
    starts = [day for one in told if (day := day_told(one, "start_date"))]
    ends = [one for one in told if ends_method(one)]
    return ContraceptionEpisode(
        uuid=uuid,
        method=methods[-1] if methods else "",
        wants_follow_up=is_chosen and bool(wishes) and wishes[-1] not in NOT_WANTED,
        started_on=starts[-1] if starts else None,
        injections=tuple(
            Injection(one.event, day, one.received_at, next_written(one, day))
            for one in told
            if (day := day_told(one, "last_injection"))
        ),
        supplies=tuple(supply for one in told if (supply := supply_in(one))),
        ended_on=day_of(ends[-1]) if ends else None,
        noted_on=day_of(told[0]),
        ended_by=ends[-1].event if ends else "",
        cards=tuple(cards_in(told)),
        reviews=tuple(Review(one.event, day_of(one), one.received_at) for one in told if is_review(one)),
        complaints=tuple(complaint for one in told if (complaint := complaint_in(one))),
    )


def next_written(one: Event, injected_on: date) -> date | None:
    """The day that the clinic wrote for the next injection."""
    day = plausible(one.data.get("next_injection_date"))
    return day if day and injected_on < day <= injected_on + LONGEST_INTERVAL else None


def cards_in(told: Sequence[Event]) -> Iterator[Card]:
    """What her card says, when it was first told: told again the same, it is the same card."""
    last = None
    for one in told:
        day = plausible(one.data.get("expiry_on_card"))
        if day and day != last:
            yield Card(one.event, day_of(one), one.received_at, day)
            last = day


def is_review(one: Event) -> bool:
    measured = one.data.get("bp_sys") and one.data.get("bp_dia")
    return one.data.get("reason") in ("start", "check") or bool(measured)


def complaint_in(one: Event) -> Complaint | None:
    effects = set(one.data.get("side_effects", "").split()) - NO_SIGN
    if signs_of(CONTRACEPTION, one.data):
        kind = "danger"
    elif effects & SEVERE or (effects and one.data.get("refer_urgency") == "urgent"):
        kind = "severe"
    elif effects or one.data.get("reason") == "problem":
        kind = "plain"
    else:
        return None
    return Complaint(one.event, day_of(one), one.received_at, kind)


def supply_in(one: Event) -> Supply | None:
    packs = number_in(one, "packs_given")
    if not packs:
        return None
    on = day_of(one)
    until = plausible(one.data.get("supply_end")) or on + timedelta(days=packs * PACK_DAYS)
    return Supply(one.event, on, until, one.received_at)
