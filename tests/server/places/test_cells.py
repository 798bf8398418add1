"""How many records lie in each part of the map: whatever happens to a record, the database's counts follow at once."""

import importlib
from collections import Counter
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, func, insert, select, text, update
from sqlalchemy.orm import Session

from geo import spatial_sql
from geo.tiles import Box, tile_of
from server.access.allow import READ_BY, Scope
from server.db import Database
from server.models import AppUser, Form, MapCell, Submission, SubmissionGeometry, Village
from server.places.cells import LEVELS, cells_in, fold_cells, labels_in, steps_per_degree, villages_reaching
from server.places.pins import drawn_records, place_columns, place_in
from server.places.tiles import questions_of, tile_in_view
from server.places.villages import import_boundaries
from server.registry.emptying import empty_records
from tests.client import Client
from tests.conftest import MORNING
from tests.making import a_record
from tests.plans import plan_of
from tests.server.places.squares import EAST, FAR_OUTSIDE, IN_EAST, IN_WEST, WEST, a_boundary_file
from tests.server.registry.checking import a_care_with_checks, a_home, check
from tests.vector_tiles import read_tile

MIGRATION = "server.migrations.versions.0046_how_many_records_lie_in_each_part_of_the_map"
ONE_MORE = "server.migrations.versions.0047_counts_of_the_map_at_one_level_more"
PLACE = (105.01, 30.01)  # of IN_WEST
EAST_NAME = (105.03, 30.01)
Told = dict[tuple[int, ...], tuple[int, int]]


@pytest.fixture(autouse=True)
def villages(database: Database, project_id: int) -> None:
    with database.transaction() as db:
        import_boundaries(db, project_id, a_boundary_file(), None, MORNING)


@pytest.fixture
def records(database: Database, project_id: int, phone: Client) -> list[int]:
    """Two in one place, one elsewhere, one in no village, three placed by their village alone; their ids."""
    for gps in (IN_WEST, IN_WEST, IN_EAST, FAR_OUTSIDE):
        phone.send(project_id, a_record(gps=gps))
    for village in (EAST, EAST, WEST):
        phone.send(project_id, a_record(village=village))
    with database.reading() as db:
        return list(db.scalars(select(Submission.id).order_by(Submission.id)))


def counted(db: Session) -> Told:
    """What the database counts, by project, level, cell, form and village: number and sum of ids."""
    key = (MapCell.project_id, MapCell.level, MapCell.cx, MapCell.cy, MapCell.form_id, MapCell.village_id)
    rows = db.execute(select(*key, func.sum(MapCell.number), func.sum(MapCell.ids)).group_by(*key))
    return {tuple(row[:6]): (int(row[6]), int(row[7])) for row in rows if (row[6], row[7]) != (0, 0)}


def worked_out(db: Session, project_id: int) -> Told:
    """The same, record by record, as the map reads records."""
    scope, geo = Scope(project_id, everything=True, health=True, withheld=frozenset()), SubmissionGeometry
    numbers: Counter[tuple[int, ...]] = Counter()
    ids: Counter[tuple[int, ...]] = Counter()
    own = select(Submission.id, Submission.form_id, geo.village_id, *place_columns())
    own = own.join(geo, geo.submission_id == Submission.id).where(geo.is_place, *drawn_records(scope, geo))
    for row in db.execute(own):
        for level in LEVELS:
            key = (project_id, level, *cell_of(place_in(row), level), row.form_id, row.village_id or 0)
            numbers[key] += 1
            ids[key] += row.id
    named = select(Submission).where(Submission.place_how == "village", *drawn_records(scope))
    for one in db.scalars(named):
        key = (project_id, 0, 0, 0, one.form_id, one.village_id or 0)
        numbers[key] += 1
        ids[key] += one.id
    return {key: (number, ids[key]) for key, number in numbers.items()}


def cell_of(place: tuple[float, float], level: int) -> tuple[int, int]:
    """A tile twenty zooms further in lies in one cell and in no other."""
    across, down = tile_of(*place, 24)
    return across * 5 >> (24 - level), down * 5 >> (24 - level)


def change(database: Database, record: int, **values: Any) -> None:
    with database.transaction() as db:
        db.execute(update(Submission).where(Submission.id == record).values(**values))


def is_right(database: Database, project_id: int) -> Told:
    with database.reading() as db:
        found = counted(db)
        assert found == worked_out(db, project_id)
    return found


