"""Which records are pins for whom, and where; clusters with numbers that give nobody away."""

from itertools import combinations

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from geo.crs import metres_between
from server.access.allow import Scope
from server.db import Database
from server.intake.returning import return_record
from server.intake.review import set_review_state
from server.models import Submission, Village
from server.places.outlines import village_counts
from server.places.pins import features_in_view
from server.places.villages import import_boundaries
from server.places.wanted import Filters
from tests.client import Client
from tests.conftest import MORNING
from tests.making import a_record
from tests.server.places.squares import EAST, FAR_OUTSIDE, IN_EAST, IN_WEST, WEST, a_boundary_file

TOWN = (104.9, 29.9, 105.3, 30.1)
WHOLE_WORLD = (-180.0, -90.0, 180.0, 90.0)
STREET, COUNTY = 18.0, 8.0


@pytest.fixture(autouse=True)
def villages(database: Database, project_id: int) -> None:
    with database.transaction() as db:
        import_boundaries(db, project_id, a_boundary_file(), None, MORNING)


def everything(project_id: int) -> Scope:
    return Scope(project_id, everything=True)


def only(db: Session, project_id: int, *codes: str) -> Scope:
    ids = db.scalars(select(Village.id).where(Village.project_id == project_id, Village.code.in_(codes)))
    return Scope(project_id, everything=False, village_ids=frozenset(ids))


def test_a_record_is_a_pin_where_it_was_taken(database: Database, project_id: int, phone: Client) -> None:
    phone.send(project_id, a_record(gps=IN_WEST))
    with database.reading() as db:
        (pin,) = features_in_view(db, everything(project_id), TOWN, STREET)["features"]

    assert pin["geometry"] == {"type": "Point", "coordinates": [105.01, 30.01]}
    assert pin["properties"] == {
        "id": int(pin["id"]),
        "state": None,
        "how": "inside",
        "accuracy": 5.0,
        "village": WEST,
        "village_name": "上河村",
    }


def test_a_record_without_a_point_stands_at_its_villages_name(
    database: Database, project_id: int, phone: Client
) -> None:
    phone.send(project_id, a_record(village=EAST))
    with database.reading() as db:
        (pin,) = features_in_view(db, everything(project_id), TOWN, STREET)["features"]
        label = db.execute(select(Village.label_lon, Village.label_lat).where(Village.code == EAST)).one()

    assert pin["geometry"]["coordinates"] == pytest.approx(list(label), abs=1e-6)
    assert (pin["properties"]["how"], pin["properties"]["accuracy"]) == ("village", None)


def test_records_of_one_village_without_points_do_not_hide_one_another(
    database: Database, project_id: int, phone: Client
) -> None:
    for _ in range(30):
        phone.send(project_id, a_record(village=EAST))
    with database.reading() as db:
        first = features_in_view(db, everything(project_id), TOWN, STREET)["features"]
        again = features_in_view(db, everything(project_id), TOWN, STREET)["features"]
    places = [tuple(one["geometry"]["coordinates"]) for one in first]
    apart = [metres_between(*one, *other) for one, other in combinations(places, 2)]
    assert first == again
    assert min(apart) > 10
    assert max(apart) < 200


def test_pins_outside_the_box_are_not_sent(database: Database, project_id: int, phone: Client) -> None:
    for gps in (IN_WEST, IN_EAST, FAR_OUTSIDE):
        phone.send(project_id, a_record(gps=gps))
    with database.reading() as db:
        seen = features_in_view(db, everything(project_id), (105.02, 30.0, 105.1, 30.02), STREET)
    assert [pin["properties"]["village"] for pin in seen["features"]] == [EAST]


def test_a_scope_sees_the_pins_of_its_villages_and_no_others(
    database: Database, project_id: int, phone: Client
) -> None:
    for gps, village in ((IN_WEST, ""), (IN_EAST, ""), (FAR_OUTSIDE, ""), ("", EAST), ("", WEST)):
        phone.send(project_id, a_record(gps=gps, village=village))
    with database.reading() as db:
        mine = features_in_view(db, only(db, project_id, WEST), WHOLE_WORLD, STREET)
        nothing = features_in_view(db, only(db, project_id), WHOLE_WORLD, STREET)
    assert [pin["properties"]["village"] for pin in mine["features"]] == [WEST, WEST]
    assert nothing["features"] == []


def test_deleted_records_leave_the_map(database: Database, project_id: int, phone: Client) -> None:
    phone.send(project_id, a_record(gps=IN_WEST))
    with database.transaction() as db:
        db.execute(update(Submission).values(deleted_at=MORNING))
    with database.reading() as db:
        assert features_in_view(db, everything(project_id), TOWN, STREET)["features"] == []
        assert village_counts(db, everything(project_id)).total.value == 0


@pytest.mark.parametrize(("records", "text"), [(4, "<5"), (6, "6")])
def test_a_cluster_tells_its_number_as_every_count_is_told(
    database: Database, project_id: int, phone: Client, records: int, text: str
) -> None:
    for number in range(records):
        phone.send(project_id, a_record(gps=f"30.01 {105.01 + number / 10_000} 300 5"))
    with database.reading() as db:
        (one,) = features_in_view(db, everything(project_id), TOWN, COUNTY)["features"]

    assert one["properties"]["count_text"] == text
    assert one["properties"].get("count") == (None if records < 5 else records)


def test_a_pin_says_that_its_record_is_with_who_sent_it_and_that_it_was_corrected(
    database: Database, project_id: int, phone: Client, cast: dict[str, int]
) -> None:
    for place in (IN_WEST, ""):  # a point of its own, and at its village's label
        phone.send(project_id, a_record(gps=place, village=EAST))

    def states() -> set[str | None]:
        with database.reading() as db:
            seen = features_in_view(db, everything(project_id), TOWN, STREET)["features"]
        assert len(seen) == 2
        return {pin["properties"]["state"] for pin in seen}

    with database.transaction() as db:
        records = db.scalars(select(Submission)).all()
        for one in records:
            set_review_state(db, one, "hasIssues", cast["bob"], MORNING)
    assert states() == {"hasIssues"}
    with database.transaction() as db:
        for one in db.scalars(select(Submission)).all():
            return_record(db, one, "点位不对", cast["bob"], MORNING)
    assert states() == {"returned"}
    with database.transaction() as db:
        for one in db.scalars(select(Submission)).all():
            set_review_state(db, one, "edited", cast["bob"], MORNING)
    assert states() == {"edited"}


def test_pins_may_be_wished_for_by_state(database: Database, project_id: int, phone: Client) -> None:
    for gps in (IN_WEST, IN_EAST):
        phone.send(project_id, a_record(gps=gps))
    with database.transaction() as db:
        first = db.scalars(select(Submission.id).order_by(Submission.id)).first()
        db.execute(update(Submission).where(Submission.id == first).values(review_state="approved"))

    def states(*wanted: str | None) -> list[str | None]:
        wish = Filters(states=frozenset(wanted))
        with database.reading() as db:
            seen = features_in_view(db, everything(project_id), TOWN, STREET, wish)
        return [pin["properties"]["state"] for pin in seen["features"]]

    assert states("approved") == ["approved"]
    assert states(None) == [None]
    assert states("approved", None) == [None, "approved"]
    assert states("rejected") == []
