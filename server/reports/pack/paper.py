"""A paper in words and numbers, as a page, a workbook and a sheet to print hold it: all of them say the same. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Percent:
    """A rate in whole per cent."""

    value: int


@dataclass(frozen=True)
class Hidden:
    """A number that is not shown, and why, in words."""

    why: str


Cell = str | int | float | Percent | Hidden | None


@dataclass(frozen=True)
class Table:
    """`widths` are those of its columns in characters. Where `rows` is empty, `nothing` says so."""

    name: str
    heads: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    widths: Sequence[int]
    note: str = ""
    nothing: str = ""
    is_to_fill: bool = False


@dataclass(frozen=True)
class Point:
    """A window of a chart: its rate and limits in per cent, None where nothing is told."""

    label: str
    rate: float | None
    low: float | None = None
    mean: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Chart:
    """`heads` name the window, the rate, the lower limit, the mean and the upper limit; `nothing` says that none is told."""

    name: str
    heads: Sequence[str]
    points: Sequence[Point]
    nothing: str = ""


@dataclass(frozen=True)
class Section:
    """One sheet of the workbook, one part of the page."""

    key: str
    name: str
    tables: Sequence[Table] = ()
    charts: Sequence[Chart] = ()
    note: str = ""


@dataclass(frozen=True)
class Paper:
    """`facts` stand under the title, each a name and what it is; `mark` on every sheet."""

    title: str
    town: str
    mark: str
    facts: Sequence[tuple[str, str]]
    sections: Sequence[Section] = field(default_factory=tuple)
