"""What a map is drawn upon: chosen by the administrator, taken back, Tianditu's tiles through us alone."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from server.access import outbound
from server.models import Audit, Blob, MapBase
from server.places import tianditu
from tests.conftest import MORNING
from tests.http_sink import HttpSink
from tests.pmtiles import MVT, a_picture, an_archive, of_points
from tests.server.web.pages.conftest import a_file, text_of

TK = "0123456789abcdef0123456789abcdef"
PNG = a_picture((10, 120, 120))
FILE = an_archive({(0, 0, 0): PNG, (1, 1, 0): PNG})
TILE = "/map/base/tianditu/vec/10/811/422"


@pytest.fixture
def config(config):
    return replace(config, outbound_allow=frozenset({tianditu.HOST}))


@pytest.fixture
def service(http_sink: HttpSink, monkeypatch: pytest.MonkeyPatch) -> HttpSink:
    """Stands for Tianditu, and gives out pictures."""
    http_sink.stand_for_bots(monkeypatch, tianditu.HOST)
    http_sink.body = PNG
    return http_sink


@pytest.fixture
def ada(town, browse):
    browser = browse("ada")
    browser.path = f"/admin/projects/{town.project_id}/map-base"
    browser.see(browser.path)
    return browser


def choose(ada, kind, **more):
    return ada.send(ada.path, {"kind": kind, **more})


def kinds(database):
    with database.reading() as db:
        return list(db.scalars(select(MapBase.kind).order_by(MapBase.id)))


def test_the_map_is_blank_until_the_administrator_chooses(town, browse, ada):
    assert "空白：只画村界" in text_of(ada.see(ada.path))
    page = browse("lea").see("/map").get_data(as_text=True)
    assert "data-base" not in page and 'data-shift="wgs84"' in page
    assert ada.path in ada.see(f"/admin/projects/{town.project_id}").get_data(as_text=True)


def test_a_file_is_taken_shown_and_taken_back(town, browse, ada, database):
    answer = choose(ada, "file", shift="gcj02", file=a_file(FILE, "town.pmtiles"))
    assert answer.status_code == 303
    page = text_of(ada.see(ada.path))
    assert "图片（png）" in page and "0–1" in page and "GCJ-02" in page and "104.900–105.200° E" in page
    shown = browse("lea").see("/map").get_data(as_text=True)
    assert "&#34;kind&#34;: &#34;file&#34;" in shown or '"kind"' in shown
    assert 'data-shift="gcj02"' in shown and "GCJ-02, EPSG:3857" in shown
    assert ada.send(f"{ada.path}/undo").status_code == 303
    assert kinds(database) == []
    assert "data-base" not in browse("lea").see("/map").get_data(as_text=True)
    assert ada.send(f"{ada.path}/undo").status_code == 404
    with database.reading() as db:
        rows = db.execute(
            select(Audit.action, Audit.details).where(Audit.action.startswith("map_base")).order_by(Audit.id)
        ).all()
        assert db.scalars(select(Blob.sha256)).all() == [], "the file is nobody's any more"
    assert [tuple(row) for row in rows] == [
        ("map_base.update", {"base": "file", "shift": "gcj02"}),
        ("map_base.undo", {"base": "file"}),
    ]


def test_the_file_of_before_is_used_again_and_only_two_choices_are_kept(ada, database):
    choose(ada, "file", shift="wgs84", file=a_file(FILE, "town.pmtiles"))
    choose(ada, "blank")
    assert choose(ada, "file").status_code == 303
    assert kinds(database) == ["blank", "file"]
    ada.send(f"{ada.path}/undo")
    assert kinds(database) == ["blank"]
    assert choose(ada, "file").status_code == 400, "it went with the choice"


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"kind": "file"}, ""),
        ({"kind": "file", "shift": "wgs84", "file": (b"GIF89a" + b"0" * 400)}, "不是第 3 版的 PMTiles"),
        ({"kind": "file", "shift": "wgs84", "file": FILE[:-9]}, "文件不完整"),
        ({"kind": "file", "shift": "", "file": FILE}, ""),
        ({"kind": "file", "shift": "bd09", "file": FILE}, "wgs84 或 gcj02"),
        ({"kind": "tianditu"}, ""),
        ({"kind": "tianditu", "tk": "no key!"}, "不是这个样子"),
        ({"kind": "satellite"}, "没有这种底图"),
        ({}, ""),
    ],
)
def test_what_cannot_be_is_said_and_nothing_is_changed(ada, database, fields, words):
    if "file" in fields:
        fields = {**fields, "file": a_file(fields["file"], "x.pmtiles")}
    answer = ada.send(ada.path, fields)
    assert answer.status_code == 400
    assert words in text_of(answer) and "什么都没有改。" in text_of(answer)
    assert kinds(database) == []


def test_only_administrators_of_the_server_choose(town, browse, ada):
    for name in ("lea", "rita", "otto"):
        browser = browse(name)
        assert browser.see(ada.path).status_code == 403
        assert browser.send(ada.path, {"kind": "blank"}).status_code == 403
        assert browser.send(f"{ada.path}/undo").status_code == 403


def test_a_vector_file_is_one_of_lines_and_areas(ada):
    choose(ada, "file", shift="wgs84", file=a_file(an_archive({(0, 0, 0): of_points("x")}, MVT), "v.pmtiles"))
    assert "矢量（线和面）" in text_of(ada.see(ada.path))


def test_tiles_of_tianditu_come_through_us_and_the_key_stays_here(town, browse, ada, service, database):
    choose(ada, "tianditu", tk=TK)
    lea = browse("lea")
    tile = lea.see(TILE)
    assert (tile.status_code, tile.mimetype, tile.data) == (200, "image/png", PNG)
    assert tile.headers["Cache-Control"] == "private, max-age=86400" and "X-Map-Base" not in tile.headers
    (asked,) = service.got
    assert asked.host == tianditu.HOST
    assert asked.path.startswith("/vec_w/wmts?") and "TILEMATRIX=10&TILEROW=422&TILECOL=811" in asked.path
    assert f"tk={TK}" in asked.path
    assert not {"cookie", "referer", "x-forwarded-for"} & set(asked.headers)
    for path in (ada.path, "/map", "/audit"):
        assert TK not in ada.see(path).get_data(as_text=True)
    with database.engine.connect() as connection:
        assert TK.encode() not in bytes(connection.exec_driver_sql("SELECT tk FROM map_base").scalar())


@pytest.mark.parametrize(
    ("fault", "why"),
    [
        ({"status": 403, "body": b'{"code": 301006}'}, "refused"),
        ({"status": 418, "body": b""}, "refused"),
        ({"status": 200, "body": b"<html>"}, "refused"),
        ({"status": 302, "body": PNG}, "refused"),
        ({"status": 503, "body": b""}, "no-answer"),
        ({"fault": "cut"}, "no-answer"),
        ({"fault": "half"}, "no-answer"),
    ],
)
def test_what_tianditu_does_not_give_is_an_empty_tile_that_says_why(browse, ada, service, fault, why):
    choose(ada, "tianditu", tk=TK)
    for name, value in fault.items():
        setattr(service, name, value)
    tile = browse("lea").see(TILE)
    assert (tile.status_code, tile.headers["X-Map-Base"]) == (200, why)
    assert tile.data.startswith(b"\x89PNG") and tile.headers["Cache-Control"] == "no-store"


def test_who_does_not_answer_is_left_alone_for_a_while(browse, ada, service, monkeypatch, clock):
    monkeypatch.setattr(outbound, "PATIENCE", 0.4)
    choose(ada, "tianditu", tk=TK)
    service.fault = "hang"
    lea = browse("lea")
    assert lea.see(TILE).headers["X-Map-Base"] == "no-answer"
    service.fault = ""
    assert lea.see(TILE).headers["X-Map-Base"] == "no-answer"
    assert service.reached == 1
    clock.forward(seconds=31)
    assert lea.see(TILE).data == PNG


def test_nobody_fetches_more_than_some_screens_a_minute(browse, ada, service, monkeypatch, clock):
    monkeypatch.setattr(tianditu, "MOST_A_MINUTE", 3)
    choose(ada, "tianditu", tk=TK)
    lea, rita = browse("lea"), browse("rita")
    assert ["X-Map-Base" in lea.see(TILE).headers for _ in range(4)] == [False, False, False, True]
    assert "X-Map-Base" not in rita.see(TILE).headers
    clock.forward(minutes=1)
    assert "X-Map-Base" not in lea.see(TILE).headers


def test_a_host_inside_of_the_network_is_not_asked(town, browse, ada, service, app):
    app.config["CONFIG"] = replace(app.config["CONFIG"], outbound_allow=frozenset())
    choose(ada, "tianditu", tk=TK)
    assert browse("lea").see(TILE).headers["X-Map-Base"] == "refused"
    assert service.reached == 0


def test_without_that_choice_nothing_is_fetched(browse, ada, service):
    assert browse("lea").see(TILE).status_code == 404
    choose(ada, "tianditu", tk=TK)
    choose(ada, "blank")
    for path in (TILE, "/map/base/tianditu/img/1/0/0", "/map/base/tianditu/vec/19/0/0"):
        assert browse("lea").see(path).status_code == 404
    assert service.reached == 0


def test_a_place_is_waited_for_no_longer_than_a_moment(monkeypatch):
    monkeypatch.setattr(tianditu, "WAIT", 0.01)
    pace = tianditu.Pace()
    held = [pace.turn(1, MORNING) for _ in range(tianditu.TOGETHER)]
    for one in held:
        one.__enter__()
    with pytest.raises(tianditu.NoTile) as caught, pace.turn(1, MORNING):
        pass
    assert caught.value.why == "busy"
    held[0].__exit__(None, None, None)
    with pace.turn(1, MORNING + timedelta(seconds=1)):
        pass
