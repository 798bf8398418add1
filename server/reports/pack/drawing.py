"""A paper's chart as lines to be drawn: coordinates for a picture of WIDTH by HEIGHT, from zero to a hundred per cent. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from server.reports.pack.paper import Chart

WIDTH: Final = 460
HEIGHT: Final = 196
LEFT, RIGHT, TOP, BOTTOM = 40, 440, 14, 150
STEPS: Final = (0, 25, 50, 75, 100)
LABELS: Final = 6
"""As many windows are named below the chart at most."""

Spot = tuple[float, float]


@dataclass(frozen=True)
class Stroke:
    """A line without a gap. `kind` is rate, mean or limit; `points` as SVG takes them."""

    kind: str
    points: str


@dataclass(frozen=True)
class Label:
    """A word at a place: `x`, `y` and the text."""

    x: float
    y: float
    text: str


@dataclass(frozen=True)
class Picture:
    strokes: Sequence[Stroke]
    dots: Sequence[Spot]
    below: Sequence[Label]
    beside: Sequence[Label]
    last: Label | None


def draw(chart: Chart) -> Picture:
    """`last` is the newest rate that is told, beside its dot."""
    xs = places(len(chart.points))
    rates = spots(xs, [one.rate for one in chart.points])
    lines = [("limit", [one.low for one in chart.points]), ("limit", [one.high for one in chart.points])]
    lines += [("mean", [one.mean for one in chart.points]), ("rate", [one.rate for one in chart.points])]
    told = [(spot, one.rate) for spot, one in zip(rates, chart.points, strict=True) if spot and one.rate is not None]
    every = max(1, -(-len(xs) // LABELS))
    named = list(zip(xs, chart.points, strict=True))[::-1][::every][::-1]
    return Picture(
        strokes=[Stroke(kind, points) for kind, values in lines for points in runs(spots(xs, values))],
        dots=[spot for spot, _rate in told],
        below=[Label(x, BOTTOM + 16, one.label) for x, one in named],
        beside=[Label(LEFT - 6, round(height_of(step) + 4, 1), f"{step}%") for step in STEPS],
        last=Label(told[-1][0][0], told[-1][0][1] - 8, f"{told[-1][1]:.0f}%") if told else None,
    )


def places(count: int) -> list[float]:
    """From left to right, one alone in the middle."""
    if count == 1:
        return [(LEFT + RIGHT) / 2]
    return [round(LEFT + 12 + at * (RIGHT - LEFT - 24) / (count - 1), 1) for at in range(count)]


def height_of(percent: float) -> float:
    return BOTTOM - percent * (BOTTOM - TOP) / 100


def spots(xs: Sequence[float], values: Sequence[float | None]) -> list[Spot | None]:
    return [None if value is None else (x, round(height_of(value), 1)) for x, value in zip(xs, values, strict=True)]


def runs(line: Sequence[Spot | None]) -> Iterator[str]:
    """The parts of a line between its gaps; one point alone is no line."""
    for is_gap, group in groupby(line, key=lambda one: one is None):
        part = [one for one in group if one is not None]
        if not is_gap and len(part) > 1:
            yield " ".join(f"{x},{y}" for x, y in part)
