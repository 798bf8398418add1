"""Pregnancies and births: early registration, checks, visits afterwards (I1b to I5, domain.md 4.1). Pure.

Only women who agreed to be counted are in it. A birth is one with a live-born baby; of a loss nothing is counted. Who moved
and was taken over elsewhere, and who wanted no visits at home, leaves the denominator. A birth is counted in the window that
holds its 56th day: then nothing of what is counted can still come, and all rates of a window are of the same births.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from server.followups.facts import Facts
from server.followups.pregnancies import Pregnancy
from server.reports.indicators.tallying import Case

EARLY: Final = timedelta(days=90)
"""Before 13 weeks: up to 12 weeks and 6 days after the first day of the last period."""
TERM, FULL_TIME = timedelta(days=280), timedelta(days=259)
CHECKS: Final = 5
FIVE: Final = ((0, 90), (112, 146), (147, 174), (196, 258), (259, 286))
"""The weeks of the national norm's five checks, in days after the anchor (followups/rules/ANC1 to ANC5)."""
SOON, OFFICIAL = timedelta(days=7), timedelta(days=28)
FORTY_TWO, FIFTY_SIX = timedelta(days=42), timedelta(days=56)


@dataclass(frozen=True, slots=True)
class Course:
    """One pregnancy as it is counted. `gone_on`: from that day on she is cared for elsewhere; `came_on`: she came from there.

    `checks` are the days of checks before its end, `visits` those of visits after a birth, `no_visits_on` the day on which she
    wanted none. `born_on` is the birth of a live-born baby, `left_on` the day she left hospital.
    """

    woman: str
    place: str
    anchor: date | None
    registered_on: date
    checks: tuple[date, ...] = ()
    ended_on: date | None = None
    born_on: date | None = None
    left_on: date | None = None
    visits: tuple[date, ...] = ()
    no_visits_on: date | None = None
    came_on: date | None = None
    gone_on: date | None = None

    def is_early(self) -> bool:
        return bool(self.anchor and self.checks and min(self.checks) <= self.anchor + EARLY)

    def was_here(self, day: date) -> bool:
        return self.gone_on is None or self.gone_on > day

    def visited(self, first: date, last: date) -> bool:
        return any(first <= day <= last for day in self.visits)


def courses_of(facts: Facts, place: str) -> Iterator[Course]:
    """What is counted of one woman's pregnancies."""
    gone = min(
        (stop.on for stop in facts.stops if stop.kind in ("transferred", "died") and not stop.rule), default=None
    )
    came = max((one.started[0] for one in facts.transfers if one.direction == "in" and one.started), default=None)
    for one in facts.pregnancies:
        yield course_of(facts, one, place, came, gone)


def course_of(facts: Facts, one: Pregnancy, place: str, came: date | None, gone: date | None) -> Course:
    end = one.outcome.on if one.outcome else None
    mine = [visit for visit in facts.visits if visit.episode == one.uuid]
    days = {visit.visit_date for visit in mine if visit.form_id == "antenatal_check" and visit.status == "ongoing"}
    days |= {one.first_check_on} if one.first_check_on else set()
    birth = one.birth
    return Course(
        woman=facts.subject,
        place=place,
        anchor=one.datings[-1].ga_anchor if one.datings else None,
        registered_on=one.registered_on,
        checks=tuple(sorted(day for day in days if end is None or day <= end)),
        ended_on=end,
        born_on=birth.on if birth else None,
        left_on=birth.left_on if birth else None,
        visits=tuple(sorted(visit.visit_date for visit in mine if visit.report == "pnc_visit")) if birth else (),
        no_visits_on=birth.no_visits[0] if birth and birth.no_visits else None,
        came_on=came,
        gone_on=gone,
    )


def registered_early(courses: Sequence[Course], first: date, last: date) -> Iterator[Case]:
    """I1b: of pregnancies whose approximate due date lies in the window, those with a first check before 13 weeks."""
    for one in courses:
        if one.anchor is None or not first <= one.anchor + TERM <= last:
            continue
        lost = one.ended_on is not None and one.born_on is None and one.ended_on < one.anchor + EARLY
        came_late = one.came_on is not None and one.came_on > one.anchor + EARLY
        if not lost and not came_late and one.was_here(one.anchor + EARLY):
            yield Case(one.woman, one.place, one.is_early())


def births_in(courses: Sequence[Course], first: date, last: date) -> Iterator[tuple[Course, date]]:
    """Those whose 56th day lies in the window, each with its day."""
    for one in courses:
        if one.born_on and first <= one.born_on + FIFTY_SIX <= last and one.was_here(one.born_on):
            yield one, one.born_on


def checked_five_times(courses: Sequence[Course], first: date, last: date) -> Iterator[Case]:
    """I2: of births, those before which there were five checks or more."""
    for one, _ in births_in(courses, first, last):
        yield Case(one.woman, one.place, len(one.checks) >= CHECKS)


def checked_in_each_window(courses: Sequence[Course], first: date, last: date) -> Iterator[Case]:
    """I2b: of births from 37 weeks on that were registered before 13 weeks, those with a check in each of the five windows."""
    for one, born_on in births_in(courses, first, last):
        if one.anchor is None or one.registered_on > one.anchor + EARLY:
            continue
        born = (born_on - one.anchor).days
        if born >= FULL_TIME.days:
            days = [(day - one.anchor).days for day in one.checks]
            asked = [window for window in FIVE if window[0] < born]
            yield Case(one.woman, one.place, all(any(a <= day <= z for day in days) for a, z in asked))


def visited_after(days: timedelta) -> Callable[[Sequence[Course], date, date], Iterator[Case]]:
    """I3 and I3b: of births after which the day she left hospital is known, those with a visit within so many days of it."""

    def count(courses: Sequence[Course], first: date, last: date) -> Iterator[Case]:
        for one, _ in births_in(courses, first, last):
            if one.left_on is None:
                continue
            until = one.left_on + days
            seen = one.visited(one.left_on, until)
            declined = one.no_visits_on is not None and one.no_visits_on <= until
            if one.was_here(until) and (seen or not declined):
                yield Case(one.woman, one.place, seen)

    return count


def seen_after_42_days(courses: Sequence[Course], first: date, last: date) -> Iterator[Case]:
    """I4: of births that are 56 days ago, those with a visit from day 42 to 56."""
    for one, born_on in births_in(courses, first, last):
        until = born_on + FIFTY_SIX
        if one.was_here(until):
            yield Case(one.woman, one.place, one.visited(born_on + FORTY_TWO, until))


def cared_for_throughout(courses: Sequence[Course], first: date, last: date) -> Iterator[Case]:
    """I5: of births, those with an early first check, five checks and a visit within 28 days of leaving hospital.

    Where nobody told when she left, the days count from the birth.
    """
    for one, born_on in births_in(courses, first, last):
        left = one.left_on or born_on
        until = left + OFFICIAL
        if one.was_here(until):
            done = one.is_early() and len(one.checks) >= CHECKS and one.visited(left, until)
            yield Case(one.woman, one.place, done)
