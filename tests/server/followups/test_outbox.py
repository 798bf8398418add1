"""Words on their way: into the inbox, to the mail server, once, whatever happens between."""

from datetime import UTC, datetime, time, timedelta

import pytest
from sqlalchemy import delete, update

from server.config import MailServer
from server.db import Database
from server.followups.claims import claim_one
from server.followups.notices import follow_up_changed
from server.followups.outbox import send_one
from server.followups.smtp import SmtpPost
from server.followups.wishes import Wishes, save_wishes
from server.models import Assignment, FollowUp, Notification, User, Woman
from tests.server.followups.posting import HEAD, MINUTE, deliver, end, rows, send_all, states, tell
from tests.server.followups.staff import MORNING, TODAY, Staff, disable
from tests.smtp_sink import Sink


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


def test_who_wants_summaries_alone_gets_a_mail_of_what_is_critical_all_the_same(
    database: Database, staff: Staff
) -> None:
    with database.transaction() as db:
        save_wishes(db, staff.chen, Wishes(summaries_only=True), MORNING)
    tell(database, staff)
    deliver(database, MORNING)
    assert states(database) == []
    tell(database, staff, severity="critical")
    deliver(database, MORNING)
    assert [one.state for one in rows(database, "email") if one.recipient_id == staff.chen] == ["waiting"]


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

    assert send_one(database, Slow(MailServer("smtp", "127.0.0.1", sink.port, HEAD.sender)), HEAD, lambda: MORNING)
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
        assert send_one(database, post, HEAD, lambda now=now: now)
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
        assert claim_one(db, MORNING, ("email",))
    assert send_all(database, post, MORNING + 9 * MINUTE) == 0
    assert send_all(database, post, MORNING + 11 * MINUTE) == 1
    assert len(sink.mails) == 1


def test_a_claim_whose_holder_died_while_the_text_went_is_left_alone(
    database: Database, staff: Staff, sink: Sink, post: SmtpPost
) -> None:
    tell(database, staff)
    deliver(database, MORNING)
    with database.transaction() as db:
        claim = claim_one(db, MORNING, ("email",))
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

    send_one(database, Hung(MailServer("smtp", "127.0.0.1", sink.port, HEAD.sender)), HEAD, lambda: MORNING)
    assert (states(database), len(sink.mails)) == (["sent"], 1)


@pytest.mark.parametrize(
    ("asleep", "goes_at"),
    [
        (timedelta(minutes=9), None),  # who is slow is no sleeper
        (timedelta(minutes=11), MORNING + timedelta(minutes=13)),  # it is claimed anew
        (timedelta(hours=2, minutes=5), datetime(2026, 3, 2, 6, 0, tzinfo=UTC)),  # woken at noon, sent at 14:00
        (timedelta(hours=12), datetime(2026, 3, 3, 0, 0, tzinfo=UTC)),  # woken in the night, sent in the morning
    ],
)
def test_who_fell_asleep_before_the_text_went_sends_nothing_in_quiet_hours(
    database: Database, staff: Staff, sink: Sink, post: SmtpPost, asleep: timedelta, goes_at: datetime | None
) -> None:
    tell(database, staff)
    deliver(database, MORNING)
    now = [MORNING]

    class Sleepy(SmtpPost):
        def _agree(self, *given: object) -> None:
            super()._agree(*given)  # type: ignore[arg-type]
            now.append(MORNING + asleep)

    send_one(database, Sleepy(post.server), HEAD, lambda: now[-1])
    if goes_at is None:
        assert (states(database), rows(database, "email")[0].sent_at) == (["sent"], MORNING + asleep)
        return
    assert (states(database), sink.mails) == (["waiting"], [])
    assert (send_all(database, post, goes_at - MINUTE), len(sink.mails)) == (0, 0)
    assert (send_all(database, post, goes_at), len(sink.mails)) == (1, 1)


def test_an_account_that_was_closed_gets_no_mail(database: Database, staff: Staff, sink: Sink, post: SmtpPost) -> None:
    tell(database, staff)
    deliver(database, MORNING)
    with database.transaction() as db:
        disable(db, staff.chen)
    send_all(database, post, MORNING)
    assert (states(database), sink.mails) == (["taken_back"], [])


def test_who_has_nothing_to_do_with_the_visit_any_more_gets_no_mail_of_it(
    database: Database, staff: Staff, sink: Sink, post: SmtpPost
) -> None:
    tell(database, staff, severity="critical")
    deliver(database, MORNING)
    with database.transaction() as db:
        db.execute(delete(Assignment).where(Assignment.actor_id == staff.chen))
    send_all(database, post, MORNING)
    assert sorted(mail["To"] for mail in sink.mails) == ["doctor@town.test", "lead@town.test"]
    assert sorted(states(database)) == ["sent", "sent", "taken_back"]


def test_after_the_last_day_of_her_consent_no_mail_of_a_visit_goes_out(
    database: Database, staff: Staff, sink: Sink, post: SmtpPost
) -> None:
    row = tell(database, staff)
    deliver(database, MORNING)
    with database.transaction() as db:
        db.execute(update(Woman).where(Woman.uuid == row.subject).values(consent_until=TODAY))
    send_all(database, post, MORNING + timedelta(days=1))
    assert (states(database), sink.mails) == (["taken_back"], [])


def test_the_message_id_is_the_occasion_s(database: Database, staff: Staff, sink: Sink, post: SmtpPost) -> None:
    tell(database, staff)
    deliver(database, MORNING)
    with database.transaction() as db:
        claim_one(db, MORNING, ("email",))
    send_all(database, post, MORNING + 11 * MINUTE)
    with database.transaction() as db:
        db.execute(update(Notification).values(state="waiting"))
    send_all(database, post, MORNING + 20 * MINUTE)
    first, second = (mail["Message-ID"] for mail in sink.mails)
    assert first == second
    assert first.endswith("@town.test>")
