"""What somebody can work out of the sums that he was told: the arithmetic behind every number that is withheld."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction

Ranges = Mapping[str, tuple[float, float]]
_Row = dict[str, Fraction]


@dataclass(frozen=True)
class Sum:
    """These withheld numbers, named, make `total` together."""

    parts: frozenset[str]
    total: int


def can_work_out(sums: Iterable[Sum], ranges: Ranges) -> bool:
    """Whether the sums together leave only one possible value for some part. `ranges`: least and most of each part.

    Sums are solved as linear equations, which finds every part that they determine; each equation is also held against
    the ranges (four and four are given away by eight).
    """
    rows = [({part: Fraction(1) for part in one.parts}, Fraction(one.total)) for one in sums]
    return any(_leaves_one_value(row, total, ranges) for row, total in [*rows, *_solve(rows)])


def _solve(rows: list[tuple[_Row, Fraction]]) -> list[tuple[_Row, Fraction]]:
    """The reduced form of the equations (Gauss and Jordan): what is determined stands alone in a row."""
    solved: list[tuple[str, _Row, Fraction]] = []
    for row, total in rows:
        for name, known, value in solved:
            row, total = _minus(row, total, known, value, row.get(name, Fraction(0)))
        if not row:
            continue
        pivot = min(row)
        by = row[pivot]
        row, total = {part: factor / by for part, factor in row.items()}, total / by
        solved = [
            (name, *_minus(known, value, row, total, known.get(pivot, Fraction(0)))) for name, known, value in solved
        ]
        solved.append((pivot, row, total))
    return [(row, total) for _, row, total in solved]


def _minus(row: _Row, total: Fraction, other: _Row, value: Fraction, times: Fraction) -> tuple[_Row, Fraction]:
    if not times:
        return row, total
    left = {
        part: row.get(part, Fraction(0)) - times * other.get(part, Fraction(0)) for part in row.keys() | other.keys()
    }
    return {part: factor for part, factor in left.items() if factor}, total - times * value


def _leaves_one_value(row: _Row, total: Fraction, ranges: Ranges) -> bool:
    bounds = {part: _bounds(factor, ranges[part]) for part, factor in row.items()}
    lows, highs = (_Edges([both[end] for both in bounds.values()]) for end in (0, 1))
    for part, factor in row.items():
        low_of_it, high_of_it = bounds[part]
        least, most = total - highs.without(high_of_it), total - lows.without(low_of_it)
        lowest, highest = sorted((least / factor, most / factor))
        low, high = ranges[part]
        if _floor(min(highest, high)) - _ceiling(max(lowest, low)) < 1:
            return True
    return False


class _Edges:
    """One end of each part's bounds, so that the sum of all but one is known without adding up the others again."""

    def __init__(self, edges: list[float | Fraction]) -> None:
        finite = [edge for edge in edges if math.isfinite(edge)]
        self.sum = sum(finite, Fraction(0))
        self.endless = [edge for edge in edges if not math.isfinite(edge)]

    def without(self, edge: float | Fraction) -> float | Fraction:
        """`edge` is one of them. Ends without bounds are all of one sign."""
        if math.isfinite(edge):
            return self.endless[0] if self.endless else self.sum - edge
        return self.endless[0] if len(self.endless) > 1 else self.sum


def _bounds(factor: Fraction, between: tuple[float, float]) -> tuple[float | Fraction, float | Fraction]:
    low, high = sorted(factor * edge if math.isfinite(edge) else math.copysign(edge, factor) for edge in between)
    return low, high


def _floor(edge: float | Fraction) -> float:
    return math.floor(edge) if math.isfinite(edge) else float(edge)


def _ceiling(edge: float | Fraction) -> float:
    return math.ceil(edge) if math.isfinite(edge) else float(edge)
