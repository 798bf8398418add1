"""Two timetables on one database, killed at random over a month: each alert once in the inbox and none of it lost, nothing
twice at any outlet, nothing in quiet hours. What a kill left without an answer is in the inbox, in the next summary, and among
the dead letters, from where a person sends it again.
"""

import random
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from server.clock import today as shanghai_date
from server.db import Database
from server.followups.dead_letters import list_dead, replay
from server.followups.digests import DIGEST, asked_of, occasion_on
from server.followups.notice_texts import mark_of
from server.followups.outbox import message_id
from server.followups.recipients import staff_of
from server.followups.wishes import Wishes
from server.models import Notification, Project, User
from tests.conftest import Copies
from tests.http_sink import HttpSink
from tests.sizes import size
from tests.smtp_sink import Sink
from tests.walks.a_month import DAYS, FIRST, MORNING, Month, a_month, instants, live_through
from tests.walks.one_timetable import SENDER


def words_in(database: Database, channel: str) -> list[tuple[str, str, str]]:
    """(who, occasion, state), summaries left out."""
    with database.reading() as db:
        rows = db.execute(
            select(User.email, Notification.occasion, Notification.state)
            .join(User, User.actor_id == Notification.recipient_id)
            .where(Notification.channel == channel, Notification.kind != "digest")
        )
        return sorted((email, occasion, state) for email, occasion, state in rows)


@dataclass(frozen=True)
class Outlet:
    """A channel by which words leave the house: what arrived at its far end, and by which name it knows a notification."""

    channel: str
    arrived: Callable[[], list[tuple[str, datetime]]]
    name_of: Callable[[Notification], str]


def outlets_of(month: Month) -> list[Outlet]:
    """Every channel that leaves the house has its outlet here, with a real sink at its far end."""
    return [
        Outlet("email", lambda: mails_at(month.sink), lambda row: message_id(row, SENDER)),
        Outlet("webhook", lambda: calls_at(month.hook), mark_of),
    ]


def mails_at(sink: Sink) -> list[tuple[str, datetime]]:
    return [(mail["Message-ID"], at) for mail, at in zip(sink.mails, sink.times, strict=True)]


def calls_at(hook: HttpSink) -> list[tuple[str, datetime]]:
    return [(got.headers["idempotency-key"], got.at) for got in hook.got]


def check_outlet(month: Month, outlet: Outlet) -> None:
    """What is sent is there once; what was on its way when its sender died is there once or not at all, and never lost."""
    arrived = outlet.arrived()
    times = Counter(name for name, _ in arrived)
    assert [one for one, number in times.items() if number > 1] == []
    assert [at for _, at in arrived if is_quiet_at(at)] == []
    with month.database.reading() as db:
        rows = list(db.scalars(select(Notification).where(Notification.channel == outlet.channel)))
        unknown = [row for row in rows if row.state == "failed"]
        assert all(row.sent_at for row in unknown)
        assert len(unknown) <= month.kills
        asked = asked_at_the_end(db)
        for row in unknown:
            check_is_told_elsewhere(db, row, asked)
    missing = [row for row in unknown if outlet.name_of(row) not in times]
    sent = {outlet.name_of(row) for row in rows if row.sent_at and row not in unknown}
    assert sent - times.keys() == set()
    assert times.keys() <= {outlet.name_of(row) for row in rows}
    still_to_go = [row for row in rows if row.not_before > instants()[-1]]
    assert {row.state for row in rows if row not in still_to_go} <= {"sent", "taken_back", "failed"}
    taken_back = [row for row in rows if row.state == "taken_back" and not row.sent_at and row not in still_to_go]
    assert len(rows) == len(sent) + len(unknown) + len(taken_back) + len(still_to_go)
    print(
        f"{month.kills} kills; {outlet.channel}: {len(rows)} words, {len(arrived)} arrived, none twice, none in quiet hours; "
        f"{len(taken_back)} taken back before they went, {len(still_to_go)} not to go before the month's end; "
        f"{len(unknown)} on their way at a kill, {len(missing)} of them in the inbox alone"
    )


def check_is_told_elsewhere(db: Session, row: Notification, asked: set[tuple[int | None, int | None]]) -> None:
    """Nobody knows whether it arrived: its reader had it in the inbox before, and the next summary counts what still waits.

    The lead's summary has no numbers, because the morning page has them; who is asked for nothing any more gets none.
    """
    its_reader = Notification.recipient_id == row.recipient_id
    if row.kind != DIGEST:
        same = its_reader, Notification.occasion == row.occasion, Notification.channel == "inbox"
        told_at = db.scalars(select(Notification.sent_at).where(*same)).one()
        assert told_at and row.sent_at and told_at <= row.sent_at, row.occasion
    later = its_reader, Notification.kind == DIGEST, Notification.occasion > occasion_on(shanghai_date(row.sent_at))
    states = list(db.scalars(select(Notification.state).where(*later).order_by(Notification.occasion)))
    assert states or shanghai_date(row.sent_at) == shanghai_date(instants()[-1]), row.occasion
    if (row.follow_up_id, row.recipient_id) in asked:
        assert next((state for state in states if state != "failed"), "sent") == "sent", row.occasion


