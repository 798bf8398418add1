"""Two phones changed one entry without a network: side by side, chosen property by property, and settled as Central does."""

import re

import orjson
import pytest

from forms.library import library_ids, read_library_form
from forms.xform import read_xform
from server.models import Audit, Entity, EntityVersion, Household
from server.registry.conflicts import LISTS
from server.registry.entities import HER
from server.web.pages.entries import NAMES
from tests.server.registry.caring import VILLAGE, a_uuid, created, updated
from tests.server.web.pages.conftest import text_of
from tests.server.web.pages.registered import ELSEWHERE, Registered
from tests.server.web.pages.women import main_of


@pytest.fixture
def care(paged, database, project_id, clock):
    return Registered(paged, database, project_id, clock)


@pytest.fixture
def home(care):
    """A home whose hamlet and door two phones changed, both from its first version."""
    uuid = a_uuid()
    visit = {"visit_date": "2026-02-20", "visit_result": "met", "consent_household": "yes", "village_code": VILLAGE}
    care.post("household_visit", visit | {"hamlet": "一社", "door_code": "A-1"}, created("households", uuid, "A-1"))
    care.post("household_visit", visit | {"hamlet": "二社", "door_code": "A-2"}, updated("households", uuid))
    care.post("household_visit", visit | {"hamlet": "三社", "door_code": "A-3"}, updated("households", uuid))
    entity = care.entity(uuid)
    assert entity.conflict == "hard"
    return entity


def test_each_property_of_our_own_lists_has_words():
    uses = [one for form in library_ids() for one in read_xform(read_library_form(form)).datasets]
    ours = {name for one in uses if one.name in LISTS for name in one.properties} - {HER}
    assert ours and ours <= NAMES.keys()


def test_both_sides_stand_beside_each_other_covered_where_they_tell_a_door(care, home):
    wang = care.browse("wang")
    page = wang.see("/people/conflicts")
    path = f"/people/entries/{home.id}"
    assert path in main_of(page) and "说法不同" in text_of(page)
    words = text_of(wang.see(path))
    assert "一社" in words and "二社" in words and "三社" in words
    assert "A-2" not in words and "在第 1 版上改的" in words
    assert "A-2" in text_of(wang.send(path))
    (noted,) = [one for one in care.rows(Audit) if one.action == "field.reveal"]
    assert noted.details == {"fields": ["door_code"]}


def test_what_somebody_chooses_is_a_new_version_and_the_conflict_is_over(care, home):
    wang = care.browse("wang")
    path = f"/people/entries/{home.id}"
    wang.see(path)
    done = wang.send(f"{path}/resolve", {"seen": "3", "v:hamlet": "2", "v:door_code": "3"})
    assert done.status_code == 303
    (entity,) = [one for one in care.rows(Entity) if one.id == home.id]
    told = orjson.loads(entity.data_json)
    assert (entity.version, entity.conflict, told["hamlet"], told["door_code"]) == (4, None, "二社", "A-3")
    newest = next(one for one in care.rows(EntityVersion) if one.entity_id == home.id and one.version == 4)
    assert (newest.base_version, newest.conflicting_json) == (3, None)
    actions = [one.action for one in care.rows(Audit) if one.entity_id == home.id]
    assert actions[-2:] == ["entity.update.version", "entity.update.resolve"]
    assert "没有要看的条目" in text_of(wang.see("/people/conflicts"))
    assert wang.send(f"{path}/resolve", {"seen": "4"}).status_code == 400
    assert len(care.rows(Household)) == 1


def test_a_change_that_came_meanwhile_is_not_overwritten(care, home):
    wang = care.browse("wang")
    path = f"/people/entries/{home.id}"
    wang.see(path)
    answer = wang.send(f"{path}/resolve", {"seen": "2", "v:hamlet": "2"})
    assert answer.status_code == 409
    (entity,) = [one for one in care.rows(Entity) if one.id == home.id]
    assert (entity.version, entity.conflict) == (3, "hard")


def test_nobody_chooses_her_consent_from_a_list(care):
    woman = care.add("W-0231", "王小燕")
    care.renew(woman, "2026-02-10", "2027-02-10", consent_stats="no", village_code=VILLAGE)
    care.renew(woman, "2026-02-20", "2027-02-20", consent_stats="yes", village_code=ELSEWHERE)
    entity = care.entity(woman)
    assert entity.conflict is not None
    lin = care.browse("lin")
    path = f"/people/entries/{entity.id}"
    page = lin.see(path)
    assert 'name="v:village_code"' in main_of(page) and 'name="v:consent_' not in main_of(page)
    lin.send(f"{path}/resolve", {"seen": str(entity.version), "v:consent_stats": "1", "v:village_code": "1"})
    told = orjson.loads(care.entity(woman).data_json)
    assert (told["consent_stats"], told["village_code"]) == ("yes", VILLAGE)


def test_entries_of_others_are_not_there(care, home):
    lists = care.browse("wang")
    elsewhere = care.add("W-0388", "李梅", village=ELSEWHERE)
    entity = care.entity(elsewhere)
    assert lists.see(f"/people/entries/{entity.id}").status_code == 404
    assert lists.send(f"/people/entries/{entity.id}/resolve", {"seen": "1"}).status_code == 404
    assert care.browse("lin").see(f"/people/entries/{entity.id}").status_code == 200


@pytest.mark.parametrize("agrees", ["yes", "no"])
def test_the_way_back_from_a_home_leads_somewhere(care, agrees):
    uuid = a_uuid()
    visit = {"visit_date": "2026-02-20", "consent_household": agrees, "village_code": VILLAGE, "door_code": "A-1"}
    care.post("household_visit", visit | {"visit_result": "met"}, created("households", uuid, "A-1"))
    wang = care.browse("wang")
    page = main_of(wang.see(f"/people/entries/{care.entity(uuid).id}"))
    back = re.search(r'class="crumb" href="([^"]+)"', page)[1]
    assert back == (f"/people/homes/{uuid}" if agrees == "yes" else "/people/conflicts")
    assert wang.see(back).status_code == 200
