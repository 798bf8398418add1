"""Tables that the town draws in Excel: given, looked at, taken filled in; what is wrong is told with sheet and cell."""

import io

import pytest
from openpyxl import Workbook, load_workbook
from sqlalchemy import select, update

from server.models import AppUser, Release, ReleaseLook, Village
from server.reports.tables import workbooks
from tests.conftest import MORNING
from tests.server.reports.indicators.conftest import counted, lead
from tests.server.web.pages.conftest import CODES, text_of
from tests.server.web.pages.test_pack import make

__all__ = ["counted", "lead"]
HERE = "/reports/tables"


def a_book(**cells) -> io.BytesIO:
    book = Workbook()
    for place, value in cells.items():
        book.active[place] = value
    target = io.BytesIO()
    book.save(target)
    target.seek(0)
    return target


def give(lead, address=HERE, name="月报", **cells):
    return lead.send(address, {"name": name, "file": (a_book(**cells), "table.xlsx")})


@pytest.fixture
def full(counted):
    counted.births()
    counted.homes()
    counted.count()
    return counted


def filled(lead, address):
    answer = lead.see(f"{address}/file")
    assert answer.status_code == 200
    return load_workbook(io.BytesIO(answer.data)).active


def test_a_table_comes_back_with_the_numbers_in_the_places_of_its_marks(full, lead):
    answer = give(
        lead, A1="{{镇}}", A2="{{I2.rate}}", A3="{{I2.numerator}}/{{I2.分母}}", A4="=SUM(A2:A2)", A5="{{I13.rate}}"
    )
    address = answer.headers["Location"]
    page = text_of(lead.see(address))
    assert "57%" in page and "20/35" in page and "5 marks are filled in." in page
    sheet = filled(lead, address)
    assert (sheet["A2"].value, sheet["A3"].value, sheet["A4"].value) == (0.57, "20/35", "=SUM(A2:A2)")
    assert sheet["A5"].value == "fewer than 10, not shown"
    assert "月报" in text_of(lead.see(HERE))


def test_a_mark_of_a_village_and_of_a_window_before(full, lead):
    address = give(
        lead, A1=f"{{{{I9.rate village={CODES[0]}}}}}", A2="{{I2.rate before=1}}", A3="{{I2.rate before=11}}"
    ).headers["Location"]
    sheet = filled(lead, address)
    assert sheet["A1"].value == "it would give away a small number, not shown", "the town's would give it back"
    assert sheet["A2"].value == 0.57
    assert sheet["A3"].value == "fewer than 10, not shown"


def test_an_unknown_mark_is_named_with_its_sheet_and_cell_and_nothing_is_stored(full, lead):
    answer = give(lead, B2="{{I99.rate}}", B3="{{I2.rate cluster=999}}")
    assert answer.status_code == 422
    page = text_of(answer)
    assert "sheet “Sheet”, cell B2" in page and "{{I99.rate}}" in page and "There is no indicator" in page
    assert "cell B3" in page and "has this code" in page and "No tables yet" in page


def test_a_table_whose_place_is_gone_says_so_and_is_not_filled(full, lead):
    address = give(lead, A1=f"{{{{I9.rate village={CODES[0]}}}}}").headers["Location"]
    with full.database.transaction() as db:
        db.execute(update(Village).where(Village.code == CODES[0]).values(code="999"))
    assert "cell A1" in text_of(lead.see(address))
    assert lead.see(f"{address}/file").headers["Location"] == address


def test_what_is_no_table_is_told_and_not_stored(full, lead):
    answer = give(lead, A1='=WEBSERVICE("https://example.test")')
    assert answer.status_code == 422
    page = text_of(answer)
    assert "sheet “Sheet”, cell A1" in page and "This formula is not taken." in page and "No tables yet" in page
    answer = lead.send(HERE, {"name": "x", "file": (io.BytesIO(b"%PDF"), "x.xlsx")})
    assert answer.status_code == 422 and "can't be opened" in text_of(answer)
    assert lead.send(HERE, {"name": "x"}).status_code == 400


