"""Tiles of pins for those who read records, the town's own base a part at a time, and pictures of the map in the audit."""

import pytest
from sqlalchemy import select

from geo.crs import wgs84_to_gcj02
from geo.tiles import tile_of
from server.models import Audit
from server.places import tiles
from tests.pmtiles import a_picture, an_archive
from tests.server.web.pages.conftest import a_file, text_of
from tests.server.web.pages.health import DOOR, a_woman_at_a_door, health_record
from tests.server.web.pages.test_map import CLUSTER, EVERYBODY, PIN
from tests.server.web.pages.women import CareTown
from tests.vector_tiles import read_tile

PLACE = (105.005, 30.005)


def path_of(zoom, place=PLACE, more=""):
    x, y = tile_of(*place, zoom)
    return f"/map/tiles/{zoom}/{x}/{y}.mvt?{more}"


def test_a_tile_has_the_pins_that_the_map_has_and_nothing_more_of_them(town, browse):
    first, second = town.record(village=1, note="secret"), town.record(village=2)
    answer = browse("rita").see(path_of(17))
    (pin,) = read_tile(answer.data)
    assert (pin["id"], pin["how"], pin["accuracy"]) == (first, "inside", 5)
    assert set(pin) - {"at"} <= PIN and "state" not in pin
    assert b"secret" not in answer.data and second != first
    assert answer.mimetype == "application/vnd.mapbox-vector-tile"
    assert answer.headers["Cache-Control"] == "private, no-store" and answer.headers["ETag"]


def test_a_tile_says_which_record_is_with_who_sent_it(town, browse):
    record = town.record(village=1)
    rita = browse("rita")
    rita.send(f"/review/{record}/return", {"reason": "点位不对"})
    (pin,) = read_tile(rita.see(path_of(17)).data)
    assert pin["state"] == "returned"
    rita.send(f"/review/{record}/return/back", {"state": "hasIssues"})
    (pin,) = read_tile(rita.see(path_of(17)).data)
    assert pin["state"] == "hasIssues"


def test_tiles_are_for_those_who_read_records_and_only_of_their_villages(town, browse):
    for village in (1, 2, 2):
        town.record(village=village)
    other = (105.015, 30.005)
    assert len(read_tile(browse("rita").see(path_of(17, other)).data)) == 2
    assert len(read_tile(browse("vera").see(path_of(17)).data)) == 1
    assert read_tile(browse("vera").see(path_of(17, other)).data) == []
    for name in ("ada", "lea", "otto"):
        assert browse(name).see(path_of(17)).status_code in (403, 404), name


def test_no_tile_joins_a_home_with_facts_of_health_and_each_look_is_written_down(app, database, browse):
    town = CareTown(app, database)
    woman = a_woman_at_a_door(town)
    record = health_record(town, woman=woman)
    reading = set()
    for name in EVERYBODY:
        browser = browse(name)
        for zoom in (0, 9, 14, 17, 20):
            answer = browser.see(path_of(zoom, DOOR))
            found = read_tile(answer.data) if answer.status_code == 200 else []
            reading |= {name} if answer.status_code == 200 else set()
            assert all(set(one) - {"at"} <= PIN | CLUSTER for one in found), name
            assert record not in {one.get("id") for one in found}
    with database.reading() as db:
        who = set(db.scalars(select(Audit.actor_id).where(Audit.action == "map.read")))
        assert who == {town.actor_id(db, name) for name in reading} and reading


def test_on_a_base_in_gcj_02_the_tile_has_them_where_that_base_draws_them(town, browse):
    record = town.record(village=1)
    shifted = browse("rita").see(path_of(17, wgs84_to_gcj02(*PLACE), "shift=gcj02"))
    assert [one["id"] for one in read_tile(shifted.data)] == [record]
    assert read_tile(browse("rita").see(path_of(17, PLACE, "shift=gcj02")).data) == []