def test_every_record_with_a_place_is_counted_at_every_level(
    database: Database, project_id: int, records: list[int]
) -> None:
    found = is_right(database, project_id)
    by_level = Counter(
        {level: sum(told[0] for key, told in found.items() if key[1] == level) for level in (0, *LEVELS)}
    )
    assert by_level == {0: 3, 8: 4, 12: 4, 14: 4, 16: 4}


@pytest.mark.parametrize(
    "values",
    [{"deleted_at": MORNING}, {"sealed": True}, {"health": True}, {"draft": True}],
    ids=lambda one: next(iter(one)),
)
def test_what_nobody_is_to_see_any_more_is_in_no_count(
    database: Database, project_id: int, records: list[int], values: dict[str, Any]
) -> None:
    before = is_right(database, project_id)
    back = {name: None if name == "deleted_at" else False for name in values}
    for record in (records[0], records[-1]):
        change(database, record, **values)
        assert is_right(database, project_id) != before
    change(database, records[0], **back)
    change(database, records[-1], **back)
    assert is_right(database, project_id) == before


def test_a_record_that_gets_another_village_or_form_is_counted_there_alone(
    database: Database, project_id: int, records: list[int]
) -> None:
    with database.reading() as db:
        west, east = (db.scalars(select(Village.id).where(Village.code == code)).one() for code in (WEST, EAST))
    change(database, records[-1], village_id=east)
    found = is_right(database, project_id)
    assert {key[5] for key in found if key[1] == 0} == {east}
    change(database, records[-2], village_id=None, place_how=None)
    is_right(database, project_id)
    change(database, records[-2], village_id=west, place_how="village")
    is_right(database, project_id)
    with database.transaction() as db:
        other = Form(project_id=project_id, xml_form_id="another", state="open", created_at=MORNING)
        db.add(other)
        db.flush()
        db.execute(update(Submission).values(form_id=other.id))
    assert {key[4] for key in is_right(database, project_id)} == {other.id}


def test_a_place_that_moves_or_goes_is_counted_where_it_is(
    database: Database, project_id: int, records: list[int]
) -> None:
    geo = SubmissionGeometry
    with database.transaction() as db:
        db.execute(update(geo).where(geo.submission_id == records[0]).values(geometry="SRID=4326;POINT(105.03 30.03)"))
        db.execute(update(geo).where(geo.submission_id == records[1]).values(village_id=None))
    is_right(database, project_id)
    with database.transaction() as db:
        db.execute(update(geo).where(geo.submission_id == records[2]).values(is_place=False))
    is_right(database, project_id)
    with database.transaction() as db:
        db.execute(update(geo).where(geo.submission_id == records[2]).values(is_place=True))
        db.execute(delete(geo).where(geo.submission_id == records[0]))
    assert sum(told[0] for key, told in is_right(database, project_id).items() if key[1] == 16) == 3


def test_of_a_trace_the_part_counts_in_which_it_stands(database: Database, project_id: int, records: list[int]) -> None:
    geo = SubmissionGeometry
    shape = "SRID=4326;POLYGON((105.001 30.001, 105.002 30.001, 105.002 30.002, 105.001 30.002, 105.001 30.001))"
    with database.transaction() as db:
        db.execute(update(geo).where(geo.submission_id == records[0]).values(geometry=shape))
    with database.reading() as db:
        assert sum(told[0] for key, told in counted(db).items() if key[1] == 16) == 4
        found = read_tile(tile_in_view(db, everything(project_id), 16, *tile_of(105.0015, 30.0015, 16)))
    assert records[0] in {one.get("id") for one in found}


def test_a_record_that_is_emptied_leaves_no_row(database: Database, project_id: int, records: list[int]) -> None:
    with database.transaction() as db:
        empty_records(db, records)
    with database.reading() as db:
        assert counted(db) == {}
        assert db.scalar(select(func.count()).select_from(MapCell)) == 0


def test_upgrading_counts_what_is_there(database: Database, project_id: int, records: list[int]) -> None:
    before, written = is_right(database, project_id), importlib.import_module(MIGRATION)
    with database.transaction() as db:
        db.execute(delete(MapCell))
        for found in (written.points("true"), written.labels("true")):
            grouped = f"SELECT {written.KEY}, count(*), sum(id) FROM ({found}) AS found GROUP BY {written.KEY}"
            db.execute(text(f"INSERT INTO map_cell ({written.COLUMNS}) {grouped}"))
        db.execute(text(importlib.import_module(ONE_MORE).COUNTED))
    assert is_right(database, project_id) == before


