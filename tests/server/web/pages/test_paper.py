"""The list on paper: codes, days and boxes to tick; no name, no door beside her code, no word that tells why."""

import re

import pytest
from sqlalchemy import select, update

from server.models import Audit, Woman
from tests.server.web.pages.conftest import CODES, text_of
from tests.server.web.pages.women import DAY, HEALTH, TODAY, CareTown, a_follow_up, a_home, a_woman, main_of


@pytest.fixture
def town(paged, database):
    return CareTown(paged, database)


def codes(answer):
    return re.findall(r'<td class="strong">([^<]*)</td>', answer.get_data(as_text=True))


def test_the_paper_has_a_box_a_code_a_neutral_class_and_the_days_of_the_window(town, browse):
    with town.database.transaction() as db:
        home = a_home(db, town.project_id)
        a_follow_up(db, a_woman(db, town.project_id, home=home), left=-4, opens_on=TODAY - 30 * DAY)
        a_follow_up(db, home, rule="HH-V", left=9, opens_on=TODAY - 3 * DAY)
    page = browse("wang").see("/follow-ups/print")
    words = text_of(page)
    assert "W-0231 上门访视 1月31日 2月26日 超期 4 天 014 家庭走访 2月27日 3月11日 还剩 9 天" in words
    assert "内部工作 2026-03-02" in words and "村1 赵秀兰" in words
    assert page.get_data(as_text=True).count("tick-box") == 2


def test_the_paper_names_nobody_tells_no_door_of_a_woman_and_no_reason(town, browse):
    town.fill(TODAY)
    for language in ("zh_Hans", "en"):
        page = main_of(browse("wang", language).see("/follow-ups/print"))
        assert HEALTH.findall(page) == []
        assert re.findall(r"王|李|陈|刘|欧阳|\*|014|003|/follow-ups/[0-9a-f]{8}|/people/|紧急|[Cc]ritical", page) == []
        assert "W-0231" in page and "009" in page, "a home's own visit is told by its door"


def test_doors_stand_by_village_and_hamlet_in_their_order(town, browse):
    with town.database.transaction() as db:
        for village, hamlet, door in ((2, "二社", "009"), (1, "五社", "003"), (1, "二社", "010"), (1, "二社", "002")):
            a_follow_up(db, a_home(db, town.project_id, village, hamlet, door), rule="HH-V", left=30 - int(door))
    page = browse("lin").see("/follow-ups/print")
    assert codes(page) == ["002", "010", "003", "009"]
    assert codes(browse("lin").see(f"/follow-ups/print?village={CODES[1]}")) == ["009"]


def test_a_woman_who_chose_another_worker_stands_on_that_one_s_sheet(town, browse):
    with town.database.transaction() as db:
        home = a_home(db, town.project_id)
        a_follow_up(db, a_woman(db, town.project_id, "W-0001 王*", home=home))
        hers = a_woman(db, town.project_id, "W-0002 李*", home=home)
        a_follow_up(db, hers)
        chosen = {"assigned_worker": str(town.actor_id(db, "wang"))}
        db.execute(update(Woman).where(Woman.uuid == hers.uuid).values(**chosen))
    sheets = browse("lin").see("/follow-ups/print").get_data(as_text=True).split("<section")[1:]
    assert [re.findall(r"W-\d+", one) for one in sheets] == [["W-0001"], ["W-0002"]]
    assert "赵秀兰" in sheets[0] and "wang" in sheets[1]


def test_a_label_that_begins_with_a_name_is_not_printed(town, browse):
    with town.database.transaction() as db:
        row = a_follow_up(db, a_woman(db, town.project_id, "王秀 W-1"))
    page = browse("wang").see("/follow-ups/print")
    assert codes(page) == [row.visit_key[:8]] and "王秀" not in text_of(page)


def test_who_may_read_the_list_may_print_it_and_that_is_written_down(town, browse):
    with town.database.transaction() as db:
        a_follow_up(db, a_woman(db, town.project_id))
    browse("wang").see("/follow-ups/print")
    with town.database.reading() as db:
        [look] = db.scalars(select(Audit).where(Audit.action == "followup.list"))
    assert look.details["visits"] == 1 and look.details["paper"] is True
    for name in ("ada", "rita", "vera", "lea"):
        assert browse(name).see("/follow-ups/print").status_code == 403
    assert browse().see("/follow-ups/print").location.startswith("/sign-in")


def test_the_ways_to_the_paper_keep_the_filter(town, browse):
    town.fill(TODAY)
    wang = browse("wang")
    assert 'href="/follow-ups/print?state=overdue"' in wang.see("/m?state=overdue").get_data(as_text=True)
    board = wang.see(f"/follow-ups?village={CODES[0]}&worker={town.phone_id}").get_data(as_text=True)
    assert f'href="/follow-ups/print?village={CODES[0]}&amp;worker={town.phone_id}"' in board
    assert "/follow-ups/print" not in browse("lea").see("/follow-ups").get_data(as_text=True)


def test_printing_takes_the_same_questions_however_long_the_list_is(town, browse, count_queries):
    wang, numbers = browse("wang"), []
    for many in (2, 40):
        with town.database.transaction() as db:
            for number in range(many):
                home = a_home(db, town.project_id, door=f"{many}-{number}")
                a_follow_up(db, a_woman(db, town.project_id, f"W-{many}{number:03} 王*", home=home))
        with count_queries() as asked:
            wang.see("/follow-ups/print")
        numbers.append(len(asked))
    assert numbers[0] == numbers[1] <= 20
