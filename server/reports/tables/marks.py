"""The marks that a cell may hold, and nothing else: a small vocabulary in English and Chinese. Pure.

`{{I2.rate}}`, `{{I3.numerator cluster=510121001}}`, `{{I9.rate village=510121001203}}`, `{{I2.rate before=1}}`, `{{town}}`.
The same in Chinese: `{{I2.比率}}`, `{{I3.分子 片=510121001}}`, `{{I9.比率 村=…}}`, `{{I2.比率 前=1}}`, `{{镇}}`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from server.reports.indicators.definitions import BY_ID, COVERAGE

MARK: Final = re.compile(r"\{\{([^{}]*)\}\}")
LONGEST: Final = 80

Plain = Literal["town", "month", "as_of", "phones", "synced"]
Field = Literal["rate", "numerator", "denominator", "window", "name"]
Wrong = Literal[
    "unknown", "no_indicator", "not_counted", "no_field", "no_option", "no_place", "not_by_place", "no_before"
]

PLAIN: Final[Mapping[str, Plain]] = {
    "town": "town",
    "month": "month",
    "as_of": "as_of",
    "phones": "phones",
    "synced": "synced",
    "镇": "town",
    "月份": "month",
    "数据截至": "as_of",
    "手机": "phones",
    "上传": "synced",
}
FIELDS: Final[Mapping[str, Field]] = {
    "rate": "rate",
    "numerator": "numerator",
    "denominator": "denominator",
    "window": "window",
    "name": "name",
    "比率": "rate",
    "分子": "numerator",
    "分母": "denominator",
    "时段": "window",
    "名称": "name",
}
OPTIONS: Final = {
    "cluster": "cluster",
    "village": "village",
    "before": "before",
    "片": "cluster",
    "村": "village",
    "前": "before",
}
MOST_BEFORE: Final = 11


class MarkWrong(Exception):
    """`why` says what is wrong with a mark."""

    def __init__(self, why: Wrong) -> None:
        super().__init__(why)
        self.why: Wrong = why


@dataclass(frozen=True)
class Mark:
    """One number or word. `plain` is about the town; else `indicator` and `field`, of the whole town or of one `cluster` or
    `village` by its code, of the newest window or of one so many `before` it."""

    plain: Plain | None = None
    indicator: str = ""
    field: Field = "rate"
    cluster: str | None = None
    village: str | None = None
    before: int = 0


def read_mark(text: str) -> Mark:
    """What stands between the braces. Raises MarkWrong."""
    first, *options = text.split() or [""]
    if first in PLAIN and not options:
        return Mark(plain=PLAIN[first])
    name, dot, field = first.partition(".")
    if not dot or len(text) > LONGEST:
        raise MarkWrong("unknown")
    if name not in BY_ID:
        raise MarkWrong("no_indicator")
    if field not in FIELDS:
        raise MarkWrong("no_field")
    chosen = read_options(options)
    before = read_before(chosen.get("before", "0"))
    return check(Mark(None, name, FIELDS[field], chosen.get("cluster"), chosen.get("village"), before))


def read_options(options: list[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for one in options:
        name, _equals, value = one.partition("=")
        if name not in OPTIONS or not value or OPTIONS[name] in found:
            raise MarkWrong("no_option")
        found[OPTIONS[name]] = value
    return found


def read_before(value: str) -> int:
    if not (value.isascii() and value.isdigit() and len(value) < 3 and int(value) <= MOST_BEFORE):
        raise MarkWrong("no_before")
    return int(value)


def check(mark: Mark) -> Mark:
    """Only what is told at all: most are of the whole town, some by cluster, the coverage of visits by village too."""
    indicator = BY_ID[mark.indicator]
    if indicator.months is None and mark.field != "name":
        raise MarkWrong("not_counted")
    if mark.cluster and (mark.village or indicator.unit != "clusters"):
        raise MarkWrong("not_by_place")
    if mark.village and mark.indicator != COVERAGE:
        raise MarkWrong("not_by_place")
    return mark
