"""The second tab of today's list: which hamlet on which day, in doors. Neither codes nor names."""

import re

import pytest
from sqlalchemy import select

from server.models import Audit
from tests.server.web.pages.conftest import text_of
from tests.server.web.pages.women import DAY, HEALTH, TODAY, CareTown, a_follow_up, a_home, a_woman, main_of


@pytest.fixture
def town(paged, database):
    return CareTown(paged, database)


def test_the_week_tells_how_many_doors_wait_in_which_hamlet_on_which_day(town, browse):
    with town.database.transaction() as db:
        for door, due in (("001", -3), ("002", 2), ("003", 2), ("004", 20)):
            home = a_home(db, town.project_id, door=door, hamlet="五社" if door == "003" else "二社")
            a_follow_up(db, home, rule="HH-V", left=40, due_on=TODAY + due * DAY, opens_on=TODAY - 9 * DAY)
        a_follow_up(db, a_woman(db, town.project_id, home=home), left=40, due_on=TODAY + 20 * DAY)
    words = text_of(browse("wang").see("/m/week"))
    assert "3月2日（周一） 今天，超期的也算在内 1 户 · 1 件 村1 · 二社 1" in words
    assert "3月3日（周二） 没有安排" in words
    assert "3月4日（周三） 2 户 · 2 件 村1 · 二社 1 村1 · 五社 1" in words
    assert "哪天都行，顺路去 这周能去，建议晚些再去 1 户 · 2 件" in words


def test_the_plan_holds_no_code_no_name_and_no_word_of_health(town, browse):
    town.fill(TODAY)
    for language in ("zh_Hans", "en"):
        page = main_of(browse("wang", language).see("/m/week"))
        assert HEALTH.findall(page) == [] and re.findall(r"W-\d|\*|014|超期 \d|overdue", page) == []


def test_a_plan_is_of_one_s_own_villages_and_the_look_is_written_down(town, browse):
    with town.database.transaction() as db:
        a_follow_up(db, a_home(db, town.project_id, village=2), rule="HH-V")
    assert "1 户" not in text_of(browse("wang").see("/m/week"))
    assert "1 户" in text_of(browse("lin").see("/m/week"))
    with town.database.reading() as db:
        assert len(db.scalars(select(Audit).where(Audit.action == "followup.list")).all()) == 2


@pytest.mark.parametrize("name", ["ada", "rita", "vera", "lea"])
def test_who_cares_for_nobody_plans_no_ways(town, browse, name):
    assert browse(name).see("/m/week").status_code == 403


def test_a_plan_takes_the_same_questions_however_many_doors_there_are(town, browse, count_queries):
    wang, numbers = browse("wang"), []
    for many in (2, 40):
        with town.database.transaction() as db:
            for number in range(many):
                a_follow_up(db, a_home(db, town.project_id, door=f"{many}-{number}"), rule="HH-V")
        with count_queries() as asked:
            wang.see("/m/week")
        numbers.append(len(asked))
    assert numbers[0] == numbers[1] <= 18
