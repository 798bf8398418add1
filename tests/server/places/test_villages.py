"""Boundaries come in sets; villages are matched by code; records move with the borders and nothing is lost."""

from concurrent.futures import ThreadPoolExecutor, wait
from datetime import timedelta
from pathlib import Path

import orjson
import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from geo.errors import InvalidBoundary
from server.db import Database
from server.models import Audit, BoundarySet, Project, Submission, SubmissionGeometry, Village, VillageBoundary
from server.places.locating import village_at
from server.places.report import Move
from server.places.villages import import_boundaries, import_boundaries_file
from tests.client import Client
from tests.conftest import MORNING
from tests.making import a_record
from tests.server.places.squares import (
    EAST,
    FAR_OUTSIDE,
    IN_WEST,
    JUST_OUTSIDE,
    NORTH_EAST,
    NORTH_WEST,
    WEST,
    a_boundary_file,
    geojson,
    moved_border,
    ring,
)

LATER = MORNING + timedelta(days=30)


def codes_of_records(db: Session) -> list[tuple[str | None, str | None]]:
    rows = db.execute(
        select(Village.code, Submission.place_how)
        .select_from(Submission)
        .outerjoin(Village, Village.id == Submission.village_id)
        .order_by(Submission.id)
    )
    return [tuple(row) for row in rows]


def test_a_first_import_makes_the_villages_with_a_place_for_their_names(db: Session, project_id: int) -> None:
    report = import_boundaries(db, project_id, a_boundary_file(), None, MORNING)

    assert (report.villages, report.added, report.retired) == (4, [WEST, EAST, NORTH_WEST, NORTH_EAST], [])
    west = db.scalars(select(Village).where(Village.code == WEST)).one()
    assert (west.name, west.retired_at) == ("上河村", None)
    assert (west.label_lon, west.label_lat) == pytest.approx((105.01, 30.01), abs=0.002)
    assert village_at(db, project_id, 105.01, 30.01).code == WEST


def test_a_dry_run_reports_the_same_and_changes_nothing(database: Database, project_id: int, phone: Client) -> None:
    with database.transaction() as db:
        import_boundaries(db, project_id, a_boundary_file(), None, MORNING)
    phone.send(project_id, a_record(gps=IN_WEST))
    with database.transaction() as db:
        dry = import_boundaries(db, project_id, a_boundary_file(**moved_border()), None, LATER, dry_run=True)
    with database.transaction() as db:
        assert codes_of_records(db) == [(WEST, "inside")]
        assert db.scalar(select(func.count()).select_from(BoundarySet)) == 1
        real = import_boundaries(db, project_id, a_boundary_file(**moved_border()), None, LATER)

    assert (dry.dry_run, dry.boundary_set_id) == (True, None)
    assert (dry.changed, dry.moves) == ([WEST, EAST], [Move(WEST, EAST, 1)])
    assert real.as_json() == dry.as_json() | {"dry_run": False, "boundary_set_id": real.boundary_set_id}


def test_records_move_with_the_border_and_the_old_border_stays(
    database: Database, project_id: int, phone: Client
) -> None:
    with database.transaction() as db:
        import_boundaries(db, project_id, a_boundary_file(), None, MORNING)
    phone.send(project_id, a_record(gps=IN_WEST))
    with database.transaction() as db:
        import_boundaries(db, project_id, a_boundary_file(**moved_border()), None, LATER)
    with database.reading() as db:
        assert codes_of_records(db) == [(EAST, "inside")]
        assert db.scalars(select(Village.code).join(SubmissionGeometry)).all() == [EAST]
        assert db.scalar(select(func.count()).select_from(VillageBoundary)) == 8
        assert village_at(db, project_id, 105.01, 30.01).code == EAST


def test_records_that_came_before_the_boundaries_find_their_village(
    database: Database, project_id: int, phone: Client
) -> None:
    for gps, village in ((IN_WEST, ""), (JUST_OUTSIDE, ""), (FAR_OUTSIDE, EAST), ("", EAST), ("", "999999999999")):
        phone.send(project_id, a_record(gps=gps, village=village))
    with database.transaction() as db:
        assert {how for _, how in codes_of_records(db)} == {"unknown"}
        report = import_boundaries(db, project_id, a_boundary_file(), None, LATER)

    assert report.records_moved == 3
    with database.reading() as db:
        assert codes_of_records(db) == [
            (WEST, "inside"),
            (EAST, "nearest"),
            (None, "unknown"),
            (EAST, "village"),
            (None, "unknown"),
        ]


