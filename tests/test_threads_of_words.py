"""What users of other engines complain of in their threads and no module's own test shows here: words that come too often, too
early, not at all or lead to the wrong page. The table of all threads: test_threads.py.
"""

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from urllib.parse import urlsplit

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.db import Database
from server.followups.channels import Owner
from server.followups.notices import follow_up_changed, level_of
from server.followups.queries import due_for_villages
from server.followups.smtp import SmtpPost
from server.followups.wishes import Wishes, save_wishes
from server.models import FollowUp, Notification, Project
from tests.conftest import Clock
from tests.http_sink import HttpSink
from tests.server.followups import chatting, posting, told
from tests.server.followups.conftest import post, sink, staff  # noqa: F401 - the fixtures come with the import
from tests.server.followups.samples import day
from tests.server.followups.staff import LIUWAN, MORNING, SHIQIAO, Staff, a_follow_up, a_staff
from tests.server.followups.test_digests import HALF_PAST_EIGHT, summarise
from tests.server.web.pages.conftest import (  # noqa: F401 - the fixtures come with the import
    CODES,
    browse,
    compiled_catalogue,
    compiled_templates,
    paged,
    text_of,
)
from tests.server.web.pages.women import DAY, TODAY, CareTown, a_woman, main_of
from tests.smtp_sink import Sink

MINUTE = posting.MINUTE


@pytest.fixture
def town(paged: Flask, database: Database) -> CareTown:  # noqa: F811
    return CareTown(paged, database)


