"""The register of lots in a real browser: a lot is added, counted and ended on a phone, and all of it fits."""

import pytest

from tests.browser.looking import look_at_pages
from tests.server.web.pages.test_office import OfficeTown


@pytest.fixture
def town(app, database) -> OfficeTown:
    return OfficeTown(app, database)


def add(tab, number: str, expires: str, item: str = "coc") -> None:
    page = tab.page
    page.select_option("#f-item", item)
    for name, value in (("number", number), ("expires", expires), ("received", "2026-02-02"), ("quantity", "40")):
        page.fill(f"#f-{name}", value)
    page.click("main form[action='/office/supplies'] button.primary")
    page.wait_for_selector(".toast >> text=这一批登记好了")


def test_a_lot_is_added_counted_and_ended_and_the_page_fits_the_screen(town, open_tab):
    tab = open_tab("lea")
    tab.go("/office/supplies")
    for number, expires, item in (
        ("B7", "2027-03-31", "coc"),
        ("C1", "2027-01-15", "condom"),
        ("D2", "2026-12-20", "folic_acid"),
    ):
        add(tab, number, expires, item)
    tab.page.fill("section:has-text('B7') input[name=quantity] >> nth=0", "31")
    tab.page.click("section:has-text('B7') >> text=记下数目")
    tab.page.wait_for_selector(".toast >> text=数目记下了")
    tab.page.click("section:has-text('D2') >> text=已经不在库里")
    tab.page.click("section:has-text('D2') >> text=退回了")
    tab.page.wait_for_selector(".toast >> text=不在库了")
    tab.page.click(".toast button >> text=撤销")
    tab.page.wait_for_selector(".toast >> text=又在库了")
    look_at_pages(tab, {"supplies": "/office/supplies"})


def test_an_empty_register_fits_the_screen_and_says_what_it_is_for(town, open_tab):
    tab = open_tab("lea")
    tab.go("/office/supplies")
    look_at_pages(tab, {"supplies-none": "/office/supplies"})
