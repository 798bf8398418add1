"""Words on their way to hooks and bots: once, whatever happens between, never in quiet hours, never too many."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update

from server.access import outbound
from server.db import Database
from server.followups.channels import KINDS, Owner, remove_channel
from server.followups.chat_outbox import MOST_OF_A_BOT, MOST_OF_A_PERSON, send_one
from server.followups.claims import MOST_TRIES, claim_one
from server.models import Notification, User
from tests.http_sink import HttpSink
from tests.server.followups.chatting import ALLOWED, a_hook, send_all
from tests.server.followups.posting import MINUTE, deliver, end, rows, states, tell
from tests.server.followups.staff import MORNING, Staff, disable

HOOK = "webhook"


@pytest.fixture
def hook(database: Database, staff: Staff, http_sink: HttpSink) -> HttpSink:
    """chen has a hook that leads to the sink."""
    a_hook(database, http_sink, Owner(actor_id=staff.chen))
    return http_sink


def texts(sink: HttpSink) -> list[str]:
    return [one.told["message"] for one in sink.got]


def test_an_overdue_visit_reaches_the_hook_once(database: Database, staff: Staff, hook: HttpSink) -> None:
    tell(database, staff)
    for minute in range(3):
        deliver(database, MORNING + minute * MINUTE)
        send_all(database, MORNING + minute * MINUTE)
    assert (states(database, "inbox"), states(database, HOOK), len(rows(database, "email"))) == (["sent"], ["sent"], 1)
    assert texts(hook) == ["访视：一条提醒\nW-0231，上门访视：超期 1 天。\n请打开访视查看：https://town.test/inbox"]


def test_who_fell_asleep_before_the_text_went_sends_nothing_in_quiet_hours(
    database: Database, staff: Staff, hook: HttpSink
) -> None:
    tell(database, staff)
    deliver(database, MORNING)
    times = iter((MORNING, *[MORNING + timedelta(hours=12)] * 2))
    assert send_one(database, ALLOWED, None, lambda: next(times)) == "waiting"
    assert (hook.reached, hook.got, send_all(database, MORNING + timedelta(hours=13))) == (1, [], [])
    assert send_all(database, MORNING + timedelta(hours=22)) == ["sent"]
    assert len(hook.got) == 1


def test_it_is_in_its_reader_s_language(database: Database, staff: Staff, hook: HttpSink) -> None:
    with database.transaction() as db:
        db.execute(update(User).where(User.actor_id == staff.chen).values(language="en"))
    tell(database, staff)
    deliver(database, MORNING)
    send_all(database, MORNING)
    assert texts(hook)[0].startswith("Fangshi: a reminder\nW-0231 visit: 1 day over.\n")


def test_no_word_names_anybody_or_says_what_it_is_about(database: Database, staff: Staff, http_sink: HttpSink) -> None:
    for person in (staff.chen, staff.doctor, staff.lead):
        a_hook(database, http_sink, Owner(actor_id=person))
    a_hook(database, http_sink, Owner(project_id=staff.project.id))
    row = tell(database, staff, severity="critical")
    deliver(database, MORNING)
    send_all(database, MORNING)
    assert len(http_sink.got) == 4
    for one in http_sink.got:
        said = f"{one.path}{one.headers}{one.told}"
        assert not [word for word in ("王", "ANC", "产", "antenatal", row.subject, row.key) if word in said]


def test_a_town_s_bot_tells_its_duty_team_once_and_without_a_code(
    database: Database, staff: Staff, http_sink: HttpSink
) -> None:
    a_hook(database, http_sink, Owner(project_id=staff.project.id))
    tell(database, staff)
    critical = tell(database, staff, severity="critical")
    for minute in range(2):
        deliver(database, MORNING + minute * MINUTE)
        send_all(database, MORNING + minute * MINUTE)
    assert texts(http_sink) == ["访视：紧急提醒\n上门访视：紧急，请今天跟进。\n请打开访视查看：https://town.test/inbox"]
    [row] = rows(database, HOOK)
    assert (row.recipient_id, row.follow_up_id, row.state) == (None, critical.id, "sent")


def test_what_ended_is_taken_back_from_the_town_s_bot_too(
    database: Database, staff: Staff, http_sink: HttpSink
) -> None:
    a_hook(database, http_sink, Owner(project_id=staff.project.id))
    row = tell(database, staff, severity="critical")
    deliver(database, MORNING)
    end(database, staff, row, MORNING + MINUTE)
    assert (send_all(database, MORNING + 2 * MINUTE), states(database, HOOK), http_sink.got) == ([], ["taken_back"], [])


def test_what_holds_is_not_taken_back_from_the_town_s_bot(
    database: Database, staff: Staff, http_sink: HttpSink
) -> None:
    from server.followups.notices import follow_up_changed

    a_hook(database, http_sink, Owner(project_id=staff.project.id))
    row = tell(database, staff, severity="critical")
    deliver(database, MORNING)
    with database.transaction() as db:
        follow_up_changed(db, staff.project, db.merge(row), MORNING + MINUTE)
    assert send_all(database, MORNING + MINUTE) == ["sent"]


def test_nothing_comes_in_quiet_hours(database: Database, staff: Staff, hook: HttpSink) -> None:
    before = datetime.fromisoformat("2026-03-02T11:59:00+08:00")
    tell(database, staff, before)
    deliver(database, before)
    for at in ("12:00", "13:59"):
        assert send_all(database, datetime.fromisoformat(f"2026-03-02T{at}:00+08:00")) == []
    assert send_all(database, datetime.fromisoformat("2026-03-02T14:00:00+08:00")) == ["sent"]


def test_a_town_s_bot_is_quiet_at_night(database: Database, staff: Staff, http_sink: HttpSink) -> None:
    a_hook(database, http_sink, Owner(project_id=staff.project.id))
    late = datetime.fromisoformat("2026-03-02T20:59:00+08:00")
    tell(database, staff, late, severity="critical")
    deliver(database, late)
    assert send_all(database, datetime.fromisoformat("2026-03-02T21:00:00+08:00")) == []
    assert send_all(database, datetime.fromisoformat("2026-03-03T08:00:00+08:00")) == ["sent"]


def test_who_wants_no_alerts_there_gets_none(database: Database, staff: Staff, http_sink: HttpSink) -> None:
    a_hook(database, http_sink, Owner(actor_id=staff.chen), alerts=False)
    tell(database, staff)
    deliver(database, MORNING)
    assert states(database, HOOK) == []


def test_a_channel_that_was_taken_away_gets_no_more(database: Database, staff: Staff, hook: HttpSink) -> None:
    tell(database, staff)
    deliver(database, MORNING)
    with database.transaction() as db:
        remove_channel(db, Owner(actor_id=staff.chen), HOOK, staff.chen, MORNING)
    assert (send_all(database, MORNING), hook.reached) == (["taken_back"], 0)


def test_an_account_that_was_closed_gets_no_more(database: Database, staff: Staff, hook: HttpSink) -> None:
    tell(database, staff)
    deliver(database, MORNING)
    with database.transaction() as db:
        disable(db, staff.chen)
    assert (send_all(database, MORNING), hook.reached) == (["taken_back"], 0)


def test_a_hook_that_is_away_is_asked_again_with_growing_gaps_and_then_no_more(
    database: Database, staff: Staff, hook: HttpSink
) -> None:
    hook.status = 500
    tell(database, staff)
    deliver(database, MORNING)
    now, tries = MORNING, 0
    while states(database, HOOK) == ["waiting"]:
        tries += len(send_all(database, now))
        assert rows(database, HOOK)[0].not_before > now or states(database, HOOK) == ["failed"]
        now = rows(database, HOOK)[0].not_before
    [row] = rows(database, HOOK)
    assert (row.state, row.why, row.sent_at, row.tries, len(hook.got)) == ("failed", "busy", None, MOST_TRIES, tries)


def test_who_asks_to_wait_is_waited_for(database: Database, staff: Staff, hook: HttpSink) -> None:
    hook.status, hook.headers = 429, {"Retry-After": "1800"}
    tell(database, staff)
    deliver(database, MORNING)
    assert send_all(database, MORNING) == ["waiting"]
    hook.status = 200
    assert send_all(database, MORNING + 29 * MINUTE) == []
    assert send_all(database, MORNING + 30 * MINUTE) == ["sent"]
    assert rows(database, HOOK)[0].why is None


@pytest.mark.parametrize("fault", ["hang", "cut"])
def test_a_word_whose_answer_was_not_heard_is_not_sent_again(
    database: Database, staff: Staff, hook: HttpSink, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbound, "PATIENCE", 0.4)
    hook.fault = fault
    tell(database, staff)
    deliver(database, MORNING)
    for minute in range(0, 60, 5):
        send_all(database, MORNING + minute * MINUTE)
    [row] = rows(database, HOOK)
    assert (row.state, row.why, row.sent_at, len(hook.got)) == ("failed", "unknown", MORNING, 1)


@pytest.mark.parametrize(("status", "why"), [(404, "status:404"), (302, "redirected")])
def test_a_no_is_taken_for_a_no(database: Database, staff: Staff, hook: HttpSink, status: int, why: str) -> None:
    hook.status = status
    tell(database, staff)
    deliver(database, MORNING)
    assert send_all(database, MORNING) == ["failed"]
    [row] = rows(database, HOOK)
    assert (row.why, row.sent_at) == (why, None)


def test_an_address_that_is_not_allowed_any_more_is_a_no(database: Database, staff: Staff, hook: HttpSink) -> None:
    tell(database, staff)
    deliver(database, MORNING)
    assert send_all(database, MORNING, frozenset()) == ["failed"]
    assert (rows(database, HOOK)[0].why, hook.reached) == ("not_allowed", 0)


def test_a_claim_whose_holder_died_before_the_text_went_is_sent_by_the_next(
    database: Database, staff: Staff, hook: HttpSink
) -> None:
    tell(database, staff)
    deliver(database, MORNING)
    with database.transaction() as db:
        assert claim_one(db, MORNING, KINDS)
    assert send_all(database, MORNING + 9 * MINUTE) == []
    assert send_all(database, MORNING + 11 * MINUTE) == ["sent"]


def test_a_claim_whose_holder_died_while_the_text_went_is_left_alone(
    database: Database, staff: Staff, hook: HttpSink
) -> None:
    tell(database, staff)
    deliver(database, MORNING)
    with database.transaction() as db:
        claim = claim_one(db, MORNING, KINDS)
        assert claim
        db.execute(update(Notification).where(Notification.id == claim.id).values(sent_at=MORNING))
    assert send_all(database, MORNING + 11 * MINUTE) == []
    assert (rows(database, HOOK)[0].why, hook.got) == ("unknown", [])


@pytest.mark.parametrize(("is_town", "limit"), [(False, MOST_OF_A_PERSON), (True, MOST_OF_A_BOT)])
def test_what_is_over_the_limit_waits(
    database: Database, staff: Staff, http_sink: HttpSink, is_town: bool, limit: tuple[int, timedelta]
) -> None:
    most, within = limit
    person = staff.project.id if is_town else staff.chen
    a_hook(database, http_sink, Owner(project_id=person) if is_town else Owner(actor_id=person))
    for _ in range(most + 3):
        tell(database, staff, severity="critical")
    deliver(database, MORNING)
    assert send_all(database, MORNING) == ["sent"] * most
    assert len(states(database, HOOK)) == most + 3
    assert send_all(database, MORNING + within - timedelta(seconds=1)) == []
    assert send_all(database, MORNING + within) == ["sent"] * 3
    assert len(http_sink.got) == most + 3


def test_a_number_is_reached_by_the_gateway_of_the_town(database: Database, staff: Staff, http_sink: HttpSink) -> None:
    from server.followups.channels import Destination, put_channel

    with database.transaction() as db:
        put_channel(
            db, Owner(actor_id=staff.chen), Destination("sms", phone="13800138000"), True, True, staff.chen, MORNING
        )
    first = tell(database, staff)
    deliver(database, MORNING)
    assert send_all(database, MORNING) == ["failed"]
    assert rows(database, "sms")[0].why == "no_gateway"
    with database.transaction() as db:
        gateway = Destination("sms", f"{http_sink.url}/sms", "t0ken")
        put_channel(db, Owner(project_id=staff.project.id), gateway, True, True, staff.lead, MORNING)
    second = tell(database, staff)
    deliver(database, MORNING)
    assert send_all(database, MORNING) == ["sent"]
    assert b"to=13800138000" in http_sink.got[0].body
    assert first.id != second.id


def test_the_mark_of_a_word_is_its_occasion_s(database: Database, staff: Staff, hook: HttpSink) -> None:
    tell(database, staff)
    tell(database, staff)
    deliver(database, MORNING)
    send_all(database, MORNING)
    with database.transaction() as db:
        first = db.scalars(select(Notification).where(Notification.channel == HOOK).order_by(Notification.id)).first()
        assert first is not None
        first.state = "waiting"
    send_all(database, MORNING)
    marks = [one.headers["idempotency-key"] for one in hook.got]
    assert marks[0] == marks[2] != marks[1]
