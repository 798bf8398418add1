"""Her door: for her care team, as far as she lets it be used, and each look is written down."""

import pytest
from sqlalchemy import select, update

from server.access.pseudonyms import pseudonym
from server.models import Audit, CareEvent, Household, Submission, Woman
from tests.server.web.pages.conftest import text_of
from tests.server.web.pages.health import a_woman_at_a_door, health_record, tell
from tests.server.web.pages.women import DAY, TODAY, CareTown


@pytest.fixture
def town(paged, database):
    return CareTown(paged, database)


def door_of(browser, woman):
    """What is covered, shown to who asks for it at once."""
    browser.see("/me")
    return text_of(browser.send(f"/map/home/{woman}"))


def test_door_and_place_are_covered_until_they_are_asked_for_and_who_asked_is_written_down(town, browse, database):
    woman = a_woman_at_a_door(town)
    wang = browse("wang")
    page = text_of(wang.see(f"/map/home/{woman}"))
    assert "105.003" not in page and "014" not in page and "二社" in page
    with database.reading() as db:
        assert db.scalars(select(Audit).where(Audit.action == "field.reveal")).all() == []
    assert "105.00310" in text_of(wang.send(f"/map/home/{woman}"))
    with database.reading() as db:
        [act] = db.scalars(select(Audit).where(Audit.action == "field.reveal"))
        assert act.details == {"fields": ["door_code", "location"]}


@pytest.mark.parametrize("name", ["rita", "vera", "lea", "ada"])
def test_nobody_else_has_a_door_shown(town, browse, name):
    woman = a_woman_at_a_door(town)
    browser = browse(name)
    browser.see("/me")
    assert browser.send(f"/map/home/{woman}").status_code in (403, 404)


def test_her_door_is_shown_to_her_care_team_and_the_look_is_written_down(town, browse, database):
    woman = a_woman_at_a_door(town)
    for name in ("lin", "wang"):
        page = door_of(browse(name), woman)
        assert "30.00420, 105.00310" in page and "014" in page and "二社" in page
    with database.reading() as db:
        looks = db.scalars(select(Audit).where(Audit.action == "household.locate").order_by(Audit.id)).all()
    about = pseudonym(town.project_id, woman).hex()
    roles = ("clinician", "village_worker")
    assert [look.details for look in looks] == [{"as": role, "way": "own", "about": about} for role in roles]
    assert len({look.actor_id for look in looks}) == 2


@pytest.mark.parametrize("name", ["ada", "lea", "rita", "vera", "nia", "otto"])
def test_her_door_is_nobody_else_s_business(town, browse, database, name):
    woman = a_woman_at_a_door(town)
    assert browse(name).see(f"/map/home/{woman}").status_code in (403, 404)
    with database.reading() as db:
        assert db.scalars(select(Audit).where(Audit.action == "household.locate")).all() == []


@pytest.mark.parametrize(
    ("changes", "seen_by"),
    [
        ({"consent_location": False}, []),
        ({"consent_service": False}, []),
        ({"consent_until": TODAY - DAY}, []),
        ({"consent_until": TODAY}, ["lin", "wang"]),
        ({"withdrawn_on": TODAY}, []),
        ({"consent_share_clinic": False}, ["wang"]),
    ],
)
def test_her_consent_decides_who_sees_her_door(town, browse, changes, seen_by):
    woman = a_woman_at_a_door(town, **changes)
    found = [name for name in ("lin", "wang") if browse(name).see(f"/map/home/{woman}").status_code == 200]
    assert found == seen_by


@pytest.mark.parametrize("said", ['{"location_ok": "no"}', '{"consent_household": "no"}'])
def test_a_household_that_said_no_later_has_no_point_any_more(town, browse, said):
    woman = a_woman_at_a_door(town)
    later = town.record(0)
    with town.database.transaction() as db:
        home = db.scalars(select(CareEvent.subject).where(CareEvent.subject_list == "households")).one()
        tell(db, town.project_id, later, "households", home, said, TODAY + DAY)
    page = door_of(browse("lin"), woman)
    assert "105.00310" not in page and "没有记录" in page


def test_a_later_visit_without_a_word_about_the_place_leaves_the_point(town, browse):
    woman = a_woman_at_a_door(town)
    later = town.record(0)
    with town.database.transaction() as db:
        home = db.scalars(select(CareEvent.subject).where(CareEvent.subject_list == "households")).one()
        tell(db, town.project_id, later, "households", home, '{"visit_result": "absent"}', TODAY + DAY)
    assert "105.00310" in door_of(browse("lin"), woman)


def test_a_health_record_says_its_village_and_how_and_leads_the_care_team_to_her_door(town, browse):
    woman = a_woman_at_a_door(town)
    record = health_record(town, woman=woman)
    lin = browse("lin")
    page = lin.see(f"/review/{record}").get_data(as_text=True)
    assert "村1，按她家所在的户（没有点位）" in text_of(lin.see(f"/review/{record}"))
    assert f"/map/home/{woman}" in page and "105.003" not in page
    with town.database.transaction() as db:
        db.execute(update(Submission).where(Submission.id == record).values(place_how="village"))
    page = text_of(lin.see(f"/review/{record}"))
    assert "村1，只记到村" in page and "看住处" not in page
    assert browse("rita").see(f"/review/{record}").status_code == 404


def test_her_page_leads_whoever_visits_her_to_her_door_as_long_as_she_lets_it_be_used(town, browse):
    woman = a_woman_at_a_door(town)
    for name in ("lin", "wang"):
        assert f'href="/map/home/{woman}"' in browse(name).see(f"/people/{woman}").get_data(as_text=True)
    with town.database.transaction() as db:
        db.execute(update(Woman).where(Woman.uuid == woman).values(consent_share_clinic=False))
    assert f"/map/home/{woman}" not in browse("lin").see(f"/people/{woman}").get_data(as_text=True)
    assert f"/map/home/{woman}" in browse("wang").see(f"/people/{woman}").get_data(as_text=True)


def test_no_page_leads_to_a_door_that_stays_closed(town, browse):
    woman = a_woman_at_a_door(town)
    pages = (f"/people/{woman}", f"/review/{health_record(town, woman=woman)}")
    lin = browse("lin")
    assert all("/map/home/" in lin.see(path).get_data(as_text=True) for path in pages)
    with town.database.transaction() as db:
        db.execute(update(Household).values(consents=False))
    assert lin.see(f"/map/home/{woman}").status_code == 404
    for path in pages:
        answer = lin.see(path)
        assert answer.status_code == 200 and "/map/home/" not in answer.get_data(as_text=True), path
