"""A household's benefit case (F12) as the rules read it.

Pure; facts.py holds them together. Section numbers are those of the domain brief.
"""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class CaseStep:
    """A step that a benefit case reached (3, F12), for the first time in a row; what is told of it again changes nothing.

    `waits` is whether the office owes it a next one: not once it is paid, unless person or amount were wrong.
    """

    event: str
    on: date
    waits: bool


@dataclass(frozen=True)
class Filing:
    """A record by which a benefit may have been renewed. Where it has `answers`, it tells only of the follow-up of that key."""

    event: str
    on: date
    answers: str | None = None


@dataclass(frozen=True)
class Renewal:
    """A renewal day of a benefit case (3, F12 `renewal_date`, typed from the county's notice), and when it was told.

    `on` is the day on which the record told it; `filed` tells of those that may have filed it since.
    """

    event: str
    on: date
    renewal_on: date
    filed: tuple[Filing, ...] = ()


@dataclass(frozen=True)
class BenefitCase:
    """A household's case (3, F12). `ended` is the (day, event) of its word that the benefit is no longer wanted."""

    steps: tuple[CaseStep, ...] = ()
    renewals: tuple[Renewal, ...] = ()
    ended: tuple[date, str] | None = None
