"""Taking records as a file: which form, as what, nothing that fits; and the file that a browser is given."""

import pytest
from openpyxl import load_workbook

from server import clock
from server.models import MadeExport
from tests import sizes
from tests.browser.looking import LOOKS, look_at_pages


@pytest.fixture
def records(town) -> None:
    for number in range(3):
        town.record(note=f"第 {number} 家", size=str(number))


def test_the_pages_fit_the_screen_and_axe_finds_nothing(town, records, open_tab):
    pages = {
        "export-form": "/review/export",
        "export-what": "/review/export?form=visit",
        "export-filtered": "/review/export?form=visit&state=received",
        "export-none": "/review/export?form=visit&state=rejected",
    }
    look_at_pages(open_tab("rita"), pages)


STATES = (  # (state, why, records), of 20,000
    ("over", "gone", 20_000),
    ("over", "expired", 20_000),
    ("failed", "error", 500),
    ("ready", None, 20_000),
    ("running", None, 8_500),
    ("waiting", None, 0),
)


def test_files_that_are_made_fit_the_screen_and_axe_finds_nothing(town, records, open_tab):
    now = clock.now()
    with town.database.transaction() as db:
        rita = town.actor_id(db, "rita")
        for state, why, records_read in STATES:
            row = MadeExport(project_id=town.project_id, actor_id=rita, form_id=town.form_id, kind="xlsx", total=20_000)
            row.state, row.why, row.records, row.mark, row.wish_json = state, why, records_read, "x", "{}"
            row.asked_at = now
            row.ready_at = now if state == "ready" else None
            db.add(row)
    look_at_pages(open_tab("rita"), {"export-made": "/review/export"})


@pytest.mark.parametrize(("size", "language"), LOOKS[: sizes.size("page_looks")])
def test_a_browser_is_given_the_file(town, records, open_tab, tmp_path, size, language):
    tab = open_tab("rita", size, language)
    tab.go("/review/export?form=visit")
    with tab.page.expect_download() as given:
        tab.page.click("main form button.primary")
    target = tmp_path / "visit.xlsx"
    given.value.save_as(target)
    assert given.value.suggested_filename == "visit.xlsx"
    assert load_workbook(target).worksheets[0].max_row == 4
