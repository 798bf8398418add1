"""The map's rates, months, columns, card and search as people use them, by pointer and by keys."""

import pytest

from server import clock
from server.access.month_ends import month_ends
from tests.browser.looking import look_at_pages
from tests.chromium import DESK, PHONE
from tests.server.web.pages.women import DAY, CareTown, a_follow_up, a_woman


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


def test_a_village_is_found_by_name_code_and_initials(busy, open_tab):
    with busy.database.transaction() as db:
        from server.models import Village

        for code, name in (("519901201001", "石桥村"), ("519901201002", "柳树湾村")):
            db.query(Village).filter_by(code=code).one().name = name
    tab = open_tab("lea")
    open_map(tab)
    tab.page.keyboard.press("/")
    for typed, found in (("sqc", "石桥村"), ("lsw", "柳树湾村"), ("519901201002", "柳树湾村"), ("石", "石桥村")):
        tab.page.fill("#find-village", typed)
        rows = tab.page.locator("tbody tr:visible button.village").all_inner_texts()
        assert rows == [found], typed
    tab.page.keyboard.press("Enter")
    tab.page.wait_for_selector("#card-title")
    tab.page.fill("#find-village", "zzz")
    assert tab.page.inner_text("#found-villages") == "没有这样的村。"
    assert tab.complaints == []


def test_on_a_phone_the_table_comes_first(busy, open_tab):
    tab = open_tab("lea", PHONE)
    open_map(tab, "/map?show=on_time")
    table, box = (tab.page.locator(one).bounding_box() for one in ("#villages", "#the-map"))
    assert table["y"] < box["y"] and not tab.is_wider_than_the_screen()


def test_the_rates_look_right_in_every_language_and_theme(busy, open_tab):
    look_at_pages(open_tab("lea", DESK), {"map-on-time": "/map?show=on_time", "map-workload": "/map?show=workload"})
