"""What many pieces of feedback say together (domain.md 4.1, I18 and I20), for who reads them one by one anyway.

A rate is given from ten answers on. Reports of pressure are counted and never made a rate. A paper form counts once.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.models import Feedback
from server.registry.feedback_told import leaves

FEWEST: Final = 10
KNOWN_FROM: Final = 4
"""Right answers of five from which on somebody knows (I20)."""


@dataclass(frozen=True)
class Rate:
    """`good` of `of` answers."""

    good: int
    of: int

    @property
    def percent(self) -> int | None:
        """Rounded; None from fewer than ten."""
        return round(100 * self.good / self.of) if self.of >= FEWEST else None


@dataclass(frozen=True)
class Figures:
    """Of the pieces of feedback of some days: how many, how many cases of pressure, and the rates."""

    responses: int
    pressed: int
    satisfied: Rate
    respected: Rate
    kept_private: Rate
    knows: Rate


def count_figures(told: Iterable[Mapping[str, Any]]) -> Figures:
    """From names and answers, one mapping a piece. Who skipped a question, or would rather not say, is in no rate of it."""
    rows = list(told)
    return Figures(
        responses=len(rows),
        pressed=sum(row.get("felt_pressured") == "yes" for row in rows),
        satisfied=rate_of(rows, "sat_overall", {"4", "5"}, {"1", "2", "3"}),
        respected=rate_of(rows, "sat_respect", {"4", "5"}, {"1", "2", "3"}),
        kept_private=rate_of(rows, "told_others", {"no"}, {"yes"}),
        knows=knowing(rows),
    )


def rate_of(rows: list[Mapping[str, Any]], name: str, good: set[str], other: set[str]) -> Rate:
    answers = [row.get(name) for row in rows]
    return Rate(sum(one in good for one in answers), sum(one in good | other for one in answers))


RIGHT: Final = {"know_1": "yes", "know_2": "herself", "know_3": "before_13", "know_4": "at_once", "know_5": "before"}


def knowing(rows: list[Mapping[str, Any]]) -> Rate:
    """Only who was willing to be asked; what was left open is not known."""
    asked = [row for row in rows if row.get("know_ok") == "yes"]
    right = [sum(row.get(name) == answer for name, answer in RIGHT.items()) for row in asked]
    return Rate(sum(one >= KNOWN_FROM for one in right), len(asked))


def figures_between(db: Session, project_id: int, first: date, last: date) -> Figures:
    """Of what came from the first to the last of these Shanghai days."""
    here = (Feedback.project_id == project_id) & Feedback.counted & Feedback.received_on.between(first, last)
    rows = db.scalars(select(Feedback.answers_json).where(here))
    return count_figures(dict(leaves(orjson.loads(one))) for one in rows)


def first_of_quarter(day: date) -> date:
    return date(day.year, (day.month - 1) // 3 * 3 + 1, 1)


def first_of_half(day: date) -> date:
    return date(day.year, 1 if day.month <= 6 else 7, 1)
