"""The list of visits: the most urgent home first, then by the door, although the database cannot read a door code."""

import random
from datetime import date, timedelta

import pytest
from sqlalchemy.orm import Session

from server.followups.lists_for_pages import Wanted, list_visits
from server.models import FollowUp, Household, Project
from tests.conftest import MORNING
from tests.making import a_town

TODAY = date(2026, 3, 2)
DOORS = [f"{number:03}" for number in range(1, 13)]


@pytest.fixture
def project(db: Session) -> Project:
    return a_town(db)


def add_home(db: Session, project: Project, door: str | None, *due: int, hamlet: str = "三社") -> None:
    """A home with a visit due in so many days each; negative ones are overdue."""
    uuid = f"home-{hamlet}-{door}"
    home = {"label": f"{door} {hamlet}", "village_code": "A1", "hamlet": hamlet, "door_code": door, "consents": True}
    db.add(Household(project_id=project.id, uuid=uuid, **home))
    for number, days in enumerate(due):
        on = TODAY + timedelta(days=days)
        key = f"{uuid}-{number}"
        rule = {"rule": "HH", "rule_version": 1, "rule_hash": "h", "form_id": "household_visit", "why_json": "[]"}
        rule |= {"anchor_event": "e", "occurrence": number, "state": "due", "ended": False, "severity": "info"}
        days_of = dict.fromkeys(("due_on", "closes_on", "proposed_on"), on)
        days_of |= {"opens_on": TODAY - timedelta(days=40), "overdue_from": on + timedelta(days=1), "stands_on": TODAY}
        about = {"subject_list": "households", "subject": uuid, "village_code": "A1", "key": key, "visit_key": key}
        db.add(FollowUp(project_id=project.id, made_at=MORNING, changed_at=MORNING, **rule, **days_of, **about))
    db.flush()


def doors(db: Session, project: Project, offset: int = 0, limit: int = 50) -> list[str | None]:
    visits = list_visits(db, project.id, None, Wanted(), TODAY, offset, limit)
    return [visit.home.door_code if visit.home else None for visit in visits]


def test_homes_of_a_hamlet_stand_in_the_order_of_their_doors(db: Session, project: Project) -> None:
    for door in random.Random(5).sample(DOORS, len(DOORS)):
        add_home(db, project, door, 5)
    assert doors(db, project) == DOORS


def test_pages_cut_the_same_order_and_lose_nobody(db: Session, project: Project) -> None:
    for door in random.Random(5).sample(DOORS, len(DOORS)):
        add_home(db, project, door, 5)
    pages = [doors(db, project, offset, 5) for offset in range(0, 20, 5)]
    assert pages == [DOORS[:5], DOORS[5:10], DOORS[10:], []]


def test_the_most_urgent_home_comes_first_and_all_its_lines_with_it(db: Session, project: Project) -> None:
    add_home(db, project, "001", 5)
    add_home(db, project, "009", 5, -9)
    add_home(db, project, "005", 0)
    assert doors(db, project) == ["009", "009", "005", "001"]


def test_a_home_without_a_door_code_comes_before_its_neighbours(db: Session, project: Project) -> None:
    for door in ("002", None, "001"):
        add_home(db, project, door, 5)
    add_home(db, project, "000", 5, hamlet="四社")
    assert doors(db, project) == [None, "001", "002", "000"]
