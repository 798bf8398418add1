"""Visit coverage and on-time visits by village at the ends of months, as anybody of the town may be told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from geo.month_ends import Month, Part, Rate
from server.access.month_ends import add_months_due, month_ends, tell_months
from server.access.small_numbers import Telling
from server.db import Database
from server.followups.on_time import on_time_at
from server.models import Project
from server.places.clusters import clusters_of
from server.places.coverage import coverage_at

MEASURES: Final = {"coverage": "rate coverage", "on_time": "rate on time"}
"""The two rates, and under which measure each is kept."""

CLASSES: Final = (70, 80, 90, 95)
"""Where the classes of a rate begin, in per cent: fixed, so that months compare (ui.md 6)."""


@dataclass(frozen=True)
class Rates:
    """What is kept at each month's end of `months`, the oldest first; `clusters` and `names` as of today, by code."""

    months: Sequence[date]
    coverage: Mapping[date, Month]
    on_time: Mapping[date, Month]
    clusters: Mapping[str, str]
    names: Mapping[str, str]

    def of(self, measure: str, end: date) -> Month | None:
        """None where the month is still to be counted."""
        return (self.coverage if measure == "coverage" else self.on_time).get(end)

    def is_counted(self, end: date) -> bool:
        return end in self.coverage and end in self.on_time

    def newest(self) -> date:
        """The newest month that is counted; the newest of all where none is."""
        return next((end for end in reversed(self.months) if self.is_counted(end)), self.months[-1])


def tell_rates(db: Session, project_id: int, today: date, telling: Telling, until: datetime | None = None) -> Rates:
    """The whole town's, whoever asks, as far as it was counted `until` then. As many queries for any town; nothing is counted
    here."""
    told = {name: tell_months(telling, project_id, measure, today, until) for name, measure in MEASURES.items()}
    return Rates(month_ends(today), told["coverage"], told["on_time"], *clusters_of(db, project_id))


def count_months_due(database: Database, now: datetime) -> int:
    """Counts every town's months that have come to be told, in order; how many. A town has villages first."""
    with database.reading() as db:
        towns = list(db.scalars(select(Project.id).where(Project.kind == "care")))
        clusters = {town: clusters_of(db, town)[0] for town in towns}
    return sum(count_due(database, town, here, now) for town, here in clusters.items() if here)


def count_due(database: Database, project_id: int, clusters: Mapping[str, str], now: datetime) -> int:
    def coverage(db: Session, end: date) -> Mapping[str, Part]:
        return coverage_at(db, project_id, end)

    def on_time(db: Session, end: date) -> Mapping[str, Part]:
        return on_time_at(db, project_id, end)

    counts = ((MEASURES["coverage"], coverage), (MEASURES["on_time"], on_time))
    return sum(add_months_due(database, project_id, measure, now, count, clusters) for measure, count in counts)


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
