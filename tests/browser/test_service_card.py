"""The service card on paper and the page that it opens, in a real browser: sizes, the square, leaving, covering, no script."""

import io
import re

import pytest
import segno
from PIL import Image

from server import clock
from server.access.card_codes import show_code
from server.registry.cards import find_card
from tests import sizes
from tests.browser.looking import look_at_pages
from tests.chromium import DESK, PHONE
from tests.server.web.pages.carded import PIN, CardTown

MM = 96 / 25.4  # CSS pixels
BOXES = """selector => [...document.querySelectorAll(selector)].map(one => {
    const box = one.getBoundingClientRect();
    return [box.left, box.top + scrollY, box.width, box.height];
})"""
CUT_OFF = """() => [...document.querySelectorAll(
        '.service-card, .service-card .words, .service-card .front, .card-code, .service-card td:first-child')]
    .filter(one => one.scrollHeight > one.clientHeight + 1 || one.scrollWidth > one.clientWidth + 1)
    .map(one => [one.className, one.scrollWidth, one.clientWidth, one.scrollHeight, one.clientHeight])"""
A4 = {"width": 794, "height": 1123}


@pytest.fixture
def town(app, database):
    class Now(CardTown):
        now = clock.now()
        today = clock.today(now)

    made = Now(app, database)
    made.fill_lists()
    with database.transaction() as db:
        find_card(db, made.project_id, made.uuid).place = "c1"
    return made


@pytest.fixture
def path(town):
    return f"/people/{town.uuid}/card"


def enter(tab, town):
    tab.go("/c")
    tab.page.fill("#f-code", show_code(town.code).lower())
    tab.page.fill("#f-pin", PIN)
    tab.page.click("form.card button.primary")
    tab.page.wait_for_selector("#days")


def test_a_page_of_eight_has_cards_of_their_size_and_its_back_on_the_second(town, path, open_tab):
    tab = open_tab("wang", A4)
    tab.go(f"{path}?copies=8")
    paper = tab.page.pdf(prefer_css_page_size=True, print_background=True)
    assert len(re.findall(rb"/Type\s*/Page[^s]", paper)) == 2
    assert set(re.findall(rb"/MediaBox\s*\[([^\]]*)\]", paper)) == {b"0 0 594.95996 841.91998"}, "A4"
    tab.page.emulate_media(media="print")
    cards = tab.page.evaluate(BOXES, ".service-card")
    assert len(cards) == 16
    assert {(round(width / MM, 1), round(height / MM, 1)) for _, _, width, height in cards} == {(85.6, 54.0)}
    fronts = cards[:8]
    assert len({round(one[0]) for one in fronts}) == 2 and len({round(one[1]) for one in fronts}) == 4
    assert max(one[0] + one[2] for one in fronts) - min(one[0] for one in fronts) < 190 * MM
    assert max(one[1] + one[3] for one in fronts) - min(one[1] for one in fronts) < 271 * MM
    if sizes.FULL:
        tab.shoot("card-print-8")
    assert tab.complaints == []


@pytest.mark.parametrize("language", ["zh_Hans", "en"])
@pytest.mark.parametrize("large", ["", "?large=on"])
def test_nothing_on_a_card_is_cut_off(town, path, open_tab, language, large):
    tab = open_tab("wang", A4, language)
    tab.go(path + large)
    tab.page.emulate_media(media="print")
    tab.shoot(f"card-printed-{language[:2]}{'-large' if large else ''}")
    assert tab.page.evaluate(CUT_OFF) == []


def test_the_square_on_paper_is_33_mm_with_its_quiet_zone_and_reads_as_the_code_alone(town, path, open_tab):
    tab = open_tab("wang", A4)
    tab.go(path)
    tab.page.emulate_media(media="print")
    ((_, _, width, height),) = tab.page.evaluate(BOXES, ".service-card .square svg")
    code = segno.make(f"{tab.address}/c#{town.code}", error="m", version=3)
    wanted = [list(row) for row in code.matrix]
    squares = len(wanted)
    assert width == height and width / MM * squares / (squares + 8) >= 33
    shot = Image.open(io.BytesIO(tab.page.locator(".service-card .square").screenshot())).convert("L")
    whole = squares + 8
    step = min(shot.size) / whole

    def dark(column, row):
        return shot.getpixel((int((column + 0.5) * step), int((row + 0.5) * step))) < 128

    assert [[dark(x + 4, y + 4) for x in range(squares)] for y in range(squares)] == [
        [bool(one) for one in row] for row in wanted
    ]
    rim = [(x, y) for x in range(whole) for y in range(whole) if not (4 <= x < whole - 4 and 4 <= y < whole - 4)]
    assert not any(dark(x, y) for x, y in rim)


