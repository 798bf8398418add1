"""The map's rates, months, columns, card and search as people use them, by pointer and by keys."""

import struct
import zlib
from pathlib import Path

import pytest

from server import clock
from server.access.month_ends import month_ends
from server.followups.rates import count_months_due
from server.models import Project, Release, Village
from tests import sizes
from tests.browser.looking import look_at_pages
from tests.browser.map_pictures import colours, like, named, save_picture
from tests.chromium import DESK, PHONE
from tests.conftest import MORNING
from tests.server.web.pages.health import tell
from tests.server.web.pages.women import DAY, CareTown, a_follow_up, a_home, a_woman

ROOT = Path(__file__).parents[2]


@pytest.fixture
def town(app, database):
    return CareTown(app, database)


@pytest.fixture
def busy(town):
    """Two villages with visits that closed in each of the last months, and visits to do now."""
    today = clock.today()
    with town.database.transaction() as db:
        for village, (done, missed) in ((1, (30, 6)), (2, (28, 14))):
            for number in range(done + missed):
                woman = a_woman(db, town.project_id, village=village, consent_until=today + 90 * DAY)
                for closed in month_ends(today)[-2:]:
                    ended = {
                        "ended": True,
                        "state": "done_on_time" if number < done else "expired",
                        "answered_on": closed - DAY,
                    }
                    a_follow_up(db, woman, today, closes_on=closed - 2 * DAY, **ended)
                a_follow_up(db, woman, today, left=9 if number > 12 * village else 60)
    count_months_due(town.database, clock.now())
    return town


def open_map(tab, path="/map"):
    tab.go(path)
    tab.page.wait_for_selector("[data-ready=true]")
    tab.page.wait_for_selector(".drawing", state="hidden")


def shown_month(tab):
    tab.page.wait_for_selector("[data-month-shown]")
    return tab.page.get_attribute("[data-village-map]", "data-month-shown")


def test_a_rate_is_shown_at_the_end_of_the_month_that_the_slider_stands_at(busy, open_tab):
    tab = open_tab("lea")
    open_map(tab, "/map?show=on_time")
    newest, before = (f"{end:%Y-%m}" for end in reversed(month_ends(clock.today())[-2:]))
    assert shown_month(tab) == newest and "83%" in tab.page.inner_text("#villages")
    tab.page.focus("#month")
    tab.page.keyboard.press("ArrowLeft")
    tab.page.wait_for_selector(f"[data-month-shown='{before}']")
    assert before in tab.page.url and tab.page.get_attribute("#month", "aria-valuetext")
    tab.page.keyboard.press("Home")
    tab.page.wait_for_selector("#villages td .chip.hatched", state="attached")
    tab.page.click("[data-map-view=coverage]")
    assert tab.page.is_visible("[data-legend=coverage]") and not tab.page.is_visible("[data-legend=on_time]")
    open_map(tab, tab.page.url.removeprefix(tab.address))
    assert tab.page.get_attribute("[data-map-view=coverage]", "aria-pressed") == "true"
    assert tab.complaints == []


def test_a_month_that_cannot_be_fetched_says_so(busy, open_tab):
    tab = open_tab("lea")
    open_map(tab, "/map?show=on_time")
    shown_month(tab)
    tab.page.route("**/map/rates*", lambda route: route.abort())
    tab.page.focus("#month")
    tab.page.keyboard.press("ArrowLeft")
    tab.page.wait_for_selector(".month-failed", state="visible")


def test_a_month_that_is_still_being_counted_says_so_in_table_and_card_without_a_hatch(busy, open_tab):
    with busy.database.transaction() as db:
        newest = max(row.number for row in db.query(Release).filter(Release.measure == "rate on time"))
        for row in db.query(Release).filter(Release.number == newest, Release.measure.startswith("rate ")):
            db.delete(row)
    newest, before = (f"{end:%Y-%m}" for end in reversed(month_ends(clock.today())[-2:]))
    tab = open_tab("lea")
    open_map(tab, "/map?show=on_time")
    assert shown_month(tab) == before and not tab.page.is_visible(".month-counted")
    open_map(tab, f"/map?show=on_time&month={newest}")
    assert shown_month(tab) == newest and tab.page.inner_text(".month-counted") == "这个月还在算。"
    cells = tab.page.locator("tbody td[data-rate=on_time]:visible").all_inner_texts()
    assert [one.strip() for one in cells] == ["还在算", "还在算"]
    assert tab.page.locator("tbody td[data-rate=on_time] .hatched").count() == 0
    tab.page.click("button.village")
    tab.page.wait_for_selector("#card-title")
    assert tab.page.inner_text("#village-card").count("这个月还在算。") == 2
    tab.shoot("map-month-counted-desk")
    tab.page.focus("#month")
    tab.page.keyboard.press("ArrowLeft")
    tab.page.wait_for_selector(f"[data-month-shown='{before}']")
    assert not tab.page.is_visible(".month-counted") and "%" in tab.page.inner_text("#villages")
    count_months_due(busy.database, clock.now())
    tab.page.focus("#month")
    tab.page.keyboard.press("ArrowRight")
    tab.page.wait_for_selector(f"[data-month-shown='{newest}']")
    assert "%" in tab.page.inner_text("#villages"), "it is asked for again"
    assert tab.complaints == []


