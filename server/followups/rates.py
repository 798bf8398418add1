"""Visit coverage and on-time visits by village at the ends of months, as anybody of the town may be told."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from sqlalchemy.orm import Session

from geo.month_ends import Month, Part, Rate
from server.access.month_ends import tell_months
from server.access.small_numbers import Telling
from server.followups.on_time import on_time_at
from server.places.clusters import clusters_of
from server.places.coverage import coverage_at

CLASSES: Final = (70, 80, 90, 95)
"""Where the classes of a rate begin, in per cent: fixed, so that months compare (ui.md 6)."""


@dataclass(frozen=True)
class Rates:
    """What was told at each month's end, the oldest first; `clusters` and `names` as of today, by code."""

    coverage: Mapping[date, Month]
    on_time: Mapping[date, Month]
    clusters: Mapping[str, str]
    names: Mapping[str, str]

    def months(self) -> list[date]:
        return list(self.on_time)

    def of(self, measure: str, end: date) -> Month:
        return (self.coverage if measure == "coverage" else self.on_time)[end]


def tell_rates(db: Session, project_id: int, today: date, telling: Telling) -> Rates:
    """The whole town's, whoever asks. As many queries for any town, but for the first to ask in a month."""
    clusters, names = clusters_of(db, project_id)

    def coverage(inner: Session, end: date) -> Mapping[str, Part]:
        return coverage_at(inner, project_id, end)

    def on_time(inner: Session, end: date) -> Mapping[str, Part]:
        return on_time_at(inner, project_id, end)

    told = [
        tell_months(telling, project_id, f"rate {name}", today, count, clusters)
        for name, count in (("coverage", coverage), ("on time", on_time))
    ]
    return Rates(told[0], told[1], clusters, names)


def class_of(rate: Rate) -> int | None:
    """0 to 4, the class of a rate that is shown."""
    percent = rate.percent
    return None if percent is None else sum(percent >= least for least in CLASSES)


def begin_of_window(end: date) -> date:
    """The first day of the twelve months that end on a month's last day."""
    return (end + timedelta(days=1)).replace(year=end.year - (end.month < 12))


def counted_in(month: Month, cluster: str, names: Mapping[str, str], totals: bool) -> str | None:
    """Where a village that is not told is counted: the name of its cluster, "" for the town, None where that is hidden too.

    `totals`: whether the reader is told sums. Who counts some villages himself is not.
    """
    if not totals:
        return None
    rate = month.clusters.get(cluster)
    if cluster in names and rate is not None and rate.done is not None:
        return names[cluster]
    return "" if month.town.done is not None else None
