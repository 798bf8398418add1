from datetime import timedelta

import pytest

from server.backups.carried_key import make_key_pair
from server.backups.making import Made
from server.backups.state import write_state
from server.jobs import TIMETABLE, note_run
from server.leases import take_lease
from tests.conftest import MORNING
from tests.making import a_run
from tests.server.web.pages.conftest import text_of


def row_of(page, name):
    return text_of(page).partition(name)[2][:200]


@pytest.mark.parametrize("name", ["ada", "lea"])
def test_administrators_and_the_town_s_lead_see_every_row(town, browse, name):
    page = browse(name).see("/timetable")
    assert page.status_code == 200
    assert page.get_data(as_text=True).count('class="card-title"') == len(TIMETABLE)
    assert 'href="/timetable"' in browse(name).see("/admin").get_data(as_text=True)


@pytest.mark.parametrize("name", ["rita", "vera", "otto"])
def test_others_may_not(town, browse, name):
    assert browse(name).see("/timetable").status_code == 403
    assert "/timetable" not in browse(name).see("/admin").get_data(as_text=True)


def test_nobody_is_sent_to_sign_in(town, browse):
    assert browse().see("/timetable").status_code == 303


def test_a_row_tells_its_last_run_its_result_and_its_next(town, browse, database):
    jobs = {job.name: job for job in TIMETABLE}
    a_run(database, jobs["follow_ups"], MORNING, "12")
    a_run(database, jobs["outbox"], MORNING, "OperationalError")
    note_run(database, jobs["backlog"], MORNING, None, None)
    page = browse("ada").see("/timetable")
    assert "做了 12 项" in row_of(page, "当天的随访")
    assert "每天 00:05" in row_of(page, "当天的随访")
    assert "3月3日 00:05" in row_of(page, "当天的随访")
    assert "没做成" in row_of(page, "待送通知")
    assert "OperationalError，会再做" in row_of(page, "待送通知")
    assert "正在做，或被打断" in row_of(page, "等前一次的更改")
    assert "每 6 小时" in row_of(page, "没有记录的文件")
    english = browse("ada", "en").see("/timetable")
    assert "daily at 00:05" in row_of(english, "The day's follow-ups")
    assert "12 done" in row_of(english, "The day's follow-ups")


def test_what_was_done_for_few_is_told_as_few(town, browse, database):
    jobs = {job.name: job for job in TIMETABLE}
    a_run(database, jobs["retention"], MORNING, "2")
    assert "做了 <5 项" in row_of(browse("lea").see("/timetable"), "只保存需要的时间")


def test_the_page_says_whether_backups_are_made(town, browse, config, tmp_path, clock):
    def shown():
        return text_of(browse("ada").see("/timetable"))

    assert "还没有备份" in shown()
    make_key_pair(tmp_path / "carried.txt", config.data_dir)
    assert "最近两天没有备份" in shown()
    write_state(config.data_dir, Made(tmp_path, rows=5, files=1, gone=0, lost=2, size=9), clock.now())
    assert "有文件丢了或坏了" in shown()
    write_state(config.data_dir, Made(tmp_path, rows=5, files=1, gone=0, lost=0, size=9), clock.now())
    assert not any(word in shown() for word in ("还没有备份", "两天没有备份", "丢了或坏了"))


def test_the_page_says_whether_the_timetable_runs(town, browse, database, clock):
    ada = browse("ada")
    assert "时刻表没有在跑" in text_of(ada.see("/timetable"))
    assert take_lease(database, "another-machine:7", clock.now())
    assert "时刻表在跑" in text_of(ada.see("/timetable"))
    clock.set(MORNING + timedelta(minutes=1))
    assert "时刻表没有在跑" in text_of(ada.see("/timetable"))


def test_a_row_tells_how_long_it_took_how_late_it_began_and_what_broke(town, browse, database, clock):
    jobs = {job.name: job for job in TIMETABLE}
    a_run(database, jobs["follow_ups"], MORNING - timedelta(days=4), "OperationalError")
    a_run(database, jobs["follow_ups"], MORNING - timedelta(days=3), "12")
    a_run(database, jobs["follow_ups"], MORNING, "12", MORNING + timedelta(seconds=75))
    page = browse("ada").see("/timetable")
    row = row_of(page, "当天的随访")
    assert "用时" not in row and "1 分 15 秒" in row
    assert "晚了 2 天 8 小时 才开始" in row
    assert "上次出错：OperationalError" in row
    assert "晚了 做" not in row
    clock.set(MORNING + timedelta(days=1))
    assert "做了 12 项 晚了" in row_of(browse("ada").see("/timetable"), "当天的随访")


@pytest.mark.parametrize("path", ["/timetable", "/timetable/outbox"])
def test_the_page_takes_no_more_questions_for_many_runs(town, browse, database, count_queries, path):
    ada = browse("ada")
    with count_queries() as few:
        assert ada.see(path).status_code == 200
    for job in TIMETABLE:
        for minute in range(40):
            a_run(database, job, MORNING + timedelta(minutes=minute), "7")
    with count_queries() as many:
        assert ada.see(path).status_code == 200
    assert len(many) <= len(few)
