"""The day's summary: one mail a person and day, with numbers alone."""

from datetime import datetime, timedelta

from sqlalchemy import update
from sqlalchemy.orm import Session

from server.access.roles import VILLAGE_WORKER
from server.db import Database
from server.followups.digests import add_digests
from server.followups.smtp import SmtpPost
from server.models import Assignment, Project, VillageScope, Woman
from tests.server.followups.posting import MINUTE, end, send_all, states, tell
from tests.server.followups.staff import LIUWAN, MORNING, TODAY, Staff
from tests.smtp_sink import Sink

HALF_PAST_EIGHT = datetime.fromisoformat("2026-03-02T08:30:00+08:00")


def summarise(database: Database, now: datetime) -> int:
    with database.transaction() as db:
        return add_digests(db, now, with_mail=True)


def test_the_summary_is_one_mail_a_person_and_day(database: Database, staff: Staff, sink: Sink, post: SmtpPost) -> None:
    tell(database, staff, state="due", overdue_from=TODAY + timedelta(days=8))
    tell(database, staff, state="overdue", overdue_from=TODAY - timedelta(days=1))
    assert summarise(database, HALF_PAST_EIGHT - MINUTE) == 0
    for minute in range(3):
        summarise(database, HALF_PAST_EIGHT + minute * MINUTE)
        send_all(database, post, HALF_PAST_EIGHT + minute * MINUTE)
    [mail] = sink.mails
    assert (mail["To"], mail["Subject"]) == ("chen@town.test", "访视：今天的汇总")
    assert mail.get_content().startswith("到期 1 个，超期 1 个。")


def test_a_summary_counts_when_it_is_sent(database: Database, staff: Staff, sink: Sink, post: SmtpPost) -> None:
    row = tell(database, staff)
    tell(database, staff)
    summarise(database, HALF_PAST_EIGHT)
    end(database, staff, row, HALF_PAST_EIGHT)
    send_all(database, post, HALF_PAST_EIGHT)
    assert sink.mails[0].get_content().startswith("到期 0 个，超期 1 个。")


def test_a_summary_counts_no_visit_after_the_last_day_of_her_consent(
    database: Database, staff: Staff, sink: Sink, post: SmtpPost
) -> None:
    tell(database, staff)
    row = tell(database, staff)
    with database.transaction() as db:
        db.execute(update(Woman).where(Woman.uuid == row.subject).values(consent_until=TODAY - timedelta(days=1)))
    summarise(database, HALF_PAST_EIGHT)
    send_all(database, post, HALF_PAST_EIGHT)
    assert sink.mails[0].get_content().startswith("到期 0 个，超期 1 个。")


def test_a_summary_of_nothing_is_not_sent(database: Database, staff: Staff, sink: Sink, post: SmtpPost) -> None:
    summarise(database, HALF_PAST_EIGHT)
    send_all(database, post, HALF_PAST_EIGHT)
    assert sink.mails == []
    assert set(states(database)) == {"taken_back"}


def test_a_summary_whose_day_is_over_is_not_sent(database: Database, staff: Staff, sink: Sink, post: SmtpPost) -> None:
    tell(database, staff)
    sink.say["RCPT"] = "451 not now"
    summarise(database, HALF_PAST_EIGHT)
    send_all(database, post, HALF_PAST_EIGHT)
    sink.say.clear()
    send_all(database, post, HALF_PAST_EIGHT + timedelta(days=1))
    assert sink.mails == []


def test_a_summary_whose_hour_was_missed_comes_later_that_day(database: Database, staff: Staff) -> None:
    assert summarise(database, HALF_PAST_EIGHT + timedelta(hours=7)) > 0


def test_a_clinician_s_summary_counts_what_is_red(database: Database, staff: Staff, sink: Sink, post: SmtpPost) -> None:
    tell(database, staff, severity="red", village_code=LIUWAN)
    tell(database, staff)
    summarise(database, HALF_PAST_EIGHT)
    send_all(database, post, HALF_PAST_EIGHT)
    said = {mail["To"].partition("@")[0]: mail.get_content().partition("\n")[0] for mail in sink.mails}
    assert said == dict.fromkeys(("chen", "luo", "doctor"), "到期 0 个，超期 1 个。")


def test_two_towns_are_one_summary(database: Database, staff: Staff, sink: Sink, post: SmtpPost) -> None:
    tell(database, staff)
    with database.transaction() as db:
        second = a_second_town(db, staff)
    tell(database, second)
    assert summarise(database, HALF_PAST_EIGHT) == 4
    send_all(database, post, HALF_PAST_EIGHT)
    [mail] = sink.mails
    assert mail.get_content().startswith("到期 0 个，超期 2 个。")


def a_second_town(db: Session, staff: Staff) -> Staff:
    project = Project(name="另一镇", kind="care", created_at=MORNING)
    db.add(project)
    db.flush()
    db.add(Assignment(actor_id=staff.chen, role_id=VILLAGE_WORKER, project_id=project.id))
    db.add(VillageScope(actor_id=staff.chen, project_id=project.id, village_id=None))
    return Staff(project, staff.chen, staff.luo, staff.doctor, staff.lead)
