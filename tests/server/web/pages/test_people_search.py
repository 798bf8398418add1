"""A woman is found by number, name, pinyin or its first letters, by who cares for her; what was typed is in no address."""

import pytest

from server.access.pseudonyms import pseudonym
from server.models import Reading
from tests.server.web.pages.conftest import text_of
from tests.server.web.pages.registered import ELSEWHERE, Registered
from tests.server.web.pages.women import main_of


@pytest.fixture
def care(paged, database, project_id, clock):
    care = Registered(paged, database, project_id, clock)
    care.women = {
        "W-0231": care.add("W-0231", "王小燕"),
        "W-0388": care.add("W-0388", "欧阳重庆"),
        "W-0412": care.add("W-0412", "张秀英", village=ELSEWHERE),
    }
    care.compare()
    return care


def found(browser, wanted):
    browser.see("/people")
    answer = browser.send("/people", {"q": wanted})
    assert answer.status_code == 200
    assert answer.request.query_string == b""
    page = main_of(answer)
    return [code for code in ("W-0231", "W-0388", "W-0412") if f"{code} " in page]


@pytest.mark.parametrize(
    ("wanted", "codes"),
    [
        ("W-0231", ["W-0231"]),
        ("231", ["W-0231"]),
        ("王", ["W-0231"]),
        ("王小", ["W-0231"]),
        ("wangxiaoyan", ["W-0231"]),
        ("Wáng xiǎo", ["W-0231"]),
        ("wxy", ["W-0231"]),
        ("wa", ["W-0231"]),
        ("oycq", ["W-0388"]),
        ("oyzq", ["W-0388"]),
        ("ouyangzhong", ["W-0388"]),
        ("zhxy", ["W-0412"]),
        ("zxy", ["W-0412"]),
        ("w", []),
        ("王大", []),
        ("wxz", []),
        ("", []),
        ("%", []),
    ],
)
def test_whatever_somebody_may_type(care, wanted, codes):
    assert found(care.browse("lin"), wanted) == codes


def test_people_are_counted_as_people_and_not_as_places(care):
    lin = care.browse("lin")
    lin.see("/people")
    assert "找到 1 位" in text_of(lin.send("/people", {"q": "W-0231"}))


def test_only_whom_one_cares_for_and_each_look_is_noted(care):
    wang = care.browse("wang")
    assert found(wang, "zxy") == []
    assert found(wang, "wxy") == ["W-0231"]
    about = {one.about for one in care.rows(Reading) if one.action == "person.find"}
    assert about == {pseudonym(care.project_id, care.women["W-0231"])}


def test_who_withdrew_is_found_no_more_at_once(care):
    care.withdraw(care.women["W-0231"], "2026-03-01")
    assert found(care.browse("lin"), "wxy") == []


def test_nobody_but_the_care_team_searches(care):
    from server.access.roles import DPO, TOWN_LEAD

    care.hire("dora", DPO, None)
    care.hire("lea", TOWN_LEAD, None)
    for name in ("dora", "lea"):
        browser = care.browse(name)
        assert browser.see("/people").status_code == 403
        assert browser.send("/people", {"q": "wxy"}).status_code == 403


def test_a_search_asks_as_often_of_the_database_for_many(care, count_queries):
    lin = care.browse("lin")
    lin.see("/people")
    with count_queries() as few:
        lin.send("/people", {"q": "王"})
    for number in range(20):
        care.add(f"W-1{number:03}", "王梅")
    care.compare()
    with count_queries() as many:
        assert "W-1019" in text_of(lin.send("/people", {"q": "王"}))
    assert len(many) == len(few)
