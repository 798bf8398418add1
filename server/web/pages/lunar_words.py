"""A day of the lunar calendar beside the solar one, for those who may read health answers."""

from dataclasses import replace
from datetime import date

from server.registry.last_periods import LastPeriod
from server.registry.lunar import DIFFERS, IMPOSSIBLE, lunar_of, say_lunar
from server.web import languages
from server.web.pages.shell import say_day
from server.web.pages.texts import _


def in_lunar(day: date) -> str:
    """农历二〇二五年闰六月初三; "" for a day outside of the years that are known."""
    found = lunar_of(day)
    return say_lunar(found, languages.language_tag() == "en") if found else ""


def without_year(day: date) -> str:
    """农历十月十六, beside a day of this year; "" in English."""
    found = lunar_of(day)
    return say_lunar(replace(found, year=None), False) if found and languages.language_tag() != "en" else ""


def both(day: date) -> str:
    """The solar day and the lunar one."""
    return " · ".join(part for part in (say_day(day), in_lunar(day)) if part)


def in_her_words(period: LastPeriod) -> str:
    return _("She said: %(words)s", words=period.spoken) if period.spoken else ""


def say_problem(period: LastPeriod) -> str:
    """What is to be looked at, "" for nothing."""
    return {
        IMPOSSIBLE: _("The lunar calendar has no such day about then. Ask her again, and correct the record."),
        DIFFERS: _("What she said is another day than the solar one. Ask her again, and correct the record."),
    }.get(period.problem, "")
