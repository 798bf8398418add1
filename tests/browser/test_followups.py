"""From today's list to what is to be done, as whoever goes does it; and what is covered again by itself."""

from datetime import timedelta

from sqlalchemy import select

from server.clock import today
from server.models import FollowUp
from tests.browser.looking import look_at_pages
from tests.chromium import PHONE
from tests.server.web.pages.women import HEALTH, phone_last_spoke

THUMB = 48


def test_a_village_worker_gets_from_today_to_what_is_to_be_done_and_back(town, open_tab):
    town.fill(today())
    tab = open_tab("wang", PHONE)
    tab.go("/")
    assert tab.page.url.endswith("/m")
    lines = tab.page.locator("a.visit")
    assert lines.count() == 6 and all(box.bounding_box()["height"] >= THUMB for box in lines.all())
    assert "超期 4 天" in lines.first.inner_text()
    lines.first.click()
    assert "打开手机上的 ODK Collect" in tab.page.inner_text(".how")
    assert HEALTH.findall(tab.page.inner_text("main")) == []
    tab.page.click(".form-name summary")
    assert tab.page.inner_text(".form-name p") == "antenatal_check"
    tab.page.click(".page-head .actions a")
    tab.page.wait_for_selector(".timeline")
    assert "她的经过" in tab.page.inner_text("main") and "第 2 次约定的访视" in tab.page.inner_text(".timeline")
    assert tab.complaints == []


def test_what_tells_of_health_is_covered_when_nobody_touched_the_page_for_a_minute(town, open_tab):
    path = f"/people/{town.fill(today())['woman']}"
    tab = open_tab("lin", PHONE)
    tab.page.clock.install()
    tab.go(path)
    assert "孕周" in tab.page.inner_text("main")
    tab.page.clock.fast_forward(50_000)
    tab.page.keyboard.press("Tab")
    tab.page.clock.fast_forward(50_000)
    assert "孕周" in tab.page.inner_text("main"), "a key pressed meanwhile is a sign of life"
    tab.page.clock.fast_forward(11_000)
    assert "孕周" not in tab.page.inner_text("main") and "她同意了什么" in tab.page.inner_text("main")
    tab.page.locator("details.mask summary").first.press("Enter")
    assert "孕周" in tab.page.inner_text("main")
    assert tab.complaints == []


def test_without_script_the_lists_filters_and_covers_work(town, open_tab):
    town.fill(today())
    tab = open_tab("lin", PHONE, java_script_enabled=False)
    tab.page.goto(f"{tab.address}/follow-ups")
    assert all(box.bounding_box()["height"] >= THUMB for box in tab.page.locator("table a.cell").all())
    tab.page.select_option("select[name=state]", "overdue")
    tab.page.click("form.filters button")
    tab.page.wait_for_url("**state=overdue**")
    assert "可以去了" not in tab.page.inner_text("table")
    tab.page.click("table a.cell >> nth=0")
    tab.page.wait_for_selector("a.title")
    assert tab.page.locator("a.title").count() == 2
    tab.page.click("a.title >> nth=0")
    tab.page.click(".because summary")
    assert "规则" not in tab.page.inner_text(".because")


def test_what_is_perhaps_done_is_grey_in_shape_word_and_colour(town, open_tab):
    day = today()
    town.fill(day)
    phone_last_spoke(town, f"{day - timedelta(days=60)}T18:00")
    with town.database.reading() as db:
        late = db.scalars(select(FollowUp.visit_key).where(FollowUp.severity == "red")).first()
    pages = {"perhaps-today": "/m", "perhaps-list": "/follow-ups/list", "perhaps-board": "/follow-ups"}
    tab = open_tab("lin", PHONE)
    look_at_pages(tab, {**pages, "perhaps-why": f"/follow-ups/{late}"})
    tab.speak("zh_Hans")
    tab.go("/m")
    assert "也许已做，等同步" in tab.page.inner_text("main")
