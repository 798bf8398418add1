"""The board: exact numbers for the care team, suppressed ones for everybody else, and no way to get one back."""

import re

import pytest
from sqlalchemy import select

from server.access.assignments import assign, set_villages
from server.access.caller import Caller
from server.access.people import create_user
from server.access.phones import create_app_user
from server.access.roles import BY_SYSTEM
from server.models import Project, User, Village
from tests.conftest import MORNING, PASSWORD
from tests.server.web.pages.conftest import CODES, text_of
from tests.server.web.pages.women import TODAY, CareTown, a_follow_up, a_home, a_woman, phone_last_spoke


@pytest.fixture
def town(paged, database):
    return CareTown(paged, database)


def fill(town, village, overdue=0, due=0, people=20):
    """So many overdue and due, each of another woman of a village with at least so many people."""
    with town.database.transaction() as db:
        for number in range(max(people, overdue + due)):
            woman = a_woman(db, town.project_id, f"W-{village}{number:03} 王*", village)
            if number < overdue + due:
                a_follow_up(db, woman, left=-3 if number < overdue else 9)


def cells(answer):
    """The numbers of each row by its title, as they are written."""
    rows = re.findall(r"<tr>(.*?)</tr>", answer.get_data(as_text=True), re.DOTALL)
    found = {}
    for row in rows:
        title = re.search(r'(?:card-title">|scope="row">)([^<]*)<', row)
        if title:
            texts = re.findall(r'class="cell"[^>]*>(.*?)</(?:a|span)>', row, re.DOTALL)
            found |= {title[1]: [re.sub(r"<[^>]*>", "", text).strip() for text in texts]} if texts else {}
    return found


def test_the_care_team_reads_numbers_as_they_are_in_its_villages(town, browse):
    fill(town, 1, overdue=2, due=7)
    fill(town, 2, overdue=6)
    assert cells(browse("lin").see("/follow-ups")) == {
        "村1": ["2", "7", "0"],
        "村2": ["6", "0", "0"],
        "合计": ["8", "7", "0"],
    }
    assert cells(browse("wang").see("/follow-ups")) == {"村1": ["2", "7", "0"], "合计": ["2", "7", "0"]}


def test_the_board_takes_as_many_questions_for_many_women_as_for_few(town, browse, count_queries):
    asked = []
    for village, overdue in ((1, 1), (2, 30)):
        fill(town, village, overdue=overdue, due=6)
        for name in ("lin", "wang", "lea"):
            reader = browse(name)
            reader.see("/follow-ups")  # what is told for the first time is written down
            with count_queries() as statements:
                assert reader.see("/follow-ups").status_code == 200
            asked.append(len(statements))
    assert asked[:3] == asked[3:] and max(asked) <= 30


def test_a_workers_numbers_are_of_her_own_women_as_the_lists_behind_them(town, browse):
    fill(town, 1, overdue=2)
    with town.database.transaction() as db:
        other = create_user(db, "other@example.test", PASSWORD, "other", None, MORNING).actor_id
        by, project = Caller(actor_id=None, type="user"), db.get_one(Project, town.project_id)
        assign(db, by, BY_SYSTEM["village_worker"], other, MORNING, project, None)
        set_villages(db, by, project, other, CODES, MORNING)
        wang = db.scalars(select(User.actor_id).where(User.email == "wang@example.test")).one()
        a_follow_up(db, a_woman(db, project.id, "W-9001 陈*", 1, assigned_worker=str(other)), left=-3)
        a_follow_up(db, a_woman(db, project.id, "W-9002 陈*", 2, assigned_worker=str(wang)), left=-3)
    page = browse("wang").see("/follow-ups")
    assert cells(page)["村1"] == ["2", "0", "0"] and cells(page)["合计"] == ["3", "0", "0"]
    assert text_of(browse("wang").see("/follow-ups/list")).count("W-") == 3


def test_others_read_no_number_that_points_at_somebody_or_gives_one_back(town, browse):
    fill(town, 1, overdue=2, due=7)
    fill(town, 2, overdue=6, due=5)
    page = browse("lea").see("/follow-ups")
    found = cells(page)
    assert found["村1"] == ["&lt;5", "7", "0"]
    assert found["村2"] == ["不显示", "5", "0"], "6 and the total would tell the 2"
    assert found["合计"] == ["8", "12", "0"]
    assert "/follow-ups/list" not in page.get_data(as_text=True) and "W-1" not in page.get_data(as_text=True)


def test_a_village_of_fewer_than_ten_people_shows_nothing_to_others_not_even_nobody(town, browse):
    fill(town, 1, overdue=6, people=9)
    fill(town, 2, overdue=11)
    found = cells(browse("lea").see("/follow-ups"))
    assert found["村1"] == ["人数少于 10"] * 3
    assert found["村2"][0] != "11" or found["合计"][0] != "17"


def test_a_filter_chooses_rows_and_never_counts_anew(town, browse):
    fill(town, 1, overdue=2, due=7)
    fill(town, 2, overdue=6, due=5)
    lea = browse("lea")
    whole = cells(lea.see("/follow-ups"))
    assert cells(lea.see(f"/follow-ups?village={CODES[1]}")) == {"村2": whole["村2"]}
    assert cells(lea.see("/follow-ups?state=overdue")) == {name: line[:1] for name, line in whole.items()}


