"""The indicators as people see them: a chart beside the table of the same numbers, on every size, theme and paper."""

import pytest

from server import clock
from server.jobs import keep_indicators
from tests.browser.looking import look_at_pages
from tests.chromium import DESK, PHONE
from tests.server.reports.indicators.counted_town import CountedTown


@pytest.fixture
def town(app, database):
    return CountedTown(app, database)


@pytest.fixture
def busy(town):
    town.fill_months(clock.today())
    keep_indicators(town.database, town.app.config["CONFIG"], clock.now())
    return town


def test_a_chart_is_drawn_from_the_numbers_of_the_table(busy, open_tab):
    tab = open_tab("lea", language="en")
    tab.go("/reports/indicators/I2")
    tab.page.wait_for_selector("[data-chart] svg")
    drawn = tab.page.inner_text("[data-chart]")
    assert "100%" in drawn and "upper limit" in drawn
    assert tab.page.locator("#trend ~ table tbody tr").count() == 12
    assert tab.page.get_attribute("[data-chart]", "role") == "img"
    assert tab.complaints == []


def test_without_script_the_table_is_all_there_is(busy, open_tab):
    tab = open_tab("lea", language="en", java_script_enabled=False)
    tab.go("/reports/indicators/I2")
    assert not tab.page.is_visible("[data-chart]")
    assert "%" in tab.page.inner_text("#trend ~ table")


def test_a_link_of_the_list_is_reached_and_opened_by_keys(busy, open_tab):
    tab = open_tab("lea")
    tab.go("/reports")
    tab.page.focus("a[href='/reports/indicators/I2b']")
    tab.page.keyboard.press("Enter")
    tab.page.wait_for_url("**/reports/indicators/I2b")
    assert tab.complaints == []


def test_indicators_in_every_size_language_and_theme(busy, open_tab):
    tab = open_tab("lea", DESK)
    pages = {"reports": "/reports", "indicator": "/reports/indicators/I2", "indicator-not": "/reports/indicators/I15"}
    look_at_pages(tab, pages)


def test_a_dark_phone_and_a_sheet_of_paper(busy, open_tab):
    tab = open_tab("lea", PHONE, theme="dark")
    tab.go("/reports/indicators/I2")
    tab.page.wait_for_selector("[data-chart] svg")
    tab.shoot("indicator-dark")
    lines = "[data-chart] path[stroke-width='2.5']"
    on_screen = tab.page.get_attribute(lines, "stroke")
    tab.page.emulate_media(media="print")
    drawn_anew = "([lines, colour]) => document.querySelector(lines).getAttribute('stroke') !== colour"
    tab.page.wait_for_function(drawn_anew, arg=[lines, on_screen])  # paper is light
    tab.shoot("indicator-print")
    assert not tab.is_wider_than_the_screen() and tab.complaints == []
