"""What the map is drawn upon, tiles of pins, and pictures of the map, in a real browser that asks nobody but this server."""

import base64
import json
import subprocess
from dataclasses import replace
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import select

from geo.crs import gcj02_to_wgs84, metres_between, wgs84_to_gcj02
from geo.tiles import tile_of
from server.deploy.web_part import find_node, source_folder
from server.models import Audit
from server.places import tianditu, tiles
from tests import sizes
from tests.browser.map_pictures import (
    WHOLE,
    colours,
    like,
    named,
    save_picture,
    seen,
    wait_for_pin,
    wait_until_drawn,
)
from tests.chromium import DESK, PHONE
from tests.http_sink import HttpSink
from tests.pmtiles import MVT, a_picture, an_archive, of_an_area
from tests.server.web.pages.conftest import Browser, a_file

ROOT = Path(__file__).parents[2]
MIDDLE = "30.005 105.01 0 5"  # on the border of both villages, in the middle of the map
TOWN = (105.01, 30.005)
CENTRE = (0.4, 0.4, 0.2, 0.2)
GROUND = (0.02, 0.8, 0.1, 0.15)  # beyond the villages
RED = (220, 30, 30)
TK = "0123456789abcdef0123456789abcdef"
GOLDEN = [(104.626, 35.580, 248), (105.020, 30.270, 416), (112.310, 22.180, 613)]
BORDERLINE = [
    (114.17, 22.30),
    (114.06, 22.53),
    (113.55, 22.15),
    (121.5, 25.0),
    (2.35, 48.85),
    (137.9, 40.0),
    (72.0, 30.0),
]


@pytest.fixture
def config(config):
    return replace(config, outbound_allow=frozenset({tianditu.HOST}))


def choose(town, **fields):
    ada = Browser(town.app).sign_in("ada@example.test")
    path = f"/admin/projects/{town.project_id}/map-base"
    ada.see(path)
    if "file" in fields:
        fields["file"] = a_file(fields["file"], "town.pmtiles")
    assert ada.send(path, fields).status_code == 303


def around_the_town(tile: bytes) -> dict[tuple[int, int, int], bytes]:
    found = {}
    for zoom in (12, 13, 14):
        x, y = tile_of(*TOWN, zoom)
        found |= {(zoom, x + dx, y + dy): tile for dx in range(-3, 4) for dy in range(-3, 4)}
    return found


def open_map(tab, path="/map"):
    tab.go(path)
    tab.page.wait_for_selector("[data-ready=true]")
    tab.page.wait_for_selector(".drawing", state="hidden")


def commonest(tab, picture: bytes, part=WHOLE) -> tuple[int, ...]:
    found = colours(picture, part)
    return max(found, key=lambda colour: found[colour])


def wait_for_base(tab, kind: str) -> None:
    tab.page.wait_for_selector(f"[data-village-map][data-drawn-upon={kind}]")
    tab.page.wait_for_timeout(1500)  # tiles are drawn in the frames after they came
    surface, looks = named(tab, "--surface"), list[bytes]()

    def stands(picture: bytes) -> bool:
        looks.append(picture)
        return commonest(tab, picture, GROUND) != surface and looks[-2:] == [picture] * 2

    wait_until_drawn(tab, stands)


def test_a_picture_of_the_map_is_marked_and_has_no_pin(town, open_tab, database):
    for lon in ("105.004", "105.01", "105.016"):
        town.record(gps=f"30.005 {lon} 0 5")
    tab = open_tab("rita", DESK)
    open_map(tab)
    tab.page.wait_for_selector("[data-village-map][data-pins='3']")
    pin = named(tab, "--due-icon")
    wait_until_drawn(tab, lambda picture: like(colours(picture), pin) > 100)
    picture = save_picture(tab)
    if sizes.FULL:
        (ROOT / "build" / "screenshots" / "map-as-png.png").write_bytes(picture)
    assert like(colours(picture), pin) == 0
    assert like(colours(picture), named(tab, "--land")) > 10_000, "the villages are on it"
    tab.page.eval_on_selector("[data-village-map]", "box => { box.dataset.pictureMark = box.dataset.pictureWho = ''; }")
    bare = save_picture(tab)
    for part in ((0.7, 0, 0.3, 0.12), (0, 0.3, 0.5, 0.3), (0.5, 0.6, 0.5, 0.3)):
        assert colours(picture, part) != colours(bare, part), part
    wait_until_drawn(tab, lambda picture: like(colours(picture), pin) > 100)  # on the screen they are as before
    assert tab.complaints == []
    with database.reading() as db:
        acts = db.execute(select(Audit.details).where(Audit.action == "map.export")).scalars().all()
    assert acts == [{"as": "png"}] * 2