def asked_at_the_end(db: Session) -> set[tuple[int | None, int | None]]:
    """(follow-up, person who is asked for it) on the last day, by what summaries count."""
    project, day = db.scalars(select(Project)).one(), shanghai_date(instants()[-1])
    people = staff_of(db, project.id, day).people
    return {(row.id, person) for person in people for row in asked_of(db, person, day, day)}


def is_quiet_at(at: datetime) -> bool:
    """Nobody here wished for other hours."""
    return Wishes().earliest(at) != at


def check_all(month: Month) -> None:
    """Every outlet, and the inboxes: whatever was to be told was told, and never in quiet hours."""
    for outlet in outlets_of(month):
        check_outlet(month, outlet)
    with month.database.reading() as db:
        rows = list(db.scalars(select(Notification).where(Notification.channel == "inbox")))
        asked = asked_at_the_end(db)
    assert [row.occasion for row in rows if row.sent_at and is_quiet_at(row.sent_at)] == []
    last = instants()[-1]
    lost = [row.occasion for row in rows if row.state not in ("sent", "taken_back") and row.not_before <= last]
    assert lost == []
    assert asked and asked - {(row.follow_up_id, row.recipient_id) for row in rows if row.state == "sent"} == set()


def check_replay(month: Month) -> None:
    """What a kill left without an answer is a dead letter, all of it; sent again on the next morning it arrives once more,
    unless it is void by then.
    """
    outlets, morning = {one.channel: one for one in outlets_of(month)}, FIRST + timedelta(days=DAYS, hours=MORNING)
    before = {channel: Counter(name for name, _ in outlet.arrived()) for channel, outlet in outlets.items()}
    with month.database.transaction() as db:
        project, failed = db.scalars(select(Project)).one(), Notification.state == "failed"
        unheard = set(db.scalars(select(Notification.id).where(failed)))
        dead = list_dead(db, project.id, 0, len(unheard) + 1)
        assert {one.id for one in dead if one.maybe_arrived} == unheard
        lead = db.scalars(select(User.actor_id).where(User.email == "lead@town.test")).one()
        assert replay(db, project.id, None, lead, morning) == len(unheard)
    month.set(morning)
    month.wait(morning)
    with month.database.reading() as db:
        again = list(db.scalars(select(Notification).where(Notification.id.in_(unheard))))
    assert {row.state for row in again} <= {"sent", "taken_back"}
    for channel, outlet in outlets.items():
        sent = Counter(outlet.name_of(row) for row in again if row.channel == channel and row.state == "sent")
        now = Counter(name for name, _ in outlet.arrived())
        assert {name: now[name] - before[channel][name] for name in sent} == sent
    arrived = sum(row.state == "sent" for row in again)
    print(f"{month.kills} kills; {len(dead)} dead letters, sent again: {arrived} arrived, {len(again) - arrived} void")


def test_killed_timetables_tell_everybody_once(
    make_database_url: Callable[[], str], databases: Copies, tmp_path: Path, http_sink: HttpSink
) -> None:
    http_sink.pause = 0.02
    quiet, stormy = (Database(make_database_url(), databases.key_file) for _ in range(2))
    with a_month(quiet, tmp_path / "quiet", http_sink, timetables=1) as month:
        live_through(month, lambda _turn: None)
        check_all(month)
    expected, mailed, hooked = (words_in(quiet, channel) for channel in ("inbox", "email", "webhook"))
    assert len(expected) > 20
    assert {state for _, _, state in expected} == {"sent", "taken_back"}

    chance = random.Random(11)
    turns = Counter(chance.choices(range(len(instants())), k=size("timetable_kills")))
    with a_month(stormy, tmp_path / "stormy", http_sink, timetables=2) as month:

        def strike(turn: int) -> None:
            for _ in range(turns[turn]):
                time.sleep(chance.uniform(0.0, 0.5))
                month.kill(chance.randrange(2))

        live_through(month, strike)
        check_all(month)
        assert month.kills == size("timetable_kills")
        assert words_in(stormy, "inbox") == expected
        assert {one[:2] for one in words_in(stormy, "email")} == {one[:2] for one in mailed}
        assert {one[:2] for one in words_in(stormy, "webhook")} == {one[:2] for one in hooked}
        check_replay(month)
    quiet.dispose()
    stormy.dispose()
