"""A job of the timetable in a real browser: what was asked for, what is paused, and the result that comes by itself."""

from datetime import timedelta

from sqlalchemy import select

from server import clock
from server.followups.tally import add_tally
from server.jobs import TIMETABLE
from server.leases import take_lease
from server.models import User
from server.runs import ask_for_run, pause_job
from tests.browser.looking import look_at_pages
from tests.making import a_run

JOBS = {job.name: job for job in TIMETABLE}


def test_the_result_of_a_run_that_was_asked_for_comes_by_itself(town, open_tab):
    now = clock.now()
    take_lease(town.database, "machine:1", now)
    tab = open_tab("ada")
    tab.speak("zh_Hans")
    tab.go("/timetable/backup")
    tab.page.click("text=现在运行")
    tab.page.wait_for_selector("text=已要求马上运行")
    a_run(town.database, JOBS["backup"], now, "1200", now + timedelta(seconds=5))
    tab.page.wait_for_selector("text=做了 1200 项")
    assert tab.page.query_selector("text=已要求马上运行") is None
    assert tab.complaints == []


def test_paused_late_and_asked_for_fit_the_screen_and_axe_finds_nothing(town, open_tab):
    now = clock.now()
    take_lease(town.database, "machine:1", now)
    for days in (3, 2, 1):
        a_run(
            town.database,
            JOBS["follow_ups"],
            now - timedelta(days=days, hours=-7),
            "OperationalError" if days == 2 else "12",
        )
    for minutes in range(60, 30, -1):
        a_run(town.database, JOBS["outbox"], now - timedelta(minutes=minutes), "0")
    with town.database.transaction() as db:
        ada = db.scalars(select(User.actor_id).where(User.email == "ada@example.test")).one()
        pause_job(db, "outbox", "trouble", ada, now)
        ask_for_run(db, "backup", ada, now)
        add_tally(db, now)
    pages = {
        "timetable-marks": "/timetable",
        "timetable-paused": "/timetable/outbox",
        "timetable-tally": "/timetable/follow_ups",
        "timetable-asked": "/timetable/backup",
    }
    look_at_pages(open_tab("ada"), pages)
