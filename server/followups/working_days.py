"""Which days nobody works: weekends, public holidays and swapped working weekends (调休), and arithmetic with the others.

Pure (domain.md 2.2). What is known of a year is the State Council's notice for it; of a year without one only the weekends
are known, and whatever is worked out by them is provisional.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from typing import Final

from server.followups.ruleset import Words

RestDay = Callable[[date], bool]
"""Whether nobody works that day."""

ONE_DAY: Final = timedelta(days=1)
WEEKEND: Final = "weekend"
SPRING_FESTIVAL, NATIONAL_DAY = "spring_festival", "national_day"

FESTIVALS: Final = {
    "new_year": Words("元旦", "New Year's Day"),
    SPRING_FESTIVAL: Words("春节", "Spring Festival"),
    "qingming": Words("清明节", "Tomb-Sweeping Day"),
    "labour_day": Words("劳动节", "Labour Day"),
    "dragon_boat": Words("端午节", "Dragon Boat Festival"),
    "mid_autumn": Words("中秋节", "Mid-Autumn Festival"),
    NATIONAL_DAY: Words("国庆节", "National Day"),
    "special": Words("专门放假", "Holiday decreed once"),
}
"""What a notice gives days off for. `special` is what it decrees for one year alone."""

TOLD_BEFORE: Final = (SPRING_FESTIVAL, NATIONAL_DAY)
"""The long breaks of which people are told ahead (domain.md 2.2)."""


@dataclass(frozen=True)
class Notice:
    """Where a year's days come from. `number` is the 文号, "" where it is not known; `mark` says how sure all this is (A, B,
    C as in domain.md), `note` in whose words; `address` is where it was published."""

    title: str
    number: str
    issued_on: date
    address: str
    mark: str
    note: Words | None = None


@dataclass(frozen=True)
class Break:
    """Days off in a row as a notice gives them, weekends among them; `festivals` are of FESTIVALS."""

    festivals: tuple[str, ...]
    first: date
    last: date

    @property
    def days(self) -> Iterator[date]:
        return (self.first + timedelta(days=at) for at in range((self.last - self.first).days + 1))


@dataclass(frozen=True)
class CalendarYear:
    """What one notice says: the breaks, and the weekend days on which people work instead."""

    year: int
    notice: Notice
    breaks: tuple[Break, ...]
    working: frozenset[date]

    @cached_property
    def breaks_by_day(self) -> Mapping[date, Break]:
        return {day: one for one in self.breaks for day in one.days}


@dataclass(frozen=True)
class Calendar:
    """The years that are known. Every question may be asked of any day: of other years the weekends are known."""

    years: Mapping[int, CalendarYear] = field(default_factory=dict)

    def is_rest_day(self, day: date) -> bool:
        return self.cause_of(day) != ""

    def cause_of(self, day: date) -> str:
        """Why nobody works that day: names of FESTIVALS joined by +, or weekend; "" for a working day."""
        known = self.years.get(day.year)
        if known and day in known.breaks_by_day:
            return "+".join(known.breaks_by_day[day].festivals)
        if known and day in known.working:
            return ""
        return WEEKEND if day.weekday() >= 5 else ""

    def is_provisional(self, year: int) -> bool:
        """calendar_provisional of domain.md 2.2: no notice for that year is known here."""
        return year not in self.years

    def add_working_days(self, day: date, count: int) -> date:
        """The day after so many working days, or before them when `count` is negative."""
        step = ONE_DAY if count > 0 else -ONE_DAY
        left = abs(count)
        while left:
            day += step
            left -= not self.is_rest_day(day)
        return day

    def break_around(self, day: date) -> Break | None:
        """The unbroken run of days off that a holiday stands in, weekends beside it too; None for any other day."""
        cause = self.cause_of(day)
        if cause in ("", WEEKEND):
            return None
        return Break(tuple(cause.split("+")), self._edge(day, -ONE_DAY), self._edge(day, ONE_DAY))

    def _edge(self, day: date, step: timedelta) -> date:
        while self.is_rest_day(day + step):
            day += step
        return day

    def next_long_break(self, today: date) -> Break | None:
        """The first Spring Festival or National Day break that is not over yet; None where no notice tells of one."""
        for year in sorted(one for one in self.years if one >= today.year):
            for one in self.years[year].breaks:
                found = self.break_around(one.first) if set(one.festivals) & set(TOLD_BEFORE) else None
                if found and found.last >= today:
                    return found
        return None


WEEKENDS_ONLY: Final = Calendar()
"""What holds where no notice is known."""
