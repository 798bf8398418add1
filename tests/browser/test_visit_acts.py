"""Another day, done elsewhere, to somebody else: the small forms of a visit as they look, and by thumb."""

from datetime import timedelta

import pytest

from server.clock import today
from tests.browser.looking import look_at_pages
from tests.chromium import PHONE
from tests.server.web.pages.conftest import CODES
from tests.server.web.pages.test_visit_giving import GivingTown


@pytest.fixture
def town(app, database):
    made = GivingTown(app, database)
    made.tell(today=today())
    made.away("mei", today() + timedelta(days=4), today() + timedelta(days=6))
    return made


def test_whoever_goes_puts_a_visit_off_by_thumb_and_takes_it_back(town, open_tab):
    tab = open_tab("wang", PHONE)
    tab.go(town.href())
    tab.page.click(".visit-actions a >> nth=0")
    assert all(box.bounding_box()["height"] >= 44 for box in tab.page.locator(".choice-line").all())
    tab.page.check("input[value=not_home]")
    tab.page.fill("#f-day", str(today() + timedelta(days=3)))
    tab.page.click("form button.primary")
    tab.page.wait_for_url("**/m")
    tab.page.click("details.later summary")
    assert tab.page.locator("details.later a.visit").count() == 1
    tab.shoot("visit-later-list-phone-zh")
    tab.page.click(".toast button")
    tab.page.wait_for_url(f"**{town.href()}")
    assert "wang 已撤回" in tab.page.inner_text(".acts")
    assert tab.complaints == []


def test_its_forms_fit_the_screen_and_axe_finds_nothing(town, open_tab):
    href, other = town.href(), town.href(subject="w2")
    lin = open_tab("lin", PHONE)
    for part, fields in (("later", ("snooze", "weather_road")), ("close", ("wrong_record", ""))):
        lin.go(f"{other if part == 'close' else href}/{part}")
        if part == "close":
            lin.page.click("details.card summary")
            lin.page.fill("#f-note", "日期写错了")
            lin.page.click("details.card button")
        else:
            lin.page.check(f"input[value={fields[1]}]")
            lin.page.fill("#f-day", str(today() + timedelta(days=3)))
            lin.page.click("form button.primary")
        lin.page.wait_for_url("**/m")
    forms = {f"visit-{part}": f"{href}/{part}" for part in ("later", "close", "give")}
    look_at_pages(open_tab("wang"), {"visit-page": href, **forms, "visit-today": "/m"})
    look_at_pages(
        open_tab("lin"), {"visit-acts": "/follow-ups/acts", "visit-list-later": "/follow-ups/list?later=only"}
    )
    pages = {"visit-give-all": f"/follow-ups/give?village={CODES[0]}", "visit-reasons": "/follow-ups/reasons"}
    look_at_pages(open_tab("lea"), pages)
