"""A town worked out by hand: the same numbers on the page, by the API and in what is kept; each window is counted once."""

import io
from datetime import timedelta

import pytest
from openpyxl import Workbook, load_workbook
from sqlalchemy import delete, func, select

from server.models import CareEvent, Project, Release, ReleaseLook
from server.reports.indicators.definitions import ALL
from server.reports.pack.keeping import make_packs
from tests.conftest import MORNING
from tests.server.reports.indicators.counted_town import END, QUARTER
from tests.server.web.pages.conftest import text_of

BY_HAND = {
    "I1b": (25, 35),  # A and C were checked in the first 90 days, B was not
    "I2": (20, 35),  # A alone had five checks
    "I2b": (20, 25),  # of A and C, who registered early and gave birth at term; A had one in each window
    "I3": (20, 35),  # A was visited on day 5
    "I3b": (30, 35),  # and B on day 20
    "I5": (20, 35),
}


def api(lead, counted, name=""):
    answer = lead.client.get(f"/v1/projects/{counted.project_id}/indicators{name}")
    assert answer.status_code == 200
    return answer.get_json()


def newest(lead, counted):
    """(numerator, denominator) of each newest window, or why it is hidden; None where there is none."""
    found = {}
    for one in api(lead, counted):
        last = one["windows"][-1]["town"] if one["windows"] else None
        found[one["id"]] = last and ((last["numerator"], last["denominator"]) if not last["hidden"] else last["hidden"])
    return found


@pytest.fixture
def full(counted):
    counted.births()
    counted.births(consent_stats=False)  # they are in no number
    counted.homes()
    assert counted.count() > 0
    return counted


def test_the_numbers_are_those_worked_out_by_hand(full, lead):
    found = newest(lead, full)
    assert {name: found[name] for name in BY_HAND} == BY_HAND
    assert found["I4"] == (20, 35), "A came between day 42 and 56; the quarter ended with the year"
    assert found["I9"] == (30, 40)
    assert found["I1"] is None and found["I13"] == "few_people"


def test_page_and_api_say_the_same(full, lead):
    for name, (done, of) in BY_HAND.items():
        page = text_of(lead.see(f"/reports/indicators/{name}"))
        assert f"{100 * done // of}% {done}/{of}" in page and "Counted on Today 09:00." in page, name
        one = api(lead, full, f"/{name}")
        assert one["id"] == name and one["windows"][-1]["last"] == END.isoformat()
        assert (one["windows"][-1]["town"]["numerator"], one["windows"][-1]["town"]["denominator"]) == (done, of)
    overview = text_of(lead.see("/reports"))
    assert "57% 20/35" in overview and "75%" in overview


def test_page_pack_table_and_api_say_the_same_of_every_indicator(full, lead):
    """Whatever it is: the number, or why it is hidden."""
    make_packs(full.database, MORNING)
    by_api = {one["id"]: one["windows"][-1]["town"] for one in api(lead, full) if one["windows"]}
    assert len(by_api) == len(ALL) - 2, "all but the two that are not counted"
    book = load_workbook(io.BytesIO(lead.see("/reports/pack/2026-02/xlsx").data))
    in_pack = {row[0].value: row for row in book["Indicators"].iter_rows() if row[0].value in by_api}
    on_paper = text_of(lead.see("/reports/pack/2026-02"))
    table = filled_table(lead, by_api)
    for name, told in by_api.items():
        page = text_of(lead.see(f"/reports/indicators/{name}"))
        rate, done, of = (cell.value for cell in in_pack[name][2:5])
        assert [cell.value for cell in table[name]] == [name, rate, done or rate, of or rate] or told[
            "denominator"
        ] == 0
        if told["hidden"]:
            assert rate == WHY[told["hidden"]] and done is None and of is None, name
            assert rate in page and rate in on_paper
        elif told["denominator"]:
            assert (done, of) == (told["numerator"], told["denominator"]), name
            assert rate == told["percent"] / 100 and f"{told['percent']}% {done}/{of}" in page, name
            assert f"{told['percent']}%" in on_paper
        else:
            assert (rate, done, of) == ("nothing to count", 0, 0) and "nothing to count" in page


def filled_table(lead, names):
    """By id: what a table of the town's own shows of each."""
    book = Workbook()
    for at, name in enumerate(names, start=1):
        for column, text in enumerate(
            (name, *(f"{{{{{name}.{field}}}}}" for field in ("rate", "numerator", "denominator"))), 1
        ):
            book.active.cell(at, column, text)
    target = io.BytesIO()
    book.save(target)
    answer = lead.send("/reports/tables", {"name": "all", "file": (io.BytesIO(target.getvalue()), "all.xlsx")})
    made = load_workbook(io.BytesIO(lead.see(f"{answer.headers['Location']}/file").data)).active
    return {row[0].value: row for row in made.iter_rows()}


WHY = {
    "few_people": "fewer than 10, not shown",
    "few": "few on one side, not shown",
    "everybody": "all on one side, not shown",
    "complement": "it would give away a small number, not shown",
}


def test_a_window_is_counted_once_and_never_changes(full, lead):
    before = newest(lead, full)
    with full.database.transaction() as db:
        db.execute(delete(CareEvent).where(CareEvent.form_id == "antenatal_check"))
    assert full.count() == 0
    assert newest(lead, full) == before


