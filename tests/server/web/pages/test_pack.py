"""The papers of the monthly meeting: made once, told to who is told sums, the same on the page, in Excel and in the PDF."""

import io
from datetime import date, timedelta

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from server.jobs import TIMETABLE
from server.models import Audit, MonthlyPack, Notification, Project, Release, ReleaseLook, Village
from server.reports.pack.facts import read_facts
from server.web.pages import pack as page
from tests.conftest import MORNING
from tests.server.reports.indicators.conftest import counted, lead
from tests.server.web.pages.conftest import text_of

__all__ = ["counted", "lead"]
HERE = "/reports/pack/2026-02"


def make(counted, now=MORNING) -> int:
    [job] = [one for one in TIMETABLE if one.name == "packs"]
    return job.step(counted.database, counted.app.config["CONFIG"], now)


@pytest.fixture
def full(counted):
    counted.births()
    counted.homes()
    with counted.database.transaction() as db:
        counted.lot(db, "2025-12-01", None, "folic_acid")
    counted.count()
    assert make(counted) == 1
    return counted


def sheets(lead, month=HERE):
    answer = lead.see(f"{month}/xlsx")
    assert answer.status_code == 200 and answer.mimetype.endswith("spreadsheetml.sheet")
    return load_workbook(io.BytesIO(answer.data))


def test_they_are_made_once_on_the_first_working_day(counted):
    counted.births()
    counted.count()
    first = MORNING - timedelta(days=1)  # a Sunday
    assert make(counted, first) == 0
    assert make(counted) == 1 and make(counted) == 0
    with counted.database.reading() as db:
        [pack] = db.scalars(select(MonthlyPack))
        assert pack.month == date(2026, 2, 1)
        assert read_facts(pack.told_json).made_on == date(2026, 3, 2)


def test_who_reads_the_towns_numbers_is_told_and_led_there(full, lead, browse):
    with full.database.transaction() as db:
        told = set(db.scalars(select(Notification.recipient_id).where(Notification.kind == "pack_ready")))
        assert full.actor_id(db, "lea") in told and full.actor_id(db, "lin") in told
        assert full.actor_id(db, "wang") not in told and full.actor_id(db, "rita") not in told


def test_the_page_says_what_the_indicators_say(full, lead):
    page = text_of(lead.see(HERE))
    assert "Papers of the monthly meeting, Feb 2026" in page
    assert "57%" in page and "85%" in page  # I2 is 20 of 35, I3b 30 of 35
    assert "Folic acid" in page and "100" in page
    assert "2 Mar 2026 09:00" in page
    assert "Feb 2026" in text_of(lead.see("/reports/pack"))