def test_a_village_that_is_gone_is_retired_and_comes_back_with_its_history(db: Session, project_id: int) -> None:
    import_boundaries(db, project_id, a_boundary_file(), None, MORNING)
    first_id = db.scalar(select(Village.id).where(Village.code == NORTH_EAST))
    report = import_boundaries(db, project_id, a_boundary_file(**{f"v{NORTH_EAST}": None}), None, LATER)

    assert report.retired == [NORTH_EAST]
    assert db.scalar(select(Village.retired_at).where(Village.code == NORTH_EAST)) == LATER

    back = import_boundaries(db, project_id, a_boundary_file(), None, LATER + timedelta(days=1))
    assert back.added == [NORTH_EAST]
    assert db.execute(select(Village.id, Village.retired_at).where(Village.code == NORTH_EAST)).all() == [
        (first_id, None)
    ]


def test_the_same_file_again_changes_nothing(db: Session, project_id: int) -> None:
    import_boundaries(db, project_id, a_boundary_file(), None, MORNING)
    report = import_boundaries(db, project_id, a_boundary_file(), None, LATER)
    assert (report.added, report.changed, report.renamed, report.retired, report.moves) == ([], [], [], [], [])


def test_a_new_name_is_told_and_taken(db: Session, project_id: int) -> None:
    import_boundaries(db, project_id, a_boundary_file(), None, MORNING)
    renamed = a_boundary_file(**{f"v{WEST}": ("上河新村", ring(105.00, 30.00))})
    report = import_boundaries(db, project_id, renamed, None, LATER)

    assert report.renamed == [WEST]
    assert db.scalar(select(Village.name).where(Village.code == WEST)) == "上河新村"


def test_towns_do_not_see_one_anothers_villages(db: Session, project_id: int) -> None:
    other = Project(name="双河镇", kind="care", created_at=MORNING)
    db.add(other)
    db.flush()
    import_boundaries(db, project_id, a_boundary_file(), None, MORNING)

    assert village_at(db, other.id, 105.01, 30.01).how == "unknown"
    assert import_boundaries(db, other.id, a_boundary_file(), None, MORNING).added == [
        WEST,
        EAST,
        NORTH_WEST,
        NORTH_EAST,
    ]


def test_an_import_is_audited_with_counts_only(db: Session, project_id: int) -> None:
    import_boundaries(db, project_id, a_boundary_file(), None, MORNING)
    row = db.scalars(select(Audit).where(Audit.action == "village.import")).one()
    kept = db.scalars(select(BoundarySet)).one()

    assert row.details == {"boundarySetId": kept.id, "villages": 4, "retired": 0, "recordsMoved": 0}
    assert orjson.loads(kept.report_json)["villages"] == 4
    assert kept.source_crs == "EPSG:4490"


def test_a_file_is_imported_from_disk_and_reported_in_both_languages(
    db: Session, project_id: int, tmp_path: Path
) -> None:
    path = tmp_path / "村界.geojson"
    path.write_bytes(geojson())
    project = db.get_one(Project, project_id)
    report = import_boundaries_file(db, project, path, "EPSG:4490", None, MORNING, dry_run=True)

    assert report.as_text("zh").startswith("试导入，什么都没有改：GeoJSON，4 个村，坐标系 EPSG:4490。")
    assert "Records that change village: 0" in report.as_text("en")
    assert orjson.dumps(report.as_json())


def test_a_bad_file_leaves_everything_as_it_was(db: Session, project_id: int, tmp_path: Path) -> None:
    path = tmp_path / "bad.geojson"
    path.write_bytes(geojson().replace(WEST.encode(), EAST.encode()))
    with pytest.raises(InvalidBoundary):
        import_boundaries_file(db, db.get_one(Project, project_id), path, "EPSG:4490", None, MORNING)
    assert db.scalar(select(func.count()).select_from(Village)) == 0


def test_many_records_move_in_batches(
    database: Database, project_id: int, phone: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("server.places.replacing.BATCH", 3)
    with database.transaction() as db:
        import_boundaries(db, project_id, a_boundary_file(), None, MORNING)
    for _ in range(8):
        phone.send(project_id, a_record(gps=IN_WEST))
    with database.transaction() as db:
        report = import_boundaries(db, project_id, a_boundary_file(**moved_border()), None, LATER)
    assert report.records_moved == 8


@pytest.mark.parametrize("before", [1, 14])
def test_a_record_that_comes_in_during_an_import_is_placed_by_the_new_boundaries(
    database: Database, project_id: int, phone: Client, before: int
) -> None:
    """Also where the statement that waits for the import is planned already, as it is after ten records."""
    with database.transaction() as db:
        import_boundaries(db, project_id, a_boundary_file(), None, MORNING)
    for _ in range(before):
        phone.send(project_id, a_record(gps=IN_WEST))
    with ThreadPoolExecutor() as pool:
        with database.transaction() as db:
            import_boundaries(db, project_id, a_boundary_file(**moved_border()), None, LATER)
            sending = pool.submit(phone.send, project_id, a_record(gps=IN_WEST))
            wait([sending], timeout=0.7)  # long enough for a record that does not wait to be stored
        assert sending.result().status_code == 201
    with database.reading() as db:
        assert codes_of_records(db) == [(EAST, "inside")] * (before + 1)
