"""Ways to go: hamlet by hamlet, a door with all that waits behind it, and never a trip that a page cuts in two."""

import random
from datetime import date, timedelta

import pytest
from sqlalchemy.orm import Session

from server.followups.lists_for_pages import Wanted
from server.followups.trips import Trip, by_number, list_done, list_trips
from server.models import FollowUp, Project, Woman
from tests.server.followups.homes import TODAY, add_home

EVERYTHING = Wanted()


def trips(db: Session, town: Project, wanted: Wanted = EVERYTHING, offset: int = 0, limit: int = 50) -> list[Trip]:
    return list_trips(db, town.id, None, wanted, TODAY, offset, limit)[0]


def said(found: list[Trip]) -> list[tuple[str, str, int]]:
    """(hamlet, door, how many wait there)"""
    return [(one.hamlet, (one.home.door_code if one.home else None) or "", len(one.visits)) for one in found]


def test_the_hamlet_with_something_overdue_comes_first_and_in_it_overdue_due_and_open_doors(
    db: Session,
    town: Project,
) -> None:
    add_home(db, town, "001", 9, hamlet="二社")
    add_home(db, town, "002", -1, hamlet="二社")
    add_home(db, town, "003", 0, hamlet="三社")
    add_home(db, town, "004", -5, hamlet="五社")
    add_home(db, town, "005", 0, 3, hamlet="五社")
    add_home(db, town, "006", 8, hamlet="五社")
    found = said(trips(db, town))
    assert found == [
        ("二社", "002", 1),
        ("二社", "001", 1),
        ("五社", "004", 1),
        ("五社", "005", 2),
        ("五社", "006", 1),
        ("三社", "003", 1),
    ]


def test_a_door_s_visits_stand_together_the_most_urgent_first(db: Session, town: Project) -> None:
    add_home(db, town, "001", 9, -3, 0)
    [trip] = trips(db, town)
    assert [(one.row.due_on - TODAY).days for one in trip.visits] == [-3, 0, 9]
    assert trip.key == trip.visits[0].row.visit_key and (trip.first, trip.here) == (0, 0)


def test_hamlets_stand_as_they_are_counted_and_no_hamlet_at_the_end() -> None:
    counted = ["一社", "二社", "三社", "九社", "十社", "十一社", "十九组", "二十社", "二十一社", "河湾", ""]
    assert sorted(["10组", "2组"], key=by_number) == ["2组", "10组"]
    assert sorted(random.Random(3).sample(counted, len(counted)), key=by_number) == counted


def test_pages_count_doors_and_cut_no_trip(db: Session, town: Project) -> None:
    for number in range(5):
        add_home(db, town, f"{number:03}", 1, 2, 3)
    pages = [list_trips(db, town.id, None, EVERYTHING, TODAY, offset, 2) for offset in (0, 2, 4, 6)]
    assert [total for _, total in pages] == [5, 5, 5, 5]
    assert [[len(one.visits) for one in found] for found, _ in pages] == [[3, 3], [3, 3], [3], []]
    assert len({one.key for found, _ in pages for one in found}) == 5


def test_what_is_not_open_yet_is_no_way_to_go(db: Session, town: Project) -> None:
    add_home(db, town, "001", 60)
    db.query(FollowUp).update({"opens_on": TODAY + timedelta(days=1)})
    assert trips(db, town) == []


def test_cht_core_10042_a_card_tells_what_was_done_behind_its_door_in_the_last_days(
    db: Session,
    town: Project,
) -> None:
    add_home(db, town, "001", 5, 5, 5, 5)
    one, two, three, _waits = db.query(FollowUp).order_by(FollowUp.occurrence)
    end(one, "done_on_time", TODAY - timedelta(days=6))
    end(two, "done_late", TODAY)
    end(three, "done_on_time", TODAY - timedelta(days=7))
    add_home(db, town, "002", 5)
    found = trips(db, town)
    done = list_done(db, town.id, None, found, TODAY)
    assert found[0].home is not None
    assert {uuid: [one.row.occurrence for one in rows] for uuid, rows in done.items()} == {found[0].home.uuid: [1, 0]}


@pytest.mark.parametrize("state", ["declined", "superseded", "expired", "missed_merged"])
def test_what_ended_without_being_done_is_told_on_no_card(db: Session, town: Project, state: str) -> None:
    add_home(db, town, "001", 5, 5)
    end(db.query(FollowUp).order_by(FollowUp.occurrence).first(), state, TODAY)
    assert list_done(db, town.id, None, trips(db, town), TODAY) == {}


def test_what_was_done_with_a_woman_is_told_while_she_consents_and_in_reach_alone(
    db: Session,
    town: Project,
) -> None:
    add_home(db, town, "001", 5, 5)
    [trip] = trips(db, town)
    woman = Woman(project_id=town.id, uuid="w", label="W-0231 王*", village_code="A1", consent_until=TODAY)
    woman.consent_service = woman.consent_location = woman.consent_reminder = woman.consent_stats = True
    woman.consent_share_clinic = True
    woman.household_uuid = trip.home.uuid if trip.home else ""
    db.add(woman)
    done = db.query(FollowUp).order_by(FollowUp.occurrence).first()
    end(done, "done_on_time", TODAY)
    done.subject_list, done.subject = "women", "w"
    db.flush()
    found = list_done(db, town.id, None, [trip], TODAY)
    assert [one.label for rows in found.values() for one in rows] == ["W-0231 王*"]
    assert list_done(db, town.id, frozenset({"B9"}), [trip], TODAY) == {}
    woman.consent_until = TODAY - timedelta(days=1)
    db.flush()
    assert list_done(db, town.id, None, [trip], TODAY) == {}


def end(row: FollowUp | None, state: str, on: date) -> None:
    assert row is not None
    row.state, row.ended, row.answered_on = state, True, on
