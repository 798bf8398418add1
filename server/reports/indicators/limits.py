"""Between which rates a window would lie if nothing but chance moved it: a p-chart, three standard errors around the mean. Pure.

Worked out of numbers that were told and of nothing else, so it tells no more than they do. Windows of twelve months that overlap
move less than that; a point outside is a reason to ask, never a judgement.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

from geo.month_ends import Rate

FEWEST = 3
"""Told windows from which on a mean says something."""


@dataclass(frozen=True)
class Limits:
    """In per cent, to one place."""

    mean: float
    low: float
    high: float


def limits_of(rates: Sequence[Rate]) -> list[Limits | None]:
    """For each rate; None for one that is hidden, and for all where too few are told."""
    told = [(one.done, one.of) for one in rates if one.done is not None and one.of]
    if len(told) < FEWEST:
        return [None] * len(rates)
    mean = sum(done for done, _ in told) / sum(of for _, of in told)
    return [_limits(mean, one.of) if one.done is not None and one.of else None for one in rates]


def _limits(mean: float, of: int) -> Limits:
    spread = 3 * sqrt(mean * (1 - mean) / of)
    return Limits(*(round(100 * one, 1) for one in (mean, max(0.0, mean - spread), min(1.0, mean + spread))))
