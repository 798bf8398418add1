"""What users of other engines complain of in their threads and no module's own test shows here: words that come too often, too
early or not to those whose matter it is. The table of all threads: test_threads.py.
"""

from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from server.db import Database
from server.followups.channels import Owner
from server.followups.notices import level_of
from server.followups.queries import due_for_villages
from server.followups.smtp import SmtpPost
from server.followups.wishes import Wishes, save_wishes
from server.models import FollowUp, Notification
from tests.http_sink import HttpSink
from tests.server.followups import chatting, posting, told
from tests.server.followups.conftest import post, sink, staff  # noqa: F401 - the fixtures come with the import
from tests.server.followups.samples import day
from tests.server.followups.staff import LIUWAN, MORNING, SHIQIAO, TODAY, Staff, a_staff
from tests.server.followups.test_digests import HALF_PAST_EIGHT, summarise
from tests.smtp_sink import Sink

MINUTE, IN_TIME = posting.MINUTE, TODAY + timedelta(days=8)


def run_for_three_minutes(database: Database, post: SmtpPost) -> None:  # noqa: F811
    for minute in range(3):
        now = HALF_PAST_EIGHT + minute * MINUTE
        posting.deliver(database, now)
        summarise(database, now)
        posting.send_all(database, post, now)
        chatting.send_all(database, now)


@pytest.mark.parametrize(
    ("visits", "wishes", "line"),
    [
        ({"state": "due", "overdue_from": IN_TIME}, Wishes(), "到期 30 个，超期 0 个。"),
        ({}, Wishes(summaries_only=True), "到期 0 个，超期 30 个。"),
    ],
)
def test_medic_cht_core_11159_thirty_visits_of_a_day_are_one_word_also_overdue_ones_to_who_wants_summaries_alone(
    database: Database,
    staff: Staff,  # noqa: F811
    sink: Sink,  # noqa: F811
    post: SmtpPost,  # noqa: F811
    visits: dict[str, Any],
    wishes: Wishes,
    line: str,
) -> None:
    with database.transaction() as db:
        save_wishes(db, staff.chen, wishes, MORNING)
    for _ in range(30):
        posting.tell(database, staff, HALF_PAST_EIGHT, **visits)
    run_for_three_minutes(database, post)
    assert [mail.get_content().partition("\n")[0] for mail in sink.mails] == [line]


def test_medic_cht_core_11160_each_way_to_a_person_brings_the_kinds_that_she_chose_for_it(
    database: Database,
    staff: Staff,  # noqa: F811
    sink: Sink,  # noqa: F811
    post: SmtpPost,  # noqa: F811
    http_sink: HttpSink,
) -> None:
    """Kinds are due, overdue and urgent, and whose task it is. There is none by rule: which one rings would tell of health."""
    chatting.a_hook(database, http_sink, Owner(actor_id=staff.chen), digests=False)
    posting.tell(database, staff, HALF_PAST_EIGHT, state="due", overdue_from=IN_TIME)
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


@pytest.mark.parametrize(
    ("happens", "rings"),
    [
        ("2026-03-02T19:59", "2026-03-02T19:59"),
        ("2026-03-02T20:00", "2026-03-03T06:30"),
        ("2026-03-02T23:59", "2026-03-03T06:30"),
        ("2026-03-03T00:00", "2026-03-03T06:30"),
        ("2026-03-03T06:29", "2026-03-03T06:30"),
        ("2026-03-03T06:30", "2026-03-03T06:30"),
    ],
)
def test_medic_cht_conf_825_nothing_rings_outside_of_the_hours_that_she_set_which_may_go_over_midnight(
    database: Database,
    staff: Staff,  # noqa: F811
    sink: Sink,  # noqa: F811
    post: SmtpPost,  # noqa: F811
    happens: str,
    rings: str,
) -> None:
    """There words came just after midnight, and a window over midnight never opened."""
    begin, end = (datetime.fromisoformat(f"{moment}+08:00") for moment in (happens, rings))
    with database.transaction() as db:
        save_wishes(db, staff.chen, Wishes(quiet_from=time(20), quiet_until=time(6, 30)), MORNING)
    posting.tell(database, staff, begin, severity="critical")
    arrived = {}
    for at in sorted({begin, max(begin, end - MINUTE), end}):
        posting.deliver(database, at)
        posting.send_all(database, post, at)
        arrived[at] = [mail["To"] for mail in sink.mails].count("chen@town.test")
    assert arrived == {at: int(at == end) for at in arrived}


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
    """A doctor's record is the village worker's task. A worker's sign is her own and the doctor's; unseen, the lead's too.

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
    posting.tell(database, staff, state="due", overdue_from=IN_TIME)
    with database.transaction() as db:
        save_wishes(db, staff.chen, Wishes(digest_at=time(10, 15)), MORNING)
    arrived: list[datetime] = []
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
