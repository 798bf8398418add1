"""The same questions with the same answers on both databases, and answered by the spatial index on both."""

import random
from collections.abc import Iterator

import pytest
from geoalchemy2 import Geometry
from sqlalchemy import Column, Connection, Integer, MetaData, Select, Table, select, text

from geo import spatial_sql
from geo.crs import metres_between
from geo.tiles import Box
from server.db import Database

SPOT = Table("spot", MetaData(), Column("id", Integer, primary_key=True), Column("place", Geometry(srid=4326)))
LINE, AREA = 9001, 9002
BOX = Box(105.40, 30.40, 105.45, 30.45)


def scattered() -> dict[int, tuple[float, float]]:
    drawn = random.Random(1)
    return {number: (105 + drawn.random(), 30 + drawn.random()) for number in range(1, 4001)}


@pytest.fixture
def spots(database: Database) -> Iterator[Connection]:
    rows = [{"id": number, "place": f"SRID=4326;POINT({lon} {lat})"} for number, (lon, lat) in scattered().items()]
    rows.append({"id": LINE, "place": "SRID=4326;LINESTRING(105.44 30.44, 105.60 30.60)"})
    rows.append({"id": AREA, "place": "SRID=4326;POLYGON((105.44 30.44, 105.60 30.44, 105.60 30.60, 105.44 30.44))"})
    with database.writing_engine.connect() as connection:
        SPOT.create(connection)
        connection.execute(SPOT.insert(), rows)
        connection.execute(text("ANALYZE"))
        yield connection
        connection.rollback()


def ids(connection: Connection, query: Select[int]) -> list[int]:
    return sorted(connection.scalars(query))


def plan(connection: Connection, query: Select[int]) -> str:
    dialect = connection.dialect
    words = str(query.compile(dialect=dialect, compile_kwargs={"literal_binds": True})).replace("%%", "%")
    explain = "EXPLAIN QUERY PLAN" if dialect.name == "sqlite" else "EXPLAIN"
    return "\n".join(str(row) for row in connection.exec_driver_sql(f"{explain} {words}"))


def test_a_box_finds_what_lies_in_it_and_what_reaches_into_it(spots: Connection) -> None:
    inside = [number for number, (lon, lat) in scattered().items() if 105.40 <= lon <= 105.45 and 30.40 <= lat <= 30.45]
    found = ids(spots, select(SPOT.c.id).where(spatial_sql.within_box(SPOT.c.place, BOX)))
    assert found == [*inside, LINE, AREA]


def test_a_box_works_under_another_name_of_the_table(spots: Connection) -> None:
    other = SPOT.alias("other")
    found = select(other.c.id).where(spatial_sql.within_box(other.c.place, BOX))
    assert ids(spots, found) == ids(spots, select(SPOT.c.id).where(spatial_sql.within_box(SPOT.c.place, BOX)))


def test_the_edge_of_a_box_belongs_to_it_to_the_last_bit(spots: Connection) -> None:
    """Both indexes keep rounded boxes: a point just beyond the edge must not slip in, one on it must not drop out."""
    lon, lat = scattered()[1]
    here = select(SPOT.c.id).where(spatial_sql.within_box(SPOT.c.place, Box(lon, lat, lon + 1e-9, lat + 1e-9)))
    beside = select(SPOT.c.id).where(spatial_sql.within_box(SPOT.c.place, Box(lon + 1e-9, lat, lon + 2e-9, lat + 1)))
    assert 1 in ids(spots, here)
    assert 1 not in ids(spots, beside)


def test_a_shape_meets_a_box_only_where_some_part_of_it_lies_in_it(spots: Connection) -> None:
    """The corner below the slope of the area, a point of a box upon its edge, and a box that is a line."""

    def met(*edges: float) -> list[int]:
        found = select(SPOT.c.id).where(spatial_sql.meets_box(SPOT.c.place, Box(*edges)))
        return [one for one in ids(spots, found) if one in (LINE, AREA)]

    assert met(105.45, 30.55, 105.50, 30.60) == []
    assert met(105.55, 30.45, 105.60, 30.50) == [AREA]
    assert met(105.44, 30.44, 105.44, 30.44) == [LINE, AREA]
    assert met(105.50, 30.40, 105.50, 30.60) == [LINE, AREA]
    lon, lat = scattered()[1]
    assert 1 in ids(spots, select(SPOT.c.id).where(spatial_sql.meets_box(SPOT.c.place, Box(lon, lat, lon, lat))))


