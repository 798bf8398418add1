"""A record's small drawing shows what its pin shows, to whom it is a pin, and nothing to anybody else."""

import pytest
from sqlalchemy import select, update

from server.access.allow import Scope
from server.db import Database
from server.models import Submission
from server.places.layers import Layers
from server.places.spot import sketch_record
from server.places.villages import import_boundaries
from tests.client import Client
from tests.conftest import MORNING
from tests.making import a_record
from tests.server.places.squares import FAR_OUTSIDE, IN_EAST, IN_WEST, a_boundary_file


@pytest.fixture(autouse=True)
def villages(database: Database, project_id: int) -> None:
    with database.transaction() as db:
        import_boundaries(db, project_id, a_boundary_file(), None, MORNING)


def pinned(project_id: int, **more: object) -> Layers:
    return Layers(Scope(project_id, everything=True, **more), pins=True)  # type: ignore[arg-type]


def send(phone: Client, database: Database, project_id: int, **told: str) -> int:
    phone.send(project_id, a_record(**told))
    with database.reading() as db:
        return int(db.scalars(select(Submission.id).order_by(Submission.id.desc())).first() or 0)


def test_a_record_lies_in_its_village_with_those_around_it(database: Database, project_id: int, phone: Client) -> None:
    west, east = (send(phone, database, project_id, gps=one) for one in (IN_WEST, IN_EAST))
    with database.reading() as db:
        drawn = sketch_record(db, pinned(project_id), west)
        other = sketch_record(db, pinned(project_id), east)
    assert drawn and other and drawn.village and drawn.around and drawn.halo > 0
    assert drawn.around != other.around, "one has a neighbour to the east, the other to the west"


def test_where_no_village_is_there_is_still_a_place(database: Database, project_id: int, phone: Client) -> None:
    outside = send(phone, database, project_id, gps=FAR_OUTSIDE)
    with database.reading() as db:
        drawn = sketch_record(db, pinned(project_id), outside)
    assert drawn and drawn.village == "" and (drawn.x, drawn.y) == (drawn.width / 2, drawn.height / 2)


def test_without_a_point_without_pins_or_about_health_there_is_none(
    database: Database, project_id: int, phone: Client
) -> None:
    placed, unplaced = (
        send(phone, database, project_id, gps=IN_WEST),
        send(phone, database, project_id, village="上河村"),
    )
    with database.transaction() as db:
        assert sketch_record(db, pinned(project_id), unplaced) is None
        assert sketch_record(db, Layers(Scope(project_id, everything=True)), placed) is None
        assert sketch_record(db, Layers(Scope(project_id, everything=False), pins=True), placed) is None
        db.execute(update(Submission).where(Submission.id == placed).values(health=True))
        assert sketch_record(db, pinned(project_id, health=True), placed) is None
