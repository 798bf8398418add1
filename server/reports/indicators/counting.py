"""Which count belongs to which indicator: from what was gathered of a town and a window's end to numbers by cluster. Pure."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Final

from geo.month_ends import Part
from server.reports.indicators import births, contacts, elsewhere, folic_acid, office, rights, voices
from server.reports.indicators.definitions import Indicator
from server.reports.indicators.gathering import Town
from server.reports.indicators.tallying import Case, tally, tally_town

Cases = Callable[[Town, date, date], Iterable[Case]]

CASES: Final[Mapping[str, Cases]] = {
    "I1b": lambda town, first, last: births.registered_early(town.courses, first, last),
    "I2": lambda town, first, last: births.checked_five_times(town.courses, first, last),
    "I2b": lambda town, first, last: births.checked_in_each_window(town.courses, first, last),
    "I3": lambda town, first, last: births.visited_after(births.SOON)(town.courses, first, last),
    "I3b": lambda town, first, last: births.visited_after(births.OFFICIAL)(town.courses, first, last),
    "I4": lambda town, first, last: births.seen_after_42_days(town.courses, first, last),
    "I5": lambda town, first, last: births.cared_for_throughout(town.courses, first, last),
    "I6": lambda town, first, last: contacts.on_time(town.asked, contacts.OF_METHODS, first, last),
    "I6b": lambda town, first, last: contacts.gaps(town.asked, first, last),
    "I6c": lambda town, first, last: elsewhere.removals_done(town.sent, first, last),
    "I8": lambda town, first, last: contacts.on_time(town.asked, contacts.OF_OFFERS, first, last),
    "I8b": lambda town, first, last: folic_acid.taken(town.folic, first, last),
    "I10": lambda town, _, end: contacts.lost(town.asked, town.seen, end),
    "I13": lambda town, first, last: elsewhere.referrals_closed(town.sent, first, last),
    "I14": lambda town, first, last: elsewhere.transfers_acknowledged(town.sent, town.calendar, first, last),
    "I15b": lambda town, first, last: rights.done_in_time(town.requests, first, last),
    "I16": lambda town, first, last: contacts.on_time(town.asked, contacts.OF_BENEFITS, first, last),
    "I17b": lambda town, _, end: office.staff_passed(town.results, end),
    "I18": lambda town, first, last: voices.satisfied(town.voices, first, last),
    "I18b": lambda town, first, last: voices.kept_private(town.voices, first, last),
    "I19": lambda town, first, last: voices.answered(town.voices, first, last),
    "I20": lambda town, first, last: voices.knows(town.voices, first, last),
}
"""Of people, each case somebody's."""

NUMBERS: Final[Mapping[str, Callable[[Town, date, date], dict[str, Part]]]] = {
    "I7": lambda town, first, last: office.days_without(town.lots, first, last),
    "I17": lambda town, first, last: office.sessions_held(town.held_on, first, last),
}
"""Of days and sessions."""


def count(indicator: Indicator, town: Town, end: date) -> dict[str, Part]:
    """By cluster, or with TOWN alone where nothing smaller is told."""
    first = indicator.first_day(end)
    if indicator.id in NUMBERS:
        return NUMBERS[indicator.id](town, first, end)
    cases = CASES[indicator.id](town, first, end)
    return tally(cases) if indicator.unit == "clusters" else tally_town(cases)