@pytest.mark.parametrize("ordered", [False, True])
def test_a_box_is_searched_by_the_spatial_index(spots: Connection, ordered: bool) -> None:
    query = select(SPOT.c.id).where(spatial_sql.within_box(SPOT.c.place, BOX))
    told = plan(spots, query.order_by(SPOT.c.id) if ordered else query)

    assert "idx_spot_place" in told
    assert "SCAN spot" not in told
    assert "Seq Scan" not in told


def test_nearness_is_measured_in_metres_in_every_direction(spots: Connection) -> None:
    """At 30.5 N one degree of longitude is 95,993 m and one of latitude 110,861 m (tables of WGS-84)."""
    near = [
        number
        for number, (lon, lat) in scattered().items()
        if ((lon - 105.5) * 95_993) ** 2 + ((lat - 30.2) * 110_857) ** 2 <= 3_000**2
    ]
    found = ids(spots, select(SPOT.c.id).where(spatial_sql.near(SPOT.c.place, 105.5, 30.2, 3_000)))
    assert len(set(found) ^ set(near)) <= 1, "the plane and the ellipsoid may part by a metre or two"
    assert "idx_spot_place" in plan(spots, select(SPOT.c.id).where(spatial_sql.near(SPOT.c.place, 105.5, 30.2, 3_000)))


def test_a_distance_is_that_of_the_ellipsoid(spots: Connection) -> None:
    lon, lat = scattered()[7]
    found = spots.scalar(select(spatial_sql.distance_m(SPOT.c.place, lon, lat + 1 / 60)).where(SPOT.c.id == 7))
    assert found == pytest.approx(1847.6, abs=0.5)


def test_points_give_their_degrees_and_others_none(spots: Connection) -> None:
    query = select(spatial_sql.x(SPOT.c.place), spatial_sql.y(SPOT.c.place)).order_by(SPOT.c.id)
    rows = spots.execute(query.where(SPOT.c.id.in_([1, LINE, AREA]))).all()
    assert [tuple(row) for row in rows] == [scattered()[1], (None, None), (None, None)]


def test_geojson_is_rounded_alike(spots: Connection) -> None:
    found = spots.scalar(select(spatial_sql.as_geojson(SPOT.c.place)).where(SPOT.c.id == LINE))
    assert found == '{"type":"LineString","coordinates":[[105.44,30.44],[105.6,30.6]]}'


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_a_place_that_is_no_number_is_refused_before_it_is_asked(number: float) -> None:
    with pytest.raises(ValueError, match="finite"):
        spatial_sql.within_box(SPOT.c.place, Box(number, 0, 1, 1))


@pytest.mark.parametrize(("lat", "metres"), [(0, 100), (30, 5000), (60, 100), (89.99, 5000), (-90, 10)])
def test_the_box_around_a_place_holds_the_whole_circle(lat: float, metres: float) -> None:
    box = spatial_sql.box_around(105, lat, metres)
    for lon, edge in ((box.east, lat), (box.west, lat)):
        assert abs(lon) == 180 or metres_between(105, lat, lon, edge) >= metres
    for edge in (box.north, box.south):
        assert abs(edge) == 90 or metres_between(105, lat, 105, edge) >= metres


def test_edges_are_those_of_points_lines_and_areas(spots: Connection) -> None:
    query = select(SPOT.c.id, *spatial_sql.edges(SPOT.c.place)).where(SPOT.c.id.in_([1, LINE, AREA]))
    found = {row[0]: tuple(row[1:]) for row in spots.execute(query)}
    lon, lat = scattered()[1]
    assert found[1] == pytest.approx((lon, lat, lon, lat))
    assert found[LINE] == found[AREA] == pytest.approx((105.44, 30.44, 105.60, 30.60))
