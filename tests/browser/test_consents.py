"""What she agreed to, taking it back, whom to ask anew, the words: in a real browser, on both screens, in both languages."""

from datetime import timedelta

import pytest

from server import clock
from server.models import PURPOSES, Consent, Project, Withdrawal
from server.registry.consent_texts import SHIPPED, hash_of, publish_text
from tests.browser.looking import look_at_pages
from tests.server.web.pages.women import a_woman

ENDS = (-3, 12, 300, 25)


@pytest.fixture
def women(town):
    """Four women of village 1: one consent has run out, two end soon, and the words of reminders have changed since."""
    now = clock.now()
    day, found = clock.today(now), []
    with town.database.transaction() as db:
        project = db.get_one(Project, town.project_id)
        ada = town.actor_id(db, "ada")
        for number, ahead in enumerate(ENDS):
            until = day + timedelta(days=ahead)
            woman = a_woman(db, town.project_id, f"W-02{number}1 王*", consent_until=until)
            for purpose in SHIPPED.keys() - {"notice"}:
                given = purpose != "stats"
                words = {"text_version": 1, "text_sha256": hash_of(*SHIPPED[purpose])} if given else {}
                row = {"project_id": town.project_id, "woman_uuid": woman.uuid, "purpose": purpose, "given": given}
                db.add(Consent(**row, **words, said_on=day - timedelta(days=60), until=until if given else None))
            found.append(woman.uuid)
        publish_text(
            db, project, "reminder", "到日子打个电话，不写原因。", "A call on the day, without saying why.", ada, now
        )
    return found


def test_the_pages_of_consent_are_read_on_both_screens_in_both_languages(town, women, open_tab) -> None:
    page = f"/people/{women[1]}/consent"
    look_at_pages(open_tab("wang"), {"consent-woman": page, "consent-list": "/consents"})
    look_at_pages(open_tab("ada"), {"consent-texts": "/consents/texts"})


def test_all_of_it_is_taken_back_with_three_touches(town, women, open_tab) -> None:
    tab = open_tab("wang")
    tab.go(f"/people/{women[2]}/consent")
    tab.page.check("input[name=purpose][value=service]")
    tab.page.check("input[name=what][value=keep_minimal]")
    tab.page.click("text=现在撤回")
    tab.page.wait_for_selector("text=照她的意思办好了")
    tab.shoot("consent-taken-back")
    with town.database.reading() as db:
        assert [row.purposes for row in db.query(Withdrawal)] == [" ".join(PURPOSES)]
    assert tab.complaints == []
