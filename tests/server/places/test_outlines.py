"""The villages of the map: outlines that fit together, and numbers that give nobody away."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.access.allow import Scope
from server.db import Database
from server.models import Village
from server.places.outlines import village_counts, village_features
from server.places.villages import import_boundaries
from tests.client import Client
from tests.conftest import MORNING
from tests.making import a_record
from tests.server.places.squares import EAST, FAR_OUTSIDE, IN_EAST, IN_WEST, NORTH_WEST, WEST, a_boundary_file

TY = 18.0, 8.0


@pytest.fixture(autouse=True)
def villages(database: Database, project_id: int) -> None:
    with database.transaction() as db:
        import_boundaries(db, project_id, a_boundary_file(), None, MORNING)


def everything(project_id: int) -> Scope:
    return Scope(project_id, everything=True)


def only(db: Session, project_id: int, *codes: str) -> Scope:
    ids = db.scalars(select(Village.id).where(Village.project_id == project_id, Village.code.in_(codes)))
    return Scope(project_id, everything=False, village_ids=frozenset(ids))


def test_small_villages_are_not_told_and_not_given_away_by_the_total(
    database: Database, project_id: int, phone: Client
) -> None:
    for gps, records in ((IN_WEST, 3), (IN_EAST, 7)):
        for _ in range(records):
            phone.send(project_id, a_record(gps=gps))
    for _ in range(9):
        phone.send(project_id, a_record(village=NORTH_WEST))
    with database.reading() as db:
        counts = village_counts(db, everything(project_id))
        ids = dict(db.execute(select(Village.code, Village.id)).all())

    assert counts.total.text == "19"
    assert counts.unknown is None
    assert counts.of(ids[WEST]).text == "<5"
    assert counts.of(ids[EAST]).reason == "complement"
    assert counts.of(ids[NORTH_WEST]).text == "9"


def test_records_in_no_village_are_counted_apart(database: Database, project_id: int, phone: Client) -> None:
    for _ in range(6):
        phone.send(project_id, a_record(gps=FAR_OUTSIDE))
    with database.reading() as db:
        counts = village_counts(db, everything(project_id))
    assert counts.unknown is not None
    assert (counts.unknown.text, counts.total.text) == ("6", "6")


def test_village_boundaries_come_with_name_number_and_a_place_for_both(
    database: Database, project_id: int, phone: Client
) -> None:
    phone.send(project_id, a_record(gps=IN_WEST))
    with database.reading() as db:
        features = village_features(db, everything(project_id))["features"]
        mine = village_features(db, only(db, project_id, EAST))["features"]

    assert [one["id"] for one in features] == sorted(one["id"] for one in features)
    first = features[0]
    assert first["geometry"]["type"] == "MultiPolygon"
    assert first["properties"] | {"lon": 0, "lat": 0} == {
        "code": WEST,
        "name": "上河村",
        "count_text": "<5",
        "suppressed": True,
        "lon": 0,
        "lat": 0,
    }
    assert [one["properties"]["code"] for one in mine] == [EAST]


def test_neighbours_keep_their_shared_edges_when_drawn_simpler(
    database: Database, project_id: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.places.outlines.SIMPLIFY_FROM_CORNERS", 1)
    with database.reading() as db:
        features = village_features(db, everything(project_id))["features"]
    corners = [{tuple(place) for place in one["geometry"]["coordinates"][0][0]} for one in features]
    assert corners[0] & corners[1]


def test_a_town_without_boundaries_has_an_empty_map(database: Database) -> None:
    with database.reading() as db:
        assert village_features(db, everything(999)) == {"type": "FeatureCollection", "features": []}
