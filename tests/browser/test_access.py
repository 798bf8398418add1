"""Who stands in, who opened what, who can see what, what is covered: in a real browser, both screens, both languages."""

from datetime import timedelta

import pytest

from server import clock
from server.access.break_glass import open_village
from server.access.caller import Caller, Grant
from server.access.hand_overs import Offer, give_hand_over
from server.access.roles import VILLAGE_WORKER
from server.models import Project
from tests.browser.looking import look_at_pages
from tests.server.web.pages.conftest import CODES
from tests.server.web.pages.women import CareTown


@pytest.fixture
def woman(town: CareTown) -> str:
    """Somebody of village 1; wang is away, nia stands in; wang opened village 2."""
    now = clock.now()
    found = town.fill(clock.today(now))
    with town.database.transaction() as db:
        project = db.get_one(Project, town.project_id)
        lea, wang, nia = (town.actor_id(db, name) for name in ("lea", "wang", "nia"))
        day = clock.today(now)
        offer = Offer(wang, nia, "village_worker", [CODES[0]], day, day + timedelta(days=4), "在县里学习到星期五")
        give_hand_over(db, Caller(lea, "user"), project, offer, now)
        grants = (Grant(VILLAGE_WORKER, project.id, None),)
        caller = Caller(wang, "user", "wang", grants, {project.id: frozenset()})
        open_village(db, caller, project, CODES[1], "外村来的孕妇出血，要看她上次的检查", now)
    return found["woman"]


def test_pages_of_the_office_are_seen_on_both_screens(town, woman, open_tab):
    look_at_pages(open_tab("lea"), {"hand-overs": "/hand-overs", "emergency-office": "/emergency"})


def test_pages_of_the_care_team_are_seen_on_both_screens(town, woman, open_tab):
    look_at_pages(open_tab("wang"), {"emergency": "/emergency", "who-sees": f"/people/{woman}/access"})


def test_a_village_is_opened_by_its_page_and_closed_again(town, woman, open_tab):
    tab = open_tab("nia")
    tab.go("/emergency")
    tab.page.select_option("#f-village", CODES[1])
    tab.page.fill("#f-reason", "外村来的产妇发热")
    tab.page.click('form[action="/emergency"] button.primary')
    tab.page.wait_for_selector(".toast >> text=一小时")
    tab.page.click('form[action$="/close"] button')
    tab.page.wait_for_selector(".toast >> text=关上")
    assert tab.complaints == []


def test_what_is_covered_is_shown_in_place(town, open_tab):
    record = town.record()
    tab = open_tab("rita")
    tab.go("/review")
    tab.page.click(f'[data-record="{record}"] a.title')
    tab.page.wait_for_selector("#panel form[action$='/show']")
    assert "30.00500" not in tab.page.inner_text("#panel")
    tab.shoot("covered")
    tab.page.click("#panel form[action$='/show'] button")
    tab.page.wait_for_selector("#panel >> text=30.00500")
    tab.shoot("uncovered")
    assert tab.page.url.endswith("/review")
    assert tab.complaints == []