@pytest.mark.parametrize("path", ["3/8/0.mvt", "25/0/0.mvt", "3/-1/0.mvt", "x/0/0.mvt", "3/1/1.mvt?shift=bd09"])
def test_a_tile_or_a_shift_that_is_none_is_refused_in_words(town, browse, path):
    assert browse("rita").see(f"/map/tiles/{path}").status_code in (400, 404)


def test_the_page_says_where_pins_come_from(town, browse, monkeypatch):
    town.record()
    assert "data-tiles" not in browse("rita").see("/map").get_data(as_text=True)
    monkeypatch.setattr(tiles, "TILES_ABOVE", 0)
    assert 'data-tiles="/map/tiles/{z}/{x}/{y}.mvt' in browse("rita").see("/map").get_data(as_text=True)
    assert "data-tiles" not in browse("lea").see("/map").get_data(as_text=True), "who gets no pins gets no tiles"


def put_file(town, browse, file, shift="wgs84"):
    ada, path = browse("ada"), f"/admin/projects/{town.project_id}/map-base"
    ada.see(path)
    answer = ada.send(path, {"kind": "file", "shift": shift, "file": a_file(file, "town.pmtiles")})
    assert answer.status_code == 303, text_of(answer)


def url_of(browse, name="lea"):
    page = browse(name).see("/map").get_data(as_text=True)
    return page.partition("/map/base/")[2].partition(".pmtiles")[0]


def test_the_town_s_file_is_given_a_part_at_a_time_to_who_sees_the_map(town, browse):
    file = an_archive({(0, 0, 0): a_picture((10, 120, 120)), (1, 1, 0): a_picture((120, 10, 10))})
    put_file(town, browse, file)
    path = f"/map/base/{url_of(browse)}.pmtiles"
    part = browse("lea").see(path, Range="bytes=127-300")
    assert part.status_code == 206 and part.data == file[127:301]
    assert part.headers["Content-Range"] == f"bytes 127-300/{len(file)}"
    whole = browse("lea").see(path)
    assert whole.data == file and whole.headers["Accept-Ranges"] == "bytes"
    assert browse("lea").see(path, Range=f"bytes={len(file)}-").status_code == 416
    assert browse("otto").see(path).status_code in (403, 404)
    assert browse("lea").see("/map/base/999999.pmtiles").status_code == 404


def test_another_town_s_file_is_not_here(town, browse):
    put_file(town, browse, an_archive({(0, 0, 0): a_picture((1, 2, 3))}))
    base, ada = url_of(browse), browse("ada")
    made = ada.send("/admin/projects", {"name": "柳河镇", "kind": "plain"})
    other = int(made.location.rpartition("=")[2])
    assert ada.see(f"/map/base/{base}.pmtiles?project={town.project_id}").status_code == 200
    assert ada.see(f"/map/base/{base}.pmtiles?project={other}").status_code == 404


def test_a_picture_says_the_day_and_who_made_it(town, browse):
    page = browse("lea").see("/map").get_data(as_text=True)
    assert 'data-picture-who="2026-03-02 09:00 · lea"' in page and "数据截至 2026-03-02 09:00" in page


def test_who_makes_a_picture_of_the_map_is_in_the_audit(town, browse, database):
    lea = browse("lea")
    lea.see("/map")
    for drawn_as in ("png", "print"):
        assert lea.send("/map/picture", {"as": drawn_as}).status_code == 204
    assert lea.send("/map/picture", {"as": "poster"}).status_code == 400
    with database.reading() as db:
        rows = db.scalars(select(Audit).where(Audit.action == "map.export").order_by(Audit.id)).all()
    assert [(row.project_id, row.details) for row in rows] == [
        (town.project_id, {"as": "png"}),
        (town.project_id, {"as": "print"}),
    ]
    assert browse("otto").send("/map/picture", {"as": "png"}).status_code in (403, 404)


def test_nobody_is_made_to_take_a_picture_by_another_page(town, browse, database):
    lea = browse("lea")
    assert lea.client.post("/map/picture", data={"as": "png"}).status_code in (400, 403)
    with database.reading() as db:
        assert db.scalar(select(Audit.id).where(Audit.action == "map.export")) is None
