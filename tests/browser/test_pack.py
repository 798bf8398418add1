"""The papers of the meeting and the town's own tables as people see them: every size, language and theme, and on paper."""

import io
from datetime import timedelta

import pytest
from openpyxl import Workbook

from server import clock
from server.followups.windows import add_months
from server.models import Project
from server.reports.pack.keeping import make_pack
from server.reports.tables.keeping import add_table
from tests.browser.looking import look_at_pages
from tests.browser.test_indicators import busy, town
from tests.chromium import DESK, PHONE

__all__ = ["busy", "town"]


@pytest.fixture
def papers(busy):
    """The month's papers and one table, by their addresses."""
    month = add_months(clock.today().replace(day=1), -1)
    with busy.database.transaction() as db:
        busy.lot(db, (clock.today() - timedelta(days=90)).isoformat(), None, "folic_acid")
        project, lea = db.get_one(Project, busy.project_id), busy.actor_id(db, "lea")
        table = add_table(db, project, "季报", a_table(), lea, clock.now()).id
    assert make_pack(busy.database, busy.project_id, month, clock.now())
    return {"pack": f"/reports/pack/{month:%Y-%m}", "table": f"/reports/tables/{table}"}


def a_table() -> bytes:
    book = Workbook()
    book.active.title = "季度"
    for row in (
        ["指标", "比率", "分子", "分母"],
        *([f"{{{{{one}.{field}}}}}" for field in FIELDS] for one in ("I2", "I3", "I13")),
    ):
        book.active.append(row)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


FIELDS = ("名称", "比率", "分子", "分母")


def test_papers_and_tables_in_every_size_language_and_theme(papers, open_tab):
    tab = open_tab("lea", DESK)
    assert tab.go(papers["table"]) == 200
    look_at_pages(tab, {"packs": "/reports/pack", "tables": "/reports/tables", **papers})


def test_charts_are_drawn_without_script_and_nothing_is_wider_than_a_phone(papers, open_tab):
    tab = open_tab("lea", PHONE, java_script_enabled=False)
    tab.go(papers["pack"])
    assert tab.page.locator("svg polyline").count() >= 3
    assert not tab.is_wider_than_the_screen()


def test_on_a4_the_papers_break_between_rows_and_say_that_they_are_internal(papers, open_tab):
    tab = open_tab("lea", DESK)
    tab.go(papers["pack"])
    tab.page.emulate_media(media="print")
    assert tab.page.is_visible(".pack-mark") and not tab.page.is_visible("[data-print]")
    tab.shoot("pack-print")
    assert tab.page.pdf(prefer_css_page_size=True).startswith(b"%PDF")


def test_a_table_is_given_by_hand_and_what_is_wrong_is_told(papers, open_tab):
    tab = open_tab("lea", DESK, language="en")
    tab.go("/reports/tables")
    book = Workbook()
    book.active["C4"] = "{{I77.rate}}"
    target = io.BytesIO()
    book.save(target)
    tab.page.fill("#t-name", "Quarter")
    tab.page.set_input_files("#t-file", [{"name": "q.xlsx", "mimeType": "application/x", "buffer": target.getvalue()}])
    tab.page.click("text=Add the table")
    tab.page.wait_for_selector("text=sheet “Sheet”, cell C4")
    tab.shoot("table-wrong")
