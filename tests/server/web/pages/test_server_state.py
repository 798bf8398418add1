import re
from datetime import timedelta

from server.backups.carried_key import make_key_pair
from server.backups.making import Made
from server.backups.state import write_state
from server.leases import take_lease
from tests.conftest import MORNING
from tests.server.web.pages.conftest import text_of


def foot_of(answer):
    return re.search(r'<div class="foot">(.*?)</div>', answer.get_data(as_text=True), re.DOTALL)[1]


def test_the_foot_tells_whether_the_timetable_runs_for_as_long_as_it_is_held(town, browse, database, clock):
    rita = browse("rita")
    assert 'class="server-bad"' in foot_of(rita.see("/review")) and "时刻表停了" in foot_of(rita.see("/review"))
    assert take_lease(database, "here:1", MORNING)
    assert "镇服务器正常" in foot_of(rita.see("/review"))
    clock.set(MORNING + timedelta(minutes=2))
    assert "时刻表停了" in foot_of(rita.see("/review"))


def test_the_foot_tells_of_the_last_backup(town, browse, config, tmp_path, clock):
    rita = browse("rita")
    make_key_pair(tmp_path / "carried", config.data_dir)
    assert "还没有备份过" in foot_of(rita.see("/review"))
    write_state(config.data_dir, Made(tmp_path, rows=5, files=1, gone=0, lost=0, size=9), MORNING)
    assert "已超过两天" not in foot_of(rita.see("/review")) and "备份 今天" in foot_of(rita.see("/review"))
    clock.set(MORNING + timedelta(days=3))
    rita = browse("rita")
    assert "已超过两天" in foot_of(rita.see("/review"))


def test_whether_the_timetable_runs_and_how_many_notices_wait_is_one_question(town, browse, count_queries):
    rita = browse("rita")
    with count_queries() as asked:
        page = rita.see("/me")
    assert "时刻表停了" in text_of(page)
    assert len([one for one in asked if "timetable_lease" in one]) == 1
    assert all("notification" in one for one in asked if "timetable_lease" in one)