def test_without_its_note_in_the_audit_there_is_no_picture(town, open_tab):
    tab = open_tab("lea", DESK)
    open_map(tab)
    tab.page.route("**/map/picture*", lambda route: route.abort())
    tab.page.click("[data-picture=png]")
    tab.page.wait_for_selector("[data-no-picture]", state="visible")
    assert "图片没有做成" in tab.page.inner_text("[data-no-picture]")


def test_on_paper_is_the_picture_and_never_the_screen(town, open_tab):
    town.record(gps=MIDDLE)
    tab = open_tab("rita", DESK)
    open_map(tab)
    tab.page.emulate_media(media="print")
    assert not tab.page.is_visible(".map-box canvas") and not tab.page.is_visible(".print-map")
    assert "请用地图上的“打印”按钮" in tab.page.inner_text(".print-hint")
    tab.page.emulate_media(media="screen")
    tab.page.evaluate("() => { window.print = () => document.body.setAttribute('data-printed', ''); }")
    tab.page.click("[data-picture=print]")
    tab.page.wait_for_selector("body[data-printed]")
    tab.page.emulate_media(media="print")
    assert tab.page.is_visible(".print-map") and not tab.page.is_visible(".map-box canvas")
    assert not tab.page.is_visible(".print-hint") and not tab.page.is_visible("#panel")
    paper = tab.page.pdf(prefer_css_page_size=True)
    assert b"/MediaBox [0 0 842" in paper or b"/MediaBox [0 0 841" in paper
    picture = base64.b64decode(tab.page.get_attribute(".print-map", "src").partition(",")[2])
    assert like(colours(picture), named(tab, "--due-icon")) == 0
    tab.shoot("map-on-paper")
    assert tab.complaints == []


def test_the_town_s_pictures_lie_muted_under_the_villages(town, open_tab):
    choose(town, kind="file", shift="wgs84", file=an_archive(around_the_town(a_picture(RED))))
    tab = open_tab("lea", DESK)
    open_map(tab)
    wait_for_base(tab, "file")
    ground = commonest(tab, seen(tab), GROUND)
    assert ground != named(tab, "--surface")
    assert 10 < max(ground) - min(ground) < 0.3 * (max(RED) - min(RED))
    tab.shoot("map-on-a-file")
    assert tab.complaints == []


def test_the_town_s_lines_and_areas_are_grey(town, open_tab):
    tile = of_an_area("roads")
    file = an_archive(around_the_town(tile), MVT, metadata={"vector_layers": [{"id": "roads", "fields": {}}]})
    choose(town, kind="file", shift="wgs84", file=file)
    tab = open_tab("lea", DESK)
    open_map(tab)
    wait_for_base(tab, "file")
    ground = commonest(tab, seen(tab), GROUND)
    assert ground != named(tab, "--surface") and max(ground) - min(ground) < 30
    assert tab.complaints == []


def test_on_a_base_in_gcj_02_villages_and_pins_move_together_and_the_server_is_asked_in_wgs_84(town, open_tab):
    town.record(gps=MIDDLE, note="门口有棵树")
    choose(town, kind="file", shift="gcj02", file=an_archive(around_the_town(a_picture(RED))))
    tab, asked = open_tab("rita", DESK), []
    tab.page.on("request", lambda request: asked.append(request.url) if "/map/features" in request.url else None)
    open_map(tab)
    tab.page.wait_for_selector("[data-village-map][data-pins='1']")
    west, south, east, north = map(float, parse_qs(urlsplit(asked[0]).query)["box"][0].split(","))
    assert metres_between((west + east) / 2, (south + north) / 2, *TOWN) < 30, "the map is fitted to the moved villages"
    wait_for_pin(tab, CENTRE)
    canvas = tab.page.locator(".maplibregl-canvas").bounding_box()
    tab.page.mouse.click(canvas["x"] + canvas["width"] / 2, canvas["y"] + canvas["height"] / 2)
    tab.page.wait_for_selector("#record-title")
    assert "门口有棵树" in tab.page.inner_text("#panel")
    assert tab.complaints == []


