from datetime import timedelta

import pytest
from sqlalchemy import select

from server.jobs import TIMETABLE
from server.leases import take_lease
from server.models import Audit, FollowUpTally, TimetableRun
from server.runs import NEVER_PAUSED, past_runs
from server.web.pages.timetable_words import MUST_RUN, NAMES, STANDS_STILL
from tests.conftest import MORNING
from tests.making import a_run
from tests.server.web.pages.conftest import text_of

JOBS = {job.name: job for job in TIMETABLE}


def test_every_job_has_words_for_what_it_does_and_for_what_stands_still():
    assert NAMES.keys() == JOBS.keys()
    assert MUST_RUN.keys() == NEVER_PAUSED
    assert STANDS_STILL.keys() == JOBS.keys() - NEVER_PAUSED


def test_who_administers_asks_for_a_run_and_the_page_says_so_until_it_began(town, browse, database, clock):
    ada = browse("ada")
    take_lease(database, "machine:1", clock.now())
    ada.see("/timetable/backup")
    assert ada.send("/timetable/backup/run").location == "/timetable/backup"
    page = text_of(ada.see("/timetable/backup"))
    assert "已要求马上运行。 今天 09:00 · ada" in page
    assert "every 3s" in ada.see("/timetable/backup").get_data(as_text=True)
    assert "几秒钟内" in text_of(ada.see("/timetable"))
    with database.reading() as db:
        assert db.get(TimetableRun, "backup") is None, "nothing runs inside the request"
    a_run(database, JOBS["backup"], MORNING + timedelta(seconds=2), "1200", MORNING + timedelta(seconds=5))
    page = text_of(ada.see("/timetable/backup"))
    assert "已要求马上运行" not in page
    assert "做了 1200 项" in page and "已要求运行" in page and "3 秒" in page
    assert "every 3s" not in ada.see("/timetable/backup").get_data(as_text=True)


def test_who_administers_pauses_with_a_reason_is_warned_and_lets_it_go_on(town, browse, clock):
    ada = browse("ada")
    page = text_of(ada.see("/timetable/outbox"))
    assert "危险信号也一样" in page and "四小时后自动恢复" in page
    assert ada.send("/timetable/outbox/pause", {"reason": "trouble"}).status_code == 303
    page = text_of(ada.see("/timetable/outbox"))
    assert "这项工作已暂停。 这项工作出了毛病 · 今天 09:00 · ada" in page and "到时自动恢复： 今天 13:00" in page
    assert "现在运行" not in page
    assert "暂停到 今天 13:00" in text_of(ada.see("/timetable"))
    assert ada.client.get("/healthz").json["timetable"]["paused"] == ["outbox"]
    assert ada.client.get("/healthz").status_code == 200
    assert ada.send("/timetable/outbox/run").status_code == 400
    assert ada.send("/timetable/outbox/resume").status_code == 303
    assert "现在运行" in text_of(ada.see("/timetable/outbox"))
    assert ada.client.get("/healthz").json["timetable"]["paused"] == []


@pytest.mark.parametrize("name", sorted(NEVER_PAUSED))
def test_what_must_not_stand_still_says_why_and_cannot_be_paused(town, browse, name):
    ada = browse("ada")
    page = text_of(ada.see(f"/timetable/{name}"))
    assert "不能暂停" in page and "暂停这项工作" not in page and "现在运行" in page
    assert ada.send(f"/timetable/{name}/pause", {"reason": "repair"}).status_code == 400


def test_a_reason_of_somebody_s_own_words_is_not_kept(town, browse, database):
    ada = browse("ada")
    ada.see("/timetable/outbox")
    assert ada.send("/timetable/outbox/pause", {"reason": "王芳的事"}).status_code == 400
    with database.reading() as db:
        assert list(db.scalars(select(Audit.id).where(Audit.action.startswith("timetable.")))) == []


@pytest.mark.parametrize("act", ["run", "pause", "resume"])
def test_the_town_s_lead_reads_it_and_changes_nothing(town, browse, database, act):
    lea = browse("lea")
    page = text_of(lea.see("/timetable/outbox"))
    assert "现在运行" not in page and "暂停这项工作" not in page
    assert lea.send(f"/timetable/outbox/{act}", {"reason": "trouble"}).status_code == 403
    with database.reading() as db:
        assert past_runs(db) == {}


def test_a_job_that_there_is_not_is_nowhere(town, browse):
    ada = browse("ada")
    assert ada.see("/timetable/nothing").status_code == 404
    assert ada.send("/timetable/nothing/run").status_code == 404
    assert browse("rita").see("/timetable/outbox").status_code == 403


def test_english_words_stand_on_the_english_page(town, browse, database):
    a_run(database, JOBS["outbox"], MORNING - timedelta(minutes=30), "OperationalError", MORNING)
    page = text_of(browse("ada", "en").see("/timetable/outbox"))
    assert "30 min 0 s" in page and "OperationalError" in page and "ring the clinician" in page


@pytest.mark.parametrize(("stopped", "holds"), [(123, True), (124, False)])
def test_the_page_says_whether_follow_ups_add_up_in_numbers_that_tell_of_nobody(town, browse, database, stopped, holds):
    with database.transaction() as db:
        db.add(FollowUpTally(counted_at=MORNING, created=1238, waiting=4, done=1111, stopped=stopped))
    page = text_of(browse("lea").see("/timetable/follow_ups"))
    assert (
        "一共记下 约 1240" in page and "等着办 不到 10" in page and "已完成 约 1110" in page and "停了的 约 120" in page
    )
    assert ("对得上 一共" in page.replace("对得上吗？", "")) == holds
    assert ("对不上" in page) != holds
    assert "对得上" not in text_of(browse("ada").see("/timetable/outbox"))
