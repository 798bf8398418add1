"""The week as a plan: each door once, on its proposed day; what is late is today's."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from server.followups.week import plan_week
from server.models import FollowUp, Project
from tests.server.followups.homes import TODAY, add_home

Told = dict[int, dict[str, int]]


def doors(db: Session, town: Project) -> Told:
    """By days from today (-1: later), doors by hamlet."""
    week = plan_week(db, town.id, None, TODAY)
    loads = [*((day - TODAY).days for day in week.days), -1]
    found = zip(loads, [*week.days.values(), week.later], strict=True)
    return {day: {hamlet: number for (_, hamlet), number in load.doors.items()} for day, load in found if load.doors}


@pytest.mark.parametrize(
    ("due", "day"),
    [((-9,), 0), ((0,), 0), ((1,), 1), ((6,), 6), ((7,), -1), ((3, 1), 1), ((5, -2, 30), 0), ((30,), -1)],
)
def test_a_door_stands_on_the_proposed_day_of_its_most_urgent_contact(
    db: Session,
    town: Project,
    due: tuple[int, ...],
    day: int,
) -> None:
    add_home(db, town, "001", *due)
    assert doors(db, town) == {day: {"三社": 1}}


def test_hamlets_are_counted_apart_and_visits_go_with_their_door(db: Session, town: Project) -> None:
    add_home(db, town, "001", 1, 20, hamlet="二社")
    add_home(db, town, "002", 1, hamlet="二社")
    add_home(db, town, "003", 1, hamlet="五社")
    assert doors(db, town) == {1: {"二社": 2, "五社": 1}}
    load = plan_week(db, town.id, None, TODAY).days[TODAY + timedelta(days=1)]
    assert (load.all_doors, load.visits) == (3, 4)


@pytest.mark.parametrize(("opens", "day"), [(0, 2), (4, 4), (6, 6), (7, None)])
def test_nothing_is_planned_before_its_first_day_or_after_the_week(
    db: Session,
    town: Project,
    opens: int,
    day: int | None,
) -> None:
    add_home(db, town, "001", 2)
    db.query(FollowUp).update({"opens_on": TODAY + timedelta(days=opens)})
    assert doors(db, town) == ({} if day is None else {day: {"三社": 1}})


def test_what_ended_or_stands_inside_another_is_in_no_plan(db: Session, town: Project) -> None:
    add_home(db, town, "001", 2, 3)
    first, second = db.query(FollowUp)
    first.ended, second.inside = True, "another"
    db.flush()
    assert doors(db, town) == {}


def test_the_days_are_seven_and_begin_today(db: Session, town: Project) -> None:
    days = list(plan_week(db, town.id, None, TODAY).days)
    assert days == [TODAY + timedelta(days=number) for number in range(7)]