def test_tianditu_is_asked_by_the_server_alone_and_its_silence_is_said(
    town, open_tab, http_sink: HttpSink, monkeypatch
):
    http_sink.stand_for_bots(monkeypatch, tianditu.HOST)
    http_sink.body = a_picture(RED)
    choose(town, kind="tianditu", tk=TK)
    tab = open_tab("lea", DESK)
    open_map(tab)
    wait_for_base(tab, "tianditu")
    tab.page.wait_for_timeout(1500)
    assert http_sink.got and {one.path[1:4] for one in http_sink.got} == {"vec", "cva"}
    assert commonest(tab, seen(tab), GROUND) != named(tab, "--surface")
    assert not tab.page.is_visible(".no-base")
    assert TK not in tab.page.content()
    http_sink.status, http_sink.body = 403, b"{}"
    tab.page.click(".maplibregl-ctrl-zoom-in")
    tab.page.wait_for_selector(".no-base", state="visible")
    assert "密钥" in tab.page.inner_text(".no-base")
    assert tab.complaints == []
    tab.go("/me")  # nothing more is asked for; what was asked comes to its end before the sink does
    while len(http_sink.got) < http_sink.reached:
        tab.page.wait_for_timeout(100)


@pytest.mark.parametrize("shift", ["wgs84", "gcj02"])
def test_pins_of_a_large_town_come_as_tiles_and_open_like_others(town, open_tab, monkeypatch, shift):
    monkeypatch.setattr(tiles, "TILES_ABOVE", 0)
    town.record(gps=MIDDLE, note="门口有棵树")
    choose(town, kind="file", shift=shift, file=an_archive(around_the_town(a_picture(RED))))
    tab, asked = open_tab("rita", DESK), []
    tab.page.on("request", lambda request: asked.append(request.url))
    open_map(tab)
    tab.page.wait_for_selector("[data-village-map][data-pins='1']")
    wait_for_pin(tab, CENTRE)
    canvas = tab.page.locator(".maplibregl-canvas").bounding_box()
    tab.page.mouse.click(canvas["x"] + canvas["width"] / 2, canvas["y"] + canvas["height"] / 2)
    tab.page.wait_for_selector("#record-title")
    assert "门口有棵树" in tab.page.inner_text("#panel")
    assert not [url for url in asked if "/map/features" in url]
    tab.page.click('#panel button[value="approved"]')
    tab.page.wait_for_selector("#panel .panel-head .shape-approved")
    pin = named(tab, "--due-icon")  # it is asked for again after a decision
    wait_until_drawn(tab, lambda picture: like(colours(picture, CENTRE), pin) == 0)
    assert tab.complaints == []


@pytest.mark.parametrize("size", [DESK, PHONE])
def test_the_page_of_bases_is_shown(town, open_tab, size):
    choose(town, kind="file", shift="gcj02", file=an_archive(around_the_town(a_picture(RED))))
    tab = open_tab("ada", size)
    assert tab.go(f"/admin/projects/{town.project_id}/map-base") == 200
    assert "GCJ-02" in tab.page.inner_text("main")
    assert not tab.is_wider_than_the_screen()
    tab.shoot(f"map-base-{size['width'] if isinstance(size, dict) else size[0]}")
    assert tab.complaints == []


def test_the_browser_s_shift_is_the_server_s():
    """By the Node that builds the page, which reads TypeScript as it is."""
    places = [(lon, lat) for lon, lat, _ in GOLDEN] + BORDERLINE
    places += [(74 + number * 4.1, 18.5 + (number * 7.3) % 34) for number in range(15)]
    script = f"""
        import {{ toGcj, toWgs }} from {json.dumps((source_folder(ROOT) / "src/map/gcj.ts").as_uri())};
        console.log(JSON.stringify({json.dumps(places)}.map(([lon, lat]) => [toGcj(lon, lat), toWgs(...toGcj(lon, lat))])));
    """
    told = subprocess.run(
        [find_node(ROOT), "--input-type=module", "-e", script], capture_output=True, text=True, check=True, timeout=60
    )
    for place, (there, back) in zip(places, json.loads(told.stdout), strict=True):
        assert metres_between(*there, *wgs84_to_gcj02(*place)) < 0.01, place
        assert metres_between(*back, *gcj02_to_wgs84(*there)) < 0.01, place
    for lon, lat, metres in GOLDEN:
        there = json.loads(told.stdout)[places.index((lon, lat))][0]
        assert metres_between(lon, lat, *there) == pytest.approx(metres, rel=0.01)
