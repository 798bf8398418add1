"""A household's page: its visits and what is next, and who of the care team's women said that she lives there."""

import pytest

from tests.server.registry.caring import VILLAGE, a_uuid, created
from tests.server.web.pages.conftest import text_of
from tests.server.web.pages.registered import ELSEWHERE, Registered
from tests.server.web.pages.women import HEALTH, main_of


@pytest.fixture
def care(paged, database, project_id, clock):
    return Registered(paged, database, project_id, clock)


def a_home(care, village=VILLAGE, **answers):
    home = a_uuid()
    given = {"visit_date": "2026-02-20", "visit_result": "met", "consent_household": "yes", "hamlet": "二社"}
    given |= {"village_code": village, "door_code": "A-14"} | answers
    care.post("household_visit", given, created("households", home, "A-14 二社"))
    return home


def test_visits_what_is_next_and_who_lives_there(care):
    home = a_home(care)
    living = care.add("W-0231", "王小燕", household=home)
    care.add("W-0388", "李梅", household=home, consent_location="no")
    care.pregnancy(living, a_uuid())
    for name in ("lin", "wang"):
        page = care.browse(name).see(f"/people/homes/{home}")
        words = text_of(page)
        assert "二社 A-14" in words and "见到人了。 本户同意保存联系信息。" in words
        assert f'href="/people/{living}"' in main_of(page) and "W-0388" not in main_of(page)
        assert not HEALTH.findall(main_of(page))
    assert f"/people/homes/{home}" in main_of(care.browse("wang").see(f"/people/{living}"))


def test_a_home_of_another_village_or_that_said_no_is_not_there(care):
    wang = care.browse("wang")
    assert wang.see(f"/people/homes/{a_home(care, ELSEWHERE)}").status_code == 404
    assert wang.see(f"/people/homes/{a_home(care, consent_household='no')}").status_code == 404
    assert wang.see(f"/people/homes/{a_uuid()}").status_code == 404


def test_no_page_leads_to_a_home_that_its_reader_may_not_open(care):
    """She lives with relatives of the next village, and stays with the worker of her own."""
    home = a_home(care, ELSEWHERE)
    woman = care.add("W-0231", "王小燕", household=home)
    for name, opens in (("lin", True), ("wang", False)):
        browser = care.browse(name)
        page = browser.see(f"/people/{woman}")
        assert page.status_code == 200
        assert (browser.see(f"/people/homes/{home}").status_code == 200) is opens
        assert (f'href="/people/homes/{home}"' in main_of(page)) is opens, name
