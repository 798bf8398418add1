"""What is asked about a record's point. Villages are squares of about a kilometre; the second touches the first."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import delete, select, update

from geo.crs import wgs84_to_gcj02
from server.clock import today
from server.db import Database
from server.models import CareEvent, Submission, SubmissionVersion, Village, VillageScope
from tests.conftest import Clock
from tests.server.intake.quality_town import CAME, COLLECT, MONDAY, QualityTown

FIRST, SECOND = "519901201001", "519901201002"
SQUARES = ((FIRST, 105.010, 30.300, 105.0204, 30.309), (SECOND, 105.0204, 30.300, 105.031, 30.309))
MIDDLE = "30.3045 105.015 0 5"
AN_HOUR = timedelta(hours=1)


@pytest.fixture
def town(app: Flask, database: Database, project_id: int, clock: Clock) -> QualityTown:
    clock.set(CAME)
    made = QualityTown(app, database, project_id)
    made.add_villages(*SQUARES)
    return made


def asked(
    town: QualityTown, gps: str, village: str = FIRST, headers: dict[str, str] | None = None
) -> dict[str, dict[str, int]]:
    record = town.send(gps=gps, village_code=village, headers=headers)
    town.judge()
    return town.asked(record)


@pytest.mark.parametrize(
    ("gps", "found"),
    [
        (MIDDLE, {}),
        ("30.3045 105.0090 0 5", {}),  # 96 m west: the outline is good to 100 m, the phone to 5
        ("30.3045 105.0087 0 5", {"outside": {"metres": 125}}),
        ("30.3045 105.0087 0 28", {}),
        ("30.3045 105.015 0 31", {"accuracy": {"metres": 31}}),
        ("30.3045 105.015 0 30", {}),
        ("", {}),
    ],
)
def test_outside_of_the_village_that_the_record_names(
    town: QualityTown, gps: str, found: dict[str, dict[str, int]]
) -> None:
    assert asked(town, gps) == found


def test_in_the_neighbour_village_is_outside_too(town: QualityTown) -> None:
    assert asked(town, "30.3045 105.0280 0 5")["outside"]["metres"] == pytest.approx(731, abs=3)


def test_a_point_that_is_shifted_as_road_maps_are_is_asked_about_as_such(town: QualityTown) -> None:
    lon, lat = wgs84_to_gcj02(105.0190, 30.3045)
    found = asked(town, f"{lat:.6f} {lon:.6f} 0 5")
    assert list(found) == ["shift"] and found["shift"]["metres"] == pytest.approx(416, abs=25)


def test_without_a_named_village_the_worker_s_own_count_and_nobody_s_say_nothing(
    town: QualityTown, database: Database
) -> None:
    away = "30.3045 105.0280 0 5"
    assert asked(town, away, village="") == {}
    with database.transaction() as db:
        village_id = db.scalars(select(Village.id).where(Village.code == FIRST)).one()
        db.add(VillageScope(actor_id=town.phone_id, project_id=town.project_id, village_id=village_id))
    assert list(asked(town, away, village="")) == ["outside"]
    with database.transaction() as db:  # the second becomes a part of the first
        db.execute(update(Village).where(Village.code == SECOND).values(parent_id=village_id))
    assert asked(town, away, village="") == {}
    with database.transaction() as db:
        db.execute(delete(VillageScope))
        db.add(VillageScope(actor_id=town.phone_id, project_id=town.project_id, village_id=None))
    assert asked(town, away, village="") == {}, "who has the whole town has no village to be outside of"


def test_a_point_that_was_put_on_the_map_by_hand(town: QualityTown) -> None:
    assert asked(town, "30.3045 105.015 0 0", headers=COLLECT) == {"by_hand": {}}
    assert asked(town, "30.3045 105.015 0 0") == {}, "another program writes 0 for what it does not know"


def test_from_one_village_to_the_next_faster_than_a_car(town: QualityTown) -> None:
    town.send(MONDAY, 60, gps="30.3045 105.0150 0 0", village_code=FIRST)
    far = town.send(MONDAY + timedelta(minutes=5), 60, gps="30.3045 105.1000 0 0")  # 8.2 km within six minutes
    later = town.send(MONDAY + timedelta(minutes=25), 60, gps="30.3045 105.0150 0 0")  # and back within 21
    town.judge()
    assert town.asked(far)["speed"]["kmh"] == pytest.approx(82, abs=2)
    assert "speed" not in town.asked(later)


def test_what_phones_were_unsure_of_is_taken_off_and_other_days_and_phones_are_no_neighbours(town: QualityTown) -> None:
    _, other = town.a_phone("二号")
    town.send(MONDAY, 60, gps="30.3045 105.0150 0 25")
    soon = MONDAY + timedelta(minutes=1)
    unsure = town.send(soon, 0, gps="30.3045 105.0200 0 450")  # 481 m in a minute, less 475
    elsewhere = town.send(soon, 0, gps="30.3045 105.2000 0 5", phone=other)
    next_day = town.send(MONDAY + timedelta(days=1), 0, gps="30.3045 105.2000 0 5")
    town.judge()
    assert ["speed" in town.asked(one) for one in (unsure, elsewhere, next_day)] == [False] * 3


def about_homes(database: Database, homes: dict[int, str]) -> None:
    """As the deriver `people` writes it of a household's record."""
    with database.transaction() as db:
        for record, home in homes.items():
            version = db.scalars(select(SubmissionVersion).where(SubmissionVersion.submission_id == record)).one()
            project_id = db.get_one(Submission, record).project_id
            event = CareEvent(submission_id=record, submission_version_id=version.id, project_id=project_id)
            event.event, event.form_id, event.subject_list, event.subject = version.instance_id, "x", "households", home
            event.visit_date, event.received_at, event.data_json = today(CAME), CAME, "{}"
            db.add(event)


def test_more_than_three_homes_at_one_point_and_a_home_visited_often_is_one(
    town: QualityTown, database: Database
) -> None:
    metres_6 = "30.304554 105.015 0 5"
    points = [MIDDLE, MIDDLE, "30.304509 105.015 0 5", metres_6, MIDDLE, "30.3045 105.015 0 12"]
    homes = ["a", "a", "b", "c", "d", "e"]
    records = [town.send(MONDAY + at * AN_HOUR, gps=gps, village_code=FIRST) for at, gps in enumerate(points)]
    unrelated = town.send(MONDAY + 7 * AN_HOUR, gps=MIDDLE, village_code=FIRST)
    about_homes(database, dict(zip(records, homes, strict=True)))
    town.judge()
    assert [town.asked(one).get("same_point") for one in records] == [None] * 5 + [{"homes": 4}], "a, b, d and e"
    assert town.asked(unrelated) == {}
