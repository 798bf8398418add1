"""What the map says while it is drawn, and its layers: what is overdue in bands, and health records for clinicians."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from server import clock
from server.models import Submission, SubmissionGeometry
from tests.chromium import DESK, PHONE
from tests.server.web.pages.women import CareTown, a_follow_up, a_woman


@pytest.fixture
def town(app, database):
    return CareTown(app, database)


def late(town, village, women, punctual):
    today = clock.today()
    with town.database.transaction() as db:
        for number in range(women + punctual):
            woman = a_woman(db, town.project_id, village=village, consent_until=today + timedelta(days=90))
            a_follow_up(db, woman, today, left=-3 if number < women else 9)


def health_record(town, village):
    record = town.record(village)
    with town.database.transaction() as db:
        db.query(SubmissionGeometry).filter_by(submission_id=record).delete()
        db.execute(update(Submission).where(Submission.id == record).values(health=True, place_how="village"))
    return record


def open_map(tab, path="/map"):
    tab.go(path)
    tab.page.wait_for_selector("[data-ready=true]")
    tab.page.wait_for_selector(".drawing", state="hidden")


def test_while_the_map_is_drawn_a_word_says_so(town, open_tab):
    tab, held = open_tab("lea"), []
    tab.page.route("**/map/villages*", lambda route: held.append(route))
    tab.go("/map")
    tab.page.wait_for_selector(".drawing", state="visible")
    assert tab.page.inner_text(".drawing") == "正在画地图…"
    while not held:
        tab.page.wait_for_timeout(50)
    held.pop().continue_()
    tab.page.wait_for_selector("[data-ready=true]")
    tab.page.wait_for_selector(".drawing", state="hidden")
    assert tab.complaints == []


def test_a_map_that_cannot_be_drawn_says_so_and_points_to_the_table(town, open_tab):
    tab = open_tab("lea")
    tab.page.route("**/map/villages*", lambda route: route.abort())
    tab.go("/map")
    tab.page.wait_for_selector(".no-map", state="visible")
    assert not tab.page.is_visible(".drawing")
    assert "先看表格" in tab.page.inner_text(".no-map") and tab.page.is_visible("#villages")


def test_records_that_could_not_be_fetched_can_be_asked_for_again(town, open_tab):
    town.record(village=1)
    tab = open_tab("rita")
    tab.page.route("**/map/features*", lambda route: route.abort())
    open_map(tab)
    tab.page.wait_for_selector(".no-pins", state="visible")
    tab.page.unroute("**/map/features*")
    tab.page.click("[data-again]")
    tab.page.wait_for_selector(".no-pins", state="hidden")
    assert tab.page.get_attribute("[data-village-map]", "data-pins") == "1"


@pytest.mark.parametrize(("size", "language"), [(DESK, "zh_Hans"), (PHONE, "en")])
def test_what_is_overdue_is_a_layer_of_its_own_with_a_legend(town, open_tab, size, language):
    late(town, 1, women=6, punctual=8)
    late(town, 2, women=0, punctual=12)
    tab = open_tab("lea", size, language)
    open_map(tab)
    assert tab.page.is_visible("[data-legend=records]") and not tab.page.is_visible("[data-legend=overdue]")
    tab.page.click("[data-map-view=overdue]")
    assert tab.page.is_visible("[data-legend=overdue]") and not tab.page.is_visible("[data-legend=records]")
    assert tab.page.get_attribute("[data-map-view=overdue]", "aria-pressed") == "true"
    assert tab.page.url.endswith("?show=overdue")
    assert "5–9" in tab.page.inner_text("#villages")
    tab.page.wait_for_timeout(400)
    tab.shoot(f"map-overdue-{'phone-en' if size == PHONE else 'desk-zh'}")
    assert not tab.is_wider_than_the_screen()
    open_map(tab, "/map?show=overdue")
    assert tab.page.get_attribute("[data-village-map]", "data-view") == "overdue"
    assert tab.complaints == []


def test_a_village_s_health_records_open_beside_the_map_and_from_there_each_of_them(town, open_tab):
    record = health_record(town, 1)
    tab = open_tab("lin")
    open_map(tab)
    tab.page.wait_for_selector("[data-village-map][data-health-villages='1']")
    tab.page.click("[data-map-view=health]")
    tab.page.wait_for_timeout(3000)  # the mark is drawn in the frame after its data came, late on a busy machine
    canvas = tab.page.locator(".maplibregl-canvas").bounding_box()
    tab.page.mouse.click(canvas["x"] + canvas["width"] * 0.25 + 8, canvas["y"] + canvas["height"] / 2 - 17)
    tab.page.wait_for_selector(".record-list a")
    tab.shoot("map-health-in-place")
    tab.page.click(".record-list a")
    tab.page.wait_for_selector("#panel .panel-foot")
    assert "村1，只记到村" in tab.page.inner_text("#panel")
    assert tab.page.get_attribute(".panel-foot", "action") == f"/review/{record}/state"
    assert tab.page.url.endswith("/map?show=health")
    assert tab.complaints == []
