from collections.abc import Iterator
from datetime import datetime, time, timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from server.access.roles import VILLAGE_WORKER
from server.config import MailServer
from server.db import Database
from server.followups.digests import add_digests
from server.followups.notices import follow_up_changed
from server.followups.outbox import Letterhead, claim_one, deliver_inbox, send_one
from server.followups.smtp import SmtpPost
from server.followups.wishes import Wishes, save_wishes
from server.models import Assignment, FollowUp, Notification, Project, User, VillageScope, Woman
from tests.server.followups.staff import LIUWAN, MORNING, SHIQIAO, TODAY, Staff, a_follow_up, a_staff, disable
from tests.smtp_sink import Sink

HEAD = Letterhead("fangshi@town.test", "https://town.test")
MINUTE = timedelta(minutes=1)


@pytest.fixture
def sink() -> Iterator[Sink]:
    with Sink() as sink:
        yield sink


@pytest.fixture
def post(sink: Sink) -> SmtpPost:
    return SmtpPost(MailServer("smtp", "127.0.0.1", sink.port, HEAD.sender))


@pytest.fixture
def staff(database: Database) -> Staff:
    with database.transaction() as db:
        return a_staff(db)


def tell(database: Database, staff: Staff, now: datetime = MORNING, **given: object) -> FollowUp:
    """A follow-up that is overdue, told to its worker."""
    with database.transaction() as db:
        row = a_follow_up(db, staff, **{"state": "overdue", "overdue_from": TODAY, **given})
        db.add(a_woman(staff, row.subject))
        follow_up_changed(db, staff.project, row, now)
        return row


def a_woman(staff: Staff, uuid: str) -> Woman:
    given = {"consent_service": True, "consent_reminder": True, "consent_share_clinic": False}
    place = {"consent_location": False, "consent_stats": False, "village_code": SHIQIAO}
    return Woman(project_id=staff.project.id, uuid=uuid, label="W-0231 王*", **given, **place)


def end(database: Database, staff: Staff, row: FollowUp, now: datetime) -> None:
    with database.transaction() as db:
        again = db.get(FollowUp, row.id)
        assert again is not None
        again.ended, again.state = True, "superseded"
        follow_up_changed(db, staff.project, again, now)


def deliver(database: Database, now: datetime, with_mail: bool = True) -> int:
    with database.transaction() as db:
        return deliver_inbox(db, now, with_mail=with_mail)


def summarise(database: Database, now: datetime) -> int:
    with database.transaction() as db:
        return add_digests(db, now)


def send_all(database: Database, post: SmtpPost, now: datetime) -> int:
    sent = 0
    while send_one(database, post, HEAD, now):
        sent += 1
    return sent


def rows(database: Database, channel: str) -> list[Notification]:
    with database.reading() as db:
        return list(db.scalars(select(Notification).where(Notification.channel == channel).order_by(Notification.id)))


def states(database: Database, channel: str = "email") -> list[str]:
    return [row.state for row in rows(database, channel)]


def test_an_overdue_visit_reaches_the_inbox_and_the_mail_server_once(
    database: Database, staff: Staff, sink: Sink, post: SmtpPost
) -> None:
    tell(database, staff)
    for minute in range(3):
        deliver(database, MORNING + minute * MINUTE)
        send_all(database, post, MORNING + minute * MINUTE)
    assert (states(database, "inbox"), states(database)) == (["sent"], ["sent"])
    [mail] = sink.mails
    assert mail["To"] == "chen@town.test"
    assert mail["From"] == HEAD.sender
    assert mail["Subject"] == "访视：一条提醒"
    assert mail.get_content() == "W-0231，上门访视：超期 1 天。\n\n请打开访视查看：https://town.test/inbox\n"


def test_a_mail_is_in_its_reader_s_language(database: Database, staff: Staff, sink: Sink, post: SmtpPost) -> None:
    with database.transaction() as db:
        db.execute(update(User).where(User.actor_id == staff.chen).values(language="en"))
    tell(database, staff)
    deliver(database, MORNING)
    send_all(database, post, MORNING)
    assert sink.mails[0]["Subject"] == "Fangshi: a reminder"
    assert sink.mails[0].get_content().startswith("W-0231 visit: 1 day over.")


def test_no_mail_names_anybody_or_says_what_it_is_about(
    database: Database, staff: Staff, sink: Sink, post: SmtpPost
) -> None:
    row = tell(database, staff, severity="critical")
    deliver(database, MORNING)
    send_all(database, post, MORNING)
    assert len(sink.mails) == 3
    for mail in sink.mails:
        text = f"{mail['Subject']}{mail['Message-ID']}{mail.get_content()}"
        assert not [word for word in ("王", "ANC", "产", "antenatal", row.subject, row.key) if word in text]


