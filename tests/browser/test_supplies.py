"""What lies in store in a real browser: taken in, handed out, counted, sent on and taken back on a phone, and all of it fits."""

import pytest

from tests.browser.looking import look_at_pages
from tests.server.web.pages.conftest import CODES
from tests.server.web.pages.stocked import StockedTown

POINT = "/supplies?point=town"


@pytest.fixture
def town(app, database) -> StockedTown:
    return StockedTown(app, database)


def add(tab, number: str, expires: str, item: str = "coc") -> None:
    page = tab.page
    page.select_option("#f-item", item)
    for name, value in (("number", number), ("expires", expires), ("received", "2026-02-02"), ("quantity", "40")):
        page.fill(f"#f-{name}", value)
    page.click("main form[action='/supplies'] button.primary")
    page.wait_for_selector(".toast >> text=收好了")


def test_a_lot_goes_its_way_and_every_page_of_it_fits_the_screen(town, open_tab):
    tab = open_tab("lea")
    tab.go(POINT)
    for number, expires, item in (
        ("B7", "2027-03-31", "coc"),
        ("C1", "2027-01-15", "condom"),
        ("D2", "2026-12-20", "folic_acid"),
    ):
        add(tab, number, expires, item)
    tab.page.select_option("#h-lot", label="短效口服避孕药 B7 · 40 盒 · 先发这一批")
    tab.page.fill("#h-quantity", "3")
    tab.page.click("form[action='/supplies/hand-out'] button")
    tab.page.wait_for_selector(".toast >> text=没有问名字")
    tab.page.click(".toast button >> text=撤销")
    tab.page.wait_for_selector(".toast >> text=收回了")
    first = tab.page.locator("section:has(h2:has-text('B7'))")
    first.locator("input[name=quantity] >> nth=0").fill("31")
    first.locator("select[name=reason] >> nth=0").select_option("lost")
    first.get_by_text("记下数目").click()
    tab.page.wait_for_selector(".toast >> text=数目记下了")
    town.record("coc", 99, "town", "b7", "2026-12-01T02:00:00+00:00")
    town.record("condom", 41, CODES[0], "")
    pages = {"supplies-points": "/supplies", "supplies-point": POINT, "supplies-ledger": "/supplies/ledger?point=town"}
    look_at_pages(tab, {**pages, "report-stock": "/reports/stock"})


def test_an_empty_store_fits_the_screen_and_says_what_it_is_for(town, open_tab):
    tab = open_tab("wang")
    tab.go("/supplies")
    look_at_pages(tab, {"supplies-none": "/supplies", "report-none": "/reports/stock"})


def test_training_results_fit_the_screen(town, open_tab):
    tab = open_tab("tess")
    tab.go("/reports/training")
    look_at_pages(tab, {"report-training": "/reports/training"})