def test_the_workbook_has_numbers_as_numbers_and_charts_of_its_own(full, lead):
    book = sheets(lead)
    assert [len(one._charts) for one in book.worksheets].count(3) == 1
    cells = [cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert 0.57 in {cell.value for cell in cells} and {20, 35} <= {cell.value for cell in cells}
    assert not [cell.coordinate for cell in cells if cell.data_type == "f"]
    assert all(sheet.page_setup.paperSize == 9 for sheet in book.worksheets)


def test_its_labels_are_chinese_for_who_reads_chinese(full, browse):
    book = sheets(browse("lea"))
    assert book.sheetnames[:3] == ["摘要", "做过什么", "指标"]
    assert "月会材料" in book.worksheets[0]["A1"].value


def test_small_numbers_are_hidden_everywhere(counted, lead):
    counted.births(groups=(4, 3, 2))
    counted.count()
    make(counted)
    page = text_of(lead.see(HERE))
    assert "fewer than 10, not shown" in page and "4/9" not in page
    values = {cell.value for sheet in sheets(lead).worksheets for row in sheet.iter_rows() for cell in row}
    assert "fewer than 10, not shown" in values and 0.44 not in values


def test_the_pdf_is_made_of_the_same_paper(full, lead):
    answer = lead.see(f"{HERE}/pdf")
    assert answer.status_code == 200 and answer.mimetype == "application/pdf"
    assert answer.data.startswith(b"%PDF") and len(answer.data) > 20_000


def test_where_no_pdf_can_be_made_the_page_says_what_to_do(full, lead, monkeypatch):
    monkeypatch.setattr(page, "print_pdf", lambda _html, _styles: None)
    answer = lead.see(f"{HERE}/pdf")
    assert answer.status_code == 303 and answer.headers["Location"] == HERE


def test_who_took_a_file_is_noted_and_who_was_told_what(full, lead):
    lead.see(HERE)
    sheets(lead)
    full.app.extensions["fangshi.readings"].flush()
    with full.database.reading() as db:
        [noted] = db.scalars(select(Audit).where(Audit.action == "report.export"))
        assert noted.details["month"] == "2026-02" and noted.details["format"] == "xlsx"
        looked = db.scalars(
            select(Release.measure).join(ReleaseLook, ReleaseLook.release_id == Release.id).distinct()
        ).all()
        assert {"pack done 2026-02", "follow-ups overdue", "indicator I2"} <= set(looked)


def test_who_works_in_some_villages_is_told_no_sums(full, browse):
    with full.database.transaction() as db:
        full.hire(db, db.get_one(Project, full.project_id), "mei", "clinician")
    mei = browse("mei", "en")
    assert "are for those who work for the whole town" in text_of(mei.see("/reports/pack"))
    for address in (HERE, f"{HERE}/xlsx", f"{HERE}/pdf"):
        assert mei.see(address).headers["Location"] == "/reports/pack"


def test_what_is_no_month_and_a_month_without_papers_are_not_found(full, lead):
    assert lead.see("/reports/pack/2026-01").status_code == 404
    assert lead.see("/reports/pack/february").status_code == 404


def test_they_go_after_thirteen_months(full, lead):
    later = MORNING + timedelta(days=420)
    make(full, later)
    with full.database.reading() as db:
        assert date(2026, 2, 1) not in set(db.scalars(select(MonthlyPack.month)))


def test_an_older_paper_stays_as_it_was(full, lead):
    before = paper_on(lead), values_of(sheets(lead))
    full.births(groups=(0, 9, 9))
    for days in range(30, 361, 30):
        full.count(MORNING + timedelta(days=days))
        make(full, MORNING + timedelta(days=days))
    assert values_of(sheets(lead)) == before[1]
    assert paper_on(lead) == before[0]


def paper_on(lead):
    return text_of(lead.see(HERE)).partition("Internal work")[2]


def values_of(book):
    return [(sheet.title, list(sheet.iter_rows(values_only=True))) for sheet in book.worksheets]


def test_a_name_that_looks_like_a_formula_is_text_in_the_workbook(full, lead):
    with full.database.transaction() as db:
        for row in db.scalars(select(Village).where(Village.project_id == full.project_id)):
            row.name = "=cmd|' /C calc'!A0"
    cells = [cell for sheet in sheets(lead).worksheets for row in sheet.iter_rows() for cell in row]
    assert "'=cmd|' /C calc'!A0" in {cell.value for cell in cells}
    assert not [one for one in cells if one.data_type == "f" or str(one.value).startswith("=")]


def test_what_is_done_later_is_not_summed_up_as_done_in_time(full, lead):
    [row] = [one for one in sheets(lead)["What was done"].iter_rows(values_only=True) if one[0] == "All together"]
    assert row[1:4] == (None, None, 0)


def test_a_window_that_was_counted_after_the_papers_is_not_in_them(counted, lead):
    counted.births()
    counted.homes()
    assert make(counted) == 1
    before = text_of(lead.see(HERE))
    counted.count(MORNING + timedelta(hours=1))
    assert "57%" in text_of(lead.see("/reports"))
    assert text_of(lead.see(HERE)) == before
