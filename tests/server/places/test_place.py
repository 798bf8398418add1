"""Where a record is said to be, and how that was told."""

import pytest
from flask import Flask
from geoalchemy2.shape import to_shape
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.access.allow import Scope
from server.db import Database
from server.intake.derive import read_again
from server.models import DeriveProblem, Submission, SubmissionGeometry, SubmissionVersion, Village
from server.places.pins import features_in_view
from server.places.place import place_submission
from server.places.villages import import_boundaries
from tests.client import Client
from tests.conftest import MORNING
from tests.making import a_form, a_phone, a_record, new_id
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


GEO_FORM = """<h:html xmlns="http://www.w3.org/2002/xforms" xmlns:h="http://www.w3.org/1999/xhtml"><h:head>
<h:title>Walks</h:title><model><instance><data id="walks" version="1"><stop><at/></stop><field/><path/><gps/>
<meta><instanceID/></meta></data></instance><bind nodeset="/data/stop/at" type="geopoint"/>
<bind nodeset="/data/field" type="geoshape"/><bind nodeset="/data/path" type="geotrace"/>
<bind nodeset="/data/gps" type="geopoint"/><bind nodeset="/data/meta/instanceID" type="string"/></model></h:head><h:body>
<group ref="/data/stop"><repeat nodeset="/data/stop"><input ref="/data/stop/at"><label>at</label></input></repeat></group>
<input ref="/data/field"><label>field</label></input><input ref="/data/path"><label>path</label></input>
<input ref="/data/gps"><label>gps</label></input></h:body></h:html>"""


@pytest.fixture
def walker(app: Flask, database: Database, project_id: int) -> Client:
    with database.transaction() as db:
        form = a_form(db, project_id, "walks", xml=GEO_FORM.encode())
        _, token = a_phone(db, app.extensions["fangshi.key"], project_id, form)
    return Client(app, key=token)


def a_walk(answers: str) -> bytes:
    return f'<data id="walks" version="1">{answers}<meta><instanceID>{new_id()}</instanceID></meta></data>'.encode()


def geometries(database: Database) -> list[tuple[str, str, bool, str | None]]:
    with database.reading() as db:
        rows = db.execute(
            select(SubmissionGeometry, Village.code)
            .outerjoin(Village, Village.id == SubmissionGeometry.village_id)
            .order_by(SubmissionGeometry.id)
        ).all()
    return [(row.path, to_shape(row.geometry).geom_type, row.is_place, code) for row, code in rows]


@pytest.mark.usefixtures("villages")
def test_every_geo_answer_is_kept_and_the_first_outside_repeats_places_the_record(
    database: Database, project_id: int, walker: Client
) -> None:
    stops = "".join(f"<stop><at>30.01 {lon}</at></stop>" for lon in (105.01, 105.03))
    field = "<field>30.001 105.021;30.001 105.039;30.019 105.039;30.001 105.021</field>"
    walker.send(project_id, a_walk(f"{stops}{field}<path>30.01 105.01;30.01 105.012;bad</path><gps>{IN_WEST}</gps>"))

    assert geometries(database) == [
        ("/stop/at", "Point", False, WEST),
        ("/stop/at", "Point", False, EAST),
        ("/field", "Polygon", True, EAST),
        ("/path", "LineString", False, WEST),
        ("/gps", "Point", False, WEST),
    ]
    with database.reading() as db:
        assert placed(db) == (EAST, "inside")


@pytest.mark.usefixtures("villages")
def test_points_in_repeats_alone_do_not_place_a_record(database: Database, project_id: int, walker: Client) -> None:
    walker.send(project_id, a_walk(f"<stop><at>{IN_WEST}</at></stop>"))
    with database.reading() as db:
        assert placed(db) == (None, "unknown")


@pytest.mark.usefixtures("villages")
@pytest.mark.parametrize(
    "field",
    ["30.01 105.01;30.011 105.011;30.01 105.011;30.011 105.01;30.01 105.01", "30.01 105.01;30.01 105.02;30.01 105.03"],
    ids=["crossing itself", "flat"],
)
def test_a_shape_that_crosses_itself_is_placed_all_the_same(
    database: Database, project_id: int, walker: Client, field: str
) -> None:
    assert walker.send(project_id, a_walk(f"<field>{field}</field>")).status_code == 201
    with database.reading() as db:
        assert placed(db)[1] == "inside"
        assert db.scalars(select(DeriveProblem)).all() == []
        seen = features_in_view(db, Scope(project_id, everything=True), (105.0, 30.0, 105.1, 30.1), 18)
    assert len(seen["features"]) == 1


@pytest.mark.usefixtures("villages")
def test_placing_a_record_again_changes_nothing(database: Database, project_id: int, phone: Client) -> None:
    phone.send(project_id, a_record(gps=IN_WEST))
    before = geometries(database)
    with database.transaction() as db:
        version_id = db.scalars(select(SubmissionVersion.id)).one()
        place_submission(db, read_again(db, version_id, MORNING))
    assert geometries(database) == before
