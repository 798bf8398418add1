"""A year's days off in words: months as a page draws them, breaks and swapped days as lines, and where they come from."""

from calendar import Calendar as Weeks
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from flask_babel import lazy_gettext as _l

from server.followups.ruleset import Words
from server.followups.town_calendar import TownYear
from server.followups.working_days import FESTIVALS, WEEKEND, Calendar, CalendarYear, Notice
from server.web import languages
from server.web.pages.followup_words import in_language
from server.web.pages.moments import MONTHS
from server.web.pages.shell import say_day
from server.web.pages.texts import _, _n, say_list

MARKS = {
    "A": _l("compared with the notice itself"),
    "B": _l("agrees with public copies of the notice"),
    "C": _l("not checked against the notice yet"),
}


@dataclass(frozen=True)
class Cell:
    """One day of a month. `kind` is off (a holiday), weekend, worked (a swapped weekend day) or "" for any other."""

    day: date
    kind: str
    title: str
    is_today: bool


@dataclass(frozen=True)
class Month:
    """`weeks` begin on Monday; None stands for days of other months."""

    name: str
    weeks: list[list[Cell | None]]


def months_of(calendar: Calendar, year: int, today: date) -> list[Month]:
    return [
        Month(
            MONTHS[number - 1] if is_english() else f"{number}月",
            [
                [cell_of(calendar, day, today) if day.month == number else None for day in week]
                for week in Weeks().monthdatescalendar(year, number)
            ],
        )
        for number in range(1, 13)
    ]


def cell_of(calendar: Calendar, day: date, today: date) -> Cell:
    cause = calendar.cause_of(day)
    if cause == WEEKEND:
        return Cell(day, "weekend", "", day == today)
    if cause:
        return Cell(day, "off", festivals_of(cause.split("+")), day == today)
    worked = day.weekday() >= 5
    return Cell(day, "worked" if worked else "", _("People work on this day") if worked else "", day == today)


def festivals_of(codes: Sequence[str]) -> str:
    """国庆节、中秋节; a name that is not known any more stands as it is."""
    return listed(in_language(FESTIVALS.get(one, Words(one, one))) for one in codes)


def listed(words: Iterable[str]) -> str:
    return say_list(words)


def is_english() -> bool:
    return languages.language_tag() == "en"


def cause_in_words(cause: str) -> str:
    """Why nobody works that day, as Step.because keeps it."""
    return _("weekend") if cause == WEEKEND else festivals_of(cause.split("+"))


def lines_of(year: CalendarYear) -> list[tuple[str, str]]:
    """Each break with its days, then the weekend days on which people work."""
    lines = []
    for one in year.breaks:
        number = (one.last - one.first).days + 1
        days = say_day(one.first) if number == 1 else f"{say_day(one.first)} – {say_day(one.last)}"
        lines.append((festivals_of(one.festivals), f"{days} · {_n('%(num)s day', '%(num)s days', number)}"))
    if year.working:
        lines.append((_("Worked instead"), listed(say_day(day) for day in sorted(year.working))))
    return lines


def source_of(notice: Notice, mine: TownYear | None) -> list[tuple[str, str]]:
    """Where a year comes from, as label and value; `mine` where the town added it."""
    by = {"name": mine.added_by, "day": say_day(mine.added_at)} if mine else {}
    return [
        (_("Notice"), notice.title),
        (_("Its number"), notice.number or _("its number is not known")),
        (_("Issued on"), say_day(notice.issued_on)),
        (_("How sure"), f"{notice.mark} · {MARKS[notice.mark]}"),
        (_("Added"), _("by %(name)s on %(day)s", **by) if mine else _("comes with the product")),
    ]