def test_no_number_stands_beside_a_worker_for_those_who_do_not_work_with_her(town, browse):
    fill(town, 1, overdue=12)
    lea = browse("lea")
    page = lea.see("/follow-ups")
    assert "谁去哪里" in text_of(page) and "赵秀兰" in text_of(page)
    rows = re.findall(r"<tr>.*?</tr>", page.get_data(as_text=True), re.DOTALL)
    assert not [row for row in rows if "赵秀兰" in row and 'class="cell"' in row]
    whole = cells(page)
    assert "by=worker" not in page.get_data(as_text=True)
    for query in ("by=worker", "worker=1", "by=worker&worker=1"):
        assert cells(lea.see(f"/follow-ups?{query}")) == whole


def test_one_more_visit_since_yesterday_is_not_seen_by_others(town, browse):
    fill(town, 1, overdue=12, people=40)
    fill(town, 2, overdue=15, people=40)
    lea, lin = browse("lea"), browse("lin")
    before = cells(lea.see("/follow-ups"))
    fill(town, 1, overdue=1, people=1)
    assert cells(lea.see("/follow-ups")) == before
    assert cells(lin.see("/follow-ups"))["村1"][0] == "13"
    fill(town, 1, overdue=4, people=4)
    assert cells(lea.see("/follow-ups"))["村1"][0] == "17"


def add_phone(town, name, villages):
    with town.database.transaction() as db:
        ada = town.actor_id(db, "ada")
        phone = create_app_user(db, town.app.extensions["fangshi.key"], town.project_id, name, ada, MORNING)
        project = db.get_one(Project, town.project_id)
        set_villages(db, Caller(actor_id=ada, type="user"), project, phone.actor.id, villages, MORNING)
        return int(phone.actor.id)


def test_by_worker_each_phone_has_a_row_with_its_villages_and_when_it_last_spoke(town, browse):
    phone_id = add_phone(town, "杨秀英", CODES[1:])
    fill(town, 1, overdue=2)
    fill(town, 2, due=3)
    page = browse("lin").see("/follow-ups?by=worker")
    assert cells(page) == {"杨秀英": ["0", "3", "0"], "赵秀兰": ["2", "3", "0"]}
    assert f"/follow-ups/list?worker={phone_id}&amp;state=due" in page.get_data(as_text=True)
    assert set(cells(browse("lin").see(f"/follow-ups?by=worker&worker={phone_id}"))) == {"杨秀英"}
    assert "2 部手机今天同步了 0 部" in text_of(page)


def test_a_phone_of_a_village_has_what_waits_in_its_parts(town, browse):
    fill(town, 2, overdue=2)
    with town.database.transaction() as db:
        whole, part = (db.get_one(Village, one) for one in town.village_ids)
        part.parent_id = whole.id
    phone = add_phone(town, "马玉梅", CODES[:1])
    assert cells(browse("lin").see("/follow-ups?by=worker"))["马玉梅"] == ["2", "0", "0"]
    assert text_of(browse("lin").see(f"/follow-ups/list?worker={phone}")).count("W-2") == 2


def test_who_works_in_other_villages_is_not_named(town, browse):
    add_phone(town, "杨秀英", CODES[1:])
    for path in ("/follow-ups", "/follow-ups?by=worker", "/follow-ups/list"):
        assert "杨秀英" not in browse("wang").see(path).get_data(as_text=True)


def test_a_number_leads_to_its_neutral_codes(town, browse):
    fill(town, 1, overdue=2, due=7, people=9)
    fill(town, 2, overdue=1, people=1)
    lin = browse("lin")
    assert f'href="/follow-ups/list?village={CODES[0]}&amp;state=overdue"' in lin.see("/follow-ups").get_data(
        as_text=True
    )
    words = text_of(lin.see(f"/follow-ups/list?village={CODES[0]}&state=overdue"))
    assert "2 件" in words and "W-1000 王*" in words and "W-1001 王*" in words
    assert "W-1002" not in words and "W-2000" not in words


def test_the_list_can_be_cut_to_a_worker_and_names_a_household_by_its_door(town, browse):
    phone_id = add_phone(town, "杨秀英", CODES[1:])
    with town.database.transaction() as db:
        a_follow_up(db, a_home(db, town.project_id, village=2), TODAY, rule="HH-V")
        a_follow_up(db, a_woman(db, town.project_id))
    words = text_of(browse("lin").see(f"/follow-ups/list?worker={phone_id}"))
    assert "二社 014" in words and "W-0231" not in words


def test_the_rail_has_the_board_for_whoever_may_open_it(town, browse):
    for name, status in (("lin", 200), ("wang", 200), ("lea", 200), ("rita", 403), ("ada", 403)):
        browser = browse(name)
        assert browser.see("/follow-ups").status_code == status
        assert ('href="/follow-ups"' in browser.see("/me").get_data(as_text=True)) == (status == 200)


def test_without_villages_the_board_says_so(town, browse):
    assert "还没有把村分给您" in text_of(browse("nia").see("/follow-ups"))


def test_the_board_says_how_many_are_perhaps_done_to_the_care_team_alone(town, browse):
    fill(town, 1, overdue=6, due=7)
    fill(town, 2, due=5)
    phone_last_spoke(town, "2026-01-24T18:00")  # between the first days of what is overdue and of what is due
    found = text_of(browse("lin").see("/follow-ups"))
    assert "村1 其中 7 个也许已做，等同步" in found
    assert "村2 其中 5 个也许已做，等同步" in found
    assert "也许已做" not in text_of(browse("lea").see("/follow-ups"))
    phone_last_spoke(town, "2026-03-01T18:00")
    assert "也许已做" not in text_of(browse("lin").see("/follow-ups"))