def test_what_is_only_due_waits_for_the_summary(database: Database, staff: Staff) -> None:
    tell(database, staff, state="due", overdue_from=TODAY + timedelta(days=8))
    assert deliver(database, MORNING) == 1
    assert states(database) == []


def test_without_a_mail_server_there_are_no_mails(database: Database, staff: Staff) -> None:
    tell(database, staff)
    deliver(database, MORNING, with_mail=False)
    assert (states(database, "inbox"), states(database)) == (["sent"], [])


def test_who_wants_no_mail_gets_none(database: Database, staff: Staff) -> None:
    with database.transaction() as db:
        save_wishes(db, staff.chen, Wishes(by_email=False), MORNING)
    tell(database, staff)
    deliver(database, MORNING)
    assert states(database) == []


def test_nothing_comes_in_quiet_hours(database: Database, staff: Staff, sink: Sink, post: SmtpPost) -> None:
    night = datetime.fromisoformat("2026-03-02T00:05:00+08:00")
    tell(database, staff, night)
    for hours in range(8):
        deliver(database, night + timedelta(hours=hours))
        send_all(database, post, night + timedelta(hours=hours))
    assert (states(database, "inbox"), sink.mails) == (["waiting"], [])
    eight = datetime.fromisoformat("2026-03-02T08:00:00+08:00")
    deliver(database, eight)
    send_all(database, post, eight)
    assert (states(database, "inbox"), len(sink.mails)) == (["sent"], 1)


def test_a_mail_that_is_late_waits_through_noon(database: Database, staff: Staff, sink: Sink, post: SmtpPost) -> None:
    before = datetime.fromisoformat("2026-03-02T11:59:00+08:00")
    tell(database, staff, before)
    deliver(database, before)
    noon = datetime.fromisoformat("2026-03-02T12:01:00+08:00")
    assert send_all(database, post, noon) == 0
    assert rows(database, "email")[0].not_before == datetime.fromisoformat("2026-03-02T14:00:00+08:00")


def test_quiet_hours_that_were_chosen_later_hold_too(database: Database, staff: Staff) -> None:
    tell(database, staff)
    with database.transaction() as db:
        save_wishes(db, staff.chen, Wishes(quiet_from=time(9), quiet_until=time(17)), MORNING)
    assert deliver(database, MORNING) == 0
    assert rows(database, "inbox")[0].not_before == datetime.fromisoformat("2026-03-02T17:00:00+08:00")


def test_what_ended_before_it_was_sent_is_never_sent(
    database: Database, staff: Staff, sink: Sink, post: SmtpPost
) -> None:
    row = tell(database, staff)
    deliver(database, MORNING)
    end(database, staff, row, MORNING + MINUTE)
    assert send_all(database, post, MORNING + 2 * MINUTE) == 0
    assert (states(database, "inbox"), states(database), sink.mails) == (["taken_back"], ["taken_back"], [])


def test_what_is_taken_back_while_the_mail_server_is_called_is_not_handed_over(
    database: Database, staff: Staff, sink: Sink
) -> None:
    row = tell(database, staff)
    deliver(database, MORNING)

    class Slow(SmtpPost):
        def _agree(self, *given: object) -> None:
            super()._agree(*given)  # type: ignore[arg-type]
            end(database, staff, row, MORNING + MINUTE)

    assert send_one(database, Slow(MailServer("smtp", "127.0.0.1", sink.port, HEAD.sender)), HEAD, MORNING)
    assert (states(database), sink.mails) == (["taken_back"], [])


def test_a_level_reached_anew_is_not_mailed_again(database: Database, staff: Staff, sink: Sink, post: SmtpPost) -> None:
    row = tell(database, staff)
    deliver(database, MORNING)
    send_all(database, post, MORNING)
    end(database, staff, row, MORNING + MINUTE)
    with database.transaction() as db:
        again = db.get(FollowUp, row.id)
        assert again is not None
        again.ended, again.state = False, "overdue"
        follow_up_changed(db, staff.project, again, MORNING + 2 * MINUTE)
    assert deliver(database, MORNING + 3 * MINUTE) == 1
    send_all(database, post, MORNING + 3 * MINUTE)
    assert (states(database, "inbox"), len(sink.mails)) == (["sent"], 1)