def test_every_version_is_kept_and_the_newest_is_filled_in(full, lead):
    address = give(lead, A1="{{I2.rate}}").headers["Location"]
    assert give(lead, address, A1="{{I3b.rate}}").status_code == 303
    assert filled(lead, address)["A1"].value == 0.85
    first = load_workbook(io.BytesIO(lead.see(f"{address}/versions/1").data)).active
    assert first["A1"].value == "{{I2.rate}}"
    answer = give(lead, address, A1="=cmd|' /C calc'!A0")
    assert answer.status_code == 422 and "cell A1" in text_of(answer)
    assert lead.see(f"{address}/versions/3").status_code == 404


def test_a_table_that_was_taken_away_can_be_brought_back(full, lead):
    address = give(lead, A1="{{I2.rate}}").headers["Location"]
    assert lead.send(f"{address}/remove").status_code == 303
    assert lead.see(address).status_code == 404 and "No tables yet" in text_of(lead.see(HERE))
    assert lead.send(f"{address}/restore").status_code == 303
    assert lead.see(address).status_code == 200


def test_it_can_be_filled_with_the_numbers_of_a_months_papers(full, lead):
    make(full)
    address = give(lead, A1="{{as_of}}", A2="{{I2.rate}}").headers["Location"]
    page = text_of(lead.see(f"{address}?month=2026-02"))
    assert "2 Mar 2026 09:00" in page and "57%" in page
    assert lead.see(f"{address}?month=2020-01").status_code == 404


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_example_is_a_table_that_is_taken_and_filled_without_fault(full, browse, lang):
    lead = browse("lea", "en") if lang == "en" else browse("lea")
    example = lead.see(f"{HERE}/example")
    answer = lead.send(HERE, {"name": "x", "file": (io.BytesIO(example.data), "e.xlsx")})
    sheet = filled(lead, answer.headers["Location"])
    assert (sheet["B2"].value, sheet["C2"].value, sheet["D2"].value) == (0.57, 20, 35)


def test_who_may_not_set_tables_up_reads_them_alone(full, lead, browse):
    address = give(lead, A1="{{I2.rate}}").headers["Location"]
    doctor = browse("lin", "en")
    assert "57%" in text_of(doctor.see(address)) and "Take the table away" not in text_of(doctor.see(address))
    assert give(doctor, A1="x").status_code == 403 and doctor.send(f"{address}/remove").status_code == 403
    assert browse("wang").see(HERE).status_code == 403


def test_a_months_papers_fill_in_their_own_month_and_the_phones_of_that_day(full, lead):
    make(full)
    address = give(lead, A1="{{month}}", A2="{{synced}}", A3="{{phones}}", A4="{{I11.window}}").headers["Location"]
    with full.database.transaction() as db:
        db.execute(update(AppUser).values(last_used_at=MORNING))
    now = filled(lead, address)
    assert [now[place].value for place in ("A1", "A2", "A3", "A4")] == ["Mar 2026", 1, 1, "on Mon 2 Mar"]
    papers = load_workbook(io.BytesIO(lead.see(f"{address}/file?month=2026-02").data)).active
    assert [papers[place].value for place in ("A1", "A2", "A3", "A4")] == ["Feb 2026", 0, 1, "on Mon 2 Mar"]


def test_who_reads_a_table_of_a_months_papers_is_noted_as_their_reader(full, lead):
    make(full)
    address = give(lead, A1="{{I11.rate}}").headers["Location"]
    lead.see(f"{address}?month=2026-02")
    with full.database.reading() as db:
        looked = select(Release.measure).join(ReleaseLook, ReleaseLook.release_id == Release.id)
        assert "follow-ups overdue" in db.scalars(looked).all()


def test_the_name_that_was_typed_stays_when_the_workbook_is_no_good(full, lead):
    assert 'value="月报"' in give(lead, A1="{{I99.rate}}").get_data(as_text=True)


@pytest.mark.parametrize("again", [False, True])
def test_others_can_write_while_a_workbook_is_read(full, lead, monkeypatch, again):
    address = give(lead, A1="{{I2.rate}}").headers["Location"] if again else HERE
    really = workbooks.scan

    def slow(data):
        with full.database.transaction() as db:
            db.execute(update(Village).where(Village.code == CODES[0]).values(name="x"))
        return really(data)

    monkeypatch.setattr(workbooks, "scan", slow)
    assert give(lead, address, A1="{{I2.rate}}").status_code == 303
