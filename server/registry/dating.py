"""How far along a pregnancy is, by all that was told of it: last period and scans. Pure; domain.md 2.1.

The anchor is the day that weeks count from: the first day of the last period, or what a scan makes of it (EDD - 280).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from itertools import groupby
from typing import Final

from server.registry.redating import Threshold, load_thresholds

LAST_PERIOD_AT_MOST: Final = 301
"""Days between a last period and the registration; a longer time is for a clinician to look at (2.1)."""

EARLIEST: Final = date(1900, 1, 1)
"""A registration before it is a slip of the year, and nothing can be counted from it."""

FIRST_TRIMESTER: Final = 13 * 7 + 6
"""The last day of it. A scan up to then fixes the dating, and later ones never replace it (2.1)."""


@dataclass(frozen=True)
class Scan:
    """An ultrasound that told the weeks: the day it was made, and how many days along she was then."""

    on: date
    days: int

    @property
    def anchor(self) -> date:
        return self.on - timedelta(days=self.days)


@dataclass(frozen=True)
class Told:
    """What one record says about the weeks. `on` is its visit's date; `is_sure` whether she knew the last period exactly."""

    event: str
    on: date
    received_at: datetime
    last_period: date | None = None
    is_sure: bool = False
    scan: Scan | None = None
    by_clinician: bool = False


@dataclass(frozen=True)
class Dated:
    """A dating that came into force. `method` is lmp or ultrasound, `event` the record that brought it."""

    event: str
    ga_anchor: date
    method: str
    in_force_from: date


@dataclass(frozen=True)
class _Standing:
    anchor: date
    method: str
    is_sure: bool
    is_fixed: bool = False


def date_pregnancy(told: Iterable[Told], registered_on: date) -> tuple[Dated, ...]:
    """The datings of one pregnancy in the order they came into force; none while nobody told anything usable.

    Each day is judged by all that was told up to it, so the order of arrival does not matter. A last period counts from
    0 to 301 days before the registration, a scan not longer before it; a last period that she knows only roughly stands
    until the first scan.
    """
    if registered_on < EARLIEST:
        return ()
    ordered = sorted(told, key=lambda one: (one.on, one.received_at, one.event))
    versions: list[Dated] = []
    known: list[Told] = []
    for on, group in groupby(ordered, key=lambda one: one.on):
        brought = list(group)
        known += brought
        standing = _stand(known, registered_on)
        before = versions[-1] if versions else None
        if standing and (before is None or (before.ga_anchor, before.method) != (standing.anchor, standing.method)):
            versions.append(Dated(brought[0].event, standing.anchor, standing.method, on))
    return tuple(versions)


def _stand(known: Sequence[Told], registered_on: date) -> _Standing | None:
    """The dating by all of these: the last period, then each scan in the order in which they were made."""
    standing = _by_last_period(known, registered_on)
    first = registered_on - timedelta(days=LAST_PERIOD_AT_MOST)
    scans = [(one.scan, one.by_clinician) for one in known if one.scan and first <= one.scan.on <= one.on]
    for scan, by_clinician in sorted(scans, key=lambda one: (one[0].on, one[0].days)):
        standing = _look_at_scan(standing, scan, by_clinician)
    return standing


def _by_last_period(known: Sequence[Told], registered_on: date) -> _Standing | None:
    usable = [
        one for one in known if one.last_period and 0 <= (registered_on - one.last_period).days <= LAST_PERIOD_AT_MOST
    ]
    sure = [one for one in usable if one.is_sure] or usable
    return _Standing(sure[-1].last_period, "lmp", sure[-1].is_sure) if sure and sure[-1].last_period else None


def _look_at_scan(standing: _Standing | None, scan: Scan, by_clinician: bool) -> _Standing:
    """A scan dates what is not dated surely; else it replaces the dating when it lies further off than its week allows."""
    fixes = scan.days <= FIRST_TRIMESTER
    if standing is None or not standing.is_sure:
        return _Standing(scan.anchor, "ultrasound", True, fixes)
    if standing.is_fixed or not _replaces(standing, scan, by_clinician):
        return _Standing(standing.anchor, standing.method, True, standing.is_fixed or fixes)
    return _Standing(scan.anchor, "ultrasound", True, fixes)


def _replaces(standing: _Standing, scan: Scan, by_clinician: bool) -> bool:
    age = (scan.on - standing.anchor).days
    for step in _thresholds():
        if step.from_day <= age and (step.to_day is None or age <= step.to_day):
            return abs((scan.anchor - standing.anchor).days) > step.more_than and (
                by_clinician or not step.clinician_only
            )
    return False


@cache
def _thresholds() -> tuple[Threshold, ...]:
    return load_thresholds()
