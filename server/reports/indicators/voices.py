"""What people said without their name (F9): satisfied, kept private, answered in time, and what they know (domain.md 4.1). Pure.

A report of pressure is a case of its own and never a rate: whoever reads feedback sees how many there are. Nothing here tells
a village, for none is asked.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from server.registry.feedback_figures import KNOWN_FROM, RIGHT
from server.reports.indicators.tallying import TOWN, Case


@dataclass(frozen=True, slots=True)
class Voice:
    """One answer to F9."""

    id: str
    received_on: date
    due_on: date
    answered_on: date | None
    told: Mapping[str, Any]


def said(
    voices: Sequence[Voice], name: str, good: set[str], other: set[str], first: date, last: date
) -> Iterator[Case]:
    """I18 and I18b: of who answered a question, who gave a good answer. Who skipped it is not in it."""
    for one in voices:
        answer = one.told.get(name)
        if first <= one.received_on <= last and answer in good | other:
            yield Case(one.id, TOWN, answer in good)


def satisfied(voices: Sequence[Voice], first: date, last: date) -> Iterator[Case]:
    return said(voices, "sat_overall", {"4", "5"}, {"1", "2", "3"}, first, last)


def kept_private(voices: Sequence[Voice], first: date, last: date) -> Iterator[Case]:
    return said(voices, "told_others", {"no"}, {"yes"}, first, last)


def knows(voices: Sequence[Voice], first: date, last: date) -> Iterator[Case]:
    """I20: of who was willing to be asked, who had four of five right."""
    for one in voices:
        if first <= one.received_on <= last and one.told.get("know_ok") == "yes":
            right = sum(one.told.get(name) == answer for name, answer in RIGHT.items())
            yield Case(one.id, TOWN, right >= KNOWN_FROM)


def answered(voices: Sequence[Voice], first: date, last: date) -> Iterator[Case]:
    """I19: of what was to be answered by a day in the window, what was. The day is 15 working days after it came."""
    for one in voices:
        if first <= one.due_on <= last:
            yield Case(one.id, TOWN, one.answered_on is not None and one.answered_on <= one.due_on)