def test_the_pages_of_a_card_are_whole_in_every_look(town, path, open_tab):
    look_at_pages(open_tab("wang"), {"card-team": path, "card-team-8": f"{path}?copies=8&large=on"})


def test_her_page_is_whole_in_every_look(town, open_tab):
    tab = open_tab(None, PHONE)
    look_at_pages(tab, {"card-enter": "/c"})
    enter(tab, town)
    look_at_pages(tab, {"card-hers": "/c"})
    for width in (360, 320):
        tab.page.set_viewport_size({"width": width, "height": 800})
        assert not tab.is_wider_than_the_screen()


def test_the_code_in_the_square_fills_its_field_and_leaves_the_address_at_once(town, open_tab):
    tab = open_tab(None, PHONE)
    asked = []
    tab.page.on("request", lambda one: asked.append((one.url, one.headers.get("referer", ""))))
    tab.go(f"/c#{town.code}")
    assert tab.page.input_value("#f-code") == town.code
    assert tab.page.url.endswith("/c") and tab.page.evaluate("document.activeElement.id") == "f-pin"
    tab.page.fill("#f-pin", PIN)
    tab.page.keyboard.press("Enter")
    tab.page.wait_for_selector("#days")
    assert tab.page.url.endswith("/c")
    assert [one for one in asked if town.code in one[0].partition("#")[0] or town.code in one[1] or PIN in one[0]] == []
    assert tab.complaints == []


def test_after_leaving_the_back_button_shows_nothing(town, open_tab):
    tab = open_tab(None, PHONE)
    enter(tab, town)
    tab.page.click(".her-bar >> text=离开")
    tab.page.wait_for_selector("#f-code")
    assert tab.page.input_value("#f-code") == tab.page.input_value("#f-pin") == ""
    for _ in range(3):
        tab.page.go_back()
        tab.page.wait_for_load_state("load")
        if "/c" not in tab.page.url:
            break
        assert tab.page.query_selector("#days") is None and tab.page.input_value("#f-code") == ""
    assert tab.page.context.cookies(tab.address + "/c") == [
        one for one in tab.page.context.cookies(tab.address) if one["name"] == "language"
    ]


def test_it_covers_itself_when_nobody_touches_it_for_a_minute(town, open_tab):
    tab = open_tab(None, PHONE)
    tab.page.clock.install()
    enter(tab, town)
    assert tab.page.is_visible("#days")
    tab.page.clock.fast_forward(61_000)
    assert not tab.page.is_visible("#days")
    tab.page.click("summary >> text=显示")
    assert tab.page.is_visible("#days")


def test_everything_works_without_script(town, database, open_tab):
    tab = open_tab(None, PHONE, java_script_enabled=False)
    enter(tab, town)
    tab.page.check("input[name=wish][value=other_person]")
    tab.page.click("text=告诉他们")
    tab.page.wait_for_selector("text=三天内给您办")
    tab.page.check("input[name=purpose][value=service]")
    tab.page.check("input[name=what][value=erase]")
    tab.page.click("form[action='/c/withdraw'] button")
    tab.page.wait_for_selector("text=不能恢复")
    tab.shoot("card-sure")
    tab.page.click("text=现在撤回")
    tab.page.wait_for_selector("text=这张卡打不开了")
    assert tab.page.query_selector("#f-code") is not None
    tab.page.fill("#f-code", town.code)
    tab.page.fill("#f-pin", PIN)
    tab.page.click("form.card button.primary")
    tab.page.wait_for_selector("text=这个编号和数字打不开")
    tab.shoot("card-unfit")


def test_a_slip_is_printed_without_the_code(town, path, open_tab):
    tab = open_tab("wang", DESK)
    tab.go(path)
    tab.page.click("button[name=by_lot]")
    tab.page.wait_for_selector(".slip .pin")
    assert show_code(town.code) not in tab.page.inner_text("main")
    tab.shoot("card-slip")
    assert tab.complaints == []
