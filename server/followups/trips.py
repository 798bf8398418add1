"""Today's list as ways to go: hamlet by hamlet, and all that is to be done behind one door together.

`village_codes`, `today` and the state of a row are those of server/followups/queries.py.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby, takewhile
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.followups.lists_for_pages import (
    Line,
    Visit,
    Wanted,
    grouped,
    groups_of_page,
    in_order_of_doors,
    is_her_home,
    read_doors,
    read_visits,
    visit_of,
)
from server.followups.queries import Reached, consent_holds, is_woman, within
from server.models import FollowUp, Household, Woman

DONE_SINCE: Final = 7
"""For so many days a card shows what was done behind its door."""
NUMERALS: Final = "〇一二三四五六七八九十"
UNNUMBERED: Final = 1000
DONE: Final = ("done_on_time", "done_late")


@dataclass(frozen=True)
class Trip:
    """One way to go: a door with what waits behind it, the most urgent first, or somebody whose door is not known.

    `first` and `here` are the places in STATES of its most urgent line and of that of its hamlet.
    """

    village: str
    hamlet: str
    first: int
    here: int
    visits: tuple[Visit, ...]

    @property
    def home(self) -> Household | None:
        return self.visits[0].home

    @property
    def key(self) -> str:
        """What a page calls it by: random, and of no use to anybody who may not open the list."""
        return self.visits[0].row.visit_key


def list_trips(
    db: Session, project_id: int, village_codes: Reached, wanted: Wanted, today: date, offset: int, limit: int
) -> tuple[list[Trip], int]:
    """Some of the trips, and how many there are. The hamlet with the most urgent line comes first.

    In a hamlet: what is overdue, what is due, then what can be done on the way, each in the order of doors. A trip is
    never cut.
    """
    lines = read_doors(db, project_id, village_codes, wanted, today)
    groups = grouped(lines, lambda one: (one.here, one.village, one.hamlet, one.first))
    on_the_way = sorted(groups, key=lambda one: (*one[:2], *by_number(one[2]), one[3]))
    found, before, total = groups_of_page([groups[key] for key in on_the_way], number_of_doors, offset, limit)
    ordered = [line for group in found for line in in_order_of_doors(db, group)]
    doors = [list(door) for _, door in groupby(ordered, key=lambda one: one.place)]
    shown = doors[offset - before :][:limit]
    visits = read_visits(db, project_id, [(line.id, line.first) for door in shown for line in door])
    of_row = {one.row.id: one for one in visits}
    trips = [
        Trip(*(door[0].village, door[0].hamlet, door[0].first, door[0].here), tuple(known))
        for door in shown
        if (known := [of_row[line.id] for line in door if line.id in of_row])
    ]
    return trips, total


def number_of_doors(group: Iterable[Line]) -> int:
    return len({line.place for line in group})


def by_number(hamlet: str) -> tuple[int, str]:
    """For sorting: 二社 before 三社 before 十一社, 2组 before 10组; names without a number after them, none at the end."""
    if digits := "".join(takewhile(str.isdecimal, hamlet)):
        return int(digits), hamlet
    tens, ten, ones = "".join(takewhile(NUMERALS.__contains__, hamlet)).partition("十")
    if not tens and not ten:
        return UNNUMBERED + (not hamlet), hamlet
    return (10 * NUMERALS.find(tens or "一") + NUMERALS.find(ones or "〇") if ten else NUMERALS.find(tens)), hamlet


def list_done(
    db: Session, project_id: int, village_codes: Reached, trips: Sequence[Trip], today: date
) -> dict[str, list[Visit]]:
    """By the household's uuid, what was done behind the doors of these trips in the last days, the newest first."""
    homes = {trip.home.uuid for trip in trips if trip.home}
    if not homes:
        return {}
    villages = {one.row.village_code for trip in trips for one in trip.visits} | {trip.village for trip in trips}
    query = (
        select(FollowUp, Woman.label, Household, Woman.uuid)
        .outerjoin(Woman, is_woman())
        .join(Household, is_her_home())
        .where(
            within(project_id, village_codes),
            FollowUp.village_code.in_(villages),
            FollowUp.ended,
            FollowUp.state.in_(DONE),
            FollowUp.answered_on > today - timedelta(days=DONE_SINCE),
            Household.uuid.in_(homes),
            consent_holds(today),
        )
        .order_by(FollowUp.answered_on.desc(), FollowUp.id)
    )
    found: dict[str, list[Visit]] = {}
    for row, label, home, woman in db.execute(query):
        found.setdefault(home.uuid, []).append(visit_of(row, label, home, woman, 0))
    return found
