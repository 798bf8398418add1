"""What users of other engines complain of in their threads and only pages can show here: words that lead nowhere, and days that
are another zone's. The table of all threads: test_threads.py.
"""

import re
from collections.abc import Callable
from datetime import date, datetime
from urllib.parse import urlsplit

import pytest
from flask import Flask

from server.db import Database
from server.followups.notices import follow_up_changed
from server.followups.smtp import SmtpPost
from server.models import Project
from tests.conftest import Clock
from tests.server.followups import posting
from tests.server.followups.conftest import post, sink  # noqa: F401 - the fixtures come with the import
from tests.server.followups.staff import MORNING, Staff, a_follow_up
from tests.server.web.pages.conftest import (  # noqa: F401 - the fixtures come with the import
    CODES,
    Browser,
    browse,
    compiled_catalogue,
    compiled_templates,
    paged,
    text_of,
)
from tests.server.web.pages.women import DAY, TODAY, CareTown, a_woman, main_of
from tests.smtp_sink import Sink


@pytest.fixture
def town(paged: Flask, database: Database) -> CareTown:  # noqa: F811
    return CareTown(paged, database)


def test_medic_cht_core_1269_9255_who_opens_no_page_is_told_by_mail_which_leads_to_that_very_visit(
    town: CareTown,
    browse: Callable[..., Browser],  # noqa: F811
    sink: Sink,  # noqa: F811
    post: SmtpPost,  # noqa: F811
) -> None:
    with town.database.transaction() as db:
        project, wang = db.get_one(Project, town.project_id), town.actor_id(db, "wang")
        team = Staff(project, wang, 0, 0, 0)
        for label in ("W-0231 王*", "W-0388 李*"):
            hers = a_woman(db, project.id, label).uuid
            late = {"state": "overdue", "overdue_from": TODAY, "opens_on": TODAY - 30 * DAY}
            row = a_follow_up(db, team, village_code=CODES[0], subject=hers, **late)
        follow_up_changed(db, project, row, MORNING)
    posting.deliver(town.database, MORNING)
    posting.send_all(town.database, post, MORNING)
    [mail] = sink.mails
    [link] = re.findall(r"https://\S+", mail.get_content())
    inbox = main_of(browse("wang").see(urlsplit(link).path))
    [visit] = re.findall(r'href="(/follow-ups/[^"]+)"', inbox)
    page = browse("wang").see(visit)
    assert "W-0388" in text_of(page) and "W-0231" not in text_of(page)
    assert "ODK Collect" in text_of(page), "it says how to go on"


def test_dimagi_commcare_hq_1447_at_half_past_eleven_by_utc_a_calendar_and_a_page_are_of_the_next_day(
    town: CareTown,
    browse: Callable[..., Browser],  # noqa: F811
    clock: Clock,
) -> None:
    with town.database.transaction() as db:
        team = Staff(db.get_one(Project, town.project_id), 0, 0, 0, 0)
        hers = a_woman(db, town.project_id).uuid
        days = {"opens_on": TODAY - 30 * DAY, "due_on": date(2026, 3, 2), "overdue_from": date(2026, 3, 3)}
        a_follow_up(db, team, village_code=CODES[0], subject=hers, **days)
    wang = browse("wang")
    [path] = re.findall(r"/calendar/[A-Za-z0-9!$]{64}\.ics", wang.send("/me/calendar").get_data(as_text=True))
    found = {}
    for moment in ("2026-03-02T15:59", "2026-03-02T16:00", "2026-03-02T23:30", "2026-03-03T00:30"):
        clock.set(datetime.fromisoformat(f"{moment}+00:00"))
        on = re.findall(r"DTSTART;VALUE=DATE:(\d+)", town.app.test_client().get(path).text)
        found[moment[5:]] = (on, "超期 1 天" in text_of(wang.see("/m")))
    assert found == {
        "03-02T15:59": (["20260302"], False),
        **dict.fromkeys(("03-02T16:00", "03-02T23:30", "03-03T00:30"), (["20260303"], True)),
    }
