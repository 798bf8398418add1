"""The pages of rules in a real browser: on both screens, in both languages, without a fault for axe."""

from datetime import timedelta

import pytest

from server.clock import now, today
from server.followups.rule_drafts import change_draft, make_draft
from server.followups.signing import sign_rule
from server.followups.town_rules import FIRST_OF_A_TOWN, shipped_rules
from server.models import Project
from tests.browser.looking import look_at_pages
from tests.chromium import PHONE
from tests.server.followups.told import registered
from tests.server.web.pages.women import a_woman

LATER = ("due: { ga_anchor: 126 }", "due: { ga_anchor: 133 }")


def fill_a_town(db, project_id: int) -> None:
    """Forty women who expect a child, week after week."""
    project, day = db.get_one(Project, project_id), today()
    for number in range(40):
        woman = a_woman(db, project_id, f"W-1{number:03} 王*", village=1 + number % 2)
        began, registered_on = day - timedelta(days=60 + 3 * number), day - timedelta(days=20)
        what = {"event": f"registration {number}", "episode": f"p{number}", "subject": woman.uuid}
        registered(db, project, registered_on.isoformat(), began.isoformat(), **what)


@pytest.fixture
def edited(town):
    """A morning's visits, ANC2 signed, and a draft of it by which it is a week later."""
    town.fill(today())
    with town.database.transaction() as db:
        fill_a_town(db, town.project_id)
        project, ada, lin = db.get_one(Project, town.project_id), town.actor_id(db, "ada"), town.actor_id(db, "lin")
        rule = next(one for one in shipped_rules() if one.id == "ANC2")
        sign_rule(db, project, rule, rule.content_hash, lin, now())
        row = make_draft(db, project, "ANC2", ada, now())
        change_draft(db, row, row.text.replace(*LATER), ada, now())
    return town


def test_the_pages_of_rules_fit_the_screen_and_axe_finds_nothing(edited, open_tab):
    tab = open_tab("ada")
    tab.go("/rules/ANC2/draft")
    tab.page.click("a.button.primary")
    tab.page.click("form[action$='try/1001'] button")
    tab.page.wait_for_selector("table.weeks")
    pages = {
        "rules": "/rules",
        "rule": "/rules/ANC2",
        "rule-draft": "/rules/ANC2/draft",
        "rule-try": f"/rules/ANC2/try/{FIRST_OF_A_TOWN}",
    }
    look_at_pages(tab, pages)


def test_a_draft_that_is_wrong_is_shown_at_its_line_without_script_too(edited, open_tab):
    tab = open_tab("ada", PHONE, java_script_enabled=False)
    tab.page.goto(f"{tab.address}/rules/ANC2/draft")
    box = tab.page.locator("textarea")
    box.fill(box.input_value().replace("grace: 0", "grace: soon"))
    tab.page.click("form[action$='/text'] button")
    assert "window.grace" in tab.page.inner_text(".block.error") and "grace: soon" in tab.page.inner_text(".wrong-line")
