"""The records about her methods (F6) into Facts: what she chose herself, injections, packs, whether she stopped. Pure."""

from collections.abc import Iterable, Sequence
from datetime import timedelta

from server.followups.facts import ContraceptionEpisode, Injection, Supply
from server.followups.referral_facts import ends_method
from server.followups.supply_facts import PACK_DAYS, day_told, number_in, plausible
from server.registry.people import NOT_WANTED, day_of
from server.registry.telling import CONTRACEPTION, Event


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
    ends = [day_of(one) for one in told if ends_method(one)]
    return ContraceptionEpisode(
        uuid=uuid,
        method=methods[-1] if methods else "",
        wants_follow_up=is_chosen and bool(wishes) and wishes[-1] not in NOT_WANTED,
        started_on=starts[-1] if starts else None,
        injections=tuple(
            Injection(one.event, day, one.received_at) for one in told if (day := day_told(one, "last_injection"))
        ),
        supplies=tuple(supply for one in told if (supply := supply_in(one))),
        ended_on=ends[-1] if ends else None,
    )


def supply_in(one: Event) -> Supply | None:
    packs = number_in(one, "packs_given")
    if not packs:
        return None
    on = day_of(one)
    until = plausible(one.data.get("supply_end")) or on + timedelta(days=packs * PACK_DAYS)
    return Supply(one.event, on, until, one.received_at)
