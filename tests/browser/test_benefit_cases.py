"""A benefit officer's own records in a real browser: filled in, reviewed, and a case that its household has removed."""

import pytest
from sqlalchemy import select

from server.access import roles
from server.access.assignments import assign, set_villages
from server.access.caller import Caller
from server.access.people import create_user
from server.models import Project, Submission
from tests.browser.filling import FormTown, fill_and_send, wait_for_form
from tests.browser.looking import look_at_pages
from tests.chromium import PHONE
from tests.conftest import MORNING, PASSWORD


@pytest.fixture
def forms(app, database) -> FormTown:
    town = FormTown(app, database)
    town.invite()
    with database.transaction() as db:
        project, by = db.get_one(Project, town.project_id), Caller(actor_id=town.actor_id(db, "ada"), type="user")
        ben = create_user(db, "ben@example.test", PASSWORD, "ben", by.actor_id, MORNING).actor_id
        assign(db, by, roles.BY_SYSTEM["benefit_officer"], ben, MORNING, project, None)
        set_villages(db, by, project, ben, None, MORNING)
    return town


def test_a_case_is_filled_in_reviewed_and_removed_at_the_households_word(forms, open_tab, database):
    tab = open_tab("ben", PHONE, timezone_id="Asia/Shanghai")
    look_at_pages(tab, {"benefit-review-none": "/review"})
    tab.page.set_viewport_size(PHONE)
    tab.speak("zh_Hans")
    tab.go("/forms/benefit_case/fill")
    wait_for_form(tab.page)
    assert fill_and_send(tab.page)
    with database.reading() as db:
        record = f"/review/{db.scalars(select(Submission.id)).one()}"
    look_at_pages(tab, {"benefit-review": "/review", "benefit-record": record, "benefit-remove": f"{record}/case"})

    tab.page.set_viewport_size(PHONE)
    tab.speak("zh_Hans")
    tab.go(record)
    tab.page.get_by_text("这一户要求删掉这件补助").click()
    tab.page.locator("input[name=sure]").check()
    tab.page.locator("form[action$='/case'] button.primary").click()
    tab.page.wait_for_selector(".toast")
    tab.shoot("benefit-removed-zh")
    assert tab.complaints == []
    assert tab.go(f"{record}/case") == 404
