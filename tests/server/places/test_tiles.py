"""The map's tiles: the same records as its pins, each in one tile, for the same people."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from geo import spatial_sql
from geo.crs import metres_between, wgs84_to_gcj02
from geo.tiles import Box, tile_box, tile_of
from geo.vector_tile import EXTENT
from server.access.allow import Scope
from server.db import Database
from server.models import Village
from server.places import tiles
from server.places.pins import features_in_view
from server.places.tiles import draws_as_tiles, questions_of, tile_in_view
from server.places.villages import import_boundaries
from tests.client import Client
from tests.conftest import MORNING
from tests.making import a_record
from tests.plans import plan_of
from tests.server.places.squares import EAST, FAR_OUTSIDE, IN_EAST, IN_WEST, WEST, a_boundary_file
from tests.vector_tiles import read_tile

STREET, TOWN = 17, 11
WORLD = (-180.0, -90.0, 180.0, 90.0)


@pytest.fixture(autouse=True)
def villages(database: Database, project_id: int) -> None:
    with database.transaction() as db:
        import_boundaries(db, project_id, a_boundary_file(), None, MORNING)


@pytest.fixture
def scattered(project_id: int, phone: Client) -> None:
    """Forty records on the ground, twelve placed by their village, one far away."""
    for number in range(20):
        phone.send(project_id, a_record(gps=f"{30.001 + number * 0.0009:.4f} {105.001 + number * 0.0019:.4f} 300 5"))
        phone.send(project_id, a_record(gps=f"30.0101 {105.0101 + number / 50_000:.6f} 300 5"))
    for number in range(12):
        phone.send(project_id, a_record(village=(EAST, WEST)[number % 2]))
    phone.send(project_id, a_record(gps=FAR_OUTSIDE))


TOWN_BOX = Box(104.995, 29.995, 105.045, 30.045)
AROUND_FAR_OUTSIDE = Box(105.195, 30.005, 105.205, 30.015)


def tiles_of_the_town(zoom: int) -> set[tuple[int, int, int]]:
    """Over its four villages and over the one record far away: with those between them most of a test's time would go."""
    return {*tiles_over(zoom, TOWN_BOX), *tiles_over(zoom, AROUND_FAR_OUTSIDE)}


def tiles_over(zoom: int, box: Box) -> list[tuple[int, int, int]]:
    left, top = tile_of(box.west, box.north, zoom)
    right, bottom = tile_of(box.east, box.south, zoom)
    return [(zoom, x, y) for x in range(left, right + 1) for y in range(top, bottom + 1)]


def seen(db: Session, scope: Scope, zoom: int, gcj02: bool = False) -> list[dict[str, Any]]:
    """The features of all tiles over the town, with `lon` and `lat`."""
    found = []
    for tile in sorted(tiles_of_the_town(zoom)):
        for facts in read_tile(tile_in_view(db, scope, *tile, gcj02=gcj02)):
            across, down = facts.pop("at")
            box = tile_box(*tile)
            facts["lon"] = box.west + (across + 0.5) / EXTENT * (box.east - box.west)
            facts["lat"] = box.north - (down + 0.5) / EXTENT * (box.north - box.south)
            found.append(facts)
    return found


def everything(project_id: int) -> Scope:
    return Scope(project_id, everything=True)


def only(db: Session, project_id: int, *codes: str) -> Scope:
    ids = db.scalars(select(Village.id).where(Village.project_id == project_id, Village.code.in_(codes)))
    return Scope(project_id, everything=False, village_ids=frozenset(ids))


@pytest.mark.usefixtures("scattered")
def test_close_by_the_tiles_hold_the_very_pins_of_the_map(database: Database, project_id: int) -> None:
    with database.reading() as db:
        pins = features_in_view(db, everything(project_id), WORLD, STREET)["features"]
        told = {one.pop("id"): one for one in seen(db, everything(project_id), STREET)}
    assert len(told) == len(pins) == 53
    for pin in pins:
        facts = told[pin["properties"].pop("id")]
        lon, lat = facts.pop("lon"), facts.pop("lat")
        assert facts == {name: value for name, value in pin["properties"].items() if value is not None}
        assert metres_between(lon, lat, *pin["geometry"]["coordinates"]) < 0.2


@pytest.mark.parametrize("zoom", [0, 5, 9, TOWN, 13, 16, STREET, 19])
@pytest.mark.usefixtures("scattered")
def test_every_record_is_in_one_tile_once(
    database: Database, project_id: int, zoom: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tiles, "guarded", lambda one: one)  # the numbers themselves
    if zoom > STREET:
        wanted = tiles_over(zoom, Box(105.0, 30.009, 105.012, 30.011))
        with database.reading() as db:
            found = [one["id"] for tile in wanted for one in read_tile(tile_in_view(db, everything(project_id), *tile))]
        assert len(found) == len(set(found)) >= 20
        return
    with database.reading() as db:
        found = seen(db, everything(project_id), zoom)
    assert sum(one.get("count", 1) for one in found) == 53


@pytest.mark.usefixtures("scattered")
def test_a_cluster_tells_its_number_as_every_count_is_told_and_where_its_pins_are(
    database: Database, project_id: int
) -> None:
    with database.reading() as db:
        found = [one for one in seen(db, everything(project_id), TOWN) if one.get("cluster")]
        few = [one for zoom in (14, 15, 16) for one in seen(db, everything(project_id), zoom) if one.get("cluster")]
    assert sum(one["count"] for one in found if "count" in one) >= 40
    assert all(set(one) - {"lon", "lat"} == {"cluster", "count", "count_text", "suppressed", "box"} for one in found)
    hidden = [one for one in few if one["count_text"] == "<5"]
    assert hidden
    assert all("count" not in one and one["suppressed"] for one in hidden)
    west, south, east, north = (float(edge) for edge in found[0]["box"].strip("[]").split(","))
    assert (104.9, 29.9) < (west, south) <= (east, north) < (105.3, 30.1)


