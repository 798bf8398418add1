"""Where a record is said to be, and how that was told."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.db import Database
from server.models import DeriveProblem, Submission, SubmissionGeometry, SubmissionVersion, Village
from server.places.villages import import_boundaries
from tests.client import Client
from tests.conftest import MORNING
from tests.making import a_record, new_id
from tests.server.places.squares import EAST, FAR_OUTSIDE, IN_EAST, IN_WEST, JUST_OUTSIDE, WEST, a_boundary_file


@pytest.fixture
def villages(database: Database, project_id: int) -> None:
    with database.transaction() as db:
        import_boundaries(db, project_id, a_boundary_file(), None, MORNING)


def placed(db: Session) -> tuple[str | None, str | None]:
    row = db.execute(
        select(Village.code, Submission.place_how)
        .select_from(Submission)
        .outerjoin(Village, Village.id == Submission.village_id)
    ).one()
    return row.code, row.place_how


@pytest.mark.parametrize(
    ("gps", "named", "expected"),
    [
        (IN_WEST, "", (WEST, "inside")),
        (IN_WEST, EAST, (WEST, "inside")),
        ("30.01 105.02 0 5", "", (WEST, "inside")),
        (JUST_OUTSIDE, "", (EAST, "nearest")),
        (FAR_OUTSIDE, EAST, (None, "unknown")),
        ("", EAST, (EAST, "village")),
        ("", "510000009999", (None, "unknown")),
        ("", "", (None, "unknown")),
        ("NaN 1e400 0 0", EAST, (EAST, "village")),
        ("95 105 0 0", "", (None, "unknown")),
    ],
    ids=[
        *("inside", "the point outweighs the name", "border", "near", "a far point is not overruled by a name"),
        *("named", "named wrongly", "nothing", "poison", "beyond the pole"),
    ],
)
@pytest.mark.usefixtures("villages")
def test_a_record_is_placed_by_its_point_else_by_the_village_it_names(
    database: Database, project_id: int, phone: Client, gps: str, named: str, expected: tuple[str | None, str]
) -> None:
    assert phone.send(project_id, a_record(gps=gps, village=named)).status_code == 201
    with database.reading() as db:
        assert placed(db) == expected
        assert db.scalars(select(DeriveProblem)).all() == []


@pytest.mark.usefixtures("villages")
def test_the_point_is_kept_with_its_accuracy_and_distance(database: Database, project_id: int, phone: Client) -> None:
    phone.send(project_id, a_record(gps=JUST_OUTSIDE))
    with database.reading() as db:
        row = db.scalars(select(SubmissionGeometry)).one()
    assert (row.path, row.is_place, row.how, row.accuracy) == ("/gps", True, "nearest", 5.0)
    assert row.metres == pytest.approx(96.5, abs=0.2)


@pytest.mark.usefixtures("villages")
def test_an_edit_moves_the_pin_and_keeps_the_first_version(database: Database, project_id: int, phone: Client) -> None:
    first, second = new_id(), new_id()
    phone.send(project_id, a_record(instance_id=first, gps=IN_WEST))
    phone.send(project_id, a_record(instance_id=second, deprecated_id=first, gps=IN_EAST))
    with database.reading() as db:
        assert placed(db) == (EAST, "inside")
        assert len(db.scalars(select(SubmissionGeometry)).all()) == 1
        assert len(db.scalars(select(SubmissionVersion)).all()) == 2


@pytest.mark.usefixtures("villages")
def test_an_edit_that_takes_the_point_away_takes_the_pin_away(
    database: Database, project_id: int, phone: Client
) -> None:
    first = new_id()
    phone.send(project_id, a_record(instance_id=first, gps=IN_WEST))
    phone.send(project_id, a_record(deprecated_id=first, village=EAST))
    with database.reading() as db:
        assert placed(db) == (EAST, "village")
        assert db.scalars(select(SubmissionGeometry)).all() == []
