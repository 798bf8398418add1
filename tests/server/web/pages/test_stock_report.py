"""The month's stock ledger as a page and as files."""

from io import BytesIO

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from server.models import Audit
from tests.server.web.pages.conftest import CODES, HTML, text_of
from tests.server.web.pages.stocked import LOT, PAGE, StockedTown
from tests.server.web.pages.women import main_of

REPORT = "/reports/stock"


@pytest.fixture
def town(paged, database):
    return StockedTown(paged, database)


@pytest.fixture
def lea(town, browse):
    lea = browse("lea")
    lea.see(PAGE)
    lea.send(PAGE, LOT)
    lea.send(f"{PAGE}/hand-out", {"lot": town.lots()[0].id, "quantity": "3"})
    return lea


def test_the_page_has_this_month_and_the_one_before(town, lea):
    words = text_of(lea.see(REPORT))
    assert "短效口服避孕药 B7" in words and "37 盒" in words and "2026-05-15" in words
    assert "断货天数" in words and "共 2 天" in words
    words = text_of(lea.see(f"{REPORT}?month=2026-02"))
    assert "40 盒" in words and "共 27 天" in words and "-3" not in words
    assert REPORT in main_of(lea.see("/reports"))


def test_the_files_say_the_same_and_are_written_down(town, lea):
    sheet = load_workbook(BytesIO(lea.client.get(f"{REPORT}.xlsx", headers=HTML).get_data())).active
    row = [one.value for one in next(sheet.iter_rows(min_row=2))]
    assert [row[1], row[2], *row[4:]] == ["短效口服避孕药", "B7", 40, 0, 0, -3, 0, 0, 37]
    answer = lea.client.get(f"{REPORT}.csv?month=2026-02", headers=HTML)
    assert (
        answer.headers["Content-Type"].startswith("text/csv") and "2026-02.csv" in answer.headers["Content-Disposition"]
    )
    assert "短效口服避孕药,B7,2026-05-15,0,40,0,0,0,0,40" in answer.get_data(as_text=True)
    with town.database.reading() as db:
        taken = list(db.scalars(select(Audit.details).where(Audit.action == "supply.read.report").order_by(Audit.id)))
    assert taken == [{"month": "2026-03", "kind": "xlsx"}, {"month": "2026-02", "kind": "csv"}]


def test_a_lot_that_is_called_as_a_formula_stays_text(town, lea):
    lea.send(PAGE, {**LOT, "number": "=HYPERLINK(1)"})
    assert "'=HYPERLINK(1)" in lea.client.get(f"{REPORT}.csv", headers=HTML).get_data(as_text=True)


def test_who_works_in_a_village_has_the_report_of_its_store(town, lea, browse):
    lea.send(PAGE, {**LOT, "number": "MINE", "village": town.village(CODES[0])})
    wang = browse("wang")
    words = text_of(wang.see(REPORT))
    assert "MINE" in words and "B7" not in words
    assert "B7" not in wang.client.get(f"{REPORT}.csv", headers=HTML).get_data(as_text=True)
    for kind in ("csv", "xlsx"):
        assert browse("rita").client.get(f"{REPORT}.{kind}", headers=HTML).status_code == 403


def test_the_report_of_others_tells_no_single_handing_out(town, lea):
    village = town.village(CODES[0])
    lea.send(PAGE, {**LOT, "number": "V", "village": village})
    for _ in range(4):
        town.record("coc", 1, CODES[0], "V")
    text = lea.client.get(f"{REPORT}.csv?month=2026-02", headers=HTML).get_data(as_text=True)
    assert ",V,2026-05-15,0,40,0,0,0,0,40" in text and "每五次" in text_of(lea.see(REPORT))
    town.record("coc", 1, CODES[0], "V")
    text = lea.client.get(f"{REPORT}.csv?month=2026-02", headers=HTML).get_data(as_text=True)
    assert ",V,2026-05-15,0,40,0,-5,0,0,35" in text