@pytest.mark.usefixtures("scattered")
def test_a_scope_sees_the_tiles_of_its_villages_and_nothing_else(database: Database, project_id: int) -> None:
    with database.reading() as db:
        mine, nothing = only(db, project_id, WEST), only(db, project_id)
        pins = features_in_view(db, mine, WORLD, STREET)["features"]
        told = seen(db, mine, STREET)
        assert {one["id"] for one in told} == {one["properties"]["id"] for one in pins}
        assert {one["village"] for one in told} == {WEST}
        assert seen(db, nothing, STREET) == seen(db, nothing, TOWN) == []
        assert tile_in_view(db, nothing, 0, 0, 0) == b""


def test_what_stands_around_a_label_is_in_the_tile_where_it_stands(
    database: Database, project_id: int, phone: Client
) -> None:
    """Sixty around one label are more than 200 m across, a tile of zoom 19 some 66 m."""
    for _ in range(60):
        phone.send(project_id, a_record(village=EAST))
    with database.reading() as db:
        pins = features_in_view(db, everything(project_id), WORLD, 19)["features"]
        places = {one["properties"]["id"]: one["geometry"]["coordinates"] for one in pins}
        asked = {(19, *tile_of(*place, 19)) for place in places.values()}
        assert len(asked) > 3
        for tile in asked:
            told = {one["id"] for one in read_tile(tile_in_view(db, everything(project_id), *tile))}
            assert told == {id for id, place in places.items() if (19, *tile_of(*place, 19)) == tile}


@pytest.mark.usefixtures("scattered")
def test_on_a_base_in_gcj_02_everything_stands_where_that_base_draws_it(database: Database, project_id: int) -> None:
    with database.reading() as db:
        pins = features_in_view(db, everything(project_id), WORLD, STREET)["features"]
        told = {one["id"]: one for one in seen(db, everything(project_id), STREET, gcj02=True)}
        totals = [len(seen(db, everything(project_id), zoom, gcj02=True)) for zoom in (0, TOWN)]
    assert set(told) == {one["properties"]["id"] for one in pins}
    assert min(totals) >= 1
    for pin in pins:
        lon, lat = pin["geometry"]["coordinates"]
        one = told[pin["properties"]["id"]]
        assert metres_between(one["lon"], one["lat"], *wgs84_to_gcj02(lon, lat)) < 0.3
        assert metres_between(one["lon"], one["lat"], lon, lat) > 300


@pytest.mark.parametrize("zoom", [TOWN, STREET])
def test_a_tile_takes_the_same_questions_however_many_records_there_are(
    database: Database, project_id: int, phone: Client, count_queries: Callable[..., Any], zoom: int
) -> None:
    def asked() -> int:
        with database.reading() as db, count_queries() as queries:
            tile_in_view(db, everything(project_id), zoom, *tile_of(105.01, 30.01, zoom))
        return len(queries)

    phone.send(project_id, a_record(gps=IN_WEST))
    few = asked()
    for number in range(12):
        phone.send(project_id, a_record(gps=f"30.01 {105.01 + number / 100_000:.5f} 300 5"))
        phone.send(project_id, a_record(village=WEST))
    assert asked() <= few <= 4


def test_its_records_are_found_by_the_spatial_index(database: Database, project_id: int) -> None:
    if not database.is_sqlite:
        return  # PostgreSQL goes by how much there is
    own, _at_labels = questions_of(everything(project_id))
    lines = plan_of(database, own.params(spatial_sql.told(Box(105, 30, 105.01, 30.01))))
    assert lines[0].startswith("SEARCH submission_geometry USING INTEGER PRIMARY KEY"), lines
    assert any("idx_submission_geometry_geometry" in line for line in lines), lines


def test_what_is_asked_of_each_box_is_put_together_once_for_each_scope() -> None:
    some, others = (Scope(1, everything=False, village_ids=frozenset({one, 7_000})) for one in (7_001, 7_002))
    assert questions_of(some) is questions_of(replace(some))
    assert questions_of(others) is not questions_of(some)


def test_a_town_has_tiles_when_it_has_more_records_than_a_browser_should_hold(
    database: Database, project_id: int, phone: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tiles, "TILES_ABOVE", 2)
    for gps in (IN_WEST, IN_WEST):
        phone.send(project_id, a_record(gps=gps))
    with database.reading() as db:
        assert not draws_as_tiles(db, everything(project_id))
    phone.send(project_id, a_record(gps=IN_EAST))
    with database.reading() as db:
        assert draws_as_tiles(db, everything(project_id))
        assert not draws_as_tiles(db, only(db, project_id, WEST)), "it goes by what the reader may see"


def test_a_tile_that_does_not_exist_is_refused(database: Database, project_id: int) -> None:
    with database.reading() as db, pytest.raises(ValueError, match="no tile"):
        tile_in_view(db, everything(project_id), 3, 8, 0)


def test_an_empty_town_has_empty_tiles(database: Database, project_id: int) -> None:
    with database.reading() as db:
        assert {tile_in_view(db, everything(project_id), *tile) for tile in tiles_of_the_town(TOWN)} == {b""}
        assert np.array(seen(db, everything(project_id), TOWN)).size == 0