def test_columns_stand_on_a_tilted_map_and_flat_is_one_tap_away(busy, open_tab):
    tab = open_tab("lea")
    open_map(tab, "/map?show=workload")
    tab.page.wait_for_selector("[data-village-map][data-tilted=true]")
    assert not tab.page.is_visible(".north") and tab.page.is_visible("[data-tilted]:not([data-village-map])")
    tab.page.wait_for_timeout(900)
    tab.shoot("map-columns-desk")
    tab.page.click("[data-tilt]")
    tab.page.wait_for_selector("[data-village-map][data-tilted=false]")
    assert tab.page.is_visible(".north") and tab.page.inner_text("[data-tilt]") == "立体"
    assert tab.page.url.endswith("tilt=0")
    tab.page.click("[data-map-view=records]")
    assert not tab.page.is_visible("[data-tilt]")
    assert tab.complaints == []


def test_a_village_s_card_opens_from_map_and_table_and_closes_with_escape(busy, open_tab):
    tab = open_tab("lea")
    open_map(tab, "/map?show=on_time")
    canvas = tab.page.locator(".maplibregl-canvas").bounding_box()
    tab.page.mouse.click(canvas["x"] + canvas["width"] * 0.3, canvas["y"] + canvas["height"] * 0.7)
    tab.page.wait_for_selector("#card-title")
    assert "519901201001" in tab.page.inner_text("#village-card")
    tab.page.wait_for_timeout(400)
    tab.shoot("map-card-desk")
    tab.page.focus("[data-close-card]")
    tab.page.keyboard.press("Escape")
    tab.page.wait_for_selector("#card-title", state="detached")
    tab.page.click("button.village[data-code='519901201002']")
    tab.page.wait_for_selector("#card-title")
    assert "village=519901201002" in tab.page.url
    tab.page.click("[data-close-card]")
    assert "village=" not in tab.page.url
    assert tab.complaints == []


def name_villages(town, *names):
    with town.database.transaction() as db:
        for village, name in zip(db.query(Village).order_by(Village.code), names, strict=True):
            village.name = name


def test_a_village_is_found_by_name_code_and_pinyin(busy, open_tab):
    name_villages(busy, "石桥村", "六安湾村")
    tab = open_tab("lea")
    open_map(tab)
    tab.page.keyboard.press("/")
    for typed, found in (
        ("sqc", "石桥村"),
        ("law", "六安湾村"),
        ("shiqiao", "石桥村"),
        ("shi qiao cun", "石桥村"),
        ("Shí Qiáo", "石桥村"),
        ("shi2qiao2", "石桥村"),
        ("shqiaoc", "石桥村"),
        ("luan", "六安湾村"),
        ("liuanwan", "六安湾村"),
        ("519901201002", "六安湾村"),
        ("石", "石桥村"),
    ):
        tab.page.fill("#find-village", typed)
        rows = tab.page.locator("tbody tr:visible button.village").all_inner_texts()
        assert rows == [found], typed
    tab.page.keyboard.press("Enter")
    tab.page.wait_for_selector("#card-title")
    for typed in ("zzz", "shiqiaocunx", "qiao", "A-014"):
        tab.page.fill("#find-village", typed)
        assert tab.page.inner_text("#found-villages") == "没有这样的村。", typed
    assert tab.complaints == []


def test_a_household_s_code_leads_to_its_pin_and_its_record(busy, open_tab):
    record = busy.record(1)
    with busy.database.transaction() as db:
        home = a_home(db, busy.project_id, door="A-014")
        tell(db, busy.project_id, record, "households", home.uuid, '{"location_ok": "yes"}')
    tab = open_tab("rita")
    open_map(tab)
    tab.page.fill("#find-village", "A-014")
    assert "按回车去找户" in tab.page.inner_text("#found-villages")
    tab.page.keyboard.press("Enter")
    tab.page.wait_for_selector(f"[data-village-map][data-go-to='{record}'][data-ready=true]")
    tab.page.wait_for_selector("#panel h2")
    tab.page.wait_for_selector("[data-village-map][data-pins='1']")
    assert tab.page.url.endswith(f"/map?village=519901201001&record={record}")
    tab.shoot("map-household-desk")
    tab.page.fill("#bar-find", "Z-999")
    tab.page.keyboard.press("Enter")
    tab.page.wait_for_selector("text=没有找到")
    assert tab.complaints == []


