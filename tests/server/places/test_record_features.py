"""Records as pages of features: the same as the map's pins, found by place through the spatial index."""

import pytest
from sqlalchemy import select

from geo.tiles import Box
from server.access.allow import Scope
from server.db import Database
from server.models import Submission, Village
from server.places.pins import features_in_view
from server.places.record_features import extent_of_records, list_record_features, own_places
from server.places.stretch import Stretch
from server.places.villages import import_boundaries
from tests.client import Client
from tests.conftest import MORNING
from tests.making import a_record
from tests.plans import plan_of
from tests.server.places.squares import EAST, FAR_OUTSIDE, IN_EAST, IN_WEST, NORTH_WEST, WEST, a_boundary_file

WORLD = (-180.0, -90.0, 180.0, 90.0)


@pytest.fixture(autouse=True)
def villages(database: Database, project_id: int) -> None:
    with database.transaction() as db:
        import_boundaries(db, project_id, a_boundary_file(), None, MORNING)


def test_they_are_those_of_the_map_in_every_scope(database: Database, project_id: int, phone: Client) -> None:
    for gps in (IN_WEST, IN_EAST, IN_WEST, FAR_OUTSIDE, ""):
        phone.send(project_id, a_record(gps=gps))
    phone.send(project_id, a_record(village=NORTH_WEST))
    with database.reading() as db:
        ids = dict(db.execute(select(Village.code, Village.id)).all())
        scopes = [frozenset({ids[WEST]}), frozenset({ids[EAST], ids[NORTH_WEST]}), frozenset()]
        for scope in (Scope(project_id, True), *(Scope(project_id, False, one) for one in scopes)):
            pins = features_in_view(db, scope, WORLD, 20)["features"]
            page = list_record_features(db, scope, Stretch(100))
            assert [one["id"] for one in page.features] == sorted(one["properties"]["id"] for one in pins)
            assert page.features or (not scope.village_ids and not scope.everything)
        assert db.scalars(select(Submission.id)).all()


def test_a_box_is_searched_by_the_spatial_index(database: Database, project_id: int) -> None:
    if not database.is_sqlite:
        return  # PostgreSQL goes by how much there is
    asked = own_places(Scope(project_id, True), (Box(105, 30, 105.01, 30.01),)).order_by(Submission.id).limit(101)
    lines = plan_of(database, asked)
    assert lines[0].startswith("SEARCH submission_geometry USING INTEGER PRIMARY KEY"), lines
    assert "idx_submission_geometry_geometry" in lines[2], lines


def test_an_extent_holds_them_all_and_says_where_none_of_them_lies(
    database: Database, project_id: int, phone: Client
) -> None:
    """Whole hundredths of a degree: the point is at 105.0123 E 30.0123 N, the label of the village north of it at 30.03."""
    whole = Scope(project_id, True)
    with database.reading() as db:
        assert extent_of_records(db, whole) is None
    phone.send(project_id, a_record(gps="30.0123 105.0123 300 5"))
    with database.reading() as db:
        assert extent_of_records(db, whole) == Box(105.01, 30.01, 105.02, 30.02)
    phone.send(project_id, a_record(gps=FAR_OUTSIDE))
    phone.send(project_id, a_record(village=NORTH_WEST))
    with database.reading() as db:
        found = extent_of_records(db, whole)
        assert found and (found.west, found.south, found.east) == pytest.approx((105.01, 30.01, 105.2), abs=0.0101)
        assert found.north >= 30.03
        assert extent_of_records(db, Scope(project_id, False, frozenset())) is None
