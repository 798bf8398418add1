"""Folic acid that was taken, of what was handed out beside her name (I8b, domain.md 4.1). Pure.

What counts is her word: at registration (F3) or at a check (F4), on or after the day she was given it and before 13 weeks are
over. Who would rather not say, and who was not asked, is in no number; nothing here is a target.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from server.followups.facts import Facts
from server.reports.indicators.tallying import Case

BEFORE: Final = timedelta(days=90)
"""From three months before a pregnancy on (the national plan of 2009)."""
THIRTEEN_WEEKS: Final = timedelta(days=91)


@dataclass(frozen=True, slots=True)
class Folic:
    """One pregnancy: the days she was given some, what she said and when, and the day on which 13 weeks are over."""

    woman: str
    place: str
    until: date
    given_on: tuple[date, ...]
    said: tuple[tuple[date, bool], ...]


def folic_of(facts: Facts, place: str) -> Iterator[Folic]:
    for one in facts.pregnancies:
        if not one.datings:
            continue
        anchor = one.datings[-1].ga_anchor
        until = anchor + THIRTEEN_WEEKS
        given = tuple(sorted(each.on for each in facts.folic_acid if anchor - BEFORE <= each.on <= until))
        checks = [
            (visit.visit_date, visit.takes_folic)
            for visit in facts.visits
            if visit.episode == one.uuid and visit.takes_folic is not None
        ]
        words = [
            (word.on, word.kind == "takes")
            for word in facts.folic_words
            if word.pregnancy == one.uuid and word.kind in ("takes", "without")
        ]
        if given:
            yield Folic(facts.subject, place, until, given, tuple(sorted(checks + words)))


def taken(pregnancies: Sequence[Folic], first: date, last: date) -> Iterator[Case]:
    """I8b: of pregnancies for which some was given, those in which she last said that she takes it."""
    for one in pregnancies:
        said = [takes for day, takes in one.said if one.given_on[0] <= day <= one.until]
        if said and first <= one.until <= last:
            yield Case(one.woman, one.place, said[-1])
