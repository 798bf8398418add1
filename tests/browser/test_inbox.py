"""What somebody was told, how she is told, and the timetable: in a real browser, on both screens, in both languages."""

from datetime import timedelta

import pytest

from server import clock
from server.followups.notices import follow_up_changed
from server.followups.outbox import deliver_inbox
from server.jobs import TIMETABLE
from server.leases import take_lease
from server.models import FollowUp, Project
from tests.browser.looking import look_at_pages
from tests.making import a_run
from tests.server.followups.staff import Staff, a_follow_up
from tests.server.web.pages.conftest import CODES

PAGES = {"wang": ("/inbox", "/me/notices", "/me"), "ada": ("/timetable", "/timetable/follow_ups", "/admin")}

STANDS = (("due", "info", -8), ("overdue", "red", 3), ("overdue", "critical", 5), ("overdue", "red", 1))


@pytest.fixture
def told(town):
    """wang was told of four visits, one of which is settled; the timetable has run."""
    now = clock.now()
    with town.database.transaction() as db:
        project = db.get_one(Project, town.project_id)
        staff = Staff(project, 0, 0, 0, 0)
        rows: list[FollowUp] = []
        for state, severity, days in STANDS:
            since = clock.today(now) - timedelta(days=days)
            rows.append(
                a_follow_up(db, staff, state=state, severity=severity, overdue_from=since, village_code=CODES[0])
            )
            follow_up_changed(db, project, rows[-1], now)
        deliver_inbox(db, now + timedelta(hours=24), with_mail=False)
        rows[-1].ended, rows[-1].state = True, "done_late"
        follow_up_changed(db, project, rows[-1], now)
    jobs = {job.name: job for job in TIMETABLE}
    a_run(town.database, jobs["follow_ups"], now, "12")
    a_run(town.database, jobs["outbox"], now, "OperationalError")
    take_lease(town.database, "machine:1", now)


@pytest.mark.parametrize("name", list(PAGES))
def test_notices_and_timetable_fit_the_screen_and_axe_finds_nothing(town, told, open_tab, name):
    look_at_pages(open_tab(name), {path.strip("/").replace("/", "-"): path for path in PAGES[name]})