def test_medic_cht_core_1269_9255_who_opens_no_page_is_told_by_mail_which_leads_to_that_very_visit(
    town: CareTown,
    browse: Callable,  # noqa: F811
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


def test_medic_cht_core_11159_thirty_visits_of_one_day_are_one_word(
    database: Database,
    staff: Staff,  # noqa: F811
    sink: Sink,  # noqa: F811
    post: SmtpPost,  # noqa: F811
    http_sink: HttpSink,
) -> None:
    """What is due comes in the summary alone; who wants it so hears of what is overdue in it too."""
    chatting.a_hook(database, http_sink, Owner(actor_id=staff.chen), alerts=False)
    with database.transaction() as db:
        save_wishes(db, staff.chen, Wishes(by_email=False), MORNING)
    for number in range(60):
        posting.tell(
            database,
            staff,
            HALF_PAST_EIGHT,
            **({} if number % 2 else {"state": "due", "overdue_from": TODAY + 8 * DAY}),
        )
    for minute in range(3):
        now = HALF_PAST_EIGHT + minute * MINUTE
        posting.deliver(database, now)
        summarise(database, now)
        posting.send_all(database, post, now)
        chatting.send_all(database, now)
    assert [one.told["message"].split("\n")[1] for one in http_sink.got] == ["到期 30 个，超期 30 个。"]
    assert sink.mails == []


def test_medic_cht_core_11160_each_way_to_a_person_brings_the_kinds_that_she_chose_for_it(
    database: Database,
    staff: Staff,  # noqa: F811
    sink: Sink,  # noqa: F811
    post: SmtpPost,  # noqa: F811
    http_sink: HttpSink,
) -> None:
    """Kinds are due, overdue and urgent, and whose task it is. There is none by rule: which one rings would tell of health."""
    chatting.a_hook(database, http_sink, Owner(actor_id=staff.chen), digests=False)
    posting.tell(database, staff, HALF_PAST_EIGHT, state="due", overdue_from=TODAY + 8 * DAY)
    posting.tell(database, staff, HALF_PAST_EIGHT)
    posting.deliver(database, HALF_PAST_EIGHT)
    with database.transaction() as db:
        save_wishes(db, staff.chen, Wishes(by_email=False), MORNING)
    summarise(database, HALF_PAST_EIGHT)
    chatting.send_all(database, HALF_PAST_EIGHT)
    assert [one.told["message"].split("\n")[1] for one in http_sink.got] == ["W-0231，上门访视：超期 1 天。"]
    with database.reading() as db:
        heard = db.scalars(select(Notification).where(Notification.recipient_id == staff.chen))
        ways = {(one.channel, level_of(one)) for one in heard}
    assert ways >= {("inbox", "due"), ("inbox", "overdue"), ("webhook", "overdue")}
    assert not ways & {("webhook", "due"), ("email", "due")}


def heard(db: Session, person: int) -> list[str]:
    """The levels that somebody was told of and that still hold."""
    rows = db.scalars(select(Notification).where(Notification.recipient_id == person).order_by(Notification.id))
    return [level_of(one) for one in rows if one.taken_back_at is None and one.channel == "inbox"]


@pytest.mark.parametrize("visited", [False, True], ids=["nobody went", "somebody went"])
def test_medic_cht_core_987_a_visit_that_nobody_confirms_is_told_to_the_doctor_and_then_to_the_lead(
    db: Session, visited: bool
) -> None:
    team = a_staff(db)
    town = team.project
    told.a_woman(db, town, village_code=SHIQIAO)
    told.registered(db, town, "2026-10-20", "2026-09-01", first_check_date="2026-10-18")
    told.work_out(db, town, "2026-10-20")
    if visited:
        told.checked(db, town, "2027-01-20")
    steps = []
    for today in ("2027-01-05", "2027-01-25", "2027-01-26", "2027-01-28", "2027-01-29"):
        told.work_out(db, town, today)
        told.pass_days(db, today)
        steps.append([heard(db, one) for one in (team.chen, team.doctor, team.lead)])
    waiting, red, late = [["due"], [], []], [["due", "overdue"], ["red"], []], [["due", "overdue"], ["red"], ["late"]]
    assert steps == ([[["due"], [], []]] + [[[], [], []]] * 4 if visited else [waiting, waiting, red, red, late])
    assert heard(db, team.luo) == []


def test_medic_cht_core_7426_one_record_reaches_every_level_that_has_to_do_with_it(db: Session) -> None:
    """A doctor's record is the village worker's task. A worker's sign is her own and the doctor's at once; unseen, the lead's too.

    What is not here: tasks for a whole household or neighbourhood because of what one of them has. That would tell it.
    """
    team = a_staff(db)
    town = team.project
    told.a_woman(db, town, village_code=SHIQIAO)
    told.a_woman(db, town, "w2", village_code=SHIQIAO)
    told.registered(db, town, "2026-10-20", "2026-09-01", done_by="doctor")
    told.work_out(db, town, "2026-10-20")
    [asked] = due_for_villages(db, town.id, {SHIQIAO}, day("2026-10-20"))
    assert (asked.row.rule, asked.row.subject) == ("ANC1", "w1")
    assert due_for_villages(db, town.id, {LIUWAN}, day("2026-10-20")) == []
    told.checked(db, town, "2026-11-20", danger="bleeding", done_by="worker")
    told.work_out(db, town, "2026-11-20")
    people = (team.chen, team.doctor, team.lead, team.luo)
    assert [heard(db, one)[-1:] for one in people] == [["red"], ["red"], [], []]
    told.pass_days(db, "2026-11-22")
    assert ["critical" in heard(db, one) for one in people] == [True, True, True, False]
    told_of = db.scalars(select(FollowUp.subject).join(Notification, Notification.follow_up_id == FollowUp.id))
    assert set(told_of) == {"w1"}


def test_fieldsight_mobile_71_what_waits_is_told_each_day_at_the_hour_that_she_chose(
    database: Database,
    staff: Staff,  # noqa: F811
    sink: Sink,  # noqa: F811
    post: SmtpPost,  # noqa: F811
) -> None:
    posting.tell(database, staff, state="due", overdue_from=TODAY + 8 * DAY)
    with database.transaction() as db:
        save_wishes(db, staff.chen, Wishes(digest_at=time(10, 15)), MORNING)
    arrived = []
    for quarter in range(3 * 24 * 4):
        now = datetime.combine(TODAY, time(), UTC) + quarter * timedelta(minutes=15)
        summarise(database, now)
        posting.send_all(database, post, now)
        arrived += [now] * (len(sink.mails) - len(arrived))
    assert [f"{one + timedelta(hours=8):%m-%d %H:%M}" for one in arrived] == [
        "03-02 10:15",
        "03-03 10:15",
        "03-04 10:15",
    ]


def test_dimagi_commcare_hq_1447_at_half_past_eleven_by_utc_a_calendar_and_a_page_are_of_the_next_day(
    town: CareTown,
    browse: Callable,  # noqa: F811
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
