"""The map as people use it: with a pointer, and with keys alone."""

from server.models import VillageAlias
from tests.browser.map_pictures import wait_for_pin
from tests.chromium import PHONE
from tests.conftest import MORNING

MIDDLE = "30.005 105.01 0 5"  # on the border of both villages, in the middle of the map


def open_map(tab):
    tab.go("/map")
    tab.page.wait_for_selector("[data-ready=true]")
    tab.page.wait_for_selector("[data-village-map][data-pins]")
    tab.page.wait_for_timeout(500)  # the pin is drawn in the frame after its data came


def test_a_pin_opens_the_review_panel_in_place_and_approving_stays_on_the_map(town, open_tab):
    town.record(gps=MIDDLE, note="门口有棵树")
    tab = open_tab("rita")
    open_map(tab)
    wait_for_pin(tab, (0.4, 0.4, 0.2, 0.2))
    canvas = tab.page.locator(".maplibregl-canvas").bounding_box()
    tab.page.mouse.click(canvas["x"] + canvas["width"] / 2, canvas["y"] + canvas["height"] / 2)
    tab.page.wait_for_selector("#record-title")
    assert "门口有棵树" in tab.page.inner_text("#panel")
    tab.page.click('#panel button[value="approved"]')
    tab.page.wait_for_selector("#panel .panel-head .shape-approved")
    tab.shoot("map-approved-in-place")
    tab.page.click('#panel button:has-text("撤销")')
    tab.page.wait_for_selector("#panel .panel-head .shape-received")
    tab.page.click("#panel [data-close-panel]")
    assert tab.page.is_visible("#villages") and tab.page.url.endswith("/map")
    assert tab.complaints == []


def test_villages_and_records_are_reached_by_keys_alone(town, open_tab):
    town.record(village=2)
    tab = open_tab("rita")
    open_map(tab)
    tab.page.focus("button.village")
    tab.page.keyboard.press("ArrowDown")
    assert tab.page.evaluate("document.activeElement.dataset.code") == "519901201002"
    assert tab.page.get_attribute("tr:has(button.village:focus)", "aria-selected") == "true"
    tab.page.keyboard.press("Enter")
    tab.page.focus(".pins-as-list summary")
    tab.page.keyboard.press("Enter")
    tab.page.wait_for_selector("#pin-list button")
    tab.page.focus("#pin-list button")
    tab.page.keyboard.press("Enter")
    tab.page.wait_for_selector("#record-title")
    tab.page.wait_for_selector("#record-title:focus")
    assert tab.complaints == []


def open_map_and_hold(town, open_tab, what):
    """The map with one record; what is asked for at these addresses waits in the list until the test lets it go on."""
    town.record(village=2)
    tab, held = open_tab("rita"), []
    open_map(tab)
    tab.page.route(what, lambda route: held.append(route))
    return tab, held


def press_pin_in_list(tab):
    tab.page.click(".pins-as-list summary")
    tab.page.click("#pin-list button")


def test_a_record_that_comes_late_has_the_focus_all_the_same(town, open_tab):
    tab, held = open_map_and_hold(town, open_tab, "**/review/*/panel*")
    press_pin_in_list(tab)
    tab.page.wait_for_selector("#panel .skeleton")
    held.pop().continue_()
    tab.page.wait_for_selector("#record-title:focus")
    assert tab.page.locator("#panel .skeleton, #panel.is-fetching").count() == 0
    assert tab.complaints == []


def test_a_record_does_not_wait_for_the_card_of_a_village(town, open_tab):
    tab, held = open_map_and_hold(town, open_tab, "**/map/village/*")
    tab.page.click("button.village >> nth=1")
    press_pin_in_list(tab)
    tab.page.wait_for_selector("#record-title:focus")
    assert len(held) == 1
    held.pop().continue_()
    tab.page.wait_for_selector("#village-card h2")
    assert tab.complaints == []


def test_the_map_finds_a_village_by_what_else_it_is_called(town, open_tab):
    with town.database.transaction() as db:
        db.add(VillageAlias(village_id=town.village_ids[1], name="大坪村", created_at=MORNING))
    tab = open_tab("rita")
    tab.go("/map")
    tab.page.wait_for_selector("[data-ready=true]")
    for typed in ("大坪", "daping", "dpc"):
        tab.page.fill("#find-village", typed)
        assert tab.page.locator("button.village:visible").all_inner_texts() == ["村2"], typed
    tab.page.fill("#find-village", "dapo")
    assert tab.page.locator("button.village:visible").count() == 0
    assert tab.complaints == []


def test_who_may_not_read_records_gets_numbers_and_no_pins(town, open_tab):
    town.record()
    tab = open_tab("lea", PHONE)
    tab.go("/map")
    tab.page.wait_for_selector("[data-ready=true]")
    assert "您看到的是数字" in tab.page.inner_text("main")
    assert tab.page.get_attribute("[data-village-map]", "data-pins") is None
    assert tab.complaints == []


def test_what_went_back_to_its_phone_is_a_dashed_ring_with_a_word_at_once(town, open_tab):
    back = town.record(gps=MIDDLE)
    for size, language, word in ((None, "zh_Hans", "已退回"), (PHONE, "en", "Returned")):
        tab = open_tab("rita", size, language, theme="dark" if size else "light")
        tab.go(f"/review/{back}")
        if tab.page.locator(".panel .block.info form").count():
            tab.page.click(".panel .block.info form button")
            tab.page.wait_for_selector(".panel-head .shape-received")
        open_map(tab)
        tab.page.click(".pins-as-list summary")
        tab.page.click("#pin-list button")
        tab.page.wait_for_selector(f"#reason-{back}", state="attached")
        tab.page.click("[data-return] summary")
        tab.page.fill(f"#reason-{back}", "点位请再看一看")
        tab.page.click("[data-return] button")
        tab.page.wait_for_selector("#panel .panel-head .shape-returned")
        tab.page.wait_for_selector(f"#pin-list li:has-text('{word}')", state="attached")
        assert tab.page.locator(".legend .shape-returned").is_visible()
        tab.page.wait_for_timeout(500)  # the pin is drawn in the frame after its data came
        tab.shoot(f"map-returned-{language}")
        assert tab.complaints == []
