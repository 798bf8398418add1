"""Ring first: her number for her care team alone, shown when it is asked for, and each look is written down."""

import orjson
import pytest
from sqlalchemy import select, update

from server.models import Audit, CareEvent, FollowUp, Household, SubmissionVersion, Woman
from tests.server.web.pages.conftest import text_of
from tests.server.web.pages.health import tell
from tests.server.web.pages.women import DAY, TODAY, CareTown, a_follow_up, a_home, a_woman

NUMBER = "13800000231"
GIVEN = {"keeps": "1", "phone_safe": NUMBER, "phone_safe_who": "no"}


@pytest.fixture
def town(paged, database):
    return CareTown(paged, database)


def a_record_of(town, subject, form_id, answers):
    """A record about a woman or a household that says this."""
    record = town.record()
    with town.database.transaction() as db:
        tell(db, town.project_id, record, "women" if form_id == "woman_consent" else "households", subject)
        db.execute(update(CareEvent).where(CareEvent.subject == subject).values(form_id=form_id))
        version = db.query(SubmissionVersion).filter_by(submission_id=record, is_current=True).one()
        version.values_json = orjson.dumps(answers).decode()
    return record


@pytest.fixture
def visit(town):
    """The address of the call before a visit to a woman who gave her number."""
    with town.database.transaction() as db:
        woman = a_woman(db, town.project_id, home=a_home(db, town.project_id))
        key, uuid = a_follow_up(db, woman).visit_key, woman.uuid
    a_record_of(town, uuid, "woman_consent", GIVEN)
    return f"/follow-ups/{key}/call"


def acts(town, action):
    with town.database.reading() as db:
        return db.scalars(select(Audit).where(Audit.action == action)).all()


def test_one_tap_on_today_s_list_shows_a_link_that_calls_and_the_look_is_written_down(town, visit, browse):
    wang = browse("wang")
    today = wang.see("/m").get_data(as_text=True)
    assert f'action="{visit}"' in today and NUMBER not in today and "电话 W-0231" in today
    assert NUMBER not in wang.see(visit).get_data(as_text=True) and acts(town, "field.reveal") == []
    shown = wang.send(visit)
    assert f'href="tel:{NUMBER}"' in shown.get_data(as_text=True) and "她可以说不" in text_of(shown)
    [reveal], [read] = acts(town, "field.reveal"), acts(town, "person.read")
    assert reveal.details == {"fields": ["phone_safe"]} and reveal.submission_id is not None
    assert read.details["about"] and NUMBER not in str((reveal.details, read.details))


def test_where_others_may_answer_the_page_says_so(town, browse):
    with town.database.transaction() as db:
        woman = a_woman(db, town.project_id)
        key, uuid = a_follow_up(db, woman).visit_key, woman.uuid
    a_record_of(town, uuid, "woman_consent", {**GIVEN, "phone_safe_who": "yes"})
    wang = browse("wang")
    wang.see("/m")
    assert "接电话的可能是别人" in text_of(wang.send(f"/follow-ups/{key}/call"))


@pytest.mark.parametrize(
    ("changes", "seen_by"),
    [
        ({}, ["lin", "wang"]),
        ({"consent_share_clinic": False}, ["wang"]),
        ({"consent_reminder": False}, []),
        ({"consent_service": False}, []),
        ({"withdrawn_on": TODAY}, []),
        ({"consent_until": TODAY - DAY}, []),
    ],
)
def test_her_consent_decides_who_sees_her_number(town, visit, browse, changes, seen_by):
    if changes:
        with town.database.transaction() as db:
            db.execute(update(Woman).values(**changes))
    found = []
    for name in ("lin", "wang"):
        browser = browse(name)
        browser.see("/me")
        if f"tel:{NUMBER}" in browser.send(visit).get_data(as_text=True):
            found.append(name)
    assert found == seen_by


@pytest.mark.parametrize("name", ["ada", "lea", "rita", "vera", "nia", "otto"])
def test_her_number_is_nobody_else_s_business(town, visit, browse, name):
    browser = browse(name)
    browser.see("/me")
    for answer in (browser.see(visit), browser.send(visit)):
        assert answer.status_code in (403, 404)
    assert acts(town, "field.reveal") == []


def test_where_there_is_no_number_the_page_says_how_else_and_nothing_is_revealed(town, browse):
    with town.database.transaction() as db:
        key = a_follow_up(db, a_woman(db, town.project_id)).visit_key
    wang = browse("wang")
    wang.see("/m")
    assert "这里没有可以打的号码" in text_of(wang.send(f"/follow-ups/{key}/call"))
    assert acts(town, "field.reveal") == []


def test_a_home_where_only_its_own_visit_waits_is_rung_by_the_number_of_the_household(town, browse):
    with town.database.transaction() as db:
        home = a_home(db, town.project_id)
        a_follow_up(db, home, rule="HH-V")
        uuid = home.uuid
    said = {"visit_result": "met", "consent_household": "yes", "contact_pref": "phone", "contact_phone": NUMBER}
    a_record_of(town, uuid, "household_visit", said)
    with town.database.reading() as db:
        key = db.scalar(select(FollowUp.visit_key))
        assert db.scalar(select(Household.uuid)) == uuid
    wang = browse("wang")
    assert "电话 014" in text_of(wang.see("/m"))
    assert f'href="tel:{NUMBER}"' in wang.send(f"/follow-ups/{key}/call").get_data(as_text=True)
    assert [one.details for one in acts(town, "field.reveal")] == [{"fields": ["contact_phone"]}]