def test_a_mail_server_that_is_away_is_asked_again_with_growing_gaps_and_then_no_more(
    database: Database, staff: Staff, sink: Sink, post: SmtpPost
) -> None:
    with database.transaction() as db:
        save_wishes(db, staff.chen, Wishes(quiet_from=time(0), quiet_until=time(0), quiet_noon=False), MORNING)
    sink.say["RCPT"] = "451 not now"
    tell(database, staff)
    deliver(database, MORNING)
    now, gaps = MORNING, []
    while states(database) == ["waiting"]:
        assert send_one(database, post, HEAD, now)
        gaps.append(rows(database, "email")[0].not_before - now)
        now = rows(database, "email")[0].not_before
    assert gaps[:4] == [2 * MINUTE, 4 * MINUTE, 8 * MINUTE, 16 * MINUTE]
    assert (len(gaps), states(database), sink.mails) == (10, ["failed"], [])


def test_once_the_mail_server_is_back_the_mail_goes(
    database: Database, staff: Staff, sink: Sink, post: SmtpPost
) -> None:
    sink.say["TEXT"] = "452 disk full"
    tell(database, staff)
    deliver(database, MORNING)
    send_all(database, post, MORNING)
    assert (states(database), rows(database, "email")[0].sent_at) == (["waiting"], None)
    sink.say.clear()
    send_all(database, post, MORNING + 2 * MINUTE)
    assert (states(database), len(sink.mails)) == (["sent"], 1)


def test_an_address_that_is_refused_is_given_up_at_once(
    database: Database, staff: Staff, sink: Sink, post: SmtpPost
) -> None:
    sink.say["RCPT"] = "550 nobody here"
    tell(database, staff)
    deliver(database, MORNING)
    send_all(database, post, MORNING)
    assert (states(database), rows(database, "email")[0].sent_at) == (["failed"], None)


def test_a_mail_whose_answer_was_not_heard_is_not_sent_again(
    database: Database, staff: Staff, sink: Sink, post: SmtpPost
) -> None:
    sink.say["TEXT"] = ""
    tell(database, staff)
    deliver(database, MORNING)
    for minute in range(0, 60, 5):
        send_all(database, post, MORNING + minute * MINUTE)
    assert (states(database), len(sink.mails)) == (["failed"], 1)
    assert rows(database, "email")[0].sent_at == MORNING


def test_a_claim_whose_holder_died_before_the_text_went_is_sent_by_the_next(
    database: Database, staff: Staff, sink: Sink, post: SmtpPost
) -> None:
    tell(database, staff)
    deliver(database, MORNING)
    with database.transaction() as db:
        assert claim_one(db, MORNING)
    assert send_all(database, post, MORNING + 9 * MINUTE) == 0
    assert send_all(database, post, MORNING + 11 * MINUTE) == 1
    assert len(sink.mails) == 1


def test_a_claim_whose_holder_died_while_the_text_went_is_left_alone(
    database: Database, staff: Staff, sink: Sink, post: SmtpPost
) -> None:
    tell(database, staff)
    deliver(database, MORNING)
    with database.transaction() as db:
        claim = claim_one(db, MORNING)
        assert claim
        db.execute(update(Notification).where(Notification.id == claim.id).values(sent_at=MORNING))
    assert send_all(database, post, MORNING + 11 * MINUTE) == 0
    assert (states(database), sink.mails) == (["failed"], [])


def test_who_hung_while_another_took_over_lets_go(database: Database, staff: Staff, sink: Sink, post: SmtpPost) -> None:
    tell(database, staff)
    deliver(database, MORNING)

    class Hung(SmtpPost):
        def _agree(self, *given: object) -> None:
            super()._agree(*given)  # type: ignore[arg-type]
            send_all(database, post, MORNING + 11 * MINUTE)

    send_one(database, Hung(MailServer("smtp", "127.0.0.1", sink.port, HEAD.sender)), HEAD, MORNING)
    assert (states(database), len(sink.mails)) == (["sent"], 1)


def test_an_account_that_was_closed_gets_no_mail(database: Database, staff: Staff, sink: Sink, post: SmtpPost) -> None:
    tell(database, staff)
    deliver(database, MORNING)
    with database.transaction() as db:
        disable(db, staff.chen)
    send_all(database, post, MORNING)
    assert (states(database), sink.mails) == (["taken_back"], [])


def test_the_message_id_is_the_occasion_s(database: Database, staff: Staff, sink: Sink, post: SmtpPost) -> None:
    tell(database, staff)
    deliver(database, MORNING)
    with database.transaction() as db:
        claim_one(db, MORNING)
    send_all(database, post, MORNING + 11 * MINUTE)
    with database.transaction() as db:
        db.execute(update(Notification).values(state="waiting"))
    send_all(database, post, MORNING + 20 * MINUTE)
    first, second = (mail["Message-ID"] for mail in sink.mails)
    assert first == second
    assert first.endswith("@town.test>")


HALF_PAST_EIGHT = datetime.fromisoformat("2026-03-02T08:30:00+08:00")


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
