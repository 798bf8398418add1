"""The list of visits: the most urgent home first, then by the door, although the database cannot read a door code."""

import random

from sqlalchemy.orm import Session

from server.followups.lists_for_pages import Wanted, list_visits
from server.models import Project
from tests.server.followups.homes import TODAY, add_home

DOORS = [f"{number:03}" for number in range(1, 13)]


def doors(db: Session, town: Project, offset: int = 0, limit: int = 50) -> list[str | None]:
    visits = list_visits(db, town.id, None, Wanted(), TODAY, offset, limit)
    return [visit.home.door_code if visit.home else None for visit in visits]


def test_homes_of_a_hamlet_stand_in_the_order_of_their_doors(db: Session, town: Project) -> None:
    for door in random.Random(5).sample(DOORS, len(DOORS)):
        add_home(db, town, door, 5)
    assert doors(db, town) == DOORS


def test_pages_cut_the_same_order_and_lose_nobody(db: Session, town: Project) -> None:
    for door in random.Random(5).sample(DOORS, len(DOORS)):
        add_home(db, town, door, 5)
    pages = [doors(db, town, offset, 5) for offset in range(0, 20, 5)]
    assert pages == [DOORS[:5], DOORS[5:10], DOORS[10:], []]


def test_the_most_urgent_home_comes_first_and_all_its_lines_with_it(db: Session, town: Project) -> None:
    add_home(db, town, "001", 5)
    add_home(db, town, "009", 5, -9)
    add_home(db, town, "005", 0)
    assert doors(db, town) == ["009", "009", "005", "001"]


def test_a_home_without_a_door_code_comes_before_its_neighbours(db: Session, town: Project) -> None:
    for door in ("002", None, "001"):
        add_home(db, town, door, 5)
    add_home(db, town, "000", 5, hamlet="四社")
    assert doors(db, town) == [None, "001", "002", "000"]
