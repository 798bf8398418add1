"""What the office is asked for, in a real browser: seen on both screens, noted with one press and taken back with another."""

import pytest

from tests.browser.looking import look_at_pages
from tests.server.web.pages.test_office import OfficeTown


@pytest.fixture
def town(app, database) -> OfficeTown:
    return OfficeTown(app, database)


def test_a_session_is_noted_with_one_press_and_taken_back_with_another(town, open_tab):
    tab = open_tab("tess")
    tab.go("/me")
    tab.page.click('main a[href="/office"]')
    tab.page.click('form[action="/office"] button.primary >> nth=0')
    tab.page.wait_for_selector(".toast >> text=记下了")
    tab.page.click(".toast button >> text=撤销")
    tab.page.wait_for_selector(".toast >> text=撤回了")
    assert [standing for *_, standing in town.acts()] == [False]
    look_at_pages(tab, {"office": "/office"})


def test_a_clinician_reads_a_rule_signs_it_with_one_press_and_takes_it_back(town, open_tab):
    tab = open_tab("lin")
    tab.go("/me")
    tab.page.click('main a[href="/office"]')
    tab.page.click("#rule-GRV > summary")
    tab.page.click("#rule-GRV button.primary")
    tab.page.wait_for_selector(".toast >> text=已签字")
    tab.page.wait_for_selector("#rule-GRV > summary >> text=lin 于")
    tab.page.click("#rule-GRV > summary")
    tab.page.click("#rule-GRV form[action$='/withdraw'] button")
    tab.page.wait_for_selector("#rule-GRV > summary >> text=没有签字")
    tab.page.click("#rule-TRN-Q > summary")
    tab.page.click("#rule-TRN-Q button.primary")
    tab.page.wait_for_selector("#rule-TRN-Q > summary >> text=lin 于")
    look_at_pages(tab, {"office-signing": "/office"})
