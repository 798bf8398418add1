"""Titles of forms in the language of the page."""

from tests.making import a_form, an_xform
from tests.server.web.pages.conftest import Browser, Town, text_of


def test_a_form_of_ours_bears_its_english_title_on_english_pages(app, database):
    town = Town(app, database)
    with database.transaction() as db:
        a_form(db, town.project_id, form_id="household_visit", xml=an_xform("household_visit", title="家庭走访"))
    lists = {one: Browser(app, one).sign_in("lea@example.test").see("/forms") for one in ("en", "zh_Hans")}
    assert "Household visit" in text_of(lists["en"]) and "家庭走访" not in text_of(lists["en"])
    assert "家庭走访" in text_of(lists["zh_Hans"]) and "Household visit" not in text_of(lists["zh_Hans"])