def test_windows_are_told_two_weeks_after_their_end(full, lead):
    ends = [one["last"] for one in api(lead, full, "/I2")["windows"]]
    assert len(ends) == 12 and ends[-1] == END.isoformat()
    quarters = [one["last"] for one in api(lead, full, "/I4")["windows"]]
    assert len(quarters) == 8 and quarters[-1] == QUARTER.isoformat()


def test_it_is_kept_who_was_told_which_window(full, lead):
    lead.see("/reports")
    lead.see("/reports")
    with full.database.reading() as db:
        kept = db.scalar(select(func.count(Release.id)).where(Release.measure.startswith("indicator ")))
        looks = db.scalar(
            select(func.count(ReleaseLook.id))
            .join(Release, Release.id == ReleaseLook.release_id)
            .where(Release.measure.startswith("indicator "))
        )
    assert kept == looks > 100


def test_a_small_town_is_told_nothing_of_its_women(counted, lead):
    counted.births(groups=(4, 3, 2))
    counted.count()
    found = newest(lead, counted)
    assert {found[name] for name in BY_HAND} == {"few_people"}
    assert "fewer than 10, not shown" in text_of(lead.see("/reports/indicators/I2"))


def test_where_all_were_or_few_were_not_nothing_is_told(counted, lead):
    counted.births(groups=(20, 0, 0))
    counted.count()
    assert newest(lead, counted)["I2"] == "everybody"


def test_four_who_were_not_are_not_told(counted, lead):
    counted.births(groups=(20, 0, 4))
    counted.count()
    assert newest(lead, counted)["I2"] == "few"


def test_rates_of_the_same_births_stand_side_by_side(counted, lead):
    counted.births(groups=(20, 10, 8))
    with counted.database.transaction() as db:
        project = db.get_one(Project, counted.project_id)
        for _ in range(2):
            counted.birth(db, project, "A")
    counted.count()
    found = newest(lead, counted)
    assert found["I2"] == (22, 40) and found["I3"] == (22, 40)
    assert found["I5"] == (22, 40) and found["I2b"] == (22, 30)


def test_a_birth_after_which_leaving_is_not_known_is_not_given_away_by_the_denominators(counted, lead):
    counted.births(groups=(20, 10, 8))
    with counted.database.transaction() as db:
        rows = db.scalars(select(CareEvent).where(CareEvent.form_id == "delivery_postnatal"))
        birth = next(row for row in rows if "discharge_date" in row.data_json)
        birth.data_json = birth.data_json.replace("discharge_date", "unasked")
    counted.count()
    found = newest(lead, counted)
    assert found["I2"] == (20, 38)
    assert found["I3"] == found["I3b"] == "complement", "37 beside 38 would tell of one woman"


def test_who_works_in_some_villages_is_told_no_sums(full, browse):
    with full.database.transaction() as db:
        full.hire(db, db.get_one(Project, full.project_id), "mei", "clinician")
    browser = browse("mei", "en")
    assert all(one["windows"] == [] for one in api(browser, full))
    page = text_of(browser.see("/reports"))
    assert "are for those who work for the whole town" in page and "20/35" not in page
    assert "20/35" not in text_of(browser.see("/reports/indicators/I2"))


def test_a_village_worker_and_a_reviewer_have_no_such_page(full, browse):
    for name in ("wang", "rita"):
        browser = browse(name)
        assert browser.see("/reports").status_code == 403
        assert 'href="/reports"' not in browser.see("/").get_data(as_text=True)


def test_the_way_to_the_records_is_shown_to_who_may_read_them(full, lead, browse):
    page = lead.see("/reports/indicators/I3").get_data(as_text=True)
    assert "/review?form=" not in page and "Only who cares for the women" in page
    doctor = browse("lin", "en")
    page = doctor.see("/reports/indicators/I3").get_data(as_text=True)
    assert 'href="/review?form=delivery_postnatal"' in page
    assert doctor.see("/review?form=delivery_postnatal").status_code == 200


def test_days_of_stock_have_no_limits(counted, lead):
    with counted.database.transaction() as db:
        counted.lot(db, "2025-01-01", "2026-01-30")
    counted.count()
    windows = api(lead, counted, "/I7")["windows"]
    assert len(windows) == 12 and {one["limits"] for one in windows} == {None}


def test_where_there_was_nothing_to_count_that_is_said(counted, lead):
    counted.count()
    assert api(lead, counted, "/I7")["windows"][-1]["town"] == {
        "numerator": 0,
        "denominator": 0,
        "percent": None,
        "hidden": None,
    }
    assert "nothing to count" in text_of(lead.see("/reports/indicators/I7"))


def test_what_is_no_indicator_is_not_found(full, lead):
    assert lead.see("/reports/indicators/I99").status_code == 404
    assert lead.client.get(f"/v1/projects/{full.project_id}/indicators/I99").status_code == 404


def test_the_page_of_reports_asks_as_often_for_any_town(full, lead, count_queries):
    lead.see("/reports")
    with count_queries() as few:
        lead.see("/reports")
    full.births(groups=(30, 30, 30))
    full.homes()
    full.count(MORNING + timedelta(days=20))
    with count_queries() as many:
        lead.see("/reports")
    assert len(many) == len(few) < 40
