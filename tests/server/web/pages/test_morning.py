"""The morning page: told numbers, what needs the reader, and nothing that somebody behind the chair may not see."""

import re

import pytest
from sqlalchemy import select

from geo.boundaries import read_boundaries
from server.access.assignments import set_villages
from server.access.caller import Caller
from server.followups.notices import follow_up_changed
from server.followups.outbox import deliver_inbox
from server.models import Project, User
from server.places.villages import import_boundaries
from tests.conftest import MORNING
from tests.server.web.pages.conftest import CODES, boundaries, text_of
from tests.server.web.pages.test_board import fill
from tests.server.web.pages.women import HEALTH, TODAY, CareTown, a_follow_up, a_woman, main_of, phone_last_spoke


@pytest.fixture
def town(paged, database):
    return CareTown(paged, database)


def figures(answer):
    """The four numbers, or the words in their place."""
    cards = re.findall(r'<li class="card">(.*?)</li>', main_of(answer), re.DOTALL)
    found = [re.search(r'class="(?:figure|chip hatched|meaning)">(.*?)</span>', one, re.DOTALL) for one in cards]
    return [re.sub(r"<[^>]*>", "", one[1]).strip() for one in found]


def rows(answer):
    table = main_of(answer).split("<tbody>")[1].split("</tbody>")[0]
    return [" ".join(re.sub(r"<[^>]*>", " ", one).split()) for one in table.split("</tr>") if one.strip()]


def test_the_lead_of_a_town_sees_numbers_that_anybody_of_the_town_may_be_told(town, browse):
    fill(town, 1, overdue=12, due=7, people=40)
    fill(town, 2, overdue=8, due=6, people=40)
    for name in ("lea", "lin"):
        page = browse(name).see("/")
        assert figures(page)[:2] == ["20", "13"] and "占在办 33 件" in text_of(page)
        assert [one.split(" 2026")[0].split()[:3] for one in rows(page)] == [["村1", "10+", "7"], ["村2", "5–9", "6"]]


def test_small_numbers_are_hidden_also_from_who_reads_the_lists_behind_them(town, browse):
    fill(town, 1, overdue=2, due=7)
    for name in ("lea", "lin"):
        page = browse(name).see("/")
        assert figures(page)[0] in ("&lt;5", "不显示") and "占在办" not in text_of(page)


def test_nobody_is_named_and_nothing_of_health_is_said(town, browse):
    town.fill(TODAY)
    for name in ("lea", "lin"):
        page = browse(name).see("/")
        words = re.sub(r"<[^>]*>", " ", main_of(page))
        assert "W-" not in words and "赵秀兰" not in words and HEALTH.findall(words) == []


def test_records_that_wait_are_counted_for_who_reads_them_and_told_to_who_does_not(town, browse):
    for village in (1, 1, 2):
        town.record(village=village)
    assert figures(browse("lin").see("/"))[2] == "3"
    lea = browse("lea").see("/")
    assert figures(lea)[2] == "&lt;5" and "由审核员来看" in text_of(lea) and "最早的等了" not in text_of(lea)


def test_what_is_critical_is_taken_on_right_there(town, browse):
    with town.database.transaction() as db:
        project = db.get_one(Project, town.project_id)
        row = a_follow_up(db, a_woman(db, project.id), left=-3, severity="critical", state="overdue")
        follow_up_changed(db, project, row, MORNING)
        deliver_inbox(db, MORNING, with_mail=False)
        key = row.visit_key
    lin = browse("lin")
    page = lin.see("/")
    assert "1 件紧急随访等待确认" in text_of(page) and f'name="visit" value="{key}"' in page.get_data(as_text=True)
    assert lin.send("/inbox/take", {"visit": key, "next": "/"}).location == "/"
    assert "紧急随访" not in main_of(lin.see("/"))


def test_silent_phones_come_before_what_is_late(town, browse):
    fill(town, 2, overdue=12, people=40)
    phone_last_spoke(town, "2026-02-20T08:00")
    page = browse("lea").see("/")
    assert "1 部手机 3 天以上没同步" in text_of(page) and "1 部手机已同步 0 部" in text_of(page)
    assert all("2月20日" in one for one in rows(page))
    phone_last_spoke(town, "2026-03-02T07:00")
    assert "没同步" not in text_of(browse("lea").see("/")).replace("久未同步", "")


def test_who_leads_some_villages_sees_their_rows_and_no_total(town, browse):
    fill(town, 1, overdue=12, due=7, people=40)
    fill(town, 2, overdue=8, due=6, people=40)
    with town.database.transaction() as db:
        lea = db.scalar(select(User.actor_id).where(User.email == "lea@example.test"))
        set_villages(
            db, Caller(actor_id=None, type="user"), db.get_one(Project, town.project_id), lea, CODES[:1], MORNING
        )
    page = browse("lea").see("/")
    assert figures(page)[:2] == ["不显示", "不显示"] and [one[:2] for one in rows(page)] == ["村1"]


def test_the_map_is_drawn_without_script_and_may_be_of_coverage(town, browse):
    lea = browse("lea")
    page = lea.see("/").get_data(as_text=True)
    assert page.count('<path class="village') == 2 and 'href="/map?show=on_time"' in page
    assert 'href="/map?show=coverage"' in lea.see("/?show=coverage").get_data(as_text=True)
    assert 'href="/map?show=on_time"' in lea.see("/?show=nonsense").get_data(as_text=True)


def test_a_town_of_many_villages_takes_no_more_questions(town, browse, count_queries):
    lea = browse("lea")
    lea.see("/")
    with count_queries() as few:
        lea.see("/")
    codes = [*CODES, *(f"5199012010{number:02}" for number in range(3, 60))]
    with town.database.transaction() as db:
        ada = db.scalar(select(User.actor_id).where(User.email == "ada@example.test"))
        import_boundaries(
            db, town.project_id, read_boundaries(boundaries(*codes), "v.geojson", "EPSG:4326"), ada, MORNING
        )
    for village in (1, 2):
        fill(town, village, overdue=6, due=6)
    lea.see("/")
    with count_queries() as many:
        page = lea.see("/")
    assert len(many) <= len(few) and "全部 59 村" in text_of(page)


def test_the_server_and_its_backups_are_said_at_the_foot_also_when_they_are_not_well(town, browse):
    page = browse("lea").see("/").get_data(as_text=True)
    foot = page.split('<div class="foot">')[1].split("</div>")[0]
    assert "没有设置备份" in foot and 'class="server-bad"' in foot and 'href="/timetable"' in foot
    assert 'href="/timetable"' not in browse("rita").see("/forms").get_data(as_text=True)
