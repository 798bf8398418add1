"""Choosing a schedule: the town's by its lead or administrator, one pregnancy's by her clinician; both are written down."""

import pytest

from server.models import Audit, Pregnancy, ScheduleChoice
from tests.server.web.pages.conftest import HTML, text_of
from tests.server.web.pages.women import DAY, TODAY, CareTown, a_woman

PAGE = "/follow-ups/schedule"


@pytest.fixture
def town(paged, database):
    return CareTown(paged, database)


def a_pregnant_woman(town, status="ongoing", **more):
    """The address of her page."""
    with town.database.transaction() as db:
        woman = a_woman(db, town.project_id, **more)
        weeks = TODAY - 150 * DAY
        hers = {"project_id": town.project_id, "woman_uuid": woman.uuid}
        db.add(Pregnancy(uuid="p1", registered_on=weeks, ga_anchor=weeks, status=status, **hers))
        return f"/people/{woman.uuid}"


def choices(town):
    with town.database.reading() as db:
        return [(one.pregnancy, one.profile) for one in db.query(ScheduleChoice).order_by(ScheduleChoice.id)]


def acts(town, action):
    with town.database.reading() as db:
        return [one.details for one in db.query(Audit).filter_by(action=action).order_by(Audit.id)]


def test_the_town_begins_with_the_national_norm_and_its_choice_is_written_down(town, browse):
    browser = browse("ada")
    assert "现在：国家规范：5 次" in text_of(browser.see(PAGE)) and "还没有人选过" in text_of(browser.see(PAGE))
    assert browser.send(PAGE, {"profile": "CN-clinic"}).status_code == 303
    words = text_of(browser.see(PAGE))
    assert "现在：临床指南：7 次，其余由医生另约" in words and "ada 于 3月2日（周一） 选定。" in words
    assert (choices(town), acts(town, "schedule.set")) == ([(None, "CN-clinic")], [{"profile": "CN-clinic"}])


def test_choosing_what_is_there_already_changes_nothing(town, browse):
    browse("ada").send(PAGE, {"profile": "CN5"})
    assert (choices(town), acts(town, "schedule.set")) == ([], [])


@pytest.mark.parametrize("profile", ["", "any", "town", "CN9"])
def test_a_schedule_that_there_is_not_is_refused(town, browse, profile):
    assert browse("ada").send(PAGE, {"profile": profile}).status_code == 400
    assert choices(town) == []


@pytest.mark.parametrize("who", ["wang", "lin", "nia"])
def test_who_does_not_lead_the_town_has_no_such_page(town, browse, who):
    assert browse(who).client.get(PAGE, headers=HTML).status_code == 403
    assert browse(who).send(PAGE, {"profile": "CN-clinic"}).status_code == 403


def test_a_clinician_chooses_for_one_pregnancy_and_may_leave_it_to_the_town_again(town, browse):
    path, lin = a_pregnant_woman(town), browse("lin")
    assert "跟镇里一样（国家规范：5 次）" in text_of(lin.see(path))
    assert lin.send(f"{path}/schedule", {"pregnancy": "p1", "profile": "CN5+WHO"}).status_code == 303
    assert '<option value="CN5+WHO" selected>' in lin.see(path).get_data(as_text=True)
    lin.send(f"{path}/schedule", {"pregnancy": "p1", "profile": "town"})
    assert choices(town) == [("p1", "CN5+WHO"), ("p1", "town")]
    assert [one["profile"] for one in acts(town, "schedule.choose")] == ["CN5+WHO", "town"]


def test_nobody_else_is_shown_it_or_may_choose(town, browse):
    path = a_pregnant_woman(town)
    assert "访视方案" not in text_of(browse("wang").see(path))
    for who in ("wang", "ada", "nia"):
        assert browse(who).send(f"{path}/schedule", {"pregnancy": "p1", "profile": "CN5+WHO"}).status_code in (403, 404)
    assert choices(town) == []


def test_nor_a_clinician_with_whom_she_does_not_share(town, browse):
    path, lin = a_pregnant_woman(town, consent_share_clinic=False), browse("lin")
    assert "访视方案" not in text_of(lin.see(path))
    assert lin.send(f"{path}/schedule", {"pregnancy": "p1", "profile": "CN5+WHO"}).status_code == 403


@pytest.mark.parametrize(("status", "pregnancy"), [("gave_birth", "p1"), ("ended", "p1"), ("ongoing", "p2")])
def test_only_a_pregnancy_of_hers_that_goes_on_has_a_schedule_to_choose(town, browse, status, pregnancy):
    path, lin = a_pregnant_woman(town, status), browse("lin")
    assert ("访视方案" in text_of(lin.see(path))) is (status == "ongoing")
    assert lin.send(f"{path}/schedule", {"pregnancy": pregnancy, "profile": "CN5+WHO"}).status_code == 404


def test_both_languages_are_whole(town, browse):
    assert "Schedule of visits" in text_of(browse("ada", "en").see(PAGE))
    assert "What her visits follow" in text_of(browse("lin", "en").see(a_pregnant_woman(town)))