def test_what_comes_and_goes_shows_in_the_next_tile(
    database: Database, project_id: int, phone: Client, records: list[int]
) -> None:
    def told(zoom: int) -> list[dict[str, Any]]:
        with database.reading() as db:
            return read_tile(tile_in_view(db, everything(project_id), zoom, *tile_of(*PLACE, zoom)))

    for _ in range(6):
        phone.send(project_id, a_record(gps=IN_WEST))
    assert "9" in {one.get("count_text") for one in told(16)}
    change(database, records[0], deleted_at=MORNING)
    assert "8" in {one.get("count_text") for one in told(16)} and records[0] not in {one.get("id") for one in told(17)}
    phone.send(project_id, a_record(gps=IN_WEST))
    assert "9" in {one.get("count_text") for one in told(16)}


def test_others_need_not_wait_and_their_parts_become_one(
    database: Database, project_id: int, records: list[int]
) -> None:
    """Two that write at once count each in its own part, where the database lets many write."""
    if database.is_sqlite:
        with database.transaction() as db:
            fold_cells(db)
        is_right(database, project_id)
        return
    with database.reading() as db:
        row = db.execute(
            select(SubmissionGeometry.__table__).where(SubmissionGeometry.submission_id == records[0])
        ).one()
    own = {name: value for name, value in row._mapping.items() if name != "id"}
    with database.writing() as first, database.writing() as second:
        for db in (first, second):
            db.execute(text("SET LOCAL lock_timeout = 500"))
            db.execute(insert(SubmissionGeometry), [own])
        first.execute(delete(SubmissionGeometry).where(SubmissionGeometry.submission_id == records[2]))
        second.commit()
        first.commit()
    with database.reading() as db:
        before = counted(db)
        rows = db.scalar(select(func.count()).select_from(MapCell))
    with database.transaction() as db:
        fold_cells(db)
    with database.reading() as db:
        assert counted(db) == before == worked_out(db, project_id)
        assert db.scalar(select(func.count()).select_from(MapCell)) == len(before) < rows


def test_a_back_check_of_ones_own_visit_is_in_no_tile_of_ones_own(
    app: Flask, database: Database, project_id: int, cast: dict[str, int]
) -> None:
    care = a_care_with_checks(app, database, project_id)
    for _ in range(2):
        visit, _home = a_home(care)
        for where in ({"location": "30.01 105.01 0 5"}, {"village_code": EAST}):
            check(care, visit, **where)
    scope = replace(everything(project_id), withheld=frozenset(READ_BY))
    reads = {name: replace(scope, person=cast[name]) for name in ("chelsea", "bob")}

    def told(name: str, zoom: int, place: tuple[float, float]) -> list[dict[str, Any]]:
        with database.reading() as db:
            tile = tile_in_view(db, reads[name], zoom, *tile_of(*place, zoom))
        return [one for one in read_tile(tile) if not one.get("cluster") or one["count_text"] != "0"]

    places = (PLACE, EAST_NAME)
    before = {(zoom, place): told("chelsea", zoom, place) for zoom in (9, 12, 16, 17) for place in places}
    assert all(before.values())
    with database.transaction() as db:
        db.execute(update(AppUser).values(person_id=cast["chelsea"]))
    for (zoom, place), seen in before.items():
        assert told("bob", zoom, place) == seen
        assert told("chelsea", zoom, place) == []


def everything(project_id: int) -> Scope:
    return Scope(project_id, everything=True)


def test_neither_cells_nor_labels_nor_those_around_them_are_found_by_reading_all(
    database: Database, project_id: int
) -> None:
    if not database.is_sqlite:
        return  # PostgreSQL goes by how much there is
    box = Box(105, 30, 105.01, 30.01)
    values = spatial_sql.told(box) | steps_per_degree(box)
    for scope in (everything(project_id), Scope(project_id, everything=False, village_ids=frozenset({1, 2}))):
        villages, labelled = (
            villages_reaching(scope, box, **steps_per_degree(box)),
            questions_of(scope)[1].params(values),
        )
        cells = plan_of(database, cells_in(scope, 16, range(40), range(40)))
        assert "SEARCH map_cell USING PRIMARY KEY (project_id=? AND level=? AND cx=? AND cy>? AND cy<?)" in cells, cells
        for asked in (labels_in(scope, box), villages, labelled):
            lines = plan_of(database, asked)
            assert not [one for one in lines if one.startswith("SCAN") and one != "SCAN form"], (
                lines
            )  # a town has a dozen
        assert any("ix_submission_at_label" in one for one in plan_of(database, labelled))
