"""What was handed out beside her name (F7), as the rules read it: pills on the method that they are for, folic acid. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Final

from server.followups.methods import ContraceptionEpisode, Supply
from server.registry.consent import happened_on
from server.registry.people import day_of
from server.registry.telling import SUPPLIES, Event, read_day

EARLIEST, LATEST = date(1900, 1, 1), date(2200, 1, 1)
PACK_DAYS: Final = 28
"""Days that a pack lasts (domain.md 2.4, PILL-R)."""
PILLS: Final = ("coc", "pop")
FOLIC_ACID: Final = "folic_acid"


def with_handed_out(
    episodes: tuple[ContraceptionEpisode, ...], told: Sequence[Event]
) -> tuple[ContraceptionEpisode, ...]:
    """Her methods with the packs of F7. What belongs to none of them answers what was due and asks for nothing itself."""
    given = [(one, supply) for one in told if one.data.get("item") in PILLS and (supply := pills_in(one))]
    owners = {one.event: owner_of(one, supply, episodes) for one, supply in given}
    known = tuple(
        replace(each, supplies=(*each.supplies, *(supply for one, supply in given if owners[one.event] == each.uuid)))
        for each in episodes
    )
    alone = [(one, supply) for one, supply in given if owners[one.event] is None]
    return known + tuple(
        ContraceptionEpisode(one.event, one.data["item"], wants_follow_up=False, supplies=(supply,))
        for one, supply in alone
    )


def owner_of(one: Event, supply: Supply, episodes: Iterable[ContraceptionEpisode]) -> str | None:
    """The method that was chosen, else her only one of this pill; in either case one that had not ended by then."""
    current = [
        each.uuid
        for each in episodes
        if each.method == one.data["item"] and (each.ended_on is None or each.ended_on > supply.on)
    ]
    if one.episode:
        return one.episode if one.episode in current else None
    return current[0] if len(current) == 1 else None


def pills_in(one: Event) -> Supply | None:
    return handed_out(one, "supply_end", PACK_DAYS)


def folic_acid_in(told: Sequence[Event]) -> Iterator[Supply]:
    """By the tablet, one a day."""
    for one in told:
        if one.data.get("item") == FOLIC_ACID and (supply := handed_out(one, "fa_supply_end", 1)):
            yield supply


def handed_out(one: Event, end: str, days: int) -> Supply | None:
    """Until the day that the form worked out, else so many days for each that was given."""
    count = number_in(one, "qty") if one.form_id == SUPPLIES else None
    if not count:
        return None
    on = day_of(one)
    return Supply(one.event, on, plausible(one.data.get(end)) or on + timedelta(days=count * days), one.received_at)


def plausible(text: str | None) -> date | None:
    """A day that something can be counted from; a slip of the year is no day."""
    day = read_day(text)
    return day if day and EARLIEST <= day <= LATEST else None


def day_told(one: Event, name: str) -> date | None:
    """The day that a question tells; never one after receipt."""
    day = plausible(one.data.get(name))
    return happened_on(day, one.received_at) if day else None


def number_in(one: Event, name: str) -> int | None:
    text = one.data.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 5 else None