def test_a_village_is_found_from_any_page_and_the_slash_leads_there(busy, open_tab):
    name_villages(busy, "石桥村", "柳树湾村")
    tab = open_tab("lea")
    tab.go("/phones")
    tab.page.keyboard.press("/")
    assert tab.page.evaluate("document.activeElement.id") == "bar-find"
    tab.page.keyboard.type("liushu/wan")
    assert tab.page.input_value("#bar-find") == "liushu/wan", "in a field it is a letter like any other"
    tab.page.keyboard.press("Enter")
    tab.page.wait_for_selector("#card-title")
    assert tab.page.inner_text("#card-title") == "柳树湾村"
    tab.page.evaluate("localStorage.setItem('fangshi.keys', 'off')")
    tab.go("/phones")
    tab.page.keyboard.press("/")
    assert tab.page.evaluate("document.activeElement.id") != "bar-find"
    assert tab.complaints == []


def test_beside_a_long_list_of_projects_the_field_in_the_bar_keeps_its_own_place(town, open_tab):
    with town.database.transaction() as db:
        db.add(Project(name="禾川镇以前的另一个名字很长很长的项目 A long name", kind="plain", created_at=MORNING))
    tab = open_tab("ada")
    for width in (1024, 1280, 1440):
        tab.page.set_viewport_size({"width": width, "height": 900})
        tab.go("/forms")
        parts = [
            tab.page.locator(one).bounding_box() for one in (".mark", "#project-switch", "#bar-find", ".bar-tools")
        ]
        ends = [part["x"] + part["width"] for part in parts]
        assert all(end <= after["x"] for end, after in zip(ends, parts[1:], strict=False)), width
        assert parts[2]["width"] >= 130 and parts[3]["height"] <= 56, width
    tab.page.set_viewport_size({"width": 360, "height": 740})
    assert not tab.page.is_visible("#bar-find") and not tab.is_wider_than_the_screen()


def test_the_pages_of_finding_look_right_everywhere(busy, open_tab):
    name_villages(busy, "石桥村", "柳树湾村")
    paths = {"map-find": "/map/find", "map-find-two": "/map/find?q=5199", "map-find-none": "/map/find?q=zzz"}
    look_at_pages(open_tab("rita", DESK), paths)


@pytest.mark.parametrize("view", ["overdue", "on_time", "workload"])
def test_a_picture_is_light_and_sharp_enough_for_a4_whatever_the_screen_is_like(busy, open_tab, view):
    """300 pixels an inch, and the same from a dark screen as from a light one; the screen itself stays as it was."""
    found = {}
    for theme in ("light", "dark"):
        tab = open_tab("lea", DESK)
        tab.page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        open_map(tab, f"/map?show={view}")
        tab.page.wait_for_timeout(800)
        tab.page.eval_on_selector(
            "[data-village-map]", "box => { box.dataset.pictureWho = box.dataset.pictureFoot = ''; }"
        )
        before = named(tab, "--surface")
        picture = save_picture(tab)
        if sizes.FULL:
            (ROOT / "build" / "screenshots" / f"map-as-png-{view}-{theme}.png").write_bytes(picture)
        assert named(tab, "--surface") == before and not tab.page.query_selector(".out-of-sight")
        assert struct.unpack(">II", picture[16:24])[0] == 3508
        assert struct.unpack(">I4sIIB", picture[33:50]) == (9, b"pHYs", 11811, 11811, 1)
        assert zlib.crc32(picture[37:50]) == struct.unpack(">I", picture[50:54])[0]
        found[theme] = colours(picture)
        assert tab.complaints == []
    assert found["light"] == found["dark"]
    shown = {"on_time": (0x83, 0xBF, 0xBE), "workload": (0x4B, 0x5D, 0xA6)}.get(view)
    assert shown is None or like(found["light"], shown) > 1000, "villages and columns are on it in the colours of paper"


def test_a_picture_says_what_it_shows_and_of_which_months(busy, open_tab):
    tab = open_tab("lea", DESK)
    tab.page.add_init_script(
        """const draw = CanvasRenderingContext2D.prototype.fillText;
        CanvasRenderingContext2D.prototype.fillText = function (text, ...rest) {
            (window.written ??= []).push(text);
            draw.call(this, text, ...rest);
        };"""
    )
    open_map(tab, "/map?show=on_time")
    shown_month(tab)
    save_picture(tab)
    months = tab.page.inner_text("output[for=month]")
    foot = f"按时率 · {months} · 禾川镇 · "
    assert any(one.startswith(foot) and "WGS-84" in one for one in tab.page.evaluate("window.written"))
    assert {"200 米", "80–89%", "5–9"} <= set(tab.page.evaluate("window.written"))
    tab.page.click("[data-map-view=records]")
    tab.page.evaluate("window.written = []")
    save_picture(tab)
    assert any(one.startswith("记录 · 禾川镇 · ") for one in tab.page.evaluate("window.written"))


def test_on_a_phone_the_table_comes_first(busy, open_tab):
    tab = open_tab("lea", PHONE)
    open_map(tab, "/map?show=on_time")
    table, box = (tab.page.locator(one).bounding_box() for one in ("#villages", "#the-map"))
    assert table["y"] < box["y"] and not tab.is_wider_than_the_screen()


def test_the_rates_look_right_in_every_language_and_theme(busy, open_tab):
    look_at_pages(open_tab("lea", DESK), {"map-on-time": "/map?show=on_time", "map-workload": "/map?show=workload"})
